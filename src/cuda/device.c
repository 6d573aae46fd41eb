/* CUDA's devices: listing, opening and closing them, their memory and their stages. */
#include "device.h"

#include "api/call.h"
#include "glorand/cuda.h"
#include "gpu/driver.h"
#include "gpu/expect.h"
#include "text/show.h"

#include <stdlib.h>

/* Addresses of device memory are numbers to the driver, and pointers to glorand.h. */
static CUdeviceptr address_of(const void *memory) { return (CUdeviceptr)(uintptr_t)memory; }

glr_status glr_cuda_enter(const glr_cu *cu, CUcontext context, int *pushed)
{
    CUcontext current = NULL;
    *pushed = 0;
    if (cu->cuCtxGetCurrent(&current) == CUDA_SUCCESS && current == context) {
        return GLR_OK;
    }
    const glr_status status = GLR_CU(cu, cuCtxPushCurrent_v2, context);
    *pushed = status == GLR_OK;
    return status;
}

void glr_cuda_leave(const glr_cu *cu, int pushed)
{
    if (pushed) {
        CUcontext popped = NULL;
        (void)cu->cuCtxPopCurrent_v2(&popped);
    }
}

/* ---- The check at opening ---------------------------------------------------------------------------- */

static glr_status run_check(glr_device *device, const glr_plan *plan, void *memory)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)device;
    CUdeviceptr address = address_of(memory);
    glr_gpu_args args = glr_gpu_args_of(plan, 0);
    glr_check_arguments with = glr_check_arguments_given;
    void *parameters[] = {&address, &args, &with.a, &with.b, &with.c, &with.tiny};
    return GLR_CU(cu_dev->cu, cuLaunchKernel, cu_dev->kernels[GLR_GPU_KERNEL_CHECK], 1, 1, 1, 1, 1, 1, 0,
                  cu_dev->stream, parameters, NULL);
}

/* ---- Opening and closing ----------------------------------------------------------------------------- */

/* A kernel, and how many of its thread blocks the device holds. Asking that also makes the driver load the
   kernel now rather than when it is launched first, which may be while a graph is captured. */
static glr_status make_kernel(glr_cuda_device *cu_dev, int kernel, int multiprocessors)
{
    const glr_cu *cu = cu_dev->cu;
    const char *name = glr_gpu_kernel_names[kernel];
    int resident = 0;
    glr_status status = GLR_CU(cu, cuModuleGetFunction, &cu_dev->kernels[kernel], cu_dev->module, name);
    if (status == GLR_OK) {
        status = GLR_CU(cu, cuOccupancyMaxActiveBlocksPerMultiprocessor, &resident, cu_dev->kernels[kernel],
                        GLR_GPU_ITEMS, 0);
    }
    if (status != GLR_OK) {
        return status;
    }
    cu_dev->max_resident_blocks[kernel] = (unsigned)(resident * multiprocessors);
    return resident > 0 && multiprocessors > 0
               ? GLR_OK
               : glr_fail(GLR_ERROR_DEVICE, "CUDA: no thread block of %s fits a multiprocessor", name);
}

static glr_status set_up(glr_cuda_device *cu_dev, const unsigned char *image)
{
    const glr_cu *cu = cu_dev->cu;
    int multiprocessors = 0;
    glr_status status =
        GLR_CU(cu, cuDeviceGetAttribute, &multiprocessors, CU_DEVICE_MULTIPROCESSOR_COUNT, cu_dev->id);
    if (status == GLR_OK) {
        status = GLR_CU(cu, cuModuleLoadData, &cu_dev->module, image);
        cu_dev->module = status == GLR_OK ? cu_dev->module : NULL;
    }
    if (status == GLR_OK) { /* It does not wait for the legacy stream, nor that for it. */
        status = GLR_CU(cu, cuStreamCreate, &cu_dev->stream, CU_STREAM_NON_BLOCKING);
        cu_dev->stream = status == GLR_OK ? cu_dev->stream : NULL;
    }
    for (int i = 0; status == GLR_OK && i < GLR_GPU_KERNELS; i++) {
        status = make_kernel(cu_dev, i, multiprocessors);
    }
    return status == GLR_OK ? glr_gpu_check("CUDA", &cu_dev->device, run_check) : status;
}

