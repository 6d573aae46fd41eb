/* Fills: where they go, in whose queue they run, and which kernel draws them. */
#include "device.h" /* first: it sets the version of OpenCL that the headers declare */

#include "api/call.h"
#include "glorand/opencl.h"
#include "tile_size.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- Unified shared memory --------------------------------------------------------------------------- */

#define EXTENSION "cl_intel_unified_shared_memory"

static int has_extension(const glr_cl *cl, cl_device_id id)
{
    size_t size = 0;
    if (cl->clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, 0, NULL, &size) != CL_SUCCESS || size == 0) {
        return 0;
    }
    char *all = calloc(size + 1, 1);
    if (all == NULL) {
        return 0;
    }
    int has = cl->clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, size, all, NULL) == CL_SUCCESS &&
              strstr(all, EXTENSION) != NULL;
    free(all);
    return has;
}

glr_opencl_usm glr_opencl_usm_of(const glr_cl *cl, cl_device_id id)
{
    const glr_opencl_usm none = {NULL, NULL};
    glr_opencl_usm usm = none;
    cl_platform_id platform = NULL;
    if (cl->clGetExtensionFunctionAddressForPlatform == NULL || !has_extension(cl, id) ||
        cl->clGetDeviceInfo(id, CL_DEVICE_PLATFORM, sizeof(cl_platform_id), &platform, NULL) != CL_SUCCESS) {
        return none;
    }
    void *symbol = cl->clGetExtensionFunctionAddressForPlatform(platform, "clSetKernelArgMemPointerINTEL");
    memcpy(&usm.set_argument, &symbol, sizeof symbol);
    symbol = cl->clGetExtensionFunctionAddressForPlatform(platform, "clGetMemAllocInfoINTEL");
    memcpy(&usm.get_info, &symbol, sizeof symbol);
    return usm.set_argument != NULL && usm.get_info != NULL ? usm : none;
}

/* Fails unless `bytes` from the pointer on lie in one allocation of the context. */
static glr_status check_usm(const glr_opencl_usm *usm, cl_context context, const void *pointer,
                            uint64_t bytes)
{
    cl_unified_shared_memory_type_intel type = CL_MEM_TYPE_UNKNOWN_INTEL;
    const char *base = NULL;
    size_t size = 0;
    const struct {
        cl_mem_info_intel what;
        size_t size;
        void *value;
    } questions[] = {{CL_MEM_ALLOC_TYPE_INTEL, sizeof type, &type},
                     {CL_MEM_ALLOC_BASE_PTR_INTEL, sizeof base, (void *)&base},
                     {CL_MEM_ALLOC_SIZE_INTEL, sizeof size, &size}};
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        const glr_status status = glr_cl_status(
            "clGetMemAllocInfoINTEL",
            usm->get_info(context, pointer, questions[i].what, questions[i].size, questions[i].value, NULL));
        if (status != GLR_OK) {
            return status;
        }
    }
    const uint64_t before = (uint64_t)((uintptr_t)pointer - (uintptr_t)base);
    if (type == CL_MEM_TYPE_UNKNOWN_INTEL || before >= size) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "memory.pointer: %p is not in unified shared memory of the handle's context",
                        pointer);
    }
    if (bytes > size - before) {
        return glr_fail(GLR_ERROR_TOO_SMALL,
                        "memory.bytes: %" PRIu64 " are more than the %" PRIu64
                        " that the allocation has from memory.pointer on",
                        bytes, (uint64_t)size - before);
    }
    return GLR_OK;
}

/* ---- Destinations ------------------------------------------------------------------------------------ */

