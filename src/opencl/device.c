/* OpenCL's devices: listing, opening and closing them, and their memory. */
#include "device.h" /* first: it sets the version of OpenCL that the headers declare */

#include "api/call.h"
#include "glorand/opencl.h"
#include "gpu/driver.h"
#include "gpu/expect.h"
#include "text/show.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Opening and closing ----------------------------------------------------------------------------- */

static glr_status run_check(glr_device *device, const glr_plan *plan, void *memory)
{
    const glr_opencl_device *cl_dev = (const glr_opencl_device *)device;
    const glr_cl *cl = cl_dev->cl;
    const cl_kernel kernel = cl_dev->kernels[GLR_GPU_KERNEL_CHECK];
    const cl_mem buffer = (cl_mem)memory;
    const glr_gpu_args args = glr_gpu_args_of(plan, 0);
    const glr_check_arguments *with = &glr_check_arguments_given;
    const struct {
        size_t size;
        const void *value;
    } arguments[] = {{sizeof(cl_mem), &buffer},  {sizeof args, &args},
                     {sizeof with->a, &with->a}, {sizeof with->b, &with->b},
                     {sizeof with->c, &with->c}, {sizeof with->tiny, &with->tiny}};
    glr_status status = GLR_OK;
    for (cl_uint i = 0; status == GLR_OK && i < sizeof arguments / sizeof arguments[0]; i++) {
        status = GLR_CL(cl, clSetKernelArg, kernel, i, arguments[i].size, arguments[i].value);
    }
    const size_t one = 1;
    return status == GLR_OK
               ? GLR_CL(cl, clEnqueueNDRangeKernel, cl_dev->queue, kernel, 1, NULL, &one, &one, 0, NULL, NULL)
               : status;
}

static glr_status make_kernel(glr_opencl_device *cl_dev, cl_program program, int kernel, const char *name)
{
    cl_int error = CL_SUCCESS;
    cl_dev->kernels[kernel] = cl_dev->cl->clCreateKernel(program, name, &error);
    const glr_status status = glr_cl_made("clCreateKernel", cl_dev->kernels[kernel], error);
    cl_dev->kernels[kernel] = status == GLR_OK ? cl_dev->kernels[kernel] : NULL;
    return status;
}

static glr_status make_kernels(glr_opencl_device *cl_dev)
{
    const glr_opencl_traits *traits = &cl_dev->traits;
    const int first = traits->draws_tiles ? GLR_GPU_KERNEL_ANY : 0;
    const int end = traits->has_f64 ? GLR_GPU_KERNELS : GLR_GPU_KERNEL_ANY_F64;
    glr_status status = glr_opencl_build(cl_dev->cl, cl_dev->context, cl_dev->id, traits, glr_opencl_kernels,
                                         &cl_dev->programs[0]);
    for (int i = first; status == GLR_OK && i < end; i++) {
        status = make_kernel(cl_dev, cl_dev->programs[0], i, glr_gpu_kernel_names[i]);
    }
    if (status == GLR_OK && traits->draws_tiles) {
        status = glr_opencl_build(cl_dev->cl, cl_dev->context, cl_dev->id, traits, glr_opencl_tiles,
                                  &cl_dev->programs[1]);
        if (status == GLR_OK) {
            status = make_kernel(cl_dev, cl_dev->programs[1], GLR_OPENCL_KERNEL_TILES, "glr_tiles");
        }
    }
    return status;
}

static glr_status set_up(glr_opencl_device *cl_dev)
{
    cl_int error = CL_SUCCESS;
    cl_dev->queue = cl_dev->cl->clCreateCommandQueue(cl_dev->context, cl_dev->id, 0, &error);
    glr_status status = glr_cl_made("clCreateCommandQueue", cl_dev->queue, error);
    cl_dev->queue = status == GLR_OK ? cl_dev->queue : NULL;
    if (status == GLR_OK) {
        cl_dev->usm = glr_opencl_usm_of(cl_dev->cl, cl_dev->id);
        status = make_kernels(cl_dev);
    }
    return status == GLR_OK ? glr_gpu_check("OpenCL", &cl_dev->device, run_check) : status;
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

/* Opens a device in a context, which it retains. *device is set on success only. */
static glr_status make(const glr_cl *cl, cl_context context, cl_device_id id, glr_device **device)
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
    status = GLR_CL(cl, clRetainContext, context);
    if (status == GLR_OK) {
        cl_dev->context = context;
        status = set_up(cl_dev);
    }
    if (status == GLR_OK) {
        *device = &cl_dev->device;
    } else {
        glr_opencl_backend.close(&cl_dev->device);
    }
    return status;
}

