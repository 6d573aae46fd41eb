#include "support.h"

#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

test_cu test_cu_open(void)
{
    test_cu cu = {.is_primary = true};
    DRIVER(cuInit(0));
    DRIVER(cuDevicePrimaryCtxRetain(&cu.context, 0));
    DRIVER(cuCtxSetCurrent(cu.context));
    DRIVER(cuStreamCreate(&cu.stream, 1));
    return cu;
}

test_cu test_cu_create(CUdevice device)
{
    test_cu cu = {.is_primary = false};
    DRIVER(cuInit(0));
    DRIVER(cuCtxCreate_v2(&cu.context, 0, device));
    DRIVER(cuStreamCreate(&cu.stream, 1));
    return cu;
}

void test_cu_close(test_cu cu)
{
    (void)cuStreamDestroy_v2(cu.stream);
    if (cu.is_primary) {
        (void)cuCtxSetCurrent(NULL);
        (void)cuDevicePrimaryCtxRelease_v2(0);
    } else {
        (void)cuCtxDestroy_v2(cu.context);
    }
}

glr_device *test_prepare(CUcontext context)
{
    glr_device *device = NULL;
    cr_assert_eq(glr_cuda_open(context, &device), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_device_backend(device), GLR_BACKEND_CUDA);
    return device;
}

CUdeviceptr test_memory(size_t bytes)
{
    CUdeviceptr memory = 0;
    DRIVER(cuMemAlloc_v2(&memory, bytes));
    return memory;
}

bool test_has_room(uint64_t bytes)
{
    size_t left = 0, all = 0;
    DRIVER(cuMemGetInfo_v2(&left, &all));
    return left >= bytes;
}

glr_device *test_open_cuda(uint32_t number)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    options.backend = GLR_BACKEND_CUDA;
    options.device = number;
    cr_assert_eq(glr_open(&options, &device), GLR_OK, "%s", glr_last_error());
    return device;
}

void test_expect(CUstream stream, CUdeviceptr memory, const glr_initializer *initializer,
                 const glr_tensor *vector)
{
    uint64_t bytes = 0;
    cr_assert_eq(glr_tensor_extent(vector, NULL, &bytes), GLR_OK);
    unsigned char *drawn = malloc(bytes), *expected = malloc(bytes);
    cr_assert(drawn != NULL && expected != NULL);
    test_cpu_fill(initializer, vector, expected, bytes);
    DRIVER(cuStreamSynchronize(stream));
    DRIVER(cuMemcpyDtoH_v2(drawn, memory, bytes));
    cr_expect_eq(memcmp(drawn, expected, bytes), 0, "%s of %s", glr_kind_name(initializer->kind),
                 glr_dtype_name(vector->dtype));
    free(drawn);
    free(expected);
}

/* By a real driver nothing is recorded. */
static bool is_simulated(void) { return ptxsim_last_fault() != NULL; }

void test_expect_calls(const char *calls)
{
    char now[INJECT_TEXT];
    inject_trace(ptxsim_injector(), now);
    cr_expect(!is_simulated() || strcmp(now, calls) == 0, "\"%s\", not \"%s\"", now, calls);
}

void test_expect_pending(int work)
{
    cr_expect(!is_simulated() || inject_count_live(ptxsim_injector(), "work") == work);
}