/* Checks a buffer, and sets *bytes to its size. */
static glr_status check_buffer(const glr_opencl_device *cl_dev, cl_mem buffer, uint64_t *bytes)
{
    cl_mem_object_type type = 0;
    cl_context context = NULL;
    cl_mem_flags flags = 0;
    size_t size = 0;
    if (buffer == NULL) {
        return glr_fail_null("memory.buffer");
    }
    const struct {
        cl_mem_info what;
        size_t size;
        void *value;
    } questions[] = {{CL_MEM_TYPE, sizeof type, &type},
                     {CL_MEM_CONTEXT, sizeof(cl_context), &context},
                     {CL_MEM_FLAGS, sizeof flags, &flags},
                     {CL_MEM_SIZE, sizeof size, &size}};
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        cl_int error = cl_dev->cl->clGetMemObjectInfo(buffer, questions[i].what, questions[i].size,
                                                      questions[i].value, NULL);
        if (error != CL_SUCCESS) {
            return error == CL_INVALID_MEM_OBJECT
                       ? glr_fail(GLR_ERROR_ARGUMENT, "memory.buffer: %p is not an OpenCL memory object",
                                  (void *)buffer)
                       : glr_cl_status("clGetMemObjectInfo", error);
        }
    }
    if (type != CL_MEM_OBJECT_BUFFER) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "memory.buffer: must be a buffer, not an image or a pipe (type 0x%x)", type);
    }
    if (context != cl_dev->context) {
        return glr_fail(GLR_ERROR_ARGUMENT, "memory.buffer: belongs to another context than the device");
    }
    if (flags & CL_MEM_READ_ONLY) {
        return glr_fail(GLR_ERROR_ARGUMENT, "memory.buffer: read-only for kernels (CL_MEM_READ_ONLY)");
    }
    *bytes = size;
    return GLR_OK;
}

static glr_status check_pointer(const glr_opencl_device *cl_dev, uint64_t element_size,
                                const glr_destination *destination)
{
    if (destination->memory == NULL) {
        return glr_fail_null("memory.pointer");
    }
    int is_svm = destination->form == GLR_OPENCL_SVM;
    uint64_t svm = glr_opencl_number(cl_dev->cl, cl_dev->id, CL_DEVICE_SVM_CAPABILITIES,
                                     sizeof(cl_device_svm_capabilities));
    if (is_svm && (svm == 0 || cl_dev->cl->clSetKernelArgSVMPointer == NULL)) {
        return glr_fail(GLR_ERROR_UNSUPPORTED,
                        "memory.kind: this OpenCL device has no shared virtual memory");
    }
    if (!is_svm && cl_dev->usm.set_argument == NULL) {
        return glr_fail(GLR_ERROR_UNSUPPORTED,
                        "memory.kind: this OpenCL device has no cl_intel_unified_shared_memory");
    }
    if ((uintptr_t)destination->memory % element_size != 0) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "memory.pointer: %p is not a multiple of the %" PRIu64 " bytes of an element",
                        destination->memory, element_size);
    }
    return is_svm ? GLR_OK
                  : check_usm(&cl_dev->usm, cl_dev->context, destination->memory, destination->bytes);
}

/* Memory of the caller. */
static glr_status resolve_callers(const glr_opencl_device *cl_dev, glr_dtype dtype, uint64_t needed,
                                  const glr_destination *destination)
{
    const uint64_t element_size = glr_dtype_size(dtype), offset = destination->offset;
    uint64_t bytes = destination->bytes;
    glr_status status = destination->form == GLR_OPENCL_BUFFER
                            ? check_buffer(cl_dev, (cl_mem)destination->memory, &bytes)
                            : check_pointer(cl_dev, element_size, destination);
    if (status != GLR_OK) {
        return status;
    }
    if (offset % element_size != 0) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "memory.offset: %" PRIu64 " is not a multiple of the %" PRIu64 " bytes of an element",
                        offset, element_size);
    }
    if (offset > bytes || bytes - offset < needed) {
        return glr_fail(GLR_ERROR_TOO_SMALL,
                        "memory: %" PRIu64 " bytes from offset %" PRIu64 " are fewer than the %" PRIu64
                        " that the part needs",
                        offset > bytes ? 0 : bytes - offset, offset, needed);
    }
    return GLR_OK;
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

