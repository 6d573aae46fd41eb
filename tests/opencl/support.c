#include "support.h"

#include "support/golden.h"

#include <criterion/criterion.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

test_cl test_cl_open(void)
{
    test_cl cl = {NULL, NULL, NULL};
    cl_platform_id platform;
    cl_int error = CL_SUCCESS;
    cr_assert_eq(clGetPlatformIDs(1, &platform, NULL), CL_SUCCESS);
    cr_assert_eq(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &cl.device, NULL), CL_SUCCESS);
    cl.context = clCreateContext(NULL, 1, &cl.device, NULL, NULL, &error);
    cr_assert_eq(error, CL_SUCCESS);
    cl.queue = test_cl_queue(cl, 0);
    return cl;
}

void test_cl_close(test_cl cl)
{
    (void)clReleaseCommandQueue(cl.queue);
    (void)clReleaseContext(cl.context);
}

test_cl test_cl_of(gpu_caller c)
{
    return (test_cl){.device = c.device, .context = c.context, .queue = c.queue};
}

cl_command_queue test_cl_queue(test_cl cl, cl_command_queue_properties properties)
{
    cl_int error = CL_SUCCESS;
    cl_command_queue queue = clCreateCommandQueue(cl.context, cl.device, properties, &error);
    cr_assert_eq(error, CL_SUCCESS);
    return queue;
}

cl_mem test_cl_buffer(test_cl cl, cl_mem_flags flags, size_t bytes)
{
    cl_int error = CL_SUCCESS;
    cl_mem buffer = clCreateBuffer(cl.context, flags, bytes, NULL, &error);
    cr_assert_eq(error, CL_SUCCESS, "a buffer of %zu bytes: %d", bytes, (int)error);
    return buffer;
}

void test_cl_read(test_cl cl, cl_mem buffer, size_t offset, size_t bytes, void *host)
{
    cr_assert_eq(clEnqueueReadBuffer(cl.queue, buffer, CL_TRUE, offset, bytes, host, 0, NULL, NULL),
                 CL_SUCCESS);
}

glr_device *test_open_opencl(void)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    options.backend = GLR_BACKEND_OPENCL;
    cr_assert_eq(glr_open(&options, &device), GLR_OK, "%s", glr_last_error());
    return device;
}

static void find(void *library, const char *name, void *function)
{
    void *symbol = dlsym(library, name);
    cr_assert_not_null(symbol, "%s", name);
    memcpy(function, &symbol, sizeof symbol);
}

test_stand_in test_stand_in_use(void)
{
    test_stand_in stand_in;
    cr_assert_eq(setenv("GLORAND_OPENCL_LIBRARY", STAND_IN, 1), 0);
    void *library = dlopen(STAND_IN, RTLD_NOW | RTLD_LOCAL);
    cr_assert_not_null(library, "%s", dlerror());
    stand_in_injector_fn injector_of;
    find(library, "stand_in_injector", &injector_of);
    find(library, "stand_in_replace", &stand_in.replace);
    find(library, "stand_in_say", &stand_in.say);
    find(library, "stand_in_gpu", &stand_in.gpu);
    find(library, "stand_in_usm", &stand_in.usm);
    stand_in.calls = injector_of();
    stand_in.library = library;
    return stand_in;
}

static char cache[] = "/tmp/glorand-cache-XXXXXX";

static void remove_cache(void)
{
    char command[sizeof cache + 16];
    (void)snprintf(command, sizeof command, "rm -rf %s", cache);
    (void)system(command); /* NOLINT(cert-env33-c): a name of our own making */
}

void test_empty_cache(const char *folder)
{
    char command[sizeof cache + 32];
    if (folder != NULL) {
        (void)snprintf(command, sizeof command, "rm -rf %s/glorand", folder);
        cr_assert_eq(system(command), 0); /* NOLINT(cert-env33-c): a name of our own making */
    }
}

const char *test_own_cache(void)
{
    cr_assert_not_null(mkdtemp(cache));
    cr_assert_eq(atexit(remove_cache), 0);
    cr_assert_eq(setenv("XDG_CACHE_HOME", cache, 1), 0);
    return cache;
}
