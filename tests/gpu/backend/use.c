/* A use of the backend that meets a fault: it is there while glorand runs, and not while the test does. */
#include "backend.h"

#include "support/use_backend.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

float gpu_drawn[GPU_COUNT];
const char *gpu_failed = "";
char gpu_trace[INJECT_TEXT];

static const glr_tensor vector = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {GPU_COUNT}};

static struct {
    const char *function;
    unsigned nth, calls; /* of which so many have come */
    int error;
} armed;

void gpu_arm(const char *function, unsigned nth, int error)
{
    armed.function = function;
    armed.nth = nth;
    armed.error = error;
}

/* Between the two glorand runs: calls count, and may fail. */
static void resume(void)
{
    const bool is_to_come = gpu_failed[0] == '\0' && armed.nth > armed.calls;
    inject_clear_trace(gpu_injector());
    inject_fail(gpu_injector(), armed.function, is_to_come ? armed.nth - armed.calls : 0, armed.error);
}

static void pause_faults(void)
{
    char calls[INJECT_TEXT];
    const char *failed = inject_failed(gpu_injector());
    const size_t length = strlen(gpu_trace);
    gpu_failed = failed[0] != '\0' ? failed : gpu_failed;
    armed.calls += inject_calls(gpu_injector());
    inject_trace(gpu_injector(), calls);
    (void)snprintf(gpu_trace + length, sizeof gpu_trace - length, "%s", calls);
    inject_fail(gpu_injector(), NULL, 0, 0);
}

static void begin(void)
{
    memset(gpu_drawn, 0, sizeof gpu_drawn);
    gpu_failed = "";
    gpu_trace[0] = '\0';
    armed.calls = 0;
    resume();
}

static void end(void)
{
    pause_faults();
    gpu_arm(NULL, 0, 0);
}

bool gpu_is_harmless(const char *function)
{
    for (size_t i = 0; gpu.harmless[i] != NULL; i++) {
        const char *name = gpu.harmless[i];
        const size_t length = strcspn(name, "*");
        if (strncmp(function, name, length) == 0 && (name[length] == '*' || function[length] == '\0')) {
            return true;
        }
    }
    return false;
}

void gpu_expect_live(const char *before, const char *what)
{
    char now[GPU_LIST];
    gpu_list_live(now);
    cr_expect_str_eq(now, before, "%s leaves \"%s\", not \"%s\"", what, now, before);
}

glr_status gpu_use_device(void)
{
    const glr_initializer initializer = glr_glorot_normal(4);
    begin();
    const glr_status status = test_use_backend(gpu.kind, &initializer, &vector, gpu_drawn, sizeof gpu_drawn);
    end();
    return status;
}

glr_status gpu_use_caller(void)
{
    const glr_initializer initializer = glr_glorot_normal(4);
    glr_device *device = NULL;
    gpu_caller c = gpu_open(false);
    const gpu_memory memory = gpu_allocate(c, sizeof gpu_drawn);
    char before[GPU_LIST];
    gpu_list_live(before);
    begin();
    glr_status status = gpu_prepare(c, &device);
    cr_expect_eq(status == GLR_OK, device != NULL);
    if (status == GLR_OK) {
        status = gpu_fill(device, &initializer, &vector, memory, c.queue, NULL, NULL);
    }
    pause_faults();
    if (status == GLR_OK && !gpu_read(c.queue, memory, gpu_drawn, sizeof gpu_drawn)) {
        status = GLR_ERROR_DEVICE;
    }
    resume();
    glr_close(device);
    end();
    if (!gpu_is_harmless(gpu_failed)) { /* what was not released is left until the context goes */
        gpu_expect_live(before, gpu_failed);
    }
    gpu_release(memory);
    gpu_close(c);
    return status;
}

glr_status gpu_use_stage(void)
{
    const glr_initializer initializer = glr_glorot_normal(4);
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    glr_stage *stage = NULL;
    const void *values = NULL;
    options.backend = gpu.kind;
    begin();
    glr_status status = glr_open(&options, &device);
    status = status == GLR_OK ? glr_stage_open(device, sizeof gpu_drawn, &stage) : status;
    status = status == GLR_OK ? glr_stage_fill(stage, &initializer, &vector) : status;
    status = status == GLR_OK ? glr_stage_wait(stage, &values) : status;
    if (status == GLR_OK) {
        memcpy(gpu_drawn, values, sizeof gpu_drawn);
    }
    glr_stage_close(stage);
    glr_close(device);
    end();
    return status;
}