glr_status glr_opencl_resolve(glr_device *device, glr_dtype dtype, uint64_t needed,
                              glr_destination *destination)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    if (dtype == GLR_DTYPE_FLOAT64 && !cl_dev->traits.has_f64) {
        return glr_fail(GLR_ERROR_UNSUPPORTED, "tensor.dtype: this OpenCL device has no fp64, so no float64");
    }
    return destination->form == GLR_OPENCL_OWN ? resolve_own(cl_dev, needed, destination)
                                               : resolve_callers(cl_dev, dtype, needed, destination);
}

/* ---- Kernels ----------------------------------------------------------------------------------------- */

/* The kernel's first argument. */
static glr_status set_destination(const glr_opencl_device *cl_dev, cl_kernel kernel,
                                  const glr_destination *destination)
{
    const cl_mem buffer = (cl_mem)destination->memory;
    switch (destination->form) {
    case GLR_OPENCL_SVM: return GLR_CL(cl_dev->cl, clSetKernelArgSVMPointer, kernel, 0, destination->memory);
    case GLR_OPENCL_USM:
        return glr_cl_status("clSetKernelArgMemPointerINTEL",
                             cl_dev->usm.set_argument(kernel, 0, destination->memory));
    default: return GLR_CL(cl_dev->cl, clSetKernelArg, kernel, 0, sizeof(cl_mem), &buffer);
    }
}

/* With the lock held: a kernel's arguments are one state for all threads, until it is enqueued. */
static glr_status enqueue_locked(const glr_opencl_device *cl_dev, cl_command_queue queue,
                                 const glr_plan *plan, const glr_destination *destination,
                                 const glr_opencl_events *events)
{
    const glr_cl *cl = cl_dev->cl;
    const glr_gpu_launch launch = glr_gpu_launch_of(plan, destination->offset / glr_dtype_size(plan->dtype));
    const int is_tiled = !launch.takes_runs && cl_dev->traits.draws_tiles;
    const cl_kernel kernel = cl_dev->kernels[is_tiled ? GLR_OPENCL_KERNEL_TILES : (int)launch.kernel];
    const size_t items = is_tiled ? 1 : GLR_GPU_ITEMS; /* of a work-group */
    const size_t global = is_tiled ? (size_t)((launch.args.units + GLR_TILE_GROUPS - 1) / GLR_TILE_GROUPS)
                                   : (size_t)launch.tiles * items;
    glr_status status = set_destination(cl_dev, kernel, destination);
    if (status == GLR_OK) {
        status = GLR_CL(cl, clSetKernelArg, kernel, 1, sizeof launch.args, &launch.args);
    }
    if (status == GLR_OK && launch.takes_runs) {
        status = GLR_CL(cl, clSetKernelArg, kernel, 2, sizeof plan->runs, &plan->runs);
    }
    if (status == GLR_OK && launch.law_size > 0) {
        status = GLR_CL(cl, clSetKernelArg, kernel, 3, launch.law_size, &launch.law);
    }
    return status == GLR_OK ? GLR_CL(cl, clEnqueueNDRangeKernel, queue, kernel, 1, NULL, &global, &items,
                                     events->wait_count, events->wait_list, events->event)
                            : status;
}

static glr_status enqueue(glr_opencl_device *cl_dev, cl_command_queue queue, const glr_plan *plan,
                          const glr_destination *destination, const glr_opencl_events *events)
{
    (void)pthread_mutex_lock(&cl_dev->lock); /* fails only for an invalid mutex */
    glr_status status = enqueue_locked(cl_dev, queue, plan, destination, events);
    (void)pthread_mutex_unlock(&cl_dev->lock);
    return status;
}

glr_status glr_opencl_run(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                          const glr_order *order)
{
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    if (order != NULL) {
        return enqueue(cl_dev, (cl_command_queue)order->queue, plan, destination, order->events);
    }
    cl_event event = NULL;
    const glr_opencl_events own = {0, NULL, &event};
    glr_status status = enqueue(cl_dev, cl_dev->queue, plan, destination, &own);
    if (status == GLR_OK) {
        status = GLR_CL(cl_dev->cl, clWaitForEvents, 1, &event);
        (void)cl_dev->cl->clReleaseEvent(event);
    }
    return status;
}

