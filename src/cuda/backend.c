/* CUDA's table of functions. */
#include "api/error.h"
#include "api/fill.h"
#include "device.h"
#include "gpu/driver.h"
#include "text/show.h"

#include <stdlib.h>

/* Addresses of device memory are numbers to the driver, and pointers to glorand.h. */
static CUdeviceptr address_of(const void *memory) { return (CUdeviceptr)(uintptr_t)memory; }

static void describe(const glr_cu *cu, int ordinal, glr_device_info *info)
{
    char name[100] = "";
    CUdevice id = 0;
    int capability = 0;
    const unsigned char *image;
    CUresult error = cu->cuDeviceGet(&id, ordinal);
    glr_status status = error == CUDA_SUCCESS ? glr_cuda_check_device(cu, id, &capability, &image)
                                              : glr_cu_fail("cuDeviceGet", error);
    info->available = status == GLR_OK;
    if (!info->available) {
        glr_show_text(info->reason, sizeof info->reason, "%s", glr_last_error());
    }
    if (error == CUDA_SUCCESS && cu->cuDeviceGetName(name, (int)sizeof name, id) == CUDA_SUCCESS) {
        glr_show_text(info->name, sizeof info->name, "%s (sm_%d)", name, capability);
    }
}

static size_t list(glr_device_info *infos, size_t capacity)
{
    const glr_cu *cu;
    size_t count;
    if (glr_cuda_find(&cu, &count) != GLR_OK) {
        if (capacity > 0) {
            infos[0].backend = GLR_BACKEND_CUDA;
            glr_show_text(infos[0].reason, sizeof infos[0].reason, "%s", glr_last_error());
        }
        return 1;
    }
    for (size_t i = 0; i < count && i < capacity; i++) {
        infos[i].backend = GLR_BACKEND_CUDA;
        infos[i].device = (uint32_t)i;
        describe(cu, (int)i, &infos[i]);
    }
    return count;
}

/* On the device's primary context, which is the CUDA runtime's. */
static glr_status open_device(const glr_cu *cu, CUdevice id, const unsigned char *image, glr_device **device)
{
    CUcontext context = NULL;
    int pushed = 0;
    CUresult error = cu->cuDevicePrimaryCtxRetain(&context, id);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuDevicePrimaryCtxRetain", error);
    }
    glr_status status = glr_cuda_enter(cu, context, &pushed);
    if (status != GLR_OK) {
        (void)cu->cuDevicePrimaryCtxRelease_v2(id);
        return status;
    }
    status = glr_cuda_make(cu, context, id, image, 1, device);
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
    CUresult error = cu->cuDeviceGet(&id, (int)options->device);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuDeviceGet", error);
    }
    status = glr_cuda_check_device(cu, id, &capability, &image);
    return status == GLR_OK ? open_device(cu, id, image, device) : status;
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
        CUresult error = cu_dev->cu->cuMemAlloc_v2(&address, (size_t)bytes);
        status = error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuMemAlloc", error);
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
        CUresult error = cu_dev->cu->cuMemFree_v2(address_of(memory));
        status = error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuMemFree", error);
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
        CUresult error =
            cu_dev->cu->cuMemcpyDtoHAsync_v2(host, address_of(same), (size_t)bytes, cu_dev->stream);
        status = error == CUDA_SUCCESS ? glr_cuda_wait(cu_dev, cu_dev->stream)
                                       : glr_cu_fail("cuMemcpyDtoHAsync", error);
    }
    glr_cuda_leave(cu_dev->cu, pushed);
    return status;
}

static glr_status resolve_cuda(glr_device *device, glr_dtype dtype, uint64_t needed,
                               glr_destination *destination)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)device;
    CUdeviceptr address = 0;
    glr_status status = glr_check_room(destination, needed);
    if (status == GLR_OK) {
        status = glr_cuda_check_memory(cu_dev, address_of(destination->memory), glr_dtype_size(dtype), needed,
                                       &address);
    }
    destination->memory = (void *)(uintptr_t)address; /* NOLINT(performance-no-int-to-ptr) */
    return status;
}

static glr_status fill_cuda(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                            const glr_order *order)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)device;
    const CUstream stream = order != NULL ? (CUstream)order->queue : cu_dev->stream;
    const glr_status status = glr_cuda_launch(cu_dev, stream, plan, address_of(destination->memory));
    return status == GLR_OK && order == NULL ? glr_cuda_wait(cu_dev, stream) : status;
}

static void leave_cuda(glr_device *device, int entered)
{
    glr_cuda_leave(((const glr_cuda_device *)device)->cu, entered);
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

const glr_backend glr_cuda_backend = {
    .kind = GLR_BACKEND_CUDA,
    .list = list,
    .open = open_cuda,
    .close = close_cuda,
    .enter = glr_cuda_enter_fill,
    .leave = leave_cuda,
    .resolve = resolve_cuda,
    .fill = fill_cuda,
    .alloc = alloc_cuda,
    .free = free_cuda,
    .copy_to_host = copy_cuda,
    .sync = sync_cuda,
    .open_stage = glr_cuda_open_stage,
    .copy_stage = glr_cuda_copy_stage,
    .wait_stage = glr_cuda_wait_stage,
    .close_stage = glr_cuda_close_stage,
};
