/* Opening a device. */
#include "api/error.h"
#include "device.h"
#include "force.h"
#include "sources.h"

#include <stdlib.h>

static const char *const names[KERNEL_COUNT] = {
    "glr_uniform_packed", "glr_normal_packed", "glr_truncated_packed", "glr_icdf_packed", "glr_any",
    "glr_constant",       "glr_check",         "glr_any_f64",          "glr_tiles",
};

static glr_status make_kernel(glr_opencl_device *cl_dev, cl_program program, int kernel, const char *name)
{
    cl_int error = CL_SUCCESS;
    cl_dev->kernels[kernel] = cl_dev->cl->clCreateKernel(program, name, &error);
    if (cl_dev->kernels[kernel] == NULL || error != CL_SUCCESS) {
        cl_dev->kernels[kernel] = NULL;
        return glr_cl_fail("clCreateKernel", error);
    }
    return GLR_OK;
}

/* Makes kernels `first` to `end` - 1 of a text. */
static glr_status make_program(glr_opencl_device *cl_dev, const char *text, int first, int end,
                               cl_program *program)
{
    glr_status status =
        glr_opencl_build(cl_dev->cl, cl_dev->context, cl_dev->id, &cl_dev->traits, text, program);
    for (int i = first; status == GLR_OK && i < end; i++) {
        status = make_kernel(cl_dev, *program, i, names[i]);
    }
    return status;
}

static glr_status make_kernels(glr_opencl_device *cl_dev)
{
    glr_status status =
        make_program(cl_dev, glr_opencl_kernels, cl_dev->traits.draws_tiles ? KERNEL_ANY : KERNEL_UNIFORM,
                     cl_dev->traits.has_f64 ? KERNEL_ANY_F64 + 1 : KERNEL_ANY_F64, &cl_dev->programs[0]);
    if (status == GLR_OK && cl_dev->traits.draws_tiles) {
        status = make_program(cl_dev, glr_opencl_tiles, KERNEL_TILES, KERNEL_TILES + 1, &cl_dev->programs[1]);
    }
    return status;
}

static glr_status set_up(glr_opencl_device *cl_dev)
{
    cl_int error = CL_SUCCESS;
    cl_dev->queue = cl_dev->cl->clCreateCommandQueue(cl_dev->context, cl_dev->id, 0, &error);
    if (cl_dev->queue == NULL || error != CL_SUCCESS) {
        cl_dev->queue = NULL;
        return glr_cl_fail("clCreateCommandQueue", error);
    }
    cl_dev->usm = glr_opencl_usm_of(cl_dev->cl, cl_dev->id);
    glr_status status = make_kernels(cl_dev);
    return status == GLR_OK ? glr_opencl_check(cl_dev) : status;
}

/* A zeroed device with its locks; NULL when memory ran out. */
static glr_opencl_device *new_device(void)
{
    glr_opencl_device *cl_dev = calloc(1, sizeof *cl_dev);
    if (cl_dev == NULL || pthread_mutex_init(&cl_dev->lock, NULL) != 0) {
        free(cl_dev);
        return NULL;
    }
    if (pthread_mutex_init(&cl_dev->allocations.lock, NULL) != 0) {
        (void)pthread_mutex_destroy(&cl_dev->lock);
        free(cl_dev);
        return NULL;
    }
    return cl_dev;
}

glr_status glr_opencl_make(const glr_cl *cl, cl_context context, cl_device_id id, glr_device **device)
{
    glr_status status = glr_opencl_check_force();
    if (status == GLR_OK) {
        status = glr_opencl_check_device(cl, id);
    }
    if (status != GLR_OK) {
        return status;
    }
    glr_opencl_device *cl_dev = new_device();
    if (cl_dev == NULL) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for a handle of %zu bytes", sizeof *cl_dev);
    }
    cl_dev->device.backend = &glr_opencl_backend;
    cl_dev->cl = cl;
    cl_dev->id = id;
    cl_dev->traits = glr_opencl_traits_of(cl, id);
    cl_int error = cl->clRetainContext(context);
    if (error == CL_SUCCESS) {
        cl_dev->context = context;
        status = set_up(cl_dev);
    } else {
        status = glr_cl_fail("clRetainContext", error);
    }
    if (status == GLR_OK) {
        *device = &cl_dev->device;
    } else {
        glr_opencl_backend.close(&cl_dev->device);
    }
    return status;
}
