/* What glr_cuda_prepare and glr_cuda_fill refuse, and with which message; what the handle's own memory does.
 */
#include "support.h"

#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define BYTES 4000

static glr_device *handle;
static test_cu cu;
static CUdeviceptr good;
static const glr_tensor vector = {.dtype = GLR_FLOAT32, .rank = 1, .shape = {BYTES / 4}};

static void set_up(void)
{
    cr_assert_eq(setenv("PTXSIM_DEVICES", "2", 1), 0);
    cu = test_cu_open();
    handle = test_prepare(NULL);
    good = test_memory(BYTES);
}

static void tear_down(void)
{
    DRIVER(cuMemFree_v2(good));
    glr_close(handle);
    test_cu_close(cu);
}

TestSuite(refused, .init = set_up, .fini = tear_down);

/* Nothing is launched. */
static void refuse(glr_device *device, const glr_tensor *tensor, CUdeviceptr dst, uint64_t bytes,
                   CUstream stream, glr_status status, const char *text)
{
    glr_initializer initializer = glr_he_normal(1);
    const unsigned before = ptxsim_count_live().work;
    cr_expect_eq(glr_cuda_fill(device, &initializer, tensor, dst, bytes, stream), status, "%s: %s", text,
                 glr_last_error());
    cr_expect_not_null(strstr(glr_last_error(), text), "%s, not %s", glr_last_error(), text);
    cr_expect_eq(ptxsim_count_live().work, before);
}

Test(refused, memory)
{
    float host[BYTES / 4];
    refuse(handle, &vector, 0, BYTES, cu.stream, GLR_ERROR_ARGUMENT, "dst: is NULL");
    refuse(handle, &vector, (uintptr_t)host, BYTES, cu.stream, GLR_ERROR_ARGUMENT,
           "dst: is not memory that the CUDA driver knows");
    refuse(handle, &vector, good + 2, BYTES, cu.stream, GLR_ERROR_ARGUMENT,
           "is not a multiple of the 4 bytes of an element");
    refuse(handle, &vector, good, BYTES - 1, cu.stream, GLR_ERROR_TOO_SMALL,
           "bytes: 3999 are fewer than the 4000 that the part needs");
    refuse(handle, &vector, good + 4, BYTES, cu.stream, GLR_ERROR_TOO_SMALL,
           "dst: the 3996 bytes from there to the end of its memory are fewer than the 4000");
    refuse(handle, &vector, good + BYTES, BYTES, cu.stream, GLR_ERROR_ARGUMENT,
           "dst: is not memory that the CUDA driver knows");
}

/* Of another context of the same device, and of another device. */
Test(refused, memory_of_other_contexts)
{
    for (CUdevice device = 0; device < 2; device++) {
        test_cu other = test_cu_create(device);
        CUdeviceptr foreign = test_memory(BYTES);
        CUcontext popped = NULL;
        DRIVER(cuCtxPopCurrent_v2(&popped));
        refuse(handle, &vector, foreign, BYTES, cu.stream, GLR_ERROR_ARGUMENT,
               "dst: is of another context than the handle");
        refuse(handle, &vector, good, BYTES, other.stream, GLR_ERROR_ARGUMENT,
               "stream: is of another context than the handle");
        DRIVER(cuCtxPushCurrent_v2(other.context));
        refuse(handle, &vector, good, BYTES, cu.stream, GLR_ERROR_ARGUMENT,
               "handle: its context is not the thread's current one");
        DRIVER(cuCtxPopCurrent_v2(&popped));
        DRIVER(cuCtxDestroy_v2(other.context));
    }
    DRIVER(cuCtxSetCurrent(NULL));
    refuse(handle, &vector, good, BYTES, cu.stream, GLR_ERROR_ARGUMENT,
           "handle: its context is not the thread's current one");
    DRIVER(cuCtxSetCurrent(cu.context));
}

