/* A broken driver, or a host without memory: the stand-in library lets calls fail, or changes what the device
   computes. */
#include "host_memory.h"
#include "support.h"

#include "support/golden.h"
#include "support/use_backend.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT 5000

/* By glr_open. */
static glr_status use_device(void)
{
    static float drawn[COUNT];
    glr_initializer initializer = glr_glorot_normal(4);
    glr_tensor tensor = {.dtype = GLR_FLOAT32, .rank = 1, .shape = {COUNT}};
    return test_use_backend(GLR_BACKEND_OPENCL, &initializer, &tensor, drawn, sizeof drawn);
}

/* The same in a context of the caller's. */
static glr_status use_queue(test_cl cl)
{
    glr_device *handle = NULL;
    glr_opencl_memory memory = {.buffer = test_cl_buffer(cl, CL_MEM_READ_WRITE, COUNT * sizeof(float))};
    glr_initializer initializer = glr_glorot_normal(4);
    glr_tensor tensor = {.dtype = GLR_FLOAT16, .rank = 1, .shape = {COUNT}};
    glr_status status = glr_opencl_prepare(cl.context, cl.device, &handle);
    if (status == GLR_OK) {
        status = glr_opencl_fill(handle, &initializer, &tensor, &memory, cl.queue, 0, NULL, NULL);
    }
    glr_close(handle);
    (void)clFinish(cl.queue);
    (void)clReleaseMemObject(memory.buffer);
    return status;
}

/* What may fail and be done without: what is released, and the cache. */
static int is_harmless(const char *function)
{
    return strncmp(function, "clRelease", 9) == 0 || strcmp(function, "clGetProgramInfo") == 0 ||
           strcmp(function, "clCreateProgramWithBinary") == 0 || strcmp(function, "clFinish") == 0 ||
           strcmp(function, "clBuildProgram") == 0 || strcmp(function, "clGetDeviceInfo") == 0 ||
           strcmp(function, "clGetProgramBuildInfo") == 0;
}

static void expect_nothing_left(const test_stand_in *stand_in, const char *failed)
{
    cr_expect_eq(stand_in->live(), 0, "%s leaves %d objects", failed, stand_in->live());
    cr_expect_eq(host_live(), 0, "%s leaves %d pieces of memory, files, mutexes and threads", failed,
                 host_live());
}

/* Lets every call fail in turn. */
static int fail_each(const test_stand_in *stand_in, const test_cl *cl)
{
    int injected = 0;
    for (int call = 1;; call++) {
        stand_in->fail(NULL, call, CL_OUT_OF_RESOURCES);
        host_fail(0);
        glr_status status = cl == NULL ? use_device() : use_queue(*cl);
        if (stand_in->failed()[0] == '\0') {
            cr_assert_eq(status, GLR_OK, "%s", glr_last_error());
            return injected;
        }
        injected++;
        expect_nothing_left(stand_in, stand_in->failed());
        cr_expect(status != GLR_OK || is_harmless(stand_in->failed()), "%s, call %d, goes unnoticed",
                  stand_in->failed(), call);
        cr_expect(status == GLR_OK || status == GLR_ERROR_DEVICE || status == GLR_ERROR_UNAVAILABLE, "%s: %s",
                  stand_in->failed(), glr_last_error());
    }
}

Test(errors, each_call_fails_in_turn, .timeout = 600)
{
    test_stand_in stand_in = test_stand_in_use();
    test_cl cl = test_cl_open();
    (void)test_own_cache();
    stand_in.fail(NULL, 0, 0);
    cr_assert_eq(use_device(), GLR_OK, "%s", glr_last_error()); /* warms the cache */
    int opened = fail_each(&stand_in, NULL), queued = fail_each(&stand_in, &cl);
    (void)printf("errors: %d injected by glr_open, %d by glr_opencl_prepare\n", opened, queued);
    cr_expect(opened > 60 && queued > 60, "%d and %d", opened, queued);
    test_cl_close(cl);
}

/* Memory, files and mutexes of the host fail in turn, with a cache or without. What the cache and the list of
   extensions take can be done without. Returns how often the status was an error. */
