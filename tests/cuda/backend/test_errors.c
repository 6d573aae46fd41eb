/* A broken driver, or none: every call made to fail in turn, and kernels that compute otherwise. */
#define _GNU_SOURCE /* memmem */
#include "support.h"

#include "api/stage.h"
#include "support/golden.h"
#include "support/use_backend.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define COUNT          5000
#define FUNCTIONS_MOST 64

static float drawn[COUNT], expected[COUNT];
static const glr_tensor vector = {.dtype = GLR_FLOAT32, .rank = 1, .shape = {COUNT}};

/* The fault that the next use is to meet, and whether it did. */
static struct {
    const char *function; /* NULL: none */
    unsigned nth;
    CUresult error;
    bool was_met;
} fault;

static void arm(void) { ptxsim_fail(fault.function, fault.function == NULL ? 0 : fault.nth, fault.error); }

static void disarm(void)
{
    fault.was_met = fault.function != NULL && !ptxsim_pending();
    ptxsim_fail(NULL, 0, CUDA_SUCCESS);
}

/* By glr_open. */
static glr_status use_device(void)
{
    glr_initializer initializer = glr_glorot_normal(4);
    arm();
    glr_status status = test_use_backend(GLR_BACKEND_CUDA, &initializer, &vector, drawn, sizeof drawn);
    disarm();
    return status;
}

/* What may fail and be done without: what is released, what ends a handle, and pinned memory. */
static int is_harmless(const char *function)
{
    static const char *const harmless[] = {
        "cuCtxGetCurrent",     "cuCtxPushCurrent_v2", "cuCtxPopCurrent_v2", "cuStreamDestroy_v2",
        "cuStreamSynchronize", "cuModuleUnload",      "cuMemFree_v2",       "cuDevicePrimaryCtxRelease_v2",
        "cuMemHostAlloc",      "cuMemFreeHost"};
    for (size_t i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
        if (strcmp(function, harmless[i]) == 0) {
            return 1;
        }
    }
    return 0;
}

/* The same in a context and a stream of the caller's. */
static glr_status use_stream(void)
{
    test_cu cu = test_cu_create(0);
    CUdeviceptr memory = test_memory(sizeof drawn);
    glr_device *handle = NULL;
    glr_initializer initializer = glr_glorot_normal(4);
    ptxsim_live before = ptxsim_count_live();
    arm();
    glr_status status = glr_cuda_prepare(NULL, &handle);
    cr_expect_eq(status == GLR_OK, handle != NULL);
    if (status == GLR_OK) {
        status = glr_cuda_fill(handle, &initializer, &vector, memory, sizeof drawn, cu.stream);
    }
    if (status == GLR_OK && (cuCtxSynchronize() != CUDA_SUCCESS ||
                             cuMemcpyDtoH_v2(drawn, memory, sizeof drawn) != CUDA_SUCCESS)) {
        status = GLR_ERROR_DEVICE;
    }
    glr_close(handle);
    disarm();
    if (fault.function == NULL || !is_harmless(fault.function)) { /* what was not released is left */
        test_expect_live(before, fault.function == NULL ? "no fault" : fault.function);
    }
    (void)cuMemFree_v2(memory);
    test_cu_close(cu);
    return status;
}

/* Into host memory, as the command does: the stage's copies are put off until it waits for them. */
static glr_status use_stage(void)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    glr_stage stage = {.device = NULL};
    glr_initializer initializer = glr_glorot_normal(4);
    options.backend = GLR_BACKEND_CUDA;
    arm();
    glr_status status = glr_open(&options, &device);
    if (status == GLR_OK) {
        status = glr_stage_open(device, sizeof drawn, &stage);
    }
    if (status == GLR_OK) {
        status = glr_stage_start(&stage, &initializer, &vector);
    }
    if (status == GLR_OK) {
        status = glr_stage_wait(&stage);
    }
    if (status == GLR_OK) {
        memcpy(drawn, stage.host, sizeof drawn);
    }
    glr_stage_close(&stage);
    glr_close(device);
    disarm();
    return status;
}

typedef struct way {
    const char *name;
    glr_status (*use)(void);
} way;

static const way by_device = {"by glr_open", use_device}, by_stream = {"by a stream", use_stream},
                 by_stage = {"by a stage", use_stage};

