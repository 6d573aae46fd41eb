/* Refusals of fills into the caller's memory, and of the device's own memory, with their messages. */
#include "backend.h"

#include "support/golden.h"
#include "support/use_backend.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define BYTES REFUSED_BYTES

glr_device *refused_device;
gpu_caller refused_caller;
gpu_memory refused_memory;
const glr_tensor refused_vector = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {BYTES / 4}};

static void set_up(void)
{
    (void)gpu_injector(); /* with it, the stand-in is what the first use loads */
    refused_caller = gpu_open(true);
    cr_assert_eq(gpu_prepare(refused_caller, &refused_device), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_device_backend(refused_device), gpu.kind);
    refused_memory = gpu_allocate(refused_caller, BYTES);
}

static void tear_down(void)
{
    gpu_release(refused_memory);
    glr_close(refused_device);
    gpu_close(refused_caller);
}

TestSuite(refused, .init = set_up, .fini = tear_down);

/* Whether a kernel was launched since the list of calls was cleared. */
static bool was_launched(void)
{
    char calls[INJECT_TEXT];
    inject_trace(gpu_injector(), calls);
    return strstr(calls, gpu.launch) != NULL;
}

static glr_status fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                       gpu_memory memory, void *queue)
{
    void *done = NULL;
    inject_clear_trace(gpu_injector());
    const glr_status status = gpu_fill(device, initializer, tensor, memory, queue, NULL, &done);
    cr_expect(status == GLR_OK || done == NULL, "an event");
    if (done != NULL) {
        gpu_release_event(done);
    }
    return status;
}

void refuse_at(glr_device *device, const glr_tensor *tensor, gpu_memory memory, void *queue,
               glr_status status, const char *text)
{
    const glr_initializer initializer = glr_he_normal(1);
    cr_expect_eq(fill(device, &initializer, tensor, memory, queue), status, "%s: %s", text, glr_last_error());
    cr_expect_not_null(strstr(glr_last_error(), text), "%s, not %s", glr_last_error(), text);
    cr_expect_not(was_launched(), "%s", text);
}

void refuse(gpu_memory memory, glr_status status, const char *text)
{
    refuse_at(refused_device, &refused_vector, memory, refused_caller.queue, status, text);
}

/* A message about an argument, which the backend names. */
static const char *about(const char *argument, const char *what)
{
    static char text[160];
    (void)snprintf(text, sizeof text, "%s: %s", argument, what);
    return text;
}

Test(refused, memory)
{
    gpu_memory bad = refused_memory;
    bad.buffer = NULL;
    refuse(bad, GLR_ERROR_ARGUMENT, about(gpu.memory, "must not be NULL"));
    bad = refused_memory;
    bad.offset = 2;
    refuse(bad, GLR_ERROR_ARGUMENT, " is not a multiple of the 4 bytes of an element");
    bad.offset = 4;
    refuse(bad, GLR_ERROR_TOO_SMALL, "3996 bytes from ");
    refuse(bad, GLR_ERROR_TOO_SMALL, " are fewer than the 4000");
    bad = gpu_allocate(refused_caller, BYTES - 1);
    refuse(bad, GLR_ERROR_TOO_SMALL, " are fewer than the 4000");
    gpu_release(bad);
}

/* A context of the same device. */
Test(refused, objects_of_another_context)
{
    gpu_caller other = gpu_open(false);
    const gpu_memory foreign = gpu_allocate(other, BYTES);
    gpu_leave(other);
    refuse(foreign, GLR_ERROR_ARGUMENT, about(gpu.memory, "belongs to another context than the device"));
    refuse_at(refused_device, &refused_vector, refused_memory, other.queue, GLR_ERROR_ARGUMENT,
              about(gpu.queue, "belongs to another context than the device"));
    gpu_enter(other);
    gpu_release(foreign);
    gpu_close(other);
    gpu_enter(refused_caller);
}

Test(refused, orthogonal_matrices)
{
    const glr_initializer initializer = glr_orthogonal(1.0, 1);
    const glr_tensor matrix = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {10, BYTES / 40}};
    char text[128];
    uint64_t bytes = 5;
    (void)snprintf(text, sizeof text,
                   "initializer.kind: orthogonal is drawn by the cpu backend alone, not by %s",
                   glr_backend_name(gpu.kind));
    cr_expect_eq(fill(refused_device, &initializer, &matrix, refused_memory, refused_caller.queue),
                 GLR_ERROR_UNSUPPORTED);
    cr_expect_str_eq(glr_last_error(), text);
    cr_expect_not(was_launched());
    cr_expect_eq(glr_fill_scratch(refused_device, &initializer, &matrix, &bytes), GLR_ERROR_UNSUPPORTED);
    cr_expect_str_eq(glr_last_error(), text);
    cr_expect_eq(bytes, 5);
    const glr_initializer normal = glr_he_normal(1);
    cr_expect_eq(glr_fill_scratch(refused_device, &normal, &matrix, &bytes), GLR_OK);
    cr_expect_eq(bytes, 0);
}