/* ---- Fills in the caller's queue --------------------------------------------------------------------- */

static glr_status check_queue(const glr_opencl_device *cl_dev, cl_command_queue queue)
{
    cl_context context = NULL;
    cl_device_id id = NULL;
    cl_int error =
        cl_dev->cl->clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, sizeof(cl_context), &context, NULL);
    if (error == CL_SUCCESS) {
        error = cl_dev->cl->clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof(cl_device_id), &id, NULL);
    }
    if (error == CL_INVALID_COMMAND_QUEUE) {
        return glr_fail(GLR_ERROR_ARGUMENT, "queue: %p is not an OpenCL command queue", (void *)queue);
    }
    if (error != CL_SUCCESS) {
        return glr_cl_status("clGetCommandQueueInfo", error);
    }
    if (context != cl_dev->context) {
        return glr_fail(GLR_ERROR_ARGUMENT, "queue: belongs to another context than the device");
    }
    return id == cl_dev->id
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "queue: belongs to another device than the device");
}

glr_status glr_opencl_enter_fill(glr_device *device, const glr_order *order, int *entered)
{
    (void)entered;
    return order != NULL ? check_queue((const glr_opencl_device *)device, (cl_command_queue)order->queue)
                         : GLR_OK;
}

/* What the caller says of memory, not yet looked at. */
static glr_status destination_of(const glr_opencl_memory *memory, glr_destination *destination)
{
    glr_status status = GLR_CHECK_RESERVED("memory", memory);
    destination->bytes = memory->bytes;
    destination->offset = memory->offset;
    destination->memory = memory->pointer;
    switch (memory->kind) {
    case GLR_OPENCL_MEMORY_BUFFER:
        destination->form = GLR_OPENCL_BUFFER;
        destination->memory = memory->buffer;
        return status;
    case GLR_OPENCL_MEMORY_SVM: destination->form = GLR_OPENCL_SVM; return status;
    case GLR_OPENCL_MEMORY_USM: destination->form = GLR_OPENCL_USM; return status;
    }
    return status != GLR_OK
               ? status
               : glr_fail(GLR_ERROR_ARGUMENT, "memory.kind: must be buffer (0), SVM (1) or USM (2), not %d",
                          (int)memory->kind);
}

static glr_status fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                       const glr_opencl_memory *memory, const glr_order *order)
{
    const glr_opencl_events *events = order->events;
    glr_status status = glr_check_backend(device, &glr_opencl_backend, "glr_opencl_open");
    if (status != GLR_OK) {
        return status;
    }
    if (memory == NULL || order->queue == NULL) {
        return glr_fail_null(memory == NULL ? "memory" : "queue");
    }
    if ((events->wait_count == 0) != (events->wait_list == NULL)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "wait_list: %s, but wait_count is %u",
                        events->wait_list == NULL ? "NULL" : "not NULL", events->wait_count);
    }
    glr_destination destination = {.name = "memory.bytes"};
    status = destination_of(memory, &destination);
    return status == GLR_OK ? glr_fill_to(device, initializer, tensor, &destination, order) : status;
}

glr_status glr_opencl_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                           const glr_opencl_memory *memory, cl_command_queue queue, cl_uint wait_count,
                           const cl_event *wait_list, cl_event *event)
{
    const glr_host host = glr_enter();
    cl_event made = NULL; /* stays so for a part without elements */
    const glr_opencl_events events = {wait_count, wait_list, event != NULL ? &made : NULL};
    const glr_order order = {queue, &events};
    const glr_status status = fill(device, initializer, tensor, memory, &order);
    if (status == GLR_OK && event != NULL) {
        *event = made;
    }
    return glr_leave(&host, status);
}
