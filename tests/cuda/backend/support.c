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
    glr_device *handle = NULL;
    cr_assert_eq(glr_cuda_prepare(context, &handle), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_device_backend(handle), GLR_BACKEND_CUDA);
    return handle;
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

glr_device *test_open_cuda(uint32_t device)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *handle = NULL;
    options.backend = GLR_BACKEND_CUDA;
    options.device = device;
    cr_assert_eq(glr_open(&options, &handle), GLR_OK, "%s", glr_last_error());
    return handle;
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

int test_live(const char *kind)
{
    return ptxsim_injector() == NULL ? 0 : inject_count_live(ptxsim_injector(), kind);
}

void test_list_live(char list[INJECT_TEXT])
{
    list[0] = '\0';
    if (ptxsim_injector() != NULL) {
        inject_list_live(ptxsim_injector(), list);
    }
}

void test_expect_live(const char *before, const char *what)
{
    char now[INJECT_TEXT];
    test_list_live(now);
    cr_expect_str_eq(now, before, "%s leaves \"%s\", not \"%s\"", what, now, before);
}

void test_clear_calls(void)
{
    if (ptxsim_injector() != NULL) {
        inject_clear_trace(ptxsim_injector());
    }
}

void test_expect_calls(const char *calls)
{
    char now[INJECT_TEXT];
    if (ptxsim_injector() != NULL) {
        inject_trace(ptxsim_injector(), now);
        cr_expect_str_eq(now, calls, "\"%s\", not \"%s\"", now, calls);
    }
}

void test_expect_pending(int work)
{
    if (ptxsim_injector() != NULL) {
        cr_expect_eq(test_live("work"), work);
    }
}
