/* Host memory of the caller's own that is registered, at one address for host and device, and at two. */
#include "driver/ptxsim.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 100

static uint32_t words[WORDS];

static CUdeviceptr address_of(const void *memory) { return (CUdeviceptr)(uintptr_t)memory; }

static CUdeviceptr start(const char *registered)
{
    CUcontext context = NULL;
    CUdeviceptr device = 0;
    if (registered != NULL) {
        cr_assert_eq(setenv("PTXSIM_REGISTERED", registered, 1), 0);
    }
    cr_assert_eq(cuInit(0), CUDA_SUCCESS);
    cr_assert_eq(cuDevicePrimaryCtxRetain(&context, 0), CUDA_SUCCESS);
    cr_assert_eq(cuCtxSetCurrent(context), CUDA_SUCCESS);
    cr_assert_eq(cuMemHostRegister_v2(words, sizeof words, 2), CUDA_SUCCESS);
    cr_assert_eq(cuMemHostGetDevicePointer_v2(&device, words + 1, 0), CUDA_SUCCESS);
    return device - 4;
}

/* Expects the driver's attributes of an address, the third word of the memory. Its bounds are those of the
   device's addresses. */
static void expect_facts(CUdeviceptr address, CUdeviceptr start)
{
    unsigned type = 0;
    CUdeviceptr device = 0, first = 0;
    void *host = NULL;
    size_t size = 0;
    int attributes[] = {2, 3, 4, 11, 12};
    void *values[] = {&type, &device, &host, &first, &size};
    cr_assert_eq(cuPointerGetAttributes(5, attributes, values, address), CUDA_SUCCESS);
    cr_expect_eq(type, 1);
    cr_expect_eq(device, start + 8);
    cr_expect_eq(host, words + 2);
    cr_expect_eq(first, address == device ? start : 0);
    cr_expect_eq(size, address == device ? sizeof words : 0);
}

static void expect_store(CUdeviceptr start)
{
    cr_assert_eq(cuMemsetD32_v2(start + 8, 7, 1), CUDA_SUCCESS);
    cr_assert_eq(cuCtxSynchronize(), CUDA_SUCCESS);
    cr_expect_eq(words[2], 7);
}

static void expect_end(void)
{
    cr_expect_eq(inject_count_live(ptxsim_injector(), "registration"), 1);
    cr_expect_eq(cuMemFreeHost(words), CUDA_ERROR_INVALID_VALUE);
    cr_expect_eq(cuMemHostUnregister(words + 1), CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
    cr_assert_eq(cuMemHostUnregister(words), CUDA_SUCCESS);
    cr_expect_eq(cuMemHostUnregister(words), CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED);
    cr_expect_eq(inject_count_live(ptxsim_injector(), "registration"), 0);
    words[2] = 8; /* it is still the caller's */
}

Test(registered, at_the_hosts_address)
{
    const CUdeviceptr device = start(NULL);
    cr_assert_eq(device, address_of(words));
    expect_facts(device + 8, device);
    expect_store(device);
    cr_expect_eq(cuMemHostRegister_v2(words + 5, 4, 0), CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED);
    cr_expect_eq(cuMemHostRegister_v2(words + 5, 0, 0), CUDA_ERROR_INVALID_VALUE);
    expect_end();
}

Test(registered, apart)
{
    const CUdeviceptr device = start("apart");
    cr_assert_neq(device, address_of(words));
    expect_facts(device + 8, device);
    expect_facts(address_of(words + 2), device);
    expect_store(device);
    cr_expect_eq(cuMemsetD32_v2(address_of(words), 7, 1), CUDA_ERROR_INVALID_VALUE); /* only the host's */
    expect_end();
}

Test(registered, another_way_is_refused)
{
    cr_assert_eq(setenv("PTXSIM_REGISTERED", "together", 1), 0);
    cr_assert_eq(cuInit(0), CUDA_ERROR_UNKNOWN);
}
