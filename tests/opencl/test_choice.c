/* Which backend glr_open chooses, where there is no OpenCL, a broken one, or a GPU. */
#include "support.h"

#include "support/use_backend.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

static void expect_unavailable(const char *reason)
{
    (void)test_expect_unavailable(GLR_BACKEND_OPENCL, reason);
}

Test(choice, no_library)
{
    cr_assert_eq(setenv("GLORAND_OPENCL_LIBRARY", "/nowhere/libOpenCL.so.1", 1), 0);
    expect_unavailable("no OpenCL: /nowhere/libOpenCL.so.1");
}

Test(choice, a_library_that_is_not_opencl)
{
    cr_assert_eq(setenv("GLORAND_OPENCL_LIBRARY", "libm.so.6", 1), 0);
    expect_unavailable("libm.so.6 has no clGetPlatformIDs");
}

Test(choice, no_platform)
{
    /* The real loader, without a driver. */
    cr_assert_eq(setenv("OCL_ICD_VENDORS", "/nowhere", 1), 0);
    expect_unavailable("OpenCL has no platform: no driver is installed");
}

/* auto never takes a CPU device of OpenCL. */
Test(choice, auto_prefers_our_own_cpu)
{
    glr_device *device = NULL;
    cr_assert_eq(glr_open(NULL, &device), GLR_OK);
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CPU);
    glr_close(device);
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_OPENCL;
    options.device = 99;
    cr_expect_eq(glr_open(&options, &device), GLR_ERROR_UNAVAILABLE);
    cr_expect_not_null(strstr(glr_last_error(), "options.device: 99; OpenCL has "), "%s", glr_last_error());
}

/* auto takes a GPU, and the CPU where that fails its check. */
Test(choice, auto_prefers_a_gpu_that_works)
{
    test_stand_in stand_in = test_stand_in_use();
    glr_device *device = NULL;
    (void)test_own_cache();
    stand_in.fail(NULL, 0, 0);
    stand_in.gpu();
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_OPENCL);
    glr_close(device);
    cr_assert_eq(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
    stand_in.replace("0xd2511f53U", "0xd2511f51U");
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CPU);
    cr_expect_eq(stand_in.live(), 0);
    glr_close(device);
}

#ifdef CUDA_STAND_IN /* CUDA is in this build */
/* auto with a GPU of OpenCL's beside CUDA, which is as the variable of its stand-in says. */
static void expect_choice(const char *variable, const char *value, glr_backend_kind expected)
{
    test_stand_in stand_in = test_stand_in_use();
    glr_device *device = NULL;
    (void)test_own_cache();
    stand_in.fail(NULL, 0, 0);
    stand_in.gpu();
    cr_assert_eq(setenv("GLORAND_CUDA_LIBRARY", CUDA_STAND_IN, 1), 0);
    cr_assert_eq(setenv(variable, value, 1), 0);
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), expected, "%s=%s: %s", variable, value,
                 glr_backend_name(glr_device_backend(device)));
    cr_expect_eq(stand_in.live() > 0, expected == GLR_BACKEND_OPENCL);
    glr_close(device);
    cr_expect_eq(stand_in.live(), 0);
}

Test(choice, auto_takes_cuda_first) { expect_choice("GLORAND_STANDIN_DEVICES", "1", GLR_BACKEND_CUDA); }

Test(choice, auto_goes_on_where_cuda_has_no_device)
{
    expect_choice("GLORAND_STANDIN_DEVICES", "0", GLR_BACKEND_OPENCL);
}

Test(choice, auto_goes_on_where_cuda_fails)
{
    expect_choice("GLORAND_STANDIN_FAIL", "cuInit:1:999", GLR_BACKEND_OPENCL);
}
#endif
