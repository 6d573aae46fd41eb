/* Fills in the caller's context and queue. */
#include "device.h" /* first: it sets the version of OpenCL that the headers declare */

#include "api/error.h"
#include "api/fill.h"
#include "api/guest.h"
#include "api/make_plan.h"
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

static glr_status check_pointer(const glr_opencl_device *cl_dev, const glr_opencl_memory *memory,
                                uint64_t element_size)
{
    if (memory->pointer == NULL) {
        return glr_fail_null("memory.pointer");
    }
    int is_svm = memory->kind == GLR_OPENCL_MEMORY_SVM;
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
    if ((uintptr_t)memory->pointer % element_size != 0) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "memory.pointer: %p is not a multiple of the %" PRIu64 " bytes of an element",
                        memory->pointer, element_size);
    }
    return is_svm ? GLR_OK
                  : glr_opencl_usm_check(&cl_dev->usm, cl_dev->context, memory->pointer, memory->bytes);
}

/* Checks that `needed` bytes are there, and makes the kernel's target of them. */
static glr_status check_memory(const glr_opencl_device *cl_dev, const glr_opencl_memory *memory,
                               glr_dtype dtype, uint64_t needed, glr_opencl_target *target)
{
    const uint64_t element_size = glr_dtype_size(dtype);
    uint64_t bytes = memory->bytes;
    glr_status status = GLR_CHECK_RESERVED("memory", memory);
    if (status != GLR_OK) {
        return status;
    }
    switch (memory->kind) {
    case GLR_OPENCL_MEMORY_BUFFER:
        status = check_buffer(cl_dev, memory->buffer, &bytes);
        target->buffer = memory->buffer;
        break;
    case GLR_OPENCL_MEMORY_SVM: target->svm = memory->pointer; break;
    case GLR_OPENCL_MEMORY_USM: target->usm = memory->pointer; break;
    default:
        return glr_fail(GLR_ERROR_ARGUMENT, "memory.kind: must be buffer (0), SVM (1) or USM (2), not %d",
                        (int)memory->kind);
    }
    if (status == GLR_OK && memory->kind != GLR_OPENCL_MEMORY_BUFFER) {
        status = check_pointer(cl_dev, memory, element_size);
    }
    if (status != GLR_OK) {
        return status;
    }
    if (memory->offset % element_size != 0) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "memory.offset: %" PRIu64 " is not a multiple of the %" PRIu64 " bytes of an element",
                        memory->offset, element_size);
    }
    if (memory->offset > bytes || bytes - memory->offset < needed) {
        return glr_fail(GLR_ERROR_TOO_SMALL,
                        "memory: %" PRIu64 " bytes from offset %" PRIu64 " are fewer than the %" PRIu64
                        " that the part needs",
                        memory->offset > bytes ? 0 : bytes - memory->offset, memory->offset, needed);
    }
    target->offset = memory->offset / element_size;
    return GLR_OK;
}

static glr_status check_device(const glr_device *device)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    if (device->backend != &glr_opencl_backend) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "device: belongs to the %s backend and was not opened by glr_opencl_open",
                        glr_backend_name(device->backend->kind));
    }
    return GLR_OK;
}

static glr_status fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                       const glr_opencl_memory *memory, cl_command_queue queue, cl_uint wait_count,
                       const cl_event *wait_list, cl_event *event)
{
    glr_status status = check_device(device);
    if (status != GLR_OK) {
        return status;
    }
    if (initializer == NULL || tensor == NULL || memory == NULL || queue == NULL) {
        return glr_fail_null(initializer == NULL ? "initializer"
                             : tensor == NULL    ? "tensor"
                             : memory == NULL    ? "memory"
                                                 : "queue");
    }
    if ((wait_count == 0) != (wait_list == NULL)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "wait_list: %s, but wait_count is %u",
                        wait_list == NULL ? "NULL" : "not NULL", wait_count);
    }
    glr_opencl_device *cl_dev = (glr_opencl_device *)device;
    glr_plan plan;
    uint64_t bytes;
    status = glr_make_plan(initializer, tensor, &plan, &bytes);
    if (status == GLR_OK) {
        status = check_queue(cl_dev, queue);
    }
    if (status == GLR_OK && plan.count == 0) {
        if (event != NULL) {
            *event = NULL;
        }
        return GLR_OK;
    }
    glr_opencl_target target = {0};
    if (status == GLR_OK) {
        status = glr_opencl_accepts(device, &plan);
    }
    if (status == GLR_OK) {
        status = check_memory(cl_dev, memory, plan.dtype, bytes, &target);
    }
    if (status == GLR_OK) {
        status = glr_seed_fill(initializer, tensor, &plan);
    }
    const glr_opencl_order order = {wait_count, wait_list, event};
    return status == GLR_OK ? glr_opencl_enqueue(cl_dev, queue, &plan, &target, &order) : status;
}

glr_status glr_opencl_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                           const glr_opencl_memory *memory, cl_command_queue queue, cl_uint wait_count,
                           const cl_event *wait_list, cl_event *event)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, fill(device, initializer, tensor, memory, queue, wait_count, wait_list, event));
}