static void close_opencl(glr_device *device)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    const glr_cl *cl = cl_dev->cl;
    if (cl_dev->queue != NULL) {
        (void)cl->clFinish(cl_dev->queue);
    }
    for (int i = 0; i < GLR_OPENCL_KERNELS; i++) {
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
    status = glr_cl_made("clCreateContext", context, error);
    if (status != GLR_OK) {
        return status;
    }
    status = make(cl, context, found->id, device);
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

static glr_status check_context(const glr_cl *cl, cl_context context, cl_device_id device)
{
    size_t bytes = 0;
    cl_int error = cl->clGetContextInfo(context, CL_CONTEXT_DEVICES, 0, NULL, &bytes);
    if (error == CL_INVALID_CONTEXT) {
        return glr_fail(GLR_ERROR_ARGUMENT, "context: %p is not an OpenCL context", (void *)context);
    }
    if (error != CL_SUCCESS) {
        return glr_cl_status("clGetContextInfo", error);
    }
    cl_device_id *devices = malloc(bytes + 1);
    if (devices == NULL) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for %zu bytes", bytes);
    }
    error = cl->clGetContextInfo(context, CL_CONTEXT_DEVICES, bytes, devices, NULL);
    int found = 0;
    for (size_t i = 0; error == CL_SUCCESS && i < bytes / sizeof(cl_device_id); i++) {
        found = found || devices[i] == device;
    }
    free(devices);
    if (error != CL_SUCCESS) {
        return glr_cl_status("clGetContextInfo", error);
    }
    return found ? GLR_OK
                 : glr_fail(GLR_ERROR_ARGUMENT, "id: %p is not a device of the context", (void *)device);
}

static glr_status open_context(cl_context context, cl_device_id id, glr_device **device)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    *device = NULL;
    if (context == NULL || id == NULL) {
        return glr_fail_null(context == NULL ? "context" : "id");
    }
    const glr_cl *cl;
    glr_status status = glr_cl_load(&cl);
    if (status == GLR_OK) {
        status = check_context(cl, context, id);
    }
    return status == GLR_OK ? make(cl, context, id, device) : status;
}

glr_status glr_opencl_open(cl_context context, cl_device_id id, glr_device **device)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, open_context(context, id, device));
}

/* ---- Listing ----------------------------------------------------------------------------------------- */

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
        return 0;
    }
    for (size_t i = 0; i < count && i < capacity; i++) {
        describe(cl, &found[i], &infos[i]);
    }
    return count;
}

/* ---- Memory ------------------------------------------------------------------------------------------ */

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
    const glr_status status = glr_cl_made("clCreateBuffer", allocation->memory, error);
    if (status != GLR_OK) {
        free(allocation);
        return status;
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
    const glr_status status = GLR_CL(cl_dev->cl, clReleaseMemObject, (cl_mem)allocation->memory);
    free(allocation);
    return status;
}

static glr_status copy_opencl(glr_device *device, void *host, const void *memory, uint64_t bytes)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    void *same = NULL;
    glr_status status = glr_gpu_allocations_check(&cl_dev->allocations, memory, bytes, &same);
    if (status != GLR_OK) {
        return status;
    }
    return GLR_CL(cl_dev->cl, clEnqueueReadBuffer, cl_dev->queue, (cl_mem)same, CL_TRUE, 0, (size_t)bytes,
                  host, 0, NULL, NULL);
}

static glr_status sync_opencl(glr_device *device)
{
    const glr_opencl_device *cl_dev = (const glr_opencl_device *)device;
    return GLR_CL(cl_dev->cl, clFinish, cl_dev->queue);
}

const glr_backend glr_opencl_backend = {
    .kind = GLR_BACKEND_OPENCL,
    .list = list,
    .open = open_opencl,
    .close = close_opencl,
    .enter = glr_opencl_enter_fill,
    .resolve = glr_opencl_resolve,
    .fill = glr_opencl_run,
    .alloc = alloc_opencl,
    .free = free_opencl,
    .copy_to_host = copy_opencl,
    .sync = sync_opencl,
};