/* The functions that a use calls, each once; returns how many. */
static size_t functions_of(const way *by, char names[FUNCTIONS_MOST][64])
{
    size_t count = 0;
    static char calls[4096];
    ptxsim_clear_calls();
    cr_assert_eq(by->use(), GLR_OK, "%s", glr_last_error());
    (void)snprintf(calls, sizeof calls, "%s", ptxsim_calls());
    for (char *rest = NULL, *name = strtok_r(calls, " ", &rest); name != NULL;
         name = strtok_r(NULL, " ", &rest)) {
        size_t i = 0;
        while (i < count && strcmp(names[i], name) != 0) {
            i++;
        }
        if (i == count && count < FUNCTIONS_MOST) {
            (void)snprintf(names[count++], 64, "%s", name);
        }
    }
    return count;
}

/* Whether a use under a fault went as it must: noticed or harmless, with a fitting status, nothing left. */
static void expect_survived(const char *function, unsigned nth, CUresult error, glr_status status,
                            const way *by)
{
    char what[128];
    (void)snprintf(what, sizeof what, "%s, call %u, error %d, %s", function, nth, error, by->name);
    cr_expect(status != GLR_OK || (is_harmless(function) && memcmp(drawn, expected, sizeof drawn) == 0),
              "%s, goes unnoticed", what);
    cr_expect(status == GLR_OK || status == GLR_ERROR_DEVICE || status == GLR_ERROR_UNAVAILABLE ||
                  status == GLR_ERROR_MEMORY || status == GLR_ERROR_ARGUMENT,
              "%s: %s", what, glr_last_error());
    cr_expect(status == GLR_OK || glr_last_error()[0] != '\0', "%s: no message", what);
}

/* Every call of a function in turn, until one more is not reached. Returns how many failed. */
static unsigned fail_each(const char *function, CUresult error, const way *by)
{
    for (unsigned nth = 1;; nth++) {
        memset(drawn, 0, sizeof drawn);
        fault.function = function;
        fault.nth = nth;
        fault.error = error;
        glr_status status = by->use();
        fault.function = NULL;
        if (!fault.was_met) {
            cr_expect_eq(status, GLR_OK, "%s: %s", function, glr_last_error());
            return nth - 1;
        }
        expect_survived(function, nth, error, status, by);
        while (cuCtxPopCurrent_v2(NULL) == CUDA_SUCCESS) { /* those of which the pop has failed */
        }
        if (strcmp(function, "cuDevicePrimaryCtxRelease_v2") == 0) {
            (void)cuDevicePrimaryCtxRelease_v2(0); /* it is the driver that has kept it */
        }
        test_expect_live((ptxsim_live){0}, function);
        cr_expect_eq(use_device(), GLR_OK, "the next use after %s, call %u: %s", function, nth,
                     glr_last_error());
        cr_expect_eq(memcmp(drawn, expected, sizeof drawn), 0);
    }
}

static void fail_all(const way *by)
{
    static const CUresult errors[] = {CUDA_ERROR_OUT_OF_MEMORY, CUDA_ERROR_INVALID_CONTEXT,
                                      CUDA_ERROR_LAUNCH_FAILED, CUDA_ERROR_ECC_UNCORRECTABLE,
                                      CUDA_ERROR_NOT_SUPPORTED, CUDA_ERROR_UNKNOWN};
    char names[FUNCTIONS_MOST][64];
    glr_initializer initializer = glr_glorot_normal(4);
    test_cpu_fill(&initializer, &vector, expected, sizeof expected);
    size_t count = functions_of(by, names);
    unsigned injected = 0;
    for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++) {
        for (size_t i = 0; i < count; i++) {
            if (strcmp(names[i], "cuCtxSynchronize") == 0 || strcmp(names[i], "cuMemcpyDtoH_v2") == 0) {
                continue; /* which the test calls, and glorand does not */
            }
            injected += fail_each(names[i], errors[e], by);
        }
    }
    (void)printf("errors: %u injected into calls of %zu functions, %s\n", injected, count, by->name);
    cr_expect(count >= 15 && injected > 200, "%zu functions, %u calls", count, injected);
}

Test(errors, each_call_fails_in_turn, .timeout = 600) { fail_all(&by_device); }

Test(errors, each_call_fails_in_turn_in_the_callers_context, .timeout = 600) { fail_all(&by_stream); }

Test(errors, each_call_fails_in_turn_in_a_stage, .timeout = 600) { fail_all(&by_stage); }

