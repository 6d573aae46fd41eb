/* Code that the OpenCL tests share. */
#ifndef TEST_OPENCL_SUPPORT_H
#define TEST_OPENCL_SUPPORT_H

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include "glorand/opencl.h"

#include "gpu/backend/backend.h"
#include "stand_in.h"
#include "support/use_backend.h"

/* The first device, a context with it, and an in-order queue. Aborts the test when something fails. */
typedef struct test_cl {
    cl_device_id device;
    cl_context context;
    cl_command_queue queue;
} test_cl;

test_cl test_cl_open(void);
void test_cl_close(test_cl cl);

/* The same objects under the names that they have here. */
test_cl test_cl_of(gpu_caller c);

/* A queue of some properties. */
cl_command_queue test_cl_queue(test_cl cl, cl_command_queue_properties properties);

cl_mem test_cl_buffer(test_cl cl, cl_mem_flags flags, size_t bytes);

/* Reads a buffer's bytes, blocking. */
void test_cl_read(test_cl cl, cl_mem buffer, size_t offset, size_t bytes, void *host);

/* Opens OpenCL's device 0 by glr_open. */
glr_device *test_open_opencl(void);

/* The stand-in, loaded; glorand takes it, too, from now on in this process, if it has not used OpenCL yet. */
typedef struct test_stand_in {
    injector *calls;
    stand_in_replace_fn replace;
    stand_in_say_fn say;
    stand_in_gpu_fn gpu;
    stand_in_usm_fn usm;
    void *library;
} test_stand_in;

test_stand_in test_stand_in_use(void);

/* Makes a folder of its own the user's cache folder, and removes it when the test ends. Returns its name. */
const char *test_own_cache(void);

/* Removes what is in that folder; nothing where it is NULL. */
void test_empty_cache(const char *folder);

#endif
