/* Devices and their memory. */
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(memory, alloc_fill_copy_free)
{
    glr_device *device = open_cpu(0);
    glr_initializer initializer = glr_he_uniform(3);
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {1001}};
    float direct[1001], copied[1001];
    void *memory = NULL;
    cr_assert_eq(glr_alloc(device, sizeof direct, &memory), GLR_OK, "%s", glr_last_error());
    cr_expect_eq((uintptr_t)memory % 64, 0);
    cr_assert_eq(glr_fill(device, &initializer, &tensor, memory, sizeof direct), GLR_OK);
    cr_assert_eq(glr_fill(device, &initializer, &tensor, direct, sizeof direct), GLR_OK);
    cr_assert_eq(glr_sync(device), GLR_OK);
    cr_assert_eq(glr_copy_to_host(device, copied, memory, sizeof copied), GLR_OK);
    cr_expect_arr_eq(copied, direct, sizeof direct);
    cr_assert_eq(glr_free(device, memory), GLR_OK);
    glr_close(device);
}

/* Large memory is in huge pages where there are any; all of it can be written. */
Test(memory, large)
{
    enum { BYTES = (5 << 20) + 3 };
    glr_device *device = open_cpu(0);
    void *memory = NULL;
    cr_assert_eq(glr_alloc(device, BYTES, &memory), GLR_OK, "%s", glr_last_error());
    cr_expect_eq((uintptr_t)memory % 64, 0);
    memset(memory, 1, BYTES);
    cr_assert_eq(glr_free(device, memory), GLR_OK);
    glr_close(device);
}

Test(memory, nothing_and_too_much)
{
    glr_device *device = open_cpu(0);
    void *memory = device;
    cr_expect_eq(glr_alloc(device, 0, &memory), GLR_OK);
    cr_expect_null(memory);
    cr_expect_eq(glr_free(device, NULL), GLR_OK);
    cr_expect_eq(glr_copy_to_host(device, NULL, NULL, 0), GLR_OK);
    memory = device;
    cr_expect_eq(glr_alloc(device, UINT64_MAX, &memory), GLR_ERROR_MEMORY);
    cr_expect_null(memory);
    cr_expect_eq(glr_alloc(NULL, 1, &memory), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_alloc(device, 1, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_free(NULL, memory), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_copy_to_host(device, NULL, device, 1), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_copy_to_host(device, &memory, NULL, 1), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_sync(NULL), GLR_ERROR_ARGUMENT);
    glr_close(device);
}

Test(memory, devices_are_listed)
{
    glr_device_info infos[8];
    size_t count = 0;
    memset(infos, 0xff, sizeof infos);
    cr_assert_eq(glr_devices(NULL, 0, &count), GLR_OK);
    cr_assert_eq(count, 3, "%zu", count);
    cr_assert_eq(glr_devices(infos, 8, &count), GLR_OK);
    for (size_t i = 0; i < count; i++) {
        cr_expect_eq(infos[i].reserved[4], 0);
        if (infos[i].backend == GLR_BACKEND_CPU) {
            cr_expect(infos[i].available);
            cr_expect_not_null(strchr(infos[i].name, '('), "%s names no kernel", infos[i].name);
        } else {
            cr_expect_not(infos[i].available);
            cr_expect_str_neq(infos[i].reason, "");
        }
    }
    cr_expect_str_eq(glr_last_error(), "", "reasons are not failures");
    memset(infos, 0, sizeof infos);
    cr_assert_eq(glr_devices(infos, 1, &count), GLR_OK);
    cr_expect(count == 3 && infos[0].backend != GLR_BACKEND_AUTO && infos[1].backend == GLR_BACKEND_AUTO);
}

Test(memory, options_may_be_left_out)
{
    glr_device *device = NULL;
    glr_options zero = {0};
    cr_expect_eq(glr_device_backend(NULL), GLR_BACKEND_AUTO);
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CPU);
    cr_expect_str_eq(glr_last_error(), "", "a backend that auto passed over is not a failure");
    glr_close(device);
    cr_assert_eq(glr_open(&zero, &device), GLR_OK, "%s", glr_last_error());
    glr_close(device);
}
