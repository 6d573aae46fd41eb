/* Which backend glr_open chooses, where there is no OpenCL, a broken one, or a GPU. */
#include "host_memory.h"
#include "support.h"

#include "support/use_backend.h"

#include "opencl/driver.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* auto never takes a CPU device of OpenCL. */
Test(choice, auto_prefers_our_own_cpu)
{
    glr_device *device = NULL;
    cr_assert_eq(setenv("GLORAND_OPENCL_LIBRARY", "libOpenCL.so.1", 1), 0); /* auto loads it for that */
    cr_assert_eq(glr_open(NULL, &device), GLR_OK);
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CPU);
    glr_close(device);
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_OPENCL;
    options.device = 99;
    cr_expect_eq(glr_open(&options, &device), GLR_ERROR_UNAVAILABLE);
    cr_expect_not_null(strstr(glr_last_error(), "options.device: 99 is outside [0, "), "%s",
                       glr_last_error());
}

/* auto takes a GPU, and the CPU where that fails its check. */
Test(choice, auto_prefers_a_gpu_that_works)
{
    test_stand_in stand_in = test_stand_in_use();
    glr_device *device = NULL;
    (void)test_own_cache();
    stand_in.gpu();
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_OPENCL);
    glr_close(device);
    cr_assert_eq(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
    stand_in.replace("0xd2511f53U", "0xd2511f51U");
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), GLR_BACKEND_CPU);
    cr_expect_eq(inject_count_live(stand_in.calls, NULL), 0);
    glr_close(device);
}

/* A word that is not known is an error of each opening that would read it, whether there is a GPU or not. */
Test(choice, an_unknown_word_is_refused)
{
    static const char *const lists[] = {"one-lan", "one-lane,no-fp6", "none one-lanes", "no-fp64;simulator"};
    static const char *const words[] = {"'one-lan'", "'no-fp6'", "'one-lanes'", "'no-fp64;simulator'"};
    static const char accepted[] = "must be none, one-lane, software-sqrt, no-fp64 or simulator, not ";
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        char expected[200];
        cr_assert_eq(setenv("GLORAND_OPENCL_FORCE", lists[i], 1), 0);
        (void)snprintf(expected, sizeof expected, "GLORAND_OPENCL_FORCE: %s%s", accepted, words[i]);
        options.backend = GLR_BACKEND_OPENCL;
        cr_expect_eq(glr_open(&options, &device), GLR_ERROR_ARGUMENT);
        cr_expect_str_eq(glr_last_error(), expected);
        cr_expect_eq(glr_open(NULL, &device), GLR_ERROR_ARGUMENT, "by auto");
        cr_expect_str_eq(glr_last_error(), expected);
        options.backend = GLR_BACKEND_CPU;
        cr_expect_eq(glr_open(&options, &device), GLR_OK, "which does not read it");
        glr_close(device);
    }
    test_cl cl = test_cl_open();
    cr_expect_eq(glr_opencl_open(cl.context, cl.device, &device), GLR_ERROR_ARGUMENT);
    test_cl_close(cl);
    cr_assert_eq(setenv("GLORAND_OPENCL_FORCE", " none, one-lane,,software-sqrt ", 1), 0);
    device = test_open_opencl();
    glr_close(device);
}

/* Files of a /sys, in which a driver for CPUs finds processors and memory, or not. */
Test(choice, a_host_in_which_drivers_end_the_process)
{
    static const struct {
        const char *commands, *reason;
    } cases[] = {
        {":", "has no topology of the processors"},
        {"mkdir -p devices/system/cpu/cpu0", "has no topology of the processors"},
        {"mkdir devices/system/cpu/cpu0/topology", "has no topology of the processors"},
        {"touch devices/system/cpu/cpu0/topology/core_siblings", NULL},
        {"mkdir devices/system/node", "has no memory node"},
        {"mkdir devices/system/node/node0", NULL},
        {"rmdir devices/system/node/node0; touch devices/system/node/online", NULL},
    };
    char folder[] = "/tmp/glorand-sysfs-XXXXXX", command[256];
    cr_assert_not_null(mkdtemp(folder));
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(command, sizeof command, "cd %s && %s", folder, cases[i].commands);
        cr_assert_eq(system(command), 0, "%s", command);
        cr_expect_eq(glr_opencl_check_hazards(folder),
                     cases[i].reason == NULL ? GLR_OK : GLR_ERROR_UNAVAILABLE, "%s", cases[i].commands);
        cr_expect(cases[i].reason == NULL || strstr(glr_last_error(), cases[i].reason) != NULL, "%s",
                  glr_last_error());
    }
    const int before = inject_count_live(&test_host, NULL);
    for (unsigned call = 1; call <= 2 && call <= sysconf(_SC_NPROCESSORS_ONLN); call++) {
        inject_fail(&test_host, NULL, call, ENOMEM);
        cr_expect_eq(glr_opencl_check_hazards(folder), GLR_ERROR_UNAVAILABLE);
        cr_expect_str_eq(inject_failed(&test_host), "pthread_create");
        cr_expect_eq(inject_count_live(&test_host, NULL), before, "threads are joined");
        cr_expect_not_null(strstr(glr_last_error(), "gives fewer threads"), "%s", glr_last_error());
    }
    inject_fail(&test_host, NULL, 0, 0);
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    cr_assert_eq(system(command), 0);
}

/* The real driver, which aborts there, is not loaded. A sanitizer's own memory exceeds the limit. */
#ifdef TEST_SANITIZED
Test(choice, a_limit_of_data_is_told, .disabled = true)
#else
Test(choice, a_limit_of_data_is_told)
#endif
{
    struct rlimit limit;
    cr_assert_eq(getrlimit(RLIMIT_DATA, &limit), 0);
    limit.rlim_cur = ((rlim_t)128 << 20) - 1;
    cr_assert_eq(setrlimit(RLIMIT_DATA, &limit), 0);
    (void)test_expect_unavailable(GLR_BACKEND_OPENCL, "RLIMIT_DATA is less than 128 MiB");
}

#ifdef CUDA_STAND_IN /* CUDA is in this build */
/* auto with a GPU of OpenCL's beside CUDA, which is as the variable of its stand-in says. */
static void expect_choice(const char *variable, const char *value, glr_backend_kind expected)
{
    test_stand_in stand_in = test_stand_in_use();
    glr_device *device = NULL;
    (void)test_own_cache();
    stand_in.gpu();
    cr_assert_eq(setenv("GLORAND_CUDA_LIBRARY", CUDA_STAND_IN, 1), 0);
    cr_assert_eq(setenv(variable, value, 1), 0);
    cr_assert_eq(glr_open(NULL, &device), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_device_backend(device), expected, "%s=%s: %s", variable, value,
                 glr_backend_name(glr_device_backend(device)));
    cr_expect_eq(inject_count_live(stand_in.calls, NULL) > 0, expected == GLR_BACKEND_OPENCL);
    glr_close(device);
    cr_expect_eq(inject_count_live(stand_in.calls, NULL), 0);
}

Test(choice, auto_takes_cuda_first) { expect_choice("PTXSIM_DEVICES", "1", GLR_BACKEND_CUDA); }

Test(choice, auto_goes_on_where_cuda_has_no_device)
{
    expect_choice("PTXSIM_DEVICES", "0", GLR_BACKEND_OPENCL);
}

Test(choice, auto_goes_on_where_cuda_fails)
{
    expect_choice("PTXSIM_FAIL", "cuInit:1:999", GLR_BACKEND_OPENCL);
}
#endif
