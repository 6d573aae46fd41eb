/* Fills: where they go, in whose stream they run, and which kernel draws them. */
#include "device.h"

#include "api/call.h"
#include "glorand/cuda.h"

#include <inttypes.h>

/* ---- Destinations ------------------------------------------------------------------------------------ */

/* The driver's attributes of an address; all zero for memory that is not CUDA's. */
typedef struct pointer_facts {
    CUcontext context; /* NULL for memory of pools and of mappings, which belongs to a device */
    unsigned type, is_managed;
    CUdeviceptr address, start;
    size_t size;
    int device;
} pointer_facts;

static glr_status facts_of(const glr_cu *cu, CUdeviceptr pointer, pointer_facts *facts)
{
    int attributes[] = {CU_POINTER_CONTEXT,        CU_POINTER_MEMORY_TYPE, CU_POINTER_IS_MANAGED,
                        CU_POINTER_DEVICE_POINTER, CU_POINTER_RANGE_START, CU_POINTER_RANGE_SIZE,
                        CU_POINTER_DEVICE_ORDINAL};
    void *values[] = {&facts->context, &facts->type, &facts->is_managed, &facts->address,
                      &facts->start,   &facts->size, &facts->device};
    return GLR_CU(cu, cuPointerGetAttributes, sizeof attributes / sizeof attributes[0], attributes, values,
                  pointer);
}

/* The facts of memory by the address that kernels find it at. Of registered host memory, that may be another
   one than the host's (where a device lacks CU_DEVICE_ATTRIBUTE_CAN_USE_HOST_POINTER_FOR_REGISTERED_MEM), and
   bounds are documented for device pointers alone: so all that is checked is checked of this address. */
static glr_status find_address(const glr_cu *cu, CUdeviceptr dst, pointer_facts *facts)
{
    glr_status status = facts_of(cu, dst, facts);
    const CUdeviceptr address = facts->address;
    if (status == GLR_OK && address != 0 && address != dst) {
        status = facts_of(cu, address, facts);
        facts->address = address;
    }
    return status;
}

static glr_status check_alignment(CUdeviceptr address, uint64_t element_size)
{
    return address % element_size == 0
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT,
                          "dst: 0x%llx is not a multiple of the %" PRIu64 " bytes of an element", address,
                          element_size);
}

/* Managed memory and host memory can be reached from every context; a device's from those of its own. */
static glr_status check_place(const glr_cuda_device *cu_dev, CUdeviceptr dst, const pointer_facts *facts)
{
    if (facts->type == 0 || facts->address == 0) {
        return glr_fail(GLR_ERROR_ARGUMENT, "dst: 0x%llx is not CUDA memory", dst);
    }
    if (facts->type != CU_MEMORYTYPE_DEVICE || facts->is_managed) {
        return GLR_OK;
    }
    if (facts->context != NULL && facts->context != cu_dev->context) {
        return glr_fail(GLR_ERROR_ARGUMENT, "dst: belongs to another context than the device");
    }
    if (facts->device != cu_dev->id) {
        return glr_fail(GLR_ERROR_ARGUMENT, "dst: belongs to device %d, and the glr_device to device %d",
                        facts->device, cu_dev->id);
    }
    return GLR_OK;
}

glr_status glr_cuda_resolve(glr_device *device, glr_dtype dtype, uint64_t needed,
                            glr_destination *destination)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)device;
    const CUdeviceptr dst = (CUdeviceptr)(uintptr_t)destination->memory;
    const uint64_t element_size = glr_dtype_size(dtype);
    pointer_facts facts = {.device = cu_dev->id};
    glr_status status = glr_check_room(destination, needed);
    if (status == GLR_OK) {
        status = check_alignment(dst, element_size);
    }
    if (status == GLR_OK) {
        status = find_address(cu_dev->cu, dst, &facts);
    }
    if (status == GLR_OK) {
        status = check_place(cu_dev, dst, &facts);
    }
    if (status == GLR_OK) {
        status = check_alignment(facts.address, element_size);
    }
    /* Bounds are known of allocations; pools and mappings may lie side by side. */
    const uint64_t room = facts.size - (facts.address - facts.start);
    if (status == GLR_OK && facts.context != NULL && room < needed) {
        status = glr_fail(GLR_ERROR_TOO_SMALL,
                          "dst: the %" PRIu64 " bytes from there to the end of its memory are fewer than the "
                          "%" PRIu64 " that the part needs",
                          room, needed);
    }
    destination->memory = (void *)(uintptr_t)facts.address; /* NOLINT(performance-no-int-to-ptr) */
    return status;
}

