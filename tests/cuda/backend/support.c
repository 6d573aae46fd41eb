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

glr_tensor test_vector(glr_dtype dtype, int64_t count)
{
    glr_tensor tensor = {.dtype = dtype, .rank = 1, .shape = {count}};
    return tensor;
}

void test_cpu_fill(const glr_initializer *initializer, const glr_tensor *tensor, void *dst, uint64_t bytes)
{
    glr_device *cpu = open_cpu(1);
    cr_assert_eq(glr_fill(cpu, initializer, tensor, dst, bytes), GLR_OK, "%s", glr_last_error());
    glr_close(cpu);
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

void test_expect_live(ptxsim_live before, const char *what)
{
    ptxsim_live now = ptxsim_count_live();
    cr_expect_eq(
        memcmp(&now, &before, sizeof now), 0,
        "%s: contexts %u, modules %u, allocations %u and %u, streams %u, events %u, graphs %u and %u, "
        "work %u are left",
        what, now.contexts, now.modules, now.device_allocations, now.host_allocations, now.streams,
        now.events, now.graphs, now.graph_execs, now.work);
}

void test_expect_calls(const char *calls)
{
    if (ptxsim_calls() != NULL) {
        cr_expect_str_eq(ptxsim_calls(), calls);
    }
}

void test_expect_pending(unsigned work)
{
    if (ptxsim_calls() != NULL) {
        cr_expect_eq(ptxsim_count_live().work, work);
    }
}
