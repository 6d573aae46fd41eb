/* From a plan to a kernel in a queue. */
#include "api/error.h"
#include "device.h"
#include "gpu/host.h"
#include "tile_size.h"

/* A kernel, and in how many work-groups of how many items it runs. */
typedef struct launch {
    glr_opencl_kernel kernel;
    int takes_runs;
    size_t groups, items;
} launch;

static launch launch_of(const glr_opencl_device *cl_dev, const glr_plan *plan, const glr_gpu_args *args)
{
    launch result = {.takes_runs = 1, .items = GLR_GPU_ITEMS};
    size_t units = GLR_GPU_UNITS;
    if (plan->sampler == GLR_SAMPLE_CONSTANT) {
        result.kernel = KERNEL_CONSTANT;
    } else if (plan->dtype == GLR_DTYPE_FLOAT64) {
        result.kernel = KERNEL_ANY_F64;
    } else if (!glr_gpu_is_packed(plan)) {
        result.kernel = KERNEL_ANY;
    } else {
        result.kernel = (glr_opencl_kernel)(plan->sampler - GLR_SAMPLE_UNIFORM + KERNEL_UNIFORM);
        result.takes_runs = 0;
        if (cl_dev->traits.draws_tiles) {
            result.kernel = KERNEL_TILES;
            result.items = 1;
            units = GLR_TILE_GROUPS;
        }
    }
    result.groups = (size_t)((args->units + units - 1) / units);
    return result;
}

/* The kernel's first argument. */
static glr_status set_destination(const glr_opencl_device *cl_dev, cl_kernel kernel,
                                  const glr_destination *destination)
{
    const cl_mem buffer = (cl_mem)destination->memory;
    switch (destination->form) {
    case GLR_OPENCL_SVM: {
        const cl_int error = cl_dev->cl->clSetKernelArgSVMPointer(kernel, 0, destination->memory);
        return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clSetKernelArgSVMPointer", error);
    }
    case GLR_OPENCL_USM: {
        const cl_int error = cl_dev->usm.set_argument(kernel, 0, destination->memory);
        return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clSetKernelArgMemPointerINTEL", error);
    }
    default: {
        const cl_int error = cl_dev->cl->clSetKernelArg(kernel, 0, sizeof(cl_mem), &buffer);
        return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clSetKernelArg", error);
    }
    }
}

/* With the lock held: a kernel's arguments are one state for all threads, until it is enqueued. */
static glr_status enqueue_locked(const glr_opencl_device *cl_dev, cl_command_queue queue,
                                 const glr_plan *plan, const glr_destination *destination,
                                 const glr_opencl_events *events)
{
    const glr_gpu_args args = glr_gpu_args_of(plan, destination->offset / glr_dtype_size(plan->dtype));
    const launch how = launch_of(cl_dev, plan, &args);
    const cl_kernel kernel = cl_dev->kernels[how.kernel];
    const size_t global = how.groups * how.items;
    glr_status status = set_destination(cl_dev, kernel, destination);
    if (status != GLR_OK) {
        return status;
    }
    cl_int error = cl_dev->cl->clSetKernelArg(kernel, 1, sizeof args, &args);
    if (error == CL_SUCCESS && how.takes_runs) {
        error = cl_dev->cl->clSetKernelArg(kernel, 2, sizeof plan->runs, &plan->runs);
    }
    if (error != CL_SUCCESS) {
        return glr_cl_fail("clSetKernelArg", error);
    }
    error = cl_dev->cl->clEnqueueNDRangeKernel(queue, kernel, 1, NULL, &global, &how.items,
                                               events->wait_count, events->wait_list, events->event);
    return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clEnqueueNDRangeKernel", error);
}

glr_status glr_opencl_enqueue(glr_opencl_device *cl_dev, cl_command_queue queue, const glr_plan *plan,
                              const glr_destination *destination, const glr_opencl_events *events)
{
    (void)pthread_mutex_lock(&cl_dev->lock); /* fails only for an invalid mutex */
    glr_status status = enqueue_locked(cl_dev, queue, plan, destination, events);
    (void)pthread_mutex_unlock(&cl_dev->lock);
    return status;
}

glr_status glr_opencl_wait(const glr_opencl_device *cl_dev, cl_event event)
{
    cl_int error = cl_dev->cl->clWaitForEvents(1, &event);
    (void)cl_dev->cl->clReleaseEvent(event);
    return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clWaitForEvents", error);
}