/* With the context current. */
static void release_objects(glr_cuda_device *cu_dev)
{
    const glr_cu *cu = cu_dev->cu;
    glr_gpu_allocation *allocation;
    if (cu_dev->stream != NULL) {
        (void)cu->cuStreamSynchronize(cu_dev->stream);
    }
    while ((allocation = glr_gpu_allocations_pop(&cu_dev->allocations)) != NULL) {
        (void)cu->cuMemFree_v2(address_of(allocation->memory)); /* what was not freed goes with the device */
        free(allocation);
    }
    if (cu_dev->stream != NULL) {
        (void)cu->cuStreamDestroy_v2(cu_dev->stream);
    }
    if (cu_dev->module != NULL) {
        (void)cu->cuModuleUnload(cu_dev->module);
    }
}

static void close_cuda(glr_device *device)
{
    glr_cuda_device *cu_dev = (glr_cuda_device *)device;
    const glr_cu *cu = cu_dev->cu;
    char before[GLR_MESSAGE];
    int pushed;
    glr_keep_error(before); /* of what made the device fail, maybe */
    if (glr_cuda_enter(cu, cu_dev->context, &pushed) == GLR_OK) {
        release_objects(cu_dev);
    }
    glr_cuda_leave(cu, pushed);
    if (cu_dev->is_retained) {
        (void)cu->cuDevicePrimaryCtxRelease_v2(cu_dev->id);
    }
    glr_put_back_error(before);
    glr_gpu_allocation *allocation;
    while ((allocation = glr_gpu_allocations_pop(&cu_dev->allocations)) != NULL) {
        free(allocation); /* the context is gone, and its memory with it */
    }
    (void)pthread_mutex_destroy(&cu_dev->allocations.lock);
    free(cu_dev);
}

/* Opens a device in a context, which is current, with the kernels of an image; releases the primary context
   when the device is closed, and if it cannot be opened, if is_retained. *device is set on success only. */
static glr_status make(const glr_cu *cu, CUcontext context, CUdevice id, const unsigned char *image,
                       int is_retained, glr_device **device)
{
    glr_cuda_device *cu_dev = calloc(1, sizeof *cu_dev);
    if (cu_dev == NULL || pthread_mutex_init(&cu_dev->allocations.lock, NULL) != 0) {
        if (is_retained) {
            (void)cu->cuDevicePrimaryCtxRelease_v2(id);
        }
        free(cu_dev);
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for a handle of %zu bytes", sizeof *cu_dev);
    }
    cu_dev->device.backend = &glr_cuda_backend;
    cu_dev->cu = cu;
    cu_dev->id = id;
    cu_dev->context = context;
    cu_dev->is_retained = is_retained;
    glr_status status = set_up(cu_dev, image);
    if (status == GLR_OK) {
        *device = &cu_dev->device;
    } else {
        glr_cuda_backend.close(&cu_dev->device);
    }
    return status;
}
/* On the device's primary context, which is the CUDA runtime's. */
static glr_status open_primary(const glr_cu *cu, CUdevice id, const unsigned char *image, glr_device **device)
{
    CUcontext context = NULL;
    int pushed = 0;
    glr_status status = GLR_CU(cu, cuDevicePrimaryCtxRetain, &context, id);
    if (status != GLR_OK) {
        return status;
    }
    status = glr_cuda_enter(cu, context, &pushed);
    if (status != GLR_OK) {
        (void)cu->cuDevicePrimaryCtxRelease_v2(id);
        return status;
    }
    status = make(cu, context, id, image, 1, device);
    glr_cuda_leave(cu, pushed);
    return status;
}

static glr_status check_auto(void)
{
    static const char *const variables[] = {GLR_CUDA_VARIABLE, NULL};
    return glr_gpu_check_auto("CUDA", GLR_DEVICE_NODES, GLR_NODES_CUDA, variables);
}

static glr_status open_cuda(const glr_options *options, glr_device **device)
{
    const glr_cu *cu;
    size_t count;
    CUdevice id = 0;
    int capability;
    const unsigned char *image;
    glr_status status = options->backend == GLR_BACKEND_AUTO ? check_auto() : GLR_OK;
    if (status == GLR_OK) {
        status = glr_cuda_find(&cu, &count);
    }
    if (status != GLR_OK) {
        return status;
    }
    if (options->device >= count) {
        return glr_gpu_fail_index("CUDA", options->device, count);
    }
    status = GLR_CU(cu, cuDeviceGet, &id, (int)options->device);
    if (status == GLR_OK) {
        status = glr_cuda_check_device(cu, id, &capability, &image);
    }
    return status == GLR_OK ? open_primary(cu, id, image, device) : status;
}

