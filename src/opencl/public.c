/* Fills in the caller's context and queue. */
#include "device.h" /* first: it sets the version of OpenCL that the headers declare */

#include "api/error.h"
#include "api/fill.h"
#include "api/guest.h"
#include "glorand/opencl.h"

#include <inttypes.h>
#include <stdlib.h>

static glr_status check_context(const glr_cl *cl, cl_context context, cl_device_id device)
{
    size_t bytes = 0;
    cl_int error = cl->clGetContextInfo(context, CL_CONTEXT_DEVICES, 0, NULL, &bytes);
    if (error != CL_SUCCESS) {
        return error == CL_INVALID_CONTEXT
                   ? glr_fail(GLR_ERROR_ARGUMENT, "context: %p is not an OpenCL context", (void *)context)
                   : glr_cl_fail("clGetContextInfo", error);
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
        return glr_cl_fail("clGetContextInfo", error);
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
    return status == GLR_OK ? glr_opencl_make(cl, context, id, device) : status;
}

glr_status glr_opencl_open(cl_context context, cl_device_id id, glr_device **device)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, open_context(context, id, device));
}

static glr_status check_queue(const glr_opencl_device *cl_dev, cl_command_queue queue)
{
    cl_context context = NULL;
    cl_device_id id = NULL;
    cl_int error =
        cl_dev->cl->clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, sizeof(cl_context), &context, NULL);
    if (error == CL_SUCCESS) {
        error = cl_dev->cl->clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof(cl_device_id), &id, NULL);
    }
    if (error != CL_SUCCESS) {
        return error == CL_INVALID_COMMAND_QUEUE
                   ? glr_fail(GLR_ERROR_ARGUMENT, "queue: %p is not an OpenCL command queue", (void *)queue)
                   : glr_cl_fail("clGetCommandQueueInfo", error);
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
                       : glr_cl_fail("clGetMemObjectInfo", error);
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
    return is_svm
               ? GLR_OK
               : glr_opencl_usm_check(&cl_dev->usm, cl_dev->context, destination->memory, destination->bytes);
}

glr_status glr_opencl_check_memory(const glr_opencl_device *cl_dev, glr_dtype dtype, uint64_t needed,
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