/* Some errors mean something: status and message say it. */
Test(errors, have_their_status_and_message)
{
    static const struct {
        const char *function;
        unsigned nth;
        CUresult error;
        glr_status status;
        const char *message;
    } cases[] = {
        {"cuInit", 1, CUDA_ERROR_NO_DEVICE, GLR_ERROR_UNAVAILABLE, "CUDA has no device"},
        {"cuInit", 1, 803, GLR_ERROR_UNAVAILABLE, "returned an error (803)"},
        {"cuDevicePrimaryCtxRetain", 1, CUDA_ERROR_OUT_OF_MEMORY, GLR_ERROR_MEMORY,
         "CUDA: cuDevicePrimaryCtxRetain returned CUDA_ERROR_OUT_OF_MEMORY (2)"},
        {"cuModuleLoadData", 1, CUDA_ERROR_NO_BINARY_FOR_GPU, GLR_ERROR_UNAVAILABLE,
         "CUDA: cuModuleLoadData returned CUDA_ERROR_NO_BINARY_FOR_GPU (209)"},
        {"cuMemAlloc_v2", 2, CUDA_ERROR_OUT_OF_MEMORY, GLR_ERROR_MEMORY,
         "CUDA: cuMemAlloc returned CUDA_ERROR_OUT_OF_MEMORY (2)"},
        {"cuLaunchKernel", 3, CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES, GLR_ERROR_DEVICE,
         "CUDA: cuLaunchKernel returned CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701)"},
        {"cuStreamSynchronize", 3, CUDA_ERROR_LAUNCH_FAILED, GLR_ERROR_DEVICE,
         "CUDA: cuStreamSynchronize returned CUDA_ERROR_LAUNCH_FAILED (719)"},
    };
    cr_assert_eq(use_device(), GLR_OK, "%s", glr_last_error());
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        fault.function = cases[i].function;
        fault.nth = cases[i].nth;
        fault.error = cases[i].error;
        cr_expect_eq(use_device(), cases[i].status, "%s: %s", cases[i].function, glr_last_error());
        cr_expect_not_null(strstr(glr_last_error(), cases[i].message), "%s, not %s", glr_last_error(),
                           cases[i].message);
        test_expect_live((ptxsim_live){0}, cases[i].function);
    }
}

/* Nor can a context be prepared; of the devices it is the first. */
static void expect_unavailable(const char *reason)
{
    glr_device *device = NULL;
    cr_expect_neq(glr_cuda_prepare(NULL, &device), GLR_OK);
    cr_expect_eq(test_expect_unavailable(GLR_BACKEND_CUDA, reason), 0);
}

Test(errors, no_library)
{
    cr_assert_eq(setenv("GLORAND_CUDA_LIBRARY", "/nowhere/libcuda.so.1", 1), 0);
    expect_unavailable("no CUDA driver: /nowhere/libcuda.so.1");
}

Test(errors, a_library_that_is_not_cuda)
{
    cr_assert_eq(setenv("GLORAND_CUDA_LIBRARY", "libm.so.6", 1), 0);
    expect_unavailable("libm.so.6 has no cuInit");
}

Test(errors, a_driver_that_is_too_old)
{
    cr_assert_eq(setenv("PTXSIM_VERSION", "11080", 1), 0);
    expect_unavailable("the CUDA driver is of version 11.8; ");
}

Test(errors, no_device)
{
    cr_assert_eq(setenv("PTXSIM_DEVICES", "0", 1), 0);
    expect_unavailable("CUDA has no device");
}

Test(errors, an_unsupported_device)
{
    cr_assert_eq(setenv("PTXSIM_CAPABILITY", "7.0", 1), 0);
    expect_unavailable("the device has compute capability 7.0; 7.5 is needed");
}

Test(errors, a_prohibited_device)
{
    cr_assert_eq(setenv("PTXSIM_COMPUTE_MODE", "2", 1), 0);
    expect_unavailable("the device's compute mode is 'prohibited'");
}

/* auto takes CUDA first; a CUDA that fails is no reason to fail. */
Test(errors, auto_prefers_cuda)
{
    glr_device *device = NULL;
    glr_options options = GLR_OPTIONS_INIT;
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CUDA);
    glr_close(device);
    ptxsim_fail("cuModuleLoadData", 1, CUDA_ERROR_UNKNOWN);
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CPU);
    glr_close(device);
    options.backend = GLR_BACKEND_CUDA;
    options.device = 99;
    cr_expect_eq(glr_open(&options, &device), GLR_ERROR_UNAVAILABLE);
    cr_expect_str_eq(glr_last_error(), "options.device: 99; CUDA has 1 here");
}