static glr_status open_current(const glr_cu *cu, CUcontext context, glr_device **device)
{
    CUdevice id = 0;
    int capability;
    const unsigned char *image;
    glr_status status = GLR_CU(cu, cuCtxGetDevice, &id);
    if (status == GLR_OK) {
        status = glr_cuda_check_device(cu, id, &capability, &image);
    }
    return status == GLR_OK ? make(cu, context, id, image, 0, device) : status;
}

static glr_status open_context(struct CUctx_st *context, glr_device **device)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    *device = NULL;
    const glr_cu *cu;
    size_t count;
    int pushed = 0;
    glr_status status = glr_cuda_find(&cu, &count);
    if (status != GLR_OK) {
        return status;
    }
    if (context == NULL) {
        status = GLR_CU(cu, cuCtxGetCurrent, &context);
        if (status == GLR_OK && context == NULL) {
            status = glr_fail(GLR_ERROR_ARGUMENT, "context: NULL, but the thread has no current context");
        }
    } else {
        status = glr_cuda_enter(cu, context, &pushed);
    }
    if (status == GLR_OK) {
        status = open_current(cu, context, device);
    }
    glr_cuda_leave(cu, pushed);
    return status;
}

glr_status glr_cuda_open(struct CUctx_st *context, glr_device **device)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, open_context(context, device));
}

/* ---- Listing ----------------------------------------------------------------------------------------- */

static void describe(const glr_cu *cu, int ordinal, glr_device_info *info)
{
    char name[100] = "";
    CUdevice id = 0;
    int capability = 0;
    const unsigned char *image;
    const glr_status found = GLR_CU(cu, cuDeviceGet, &id, ordinal);
    info->available = found == GLR_OK && glr_cuda_check_device(cu, id, &capability, &image) == GLR_OK;
    if (!info->available) {
        glr_show_text(info->reason, sizeof info->reason, "%s", glr_last_error());
    }
    if (found == GLR_OK && cu->cuDeviceGetName(name, (int)sizeof name, id) == CUDA_SUCCESS) {
        glr_show_text(info->name, sizeof info->name, "%s (sm_%d)", name, capability);
    }
}

static size_t list(glr_device_info *infos, size_t capacity)
{
    const glr_cu *cu;
    size_t count;
    if (glr_cuda_find(&cu, &count) != GLR_OK) {
        return 0;
    }
    for (size_t i = 0; i < count && i < capacity; i++) {
        describe(cu, (int)i, &infos[i]);
    }
    return count;
}

/* ---- Memory ------------------------------------------------------------------------------------------ */

static glr_status alloc_cuda(glr_device *device, uint64_t bytes, void **memory)
{
    glr_cuda_device *cu_dev = (glr_cuda_device *)device;
    CUdeviceptr address = 0;
    int pushed;
    glr_gpu_allocation *allocation = glr_gpu_allocation_new(bytes);
    if (allocation == NULL) {
        return GLR_ERROR_MEMORY;
    }
    glr_status status = glr_cuda_enter(cu_dev->cu, cu_dev->context, &pushed);
    if (status == GLR_OK) {
        status = GLR_CU(cu_dev->cu, cuMemAlloc_v2, &address, (size_t)bytes);
    }
    glr_cuda_leave(cu_dev->cu, pushed);
    if (status != GLR_OK) {
        free(allocation);
        return status;
    }
    allocation->memory = (void *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
    *memory = allocation->memory;
    glr_gpu_allocations_add(&cu_dev->allocations, allocation);
    return GLR_OK;
}

static glr_status free_cuda(glr_device *device, void *memory)
{
    glr_cuda_device *cu_dev = (glr_cuda_device *)device;
    int pushed;
    glr_gpu_allocation *allocation = glr_gpu_allocations_find(&cu_dev->allocations, memory, 1);
    if (allocation == NULL) {
        return glr_gpu_fail_foreign("memory", memory);
    }
    glr_status status = glr_cuda_enter(cu_dev->cu, cu_dev->context, &pushed);
    if (status == GLR_OK) {
        status = GLR_CU(cu_dev->cu, cuMemFree_v2, address_of(memory));
    }
    glr_cuda_leave(cu_dev->cu, pushed);
    if (status == GLR_OK) {
        free(allocation);
    } else {
        glr_gpu_allocations_add(&cu_dev->allocations, allocation); /* closing tries again */
    }
    return status;
}

static glr_status copy_cuda(glr_device *device, void *host, const void *memory, uint64_t bytes)
{
    glr_cuda_device *cu_dev = (glr_cuda_device *)device;
    void *same = NULL;
    int pushed;
    glr_status status = glr_gpu_allocations_check(&cu_dev->allocations, memory, bytes, &same);
    if (status != GLR_OK) {
        return status;
    }
    status = glr_cuda_enter(cu_dev->cu, cu_dev->context, &pushed);
    if (status == GLR_OK) {
        status =
            GLR_CU(cu_dev->cu, cuMemcpyDtoHAsync_v2, host, address_of(same), (size_t)bytes, cu_dev->stream);
    }
    if (status == GLR_OK) {
        status = glr_cuda_wait(cu_dev, cu_dev->stream);
    }
    glr_cuda_leave(cu_dev->cu, pushed);
    return status;
}

static glr_status sync_cuda(glr_device *device)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)device;
    int pushed;
    glr_status status = glr_cuda_enter(cu_dev->cu, cu_dev->context, &pushed);
    if (status == GLR_OK) {
        status = glr_cuda_wait(cu_dev, cu_dev->stream);
    }
    glr_cuda_leave(cu_dev->cu, pushed);
    return status;
}