static int fail_host(const test_stand_in *stand_in, const test_cl *cl, const char *cache_to_empty)
{
    int refused = 0;
    for (int call = 1;; call++) {
        test_empty_cache(cache_to_empty);
        stand_in->fail(NULL, 0, 0);
        host_fail(call);
        glr_status status = cl == NULL ? use_device() : use_queue(*cl);
        expect_nothing_left(stand_in, host_failed());
        if (host_failed()[0] == '\0') {
            cr_assert_eq(status, GLR_OK, "%s", glr_last_error());
            (void)printf("errors: %d of %d failures of the host refused\n", refused, call - 1);
            return refused;
        }
        cr_expect(status == GLR_OK || status == GLR_ERROR_MEMORY, "%s, call %d: %s", host_failed(), call,
                  glr_last_error());
        refused += status != GLR_OK;
    }
}

Test(errors, the_host_fails_in_turn, .timeout = 600)
{
    test_stand_in stand_in = test_stand_in_use();
    test_cl cl = test_cl_open();
    const char *cache = test_own_cache();
    for (int empties = 1; empties >= 0; empties--) {
        const char *cache_to_empty = empties ? cache : NULL;
        /* A handle and its two mutexes; an allocation's entry, or the list of the context's devices. */
        cr_expect_eq(fail_host(&stand_in, NULL, cache_to_empty), 4);
        cr_expect_eq(fail_host(&stand_in, &cl, cache_to_empty), 4);
    }
    test_cl_close(cl);
}

/* Some errors mean something: status and message say it. */
Test(errors, have_their_status_and_message)
{
    static const struct {
        const char *function;
        int call, error;
        glr_status status;
        const char *message;
    } cases[] = {
        {"clGetPlatformIDs", 1, -1001, GLR_ERROR_UNAVAILABLE,
         "OpenCL has no platform: no driver is installed"},
        {"clGetPlatformIDs", 1, CL_OUT_OF_HOST_MEMORY, GLR_ERROR_UNAVAILABLE, "clGetPlatformIDs returned -6"},
        {"clGetDeviceIDs", 1, CL_DEVICE_NOT_FOUND, GLR_ERROR_UNAVAILABLE, "OpenCL has no device"},
        {"clCreateContext", 1, CL_DEVICE_NOT_AVAILABLE, GLR_ERROR_UNAVAILABLE,
         "OpenCL: clCreateContext returned CL_DEVICE_NOT_AVAILABLE (-2)"},
        {"clCreateContext", 1, CL_OUT_OF_HOST_MEMORY, GLR_ERROR_MEMORY,
         "OpenCL: clCreateContext returned CL_OUT_OF_HOST_MEMORY (-6)"},
        {"clBuildProgram", 1, CL_OUT_OF_RESOURCES, GLR_ERROR_DEVICE,
         "OpenCL: clBuildProgram returned CL_OUT_OF_RESOURCES (-5)"},
        {"clCreateBuffer", 2, CL_MEM_OBJECT_ALLOCATION_FAILURE, GLR_ERROR_MEMORY,
         "OpenCL: clCreateBuffer returned CL_MEM_OBJECT_ALLOCATION_FAILURE (-4)"},
        {"clEnqueueNDRangeKernel", 3, CL_OUT_OF_RESOURCES, GLR_ERROR_DEVICE,
         "OpenCL: clEnqueueNDRangeKernel returned CL_OUT_OF_RESOURCES (-5)"},
        {"clWaitForEvents", 1, CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST, GLR_ERROR_DEVICE,
         "OpenCL: clWaitForEvents returned CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST (-14)"},
        {"clEnqueueReadBuffer", 3, CL_OUT_OF_RESOURCES, GLR_ERROR_DEVICE,
         "OpenCL: clEnqueueReadBuffer returned CL_OUT_OF_RESOURCES (-5)"},
    };
    test_stand_in stand_in = test_stand_in_use();
    cr_assert_eq(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0); /* a binary would make up for a failed build */
    cr_assert_eq(setenv("GLORAND_OPENCL_FORCE", "one-lane", 1), 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        stand_in.fail(cases[i].function, cases[i].call, cases[i].error);
        host_fail(0);
        cr_expect_eq(use_device(), cases[i].status, "%s: %s", cases[i].function, glr_last_error());
        cr_expect_not_null(strstr(glr_last_error(), cases[i].message), "%s, not %s", glr_last_error(),
                           cases[i].message);
        expect_nothing_left(&stand_in, cases[i].function);
    }
}