/* The PTX of the oldest and of the newest devices, and of one that does not exist yet. */
static void expect_drawn_at(const char *capability)
{
    glr_initializer initializer = glr_glorot_normal(4);
    test_cpu_fill(&initializer, &vector, expected, sizeof expected);
    cr_assert_eq(setenv("PTXSIM_CAPABILITY", capability, 1), 0);
    cr_assert_eq(use_device(), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(memcmp(drawn, expected, sizeof drawn), 0, "%s", capability);
}

Test(errors, none_at_capability_7_5) { expect_drawn_at("7.5"); }
Test(errors, none_at_capability_9_0) { expect_drawn_at("9.0"); }
Test(errors, none_at_capability_14_3) { expect_drawn_at("14.3"); }

/* The kernels in the library, which is linked into this program. */
extern const unsigned char glr_cuda_image[];

/* The PTX that the stand-in takes, as text that can be changed. */
static char *image_text(void)
{
    uint64_t bytes;
    const long page = sysconf(_SC_PAGESIZE);
    memcpy(&bytes, glr_cuda_image + 8, sizeof bytes);
    const unsigned char *start = glr_cuda_image - (uintptr_t)glr_cuda_image % (uintptr_t)page;
    cr_assert_eq(mprotect((void *)start, (size_t)(glr_cuda_image + bytes - start), PROT_READ | PROT_WRITE),
                 0);
    char *text = memmem(glr_cuda_image, bytes, ".target sm_120", 14);
    cr_assert_not_null(text);
    return text;
}

/* Replaces the nth `from` after `entry` by a text of the same length. */
static void replace(const char *entry, unsigned nth, const char *from, const char *to)
{
    char *at = strstr(image_text(), entry);
    cr_assert_eq(strlen(from), strlen(to));
    for (unsigned i = 0; i < nth; i++) {
        cr_assert_not_null(at, "%s", from);
        at = strstr(at + 1, from);
    }
    cr_assert_not_null(at, "%s", from);
    memcpy(at, to, strlen(to));
}

/* Gives each line of a kernel that has an opcode another one, which may take an operand less. */
static void replace_lines(const char *entry, const char *opcode, const char *other, bool loses_operand)
{
    char *start = strstr(image_text(), entry), *last = strstr(start, "\n}\n");
    for (char *at = strstr(start, opcode); at != NULL && at < last; at = strstr(at, opcode)) {
        memset(at, ' ', strlen(opcode));
        memcpy(at, other, strlen(other));
        char *end = strchr(at, ';'), *comma = end;
        while (loses_operand && *comma != ',') {
            comma--;
        }
        memset(comma, ' ', (size_t)(end - comma));
    }
}

/* A device that computes otherwise is refused with the name of the check. */
static void expect_check_fails(const char *check)
{
    char text[128];
    (void)snprintf(text, sizeof text, "the CUDA device's check failed: %s: 0x", check);
    cr_expect_eq(use_device(), GLR_ERROR_DEVICE, "%s", check);
    cr_expect_not_null(strstr(glr_last_error(), text), "%s, not %s", glr_last_error(), text);
    test_expect_live((ptxsim_live){0}, check);
}

Test(errors, a_device_that_contracts)
{
    replace(".entry glr_check(", 1, "add.rn.f32", "sub.rn.f32");
    expect_check_fails("contraction");
}

Test(errors, a_device_without_fma)
{
    replace_lines(".entry glr_check(", "fma.rn.f32", "mul.rn.f32", true);
    expect_check_fails("fma");
}

Test(errors, a_device_without_a_rounded_square_root)
{
    replace_lines(".entry glr_check(", "sqrt.rn.f32", "mov.b32", false);
    expect_check_fails("sqrt");
}

Test(errors, a_device_that_draws_other_words)
{
    replace(".entry glr_check(", 1, "-766435501", "-766435503"); /* 0xd2511f53 */
    expect_check_fails("the stream's first block");
}

Test(errors, a_device_whose_fills_differ)
{
    replace(".entry glr_truncated_packed(", 1, "-766435501", "-766435503");
    expect_check_fails("a fill");
}