/* ---- Stages: a stream and pinned host memory for each ------------------------------------------------ */

/* So that a kernel runs while another stage's values are copied, and neither waits for the host. */

static glr_status open_stage(glr_stage *stage)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)stage->device;
    const glr_cu *cu = cu_dev->cu;
    CUstream stream = NULL;
    int pushed;
    glr_status status = glr_cuda_enter(cu, cu_dev->context, &pushed);
    if (status == GLR_OK) {
        status = GLR_CU(cu, cuStreamCreate, &stream, CU_STREAM_NON_BLOCKING);
    }
    if (status == GLR_OK) {
        stage->queue = stream;
        /* Where memory cannot be pinned, any will do: the driver copies through its own, and waits. */
        stage->is_pinned = cu->cuMemHostAlloc(&stage->host, (size_t)stage->bytes, 0) == CUDA_SUCCESS;
        stage->host = stage->is_pinned ? stage->host : NULL;
    }
    glr_cuda_leave(cu, pushed);
    return status;
}

static glr_status copy_stage(glr_stage *stage, uint64_t bytes)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)stage->device;
    const CUdeviceptr memory = (CUdeviceptr)(uintptr_t)stage->memory;
    return GLR_CU(cu_dev->cu, cuMemcpyDtoHAsync_v2, stage->host, memory, (size_t)bytes, stage->queue);
}

static glr_status wait_stage(glr_stage *stage)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)stage->device;
    int pushed;
    glr_status status = glr_cuda_enter(cu_dev->cu, cu_dev->context, &pushed);
    if (status == GLR_OK) {
        status = glr_cuda_wait(cu_dev, stage->queue);
    }
    glr_cuda_leave(cu_dev->cu, pushed);
    return status;
}

static void close_stage(glr_stage *stage)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)stage->device;
    const glr_cu *cu = cu_dev->cu;
    char before[GLR_MESSAGE];
    int pushed;
    glr_keep_error(before); /* of what made the stage fail, maybe */
    if (glr_cuda_enter(cu, cu_dev->context, &pushed) == GLR_OK && stage->queue != NULL) {
        (void)cu->cuStreamSynchronize(stage->queue);
        (void)cu->cuStreamDestroy_v2(stage->queue);
    }
    if (stage->is_pinned) {
        (void)cu->cuMemFreeHost(stage->host);
    }
    glr_cuda_leave(cu, pushed);
    glr_put_back_error(before);
}

const glr_backend glr_cuda_backend = {
    .kind = GLR_BACKEND_CUDA,
    .list = list,
    .open = open_cuda,
    .close = close_cuda,
    .enter = glr_cuda_enter_fill,
    .leave = glr_cuda_leave_fill,
    .resolve = glr_cuda_resolve,
    .fill = glr_cuda_run,
    .alloc = alloc_cuda,
    .free = free_cuda,
    .copy_to_host = copy_cuda,
    .sync = sync_cuda,
    .open_stage = open_stage,
    .copy_stage = copy_stage,
    .wait_stage = wait_stage,
    .close_stage = close_stage,
};