Test(refused, handles_streams_and_arguments)
{
    glr_device *cpu = open_cpu(1);
    glr_initializer initializer = glr_ones();
    refuse(NULL, &vector, good, BYTES, cu.stream, GLR_ERROR_ARGUMENT, "handle: is NULL");
    refuse(cpu, &vector, good, BYTES, cu.stream, GLR_ERROR_ARGUMENT,
           "handle: is of the cpu backend and was not prepared by glr_cuda_prepare");
    refuse(handle, NULL, good, BYTES, cu.stream, GLR_ERROR_ARGUMENT, "tensor: is NULL");
    refuse(handle, &vector, good, BYTES, (CUstream)(void *)&cpu, GLR_ERROR_ARGUMENT,
           "stream: is not a CUDA stream");
    cr_expect_eq(glr_cuda_fill(handle, NULL, &vector, good, BYTES, cu.stream), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "initializer: is NULL");
    glr_tensor random_integers = vector;
    random_integers.dtype = GLR_INT32;
    refuse(handle, &random_integers, good, BYTES, cu.stream, GLR_ERROR_UNSUPPORTED, "");
    glr_tensor empty = vector;
    empty.shape[0] = 0;
    ptxsim_clear_calls();
    cr_expect_eq(glr_cuda_fill(handle, &initializer, &empty, 0, 0, cu.stream), GLR_OK);
    cr_expect_null(strstr(ptxsim_calls(), "cuLaunchKernel"));
    glr_close(cpu);
}

Test(refused, contexts)
{
    glr_device *none = handle;
    cr_expect_eq(glr_cuda_prepare(cu.context, NULL), GLR_ERROR_ARGUMENT);
    DRIVER(cuCtxSetCurrent(NULL));
    cr_expect_eq(glr_cuda_prepare(NULL, &none), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "context: is NULL, and the thread has no current one");
    cr_expect_null(none);
    DRIVER(cuCtxSetCurrent(cu.context));
}

/* A handle's own memory: glr_free and glr_copy_to_host take only what glr_alloc gave. */
Test(refused, memory_of_others)
{
    glr_initializer initializer = glr_he_normal(2);
    float drawn[BYTES / 4], expected[BYTES / 4], host = 0;
    void *memory = NULL, *foreign = NULL;
    memcpy(&foreign, &good, sizeof foreign);
    cr_assert_eq(glr_alloc(handle, BYTES, &memory), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_fill(handle, &initializer, &vector, memory, BYTES), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_sync(handle), GLR_OK);
    cr_assert_eq(glr_copy_to_host(handle, drawn, memory, BYTES), GLR_OK);
    test_cpu_fill(&initializer, &vector, expected, sizeof expected);
    cr_expect_arr_eq(drawn, expected, sizeof drawn);
    cr_expect_eq(glr_fill(handle, &initializer, &vector, &host, BYTES), GLR_ERROR_ARGUMENT);
    glr_tensor longer = vector;
    longer.shape[0]++;
    cr_expect_eq(glr_fill(handle, &initializer, &longer, memory, BYTES + 4), GLR_ERROR_TOO_SMALL);
    cr_expect_eq(glr_copy_to_host(handle, drawn, memory, BYTES + 1), GLR_ERROR_TOO_SMALL);
    cr_expect_eq(glr_copy_to_host(handle, drawn, foreign, 1), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_free(handle, foreign), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "memory: not what glr_alloc gave on this handle");
    cr_expect_eq(glr_free(handle, memory), GLR_OK);
    cr_expect_eq(glr_free(handle, memory), GLR_ERROR_ARGUMENT, "twice");
    cr_expect_eq(glr_alloc(handle, UINT64_C(1) << 60, &memory), GLR_ERROR_MEMORY);
    cr_expect_null(memory);
    cr_assert_eq(glr_alloc(handle, 16, &memory), GLR_OK, "closing frees it");
    ptxsim_live before = ptxsim_count_live();
    glr_close(handle);
    before.device_allocations--;
    before.modules--;
    before.streams--;
    test_expect_live(before, "closing");
    handle = test_prepare(NULL);
}