/* A compiler that refuses the text, with what it said. */
Test(errors, a_build_failure_quotes_the_compiler)
{
    test_stand_in stand_in = test_stand_in_use();
    cr_assert_eq(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
    stand_in.fail(NULL, 0, 0);
    host_fail(0);
    stand_in.replace("GLR_KERNEL void glr_any(", "no such thing(");
    cr_expect_eq(use_device(), GLR_ERROR_DEVICE);
    cr_expect_not_null(strstr(glr_last_error(), "clBuildProgram failed: "), "%s", glr_last_error());
    expect_nothing_left(&stand_in, "clBuildProgram");
}

/* Names and logs come from drivers: they are shown in one line, without control characters. */
Test(errors, texts_of_drivers_are_shown)
{
    test_stand_in stand_in = test_stand_in_use();
    cr_assert_eq(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
    stand_in.fail(NULL, 0, 0);
    host_fail(0);
    stand_in.say(CL_DEVICE_NAME, "\x1b[2K\rname\u202e\xff");
    glr_device_info infos[16];
    size_t count = 0, named = 0;
    cr_assert_eq(glr_devices(infos, 16, &count), GLR_OK);
    for (size_t i = 0; i < count && i < 16; i++) {
        named += strstr(infos[i].name, "\\x1b[2K\\rname\\u202e\\xff (") == infos[i].name;
    }
    cr_expect_gt(named, 0);
    stand_in.say(CL_DEVICE_NAME, NULL);
    stand_in.replace("GLR_KERNEL void glr_any(", "\n#error \x1b[2K\n no such thing(");
    cr_expect_eq(use_device(), GLR_ERROR_DEVICE);
    cr_expect_not_null(strstr(glr_last_error(), "clBuildProgram failed: "), "%s", glr_last_error());
    for (const char *at = glr_last_error(); *at != '\0'; at++) {
        cr_expect((unsigned char)*at >= 0x20 && *at != 0x7f, "%s", glr_last_error());
    }
    cr_expect_not_null(strstr(glr_last_error(), "\\n"), "its lines are shown: %s", glr_last_error());
}

#define SCALED "values.value[j] = glr_scaled(raw->value[j], plan->scale, plan->shift);"

/* A device that computes otherwise is refused with the name of the check: as by a compiler that contracts,
   has no true fma, a square root that is not correctly rounded, flushes subnormals, or multiplies wrongly;
   also where a fill alone flushes them, or goes wrong far into a tensor only. */
Test(errors, a_device_that_computes_otherwise_is_refused)
{
    static const struct {
        const char *from, *to, *check;
    } cases[] = {
        {"return product + shift;", "return fma(raw, scale, shift);", "contraction"},
        {"return fma(a, b, c); }", "float d = a * b; return d + c; }", "fma"},
        {"return sqrt(a); }\n#endif", "return sqrt(a) * 1.00000012f; }\n#endif", "sqrt"},
        {"float subnormal = tiny * 0.5f;", "float subnormal = tiny * 0.0f;", "denormals"},
        {"0xd2511f53U", "0xd2511f51U", "the stream's first block"},
        {"glr_gpu_group(fill, number), 2,", "glr_gpu_group(fill, number), 3,", "a fill"},
        {"unit.group * GLR_BLOCKS_PER_GROUP", "(uint32_t)unit.group * GLR_BLOCKS_PER_GROUP", "a fill"},
        {SCALED, SCALED " if (fabs(values.value[j]) < 0x1p-126f) values.value[j] = 0.0f;", "a fill"},
    };
    test_stand_in stand_in = test_stand_in_use();
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    cr_assert_eq(setenv("XDG_CACHE_HOME", "/dev/null", 1), 0);
    cr_assert_eq(setenv("GLORAND_OPENCL_FORCE", "one-lane", 1), 0);
    options.backend = GLR_BACKEND_OPENCL;
    stand_in.fail(NULL, 0, 0);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[128];
        host_fail(0);
        stand_in.replace(cases[i].from, cases[i].to);
        (void)snprintf(expected, sizeof expected, "check failed: %s: 0x", cases[i].check);
        cr_expect_eq(glr_open(&options, &device), GLR_ERROR_DEVICE, "%s", cases[i].check);
        cr_expect_null(device);
        cr_expect_not_null(strstr(glr_last_error(), expected), "%s, not %s", glr_last_error(), expected);
        expect_nothing_left(&stand_in, cases[i].check);
    }
}