Test(refused, devices_and_arguments)
{
    static const glr_initializer zero;
    glr_device *cpu = open_cpu(1);
    glr_tensor integers = refused_vector;
    char text[128];
    refuse_at(NULL, &refused_vector, refused_memory, refused_caller.queue, GLR_ERROR_ARGUMENT,
              "device: must not be NULL");
    (void)snprintf(text, sizeof text, "device: belongs to the cpu backend and was not opened by %s",
                   gpu.prepare);
    refuse_at(cpu, &refused_vector, refused_memory, refused_caller.queue, GLR_ERROR_ARGUMENT, text);
    refuse_at(refused_device, NULL, refused_memory, refused_caller.queue, GLR_ERROR_ARGUMENT,
              "tensor: must not be NULL");
    integers.dtype = GLR_DTYPE_INT32;
    refuse_at(refused_device, &integers, refused_memory, refused_caller.queue, GLR_ERROR_UNSUPPORTED, "");
    cr_expect_eq(fill(refused_device, NULL, &refused_vector, refused_memory, refused_caller.queue),
                 GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "initializer: must not be NULL");
    cr_expect_neq(fill(refused_device, &zero, &refused_vector, refused_memory, refused_caller.queue), GLR_OK);
    cr_expect_eq(gpu_prepare(refused_caller, NULL), GLR_ERROR_ARGUMENT);
    glr_close(cpu);
}

Test(refused, an_empty_part_is_not)
{
    const glr_initializer initializer = glr_ones();
    const glr_tensor empty = test_vector(GLR_DTYPE_FLOAT32, 0);
    cr_expect_eq(fill(refused_device, &initializer, &empty, refused_memory, refused_caller.queue), GLR_OK);
    cr_expect_not(was_launched());
}

/* A device's own memory: only what glr_alloc gave. */
Test(refused, memory_of_others)
{
    const glr_initializer initializer = glr_he_normal(2);
    float drawn[BYTES / 4], expected[BYTES / 4], host = 0;
    void *memory = NULL;
    char opened[GPU_LIST];
    gpu_list_live(opened);
    cr_assert_eq(glr_alloc(refused_device, BYTES, &memory), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_fill(refused_device, &initializer, &refused_vector, memory, BYTES), GLR_OK, "%s",
                 glr_last_error());
    cr_assert_eq(glr_sync(refused_device), GLR_OK);
    cr_assert_eq(glr_copy_to_host(refused_device, drawn, memory, BYTES), GLR_OK);
    test_cpu_fill(&initializer, &refused_vector, expected, sizeof expected);
    cr_expect_arr_eq(drawn, expected, sizeof drawn);
    cr_expect_eq(glr_fill(refused_device, &initializer, &refused_vector, &host, BYTES), GLR_ERROR_ARGUMENT);
    glr_tensor longer = refused_vector;
    longer.shape[0]++;
    cr_expect_eq(glr_fill(refused_device, &initializer, &longer, memory, BYTES + 4), GLR_ERROR_TOO_SMALL);
    cr_expect_eq(glr_copy_to_host(refused_device, drawn, memory, BYTES + 1), GLR_ERROR_TOO_SMALL);
    void *const foreign[] = {&host, refused_memory.buffer};
    for (size_t i = 0; i < 2; i++) {
        cr_expect_eq(glr_copy_to_host(refused_device, drawn, foreign[i], 1), GLR_ERROR_ARGUMENT);
        cr_expect_eq(glr_free(refused_device, foreign[i]), GLR_ERROR_ARGUMENT);
        cr_expect_not_null(strstr(glr_last_error(), " was not allocated by glr_alloc on this handle"), "%s",
                           glr_last_error());
    }
    cr_expect_eq(glr_free(refused_device, memory), GLR_OK);
    cr_expect_eq(glr_free(refused_device, memory), GLR_ERROR_ARGUMENT, "twice");
    gpu_expect_live(opened, "what was freed");
    cr_expect_eq(glr_alloc(refused_device, UINT64_MAX, &memory), GLR_ERROR_MEMORY);
    cr_expect_eq(glr_alloc(refused_device, UINT64_C(1) << 60, &memory), GLR_ERROR_MEMORY);
    cr_expect_null(memory);
    cr_assert_eq(glr_alloc(refused_device, 16, &memory), GLR_OK, "closing frees it");
    glr_close(refused_device);
    cr_assert_eq(gpu_prepare(refused_caller, &refused_device), GLR_OK, "%s", glr_last_error());
    gpu_expect_live(opened, "closing");
}