/* ---- Contexts and streams ---------------------------------------------------------------------------- */

/* The special streams, which are not objects: the legacy one, by two names, and the thread's. They are of the
   context that is current. */
#define LAST_SPECIAL_STREAM 2U

/* The kernel, the stream and the thread must agree on a context. */
static glr_status check_contexts(const glr_cuda_device *cu_dev, CUstream stream)
{
    CUcontext context = NULL;
    glr_status status = GLR_CU(cu_dev->cu, cuCtxGetCurrent, &context);
    if (status != GLR_OK) {
        return status;
    }
    if (context != cu_dev->context) {
        return glr_fail(GLR_ERROR_ARGUMENT, "device: its context is not the thread's current one");
    }
    if ((uintptr_t)stream <= LAST_SPECIAL_STREAM) {
        return GLR_OK;
    }
    const CUresult error = cu_dev->cu->cuStreamGetCtx(stream, &context);
    if (error == CUDA_ERROR_INVALID_HANDLE) {
        return glr_fail(GLR_ERROR_ARGUMENT, "stream: %p is not a CUDA stream", (void *)stream);
    }
    status = glr_cu_status("cuStreamGetCtx", error);
    if (status != GLR_OK) {
        return status;
    }
    return context == cu_dev->context
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "stream: belongs to another context than the device");
}

glr_status glr_cuda_enter_fill(glr_device *device, const glr_order *order, int *entered)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)device;
    return order != NULL ? check_contexts(cu_dev, (CUstream)order->queue)
                         : glr_cuda_enter(cu_dev->cu, cu_dev->context, entered);
}

/* ---- Kernels ----------------------------------------------------------------------------------------- */

unsigned glr_cuda_grid_size(const glr_cuda_device *cu_dev, const glr_gpu_launch *launch)
{
    const unsigned most = cu_dev->max_resident_blocks[launch->kernel];
    return launch->tiles < most ? (unsigned)launch->tiles : most;
}

glr_status glr_cuda_launch(const glr_cuda_device *cu_dev, CUstream stream, const glr_plan *plan,
                           CUdeviceptr address)
{
    glr_gpu_launch launch = glr_gpu_launch_of(plan, 0);
    glr_runs runs = plan->runs;
    const unsigned grid = glr_cuda_grid_size(cu_dev, &launch);
    void *parameters[] = {&address, &launch.args, launch.takes_runs ? &runs : NULL,
                          launch.law_size > 0 ? &launch.law : NULL};
    return GLR_CU(cu_dev->cu, cuLaunchKernel, cu_dev->kernels[launch.kernel], grid, 1, 1, GLR_GPU_ITEMS, 1, 1,
                  0, stream, parameters, NULL);
}

glr_status glr_cuda_wait(const glr_cuda_device *cu_dev, CUstream stream)
{
    return GLR_CU(cu_dev->cu, cuStreamSynchronize, stream);
}

void glr_cuda_leave_fill(glr_device *device, int entered)
{
    glr_cuda_leave(((const glr_cuda_device *)device)->cu, entered);
}

glr_status glr_cuda_run(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                        const glr_order *order)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)device;
    const CUstream stream = order != NULL ? (CUstream)order->queue : cu_dev->stream;
    const CUdeviceptr address = (CUdeviceptr)(uintptr_t)destination->memory;
    const glr_status status = glr_cuda_launch(cu_dev, stream, plan, address);
    return status == GLR_OK && order == NULL ? glr_cuda_wait(cu_dev, stream) : status;
}

glr_status glr_cuda_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                         unsigned long long dst, uint64_t bytes, struct CUstream_st *stream)
{
    const glr_host host = glr_enter();
    const glr_order order = {stream, NULL};
    glr_destination destination = {.name = "bytes",
                                   .memory = (void *)(uintptr_t)dst, /* NOLINT(performance-no-int-to-ptr) */
                                   .bytes = bytes};
    glr_status status = glr_check_backend(device, &glr_cuda_backend, "glr_cuda_open");
    if (status == GLR_OK) {
        status = glr_fill_to(device, initializer, tensor, &destination, &order);
    }
    return glr_leave(&host, status);
}
