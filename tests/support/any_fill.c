#ifdef TEST_OPENCL
#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include "glorand/opencl.h"
#endif

#ifdef TEST_NATIVE
#include "gpu/native/open.h"
#endif
#include "support/any_cuda.h"
#include "support/any_fill.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local const char *message; /* NULL: what the library said */

const char *any_error(void) { return message != NULL ? message : glr_last_error(); }

static int is_named(const char *name)
{
    const char *backend = getenv("GLORAND_TEST_BACKEND");
    return strcmp(backend == NULL ? "cpu" : backend, name) == 0;
}

int any_is_cpu(void) { return is_named("cpu"); }

int any_is_interpreted(void) { return is_named("cuda") && getenv("GLORAND_CUDA_LIBRARY") != NULL; }

int any_has_f64(void)
{
    const char *force = getenv("GLORAND_OPENCL_FORCE");
    return any_is_cpu() || force == NULL || strstr(force, "no-fp64") == NULL;
}

#if defined(TEST_OPENCL) || defined(TEST_CUDA) || defined(TEST_NATIVE)

#define CANARY 0x5c
#define MARGIN 256 /* bytes, and up to 15 elements more */

static glr_status fail(const char *what)
{
    message = what;
    return GLR_ERROR_SYSTEM;
}

#endif

#ifdef TEST_OPENCL

static cl_context context;
static cl_command_queue queue;
static cl_device_id device_id;

static glr_status open_opencl(glr_device **device)
{
    cl_platform_id platform;
    cl_int error = CL_SUCCESS;
    if (context == NULL) {
        if (clGetPlatformIDs(1, &platform, NULL) != CL_SUCCESS ||
            clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device_id, NULL) != CL_SUCCESS) {
            return fail("OpenCL has no device");
        }
        context = clCreateContext(NULL, 1, &device_id, NULL, NULL, &error);
        queue = error == CL_SUCCESS ? clCreateCommandQueue(context, device_id, 0, &error) : NULL;
    }
    return error == CL_SUCCESS ? glr_opencl_open(context, device_id, device) : fail("no context or no queue");
}

/* Between the margins, the caller's bytes go in and come out. */
static glr_status fill_by_opencl(glr_device *device, const glr_initializer *initializer,
                                 const glr_tensor *tensor, unsigned char *all, size_t room, uint64_t offset)
{
    cl_int error = CL_SUCCESS;
    cl_event event = NULL;
    glr_opencl_memory memory = {.offset = offset};
    memory.buffer = clCreateBuffer(context, CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR, room, all, &error);
    if (error != CL_SUCCESS) {
        return fail("no buffer");
    }
    glr_status status = glr_opencl_fill(device, initializer, tensor, &memory, queue, 0, NULL, &event);
    if (status == GLR_OK &&
        clEnqueueReadBuffer(queue, memory.buffer, CL_TRUE, 0, room, all, event == NULL ? 0 : 1,
                            event == NULL ? NULL : &event, NULL) != CL_SUCCESS) {
        status = fail("the buffer cannot be read");
    }
    if (event != NULL) {
        (void)clReleaseEvent(event);
    }
    (void)clReleaseMemObject(memory.buffer);
    return status;
}

#endif

#ifdef TEST_CUDA

static glr_status open_cuda(glr_device **device)
{
    glr_status status = GLR_OK;
    message = any_cuda_open(device, &status);
    return status;
}

static glr_status fill_by_cuda(glr_device *device, const glr_initializer *initializer,
                               const glr_tensor *tensor, unsigned char *all, size_t room, uint64_t offset)
{
    glr_status status = GLR_OK;
    message = any_cuda_fill(device, initializer, tensor, all, room, offset, &status);
    return status;
}

#endif

#if defined(TEST_OPENCL) || defined(TEST_CUDA) || defined(TEST_NATIVE)

#ifdef TEST_NATIVE

static glr_status fill_natively(glr_device *device, const glr_initializer *initializer,
                                const glr_tensor *tensor, unsigned char *all, size_t room, uint64_t offset)
{
    return glr_fill(device, initializer, tensor, all + offset, room - offset);
}

#endif

typedef glr_status fill_fn(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                           unsigned char *all, size_t room, uint64_t offset);

static int is_canary(const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != CANARY) {
            return 0;
        }
    }
    return 1;
}

static glr_status fill_in_margins(fill_fn *fill, glr_device *device, const glr_initializer *initializer,
                                  const glr_tensor *tensor, void *dst, uint64_t bytes)
{
    static _Atomic unsigned calls;
    size_t size = glr_dtype_size(tensor->dtype);
    size_t before = MARGIN + (calls++ % 16) * (size > 0 ? size : 1), room = before + (size_t)bytes + MARGIN;
    unsigned char *all = malloc(room);
    if (all == NULL) {
        return fail("out of memory");
    }
    memset(all, CANARY, room);
    if (bytes > 0) {
        memcpy(all + before, dst, (size_t)bytes);
    }
    glr_status status = fill(device, initializer, tensor, all, room, before);
    if (status == GLR_OK && !(is_canary(all, before) && is_canary(all + before + bytes, MARGIN))) {
        status = fail("bytes around the part were written");
    }
    if (status == GLR_OK && bytes > 0) {
        memcpy(dst, all + before, (size_t)bytes);
    }
    free(all);
    return status;
}

#endif

glr_status any_open(uint32_t threads, glr_device **device)
{
    glr_options options = GLR_OPTIONS_INIT;
    message = NULL;
#ifdef TEST_NATIVE
    if (is_named("native")) {
        return native_open(device);
    }
#endif
#ifdef TEST_CUDA
    if (is_named("cuda")) {
        return open_cuda(device);
    }
#endif
#ifdef TEST_OPENCL
    if (!any_is_cpu()) {
        return open_opencl(device);
    }
#endif
    options.backend = any_is_cpu() ? GLR_BACKEND_CPU : GLR_BACKEND_OPENCL;
    options.threads = threads;
    return glr_open(&options, device);
}

glr_status any_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    void *dst, uint64_t bytes)
{
    message = NULL;
#ifdef TEST_OPENCL
    if (glr_device_backend(device) == GLR_BACKEND_OPENCL) {
        return fill_in_margins(fill_by_opencl, device, initializer, tensor, dst, bytes);
    }
#endif
#ifdef TEST_CUDA
    if (glr_device_backend(device) == GLR_BACKEND_CUDA) {
        return fill_in_margins(fill_by_cuda, device, initializer, tensor, dst, bytes);
    }
#endif
#ifdef TEST_NATIVE
    if (is_named("native")) {
        return fill_in_margins(fill_natively, device, initializer, tensor, dst, bytes);
    }
#endif
    return glr_fill(device, initializer, tensor, dst, bytes);
}
