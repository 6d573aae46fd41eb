/* Making a handle. */
#include "api/error.h"
#include "device.h"
#include "force.h"
#include "sources.h"

#include <stdlib.h>

static const char *const names[KERNEL_COUNT] = {
    "glr_uniform_packed", "glr_normal_packed", "glr_truncated_packed", "glr_icdf_packed", "glr_any",
    "glr_constant",       "glr_check",         "glr_any_f64",          "glr_tiles",
};

static glr_status make_kernel(glr_opencl_device *device, cl_program program, int kernel, const char *name)
{
    cl_int error = CL_SUCCESS;
    device->kernels[kernel] = device->cl->clCreateKernel(program, name, &error);
    if (device->kernels[kernel] == NULL || error != CL_SUCCESS) {
        device->kernels[kernel] = NULL;
        return glr_cl_fail("clCreateKernel", error);
    }
    return GLR_OK;
}

/* Makes kernels `first` to `end` - 1 of a text. */
static glr_status make_program(glr_opencl_device *device, const char *text, int first, int end,
                               cl_program *program)
{
    glr_status status =
        glr_opencl_build(device->cl, device->context, device->id, &device->traits, text, program);
    for (int i = first; status == GLR_OK && i < end; i++) {
        status = make_kernel(device, *program, i, names[i]);
    }
    return status;
}

static glr_status make_kernels(glr_opencl_device *device)
{
    glr_status status =
        make_program(device, glr_opencl_kernels, device->traits.draws_tiles ? KERNEL_ANY : KERNEL_UNIFORM,
                     device->traits.has_f64 ? KERNEL_ANY_F64 + 1 : KERNEL_ANY_F64, &device->programs[0]);
    if (status == GLR_OK && device->traits.draws_tiles) {
        status = make_program(device, glr_opencl_tiles, KERNEL_TILES, KERNEL_TILES + 1, &device->programs[1]);
    }
    return status;
}

static glr_status set_up(glr_opencl_device *device)
{
    cl_int error = CL_SUCCESS;
    device->queue = device->cl->clCreateCommandQueue(device->context, device->id, 0, &error);
    if (device->queue == NULL || error != CL_SUCCESS) {
        device->queue = NULL;
        return glr_cl_fail("clCreateCommandQueue", error);
    }
    device->usm = glr_opencl_usm_of(device->cl, device->id);
    glr_status status = make_kernels(device);
    return status == GLR_OK ? glr_opencl_check(device) : status;
}

/* A zeroed handle with its locks; NULL when memory ran out. */
static glr_opencl_device *new_device(void)
{
    glr_opencl_device *opencl = calloc(1, sizeof *opencl);
    if (opencl == NULL || pthread_mutex_init(&opencl->lock, NULL) != 0) {
        free(opencl);
        return NULL;
    }
    if (pthread_mutex_init(&opencl->allocations.lock, NULL) != 0) {
        (void)pthread_mutex_destroy(&opencl->lock);
        free(opencl);
        return NULL;
    }
    return opencl;
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
    glr_opencl_device *opencl = new_device();
    if (opencl == NULL) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for a handle of %zu bytes", sizeof *opencl);
    }
    opencl->device.backend = &glr_opencl_backend;
    opencl->cl = cl;
    opencl->id = id;
    opencl->traits = glr_opencl_traits_of(cl, id);
    cl_int error = cl->clRetainContext(context);
    if (error == CL_SUCCESS) {
        opencl->context = context;
        status = set_up(opencl);
    } else {
        status = glr_cl_fail("clRetainContext", error);
    }
    if (status == GLR_OK) {
        *device = &opencl->device;
    } else {
        glr_opencl_backend.close(&opencl->device);
    }
    return status;
}
