/* OpenCL's table of functions. */
#include "api/error.h"
#include "api/fill.h"
#include "device.h"
#include "force.h"
#include "gpu/driver.h"
#include "text/show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static void describe(const glr_cl *cl, const glr_opencl_found *found, glr_device_info *info)
{
    char platform[128] = "", name[128];
    glr_opencl_text(cl, found->id, CL_DEVICE_NAME, name, sizeof name);
    if (cl->clGetPlatformInfo(found->platform, CL_PLATFORM_NAME, sizeof platform - 1, platform, NULL) !=
        CL_SUCCESS) {
        platform[0] = '\0';
    }
    glr_show_text(info->name, sizeof info->name, "%s (%s)", name, platform);
    info->available = glr_opencl_check_device(cl, found->id) == GLR_OK;
    if (!info->available) {
        glr_show_text(info->reason, sizeof info->reason, "%s", glr_last_error());
    }
}

static size_t list(glr_device_info *infos, size_t capacity)
{
    const glr_cl *cl;
    glr_opencl_found found[GLR_OPENCL_MAX_DEVICES];
    size_t count;
    if (glr_opencl_find(&cl, found, &count) != GLR_OK) {
        if (capacity > 0) {
            infos[0].backend = GLR_BACKEND_OPENCL;
            glr_show_text(infos[0].reason, sizeof infos[0].reason, "%s", glr_last_error());
        }
        return 1;
    }
    for (size_t i = 0; i < count && i < capacity; i++) {
        infos[i].backend = GLR_BACKEND_OPENCL;
        infos[i].device = (uint32_t)i;
        describe(cl, &found[i], &infos[i]);
    }
    return count;
}

static glr_status open_found(const glr_cl *cl, const glr_opencl_found *found, glr_device **device)
{
    cl_int error = CL_SUCCESS;
    const cl_context_properties properties[] = {CL_CONTEXT_PLATFORM, (cl_context_properties)found->platform,
                                                0};
    glr_status status = glr_opencl_check_device(cl, found->id);
    if (status != GLR_OK) {
        return status;
    }
    cl_context context = cl->clCreateContext(properties, 1, &found->id, NULL, NULL, &error);
    if (context == NULL || error != CL_SUCCESS) {
        return glr_cl_fail("clCreateContext", error);
    }
    status = glr_opencl_make(cl, context, found->id, device);
    (void)cl->clReleaseContext(context); /* the device has retained it */
    return status;
}

/* A word in GLORAND_OPENCL_FORCE that is not known is an error, whether there is a GPU or not. */
static glr_status check_auto(void)
{
    static const char *const variables[] = {GLR_OPENCL_VARIABLE, "OCL_ICD_VENDORS", "OCL_ICD_FILENAMES",
                                            NULL};
    glr_status status = glr_opencl_check_force();
    return status == GLR_OK
               ? glr_gpu_check_auto("OpenCL", GLR_DEVICE_NODES, GLR_NODES_CUDA | GLR_NODES_OTHER, variables)
               : status;
}

static glr_status open_opencl(const glr_options *options, glr_device **device)
{
    const glr_cl *cl;
    glr_opencl_found found[GLR_OPENCL_MAX_DEVICES];
    size_t count;
    glr_status status = options->backend == GLR_BACKEND_AUTO ? check_auto() : GLR_OK;
    if (status == GLR_OK) {
        status = glr_opencl_find(&cl, found, &count);
    }
    if (status != GLR_OK) {
        return status;
    }
    if (options->device >= count) {
        return glr_gpu_fail_index("OpenCL", options->device, count);
    }
    if (options->backend == GLR_BACKEND_AUTO && found[options->device].is_cpu) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "OpenCL's device %u is a CPU, which the cpu backend draws on",
                        options->device);
    }
    return open_found(cl, &found[options->device], device);
}

static void close_opencl(glr_device *device)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    const glr_cl *cl = cl_dev->cl;
    if (cl_dev->queue != NULL) {
        (void)cl->clFinish(cl_dev->queue);
    }
    for (int i = 0; i < KERNEL_COUNT; i++) {
        if (cl_dev->kernels[i] != NULL) {
            (void)cl->clReleaseKernel(cl_dev->kernels[i]);
        }
    }
    for (int i = 0; i < 2; i++) {
        if (cl_dev->programs[i] != NULL) {
            (void)cl->clReleaseProgram(cl_dev->programs[i]);
        }
    }
    glr_gpu_allocation *allocation;
    while ((allocation = glr_gpu_allocations_pop(&cl_dev->allocations)) != NULL) {
        (void)cl->clReleaseMemObject(
            (cl_mem)allocation->memory); /* what was not freed goes with the device */
        free(allocation);
    }
    if (cl_dev->queue != NULL) {
        (void)cl->clReleaseCommandQueue(cl_dev->queue);
    }
    if (cl_dev->context != NULL) {
        (void)cl->clReleaseContext(cl_dev->context);
    }
    (void)pthread_mutex_destroy(&cl_dev->allocations.lock);
    (void)pthread_mutex_destroy(&cl_dev->lock);
    free(cl_dev);
}

