/* Which backend is chosen beside CUDA, and which of the kernels' versions. */
#include "support.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

/* auto takes CUDA first; a CUDA that fails is not a reason to fail. */
Test(errors, auto_prefers_cuda)
{
    glr_device *device = NULL;
    glr_options options = GLR_OPTIONS_INIT;
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CUDA);
    glr_close(device);
    inject_fail(ptxsim_injector(), "cuModuleLoadData", 1, CUDA_ERROR_UNKNOWN);
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CPU);
    glr_close(device);
    options.backend = GLR_BACKEND_CUDA;
    options.device = 99;
    cr_expect_eq(glr_open(&options, &device), GLR_ERROR_UNAVAILABLE);
    cr_expect_str_eq(glr_last_error(), "options.device: 99 is outside [0, 0]: CUDA has 1 device");
}

/* The PTX of the oldest and of the newest devices, and of one that does not exist yet. */
static void expect_drawn_at(const char *capability)
{
    static float expected[GPU_COUNT];
    const glr_initializer initializer = glr_glorot_normal(4);
    const glr_tensor vector = test_vector(GLR_DTYPE_FLOAT32, GPU_COUNT);
    test_cpu_fill(&initializer, &vector, expected, sizeof expected);
    cr_assert_eq(setenv("PTXSIM_CAPABILITY", capability, 1), 0);
    cr_assert_eq(gpu_use_device(), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(memcmp(gpu_drawn, expected, sizeof expected), 0, "%s", capability);
}

Test(errors, none_at_capability_7_5) { expect_drawn_at("7.5"); }
Test(errors, none_at_capability_9_0) { expect_drawn_at("9.0"); }
Test(errors, none_at_capability_14_3) { expect_drawn_at("14.3"); }