static glr_status alloc_opencl(glr_device *device, uint64_t bytes, void **memory)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    cl_int error = CL_SUCCESS;
    uint64_t max = glr_opencl_number(cl_dev->cl, cl_dev->id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof(cl_ulong));
    if (max != 0 && bytes > max) { /* drivers differ in what they make of it */
        return glr_fail(GLR_ERROR_MEMORY, "bytes: %" PRIu64 " are more than the device's maximum, %" PRIu64,
                        bytes, max);
    }
    glr_gpu_allocation *allocation = glr_gpu_allocation_new(bytes);
    if (allocation == NULL) {
        return GLR_ERROR_MEMORY;
    }
    allocation->memory =
        (void *)cl_dev->cl->clCreateBuffer(cl_dev->context, CL_MEM_READ_WRITE, (size_t)bytes, NULL, &error);
    if (allocation->memory == NULL || error != CL_SUCCESS) {
        free(allocation);
        return glr_cl_fail("clCreateBuffer", error);
    }
    *memory = allocation->memory;
    glr_gpu_allocations_add(&cl_dev->allocations, allocation);
    return GLR_OK;
}

static glr_status free_opencl(glr_device *device, void *memory)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    glr_gpu_allocation *allocation = glr_gpu_allocations_find(&cl_dev->allocations, memory, 1);
    if (allocation == NULL) {
        return glr_gpu_fail_foreign("memory", memory);
    }
    cl_int error = cl_dev->cl->clReleaseMemObject((cl_mem)allocation->memory);
    free(allocation);
    return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clReleaseMemObject", error);
}

static glr_status copy_opencl(glr_device *device, void *host, const void *memory, uint64_t bytes)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    void *same = NULL;
    glr_status status = glr_gpu_allocations_check(&cl_dev->allocations, memory, bytes, &same);
    if (status != GLR_OK) {
        return status;
    }
    cl_int error = cl_dev->cl->clEnqueueReadBuffer(cl_dev->queue, (cl_mem)same, CL_TRUE, 0, (size_t)bytes,
                                                   host, 0, NULL, NULL);
    return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clEnqueueReadBuffer", error);
}

/* Memory of glr_alloc. */
static glr_status resolve_own(glr_opencl_device *cl_dev, uint64_t needed, const glr_destination *destination)
{
    glr_status status = glr_check_room(destination, needed);
    if (status != GLR_OK) {
        return status;
    }
    const glr_gpu_allocation *allocation =
        glr_gpu_allocations_find(&cl_dev->allocations, destination->memory, 0);
    if (allocation == NULL) {
        return glr_gpu_fail_foreign("dst", destination->memory);
    }
    return needed <= allocation->bytes
               ? GLR_OK
               : glr_fail(GLR_ERROR_TOO_SMALL,
                          "dst: its %" PRIu64 " bytes are fewer than the %" PRIu64 " that the part needs",
                          allocation->bytes, needed);
}

static glr_status resolve_opencl(glr_device *device, glr_dtype dtype, uint64_t needed,
                                 glr_destination *destination)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    if (dtype == GLR_DTYPE_FLOAT64 && !cl_dev->traits.has_f64) {
        return glr_fail(GLR_ERROR_UNSUPPORTED, "tensor.dtype: this OpenCL device has no fp64, so no float64");
    }
    return destination->form == GLR_OPENCL_OWN ? resolve_own(cl_dev, needed, destination)
                                               : glr_opencl_check_memory(cl_dev, dtype, needed, destination);
}

static glr_status fill_opencl(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                              const glr_order *order)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    cl_event event = NULL;
    const glr_opencl_events own = {0, NULL, &event};
    glr_status status = order != NULL ? glr_opencl_enqueue(cl_dev, (cl_command_queue)order->queue, plan,
                                                           destination, order->events)
                                      : glr_opencl_enqueue(cl_dev, cl_dev->queue, plan, destination, &own);
    return status == GLR_OK && order == NULL ? glr_opencl_wait(cl_dev, event) : status;
}

static glr_status sync_opencl(glr_device *device)
{
    const glr_opencl_device *cl_dev = (const glr_opencl_device *)device;
    cl_int error = cl_dev->cl->clFinish(cl_dev->queue);
    return error == CL_SUCCESS ? GLR_OK : glr_cl_fail("clFinish", error);
}

const glr_backend glr_opencl_backend = {
    .kind = GLR_BACKEND_OPENCL,
    .list = list,
    .open = open_opencl,
    .close = close_opencl,
    .enter = glr_opencl_enter_fill,
    .resolve = resolve_opencl,
    .fill = fill_opencl,
    .alloc = alloc_opencl,
    .free = free_opencl,
    .copy_to_host = copy_opencl,
    .sync = sync_opencl,
};
