/* Fills in the caller's context and stream. */
#include "api/error.h"
#include "api/fill.h"
#include "api/guest.h"
#include "api/make_plan.h"
#include "device.h"
#include "glorand/cuda.h"

#include <inttypes.h>

/* The special streams, which are not objects: the legacy one, by two names, and the thread's. They are of the
   context that is current. */
#define LAST_SPECIAL_STREAM 2U

static glr_status open_current(const glr_cu *cu, CUcontext context, glr_device **device)
{
    CUdevice id = 0;
    int capability;
    const unsigned char *image;
    CUresult error = cu->cuCtxGetDevice(&id);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuCtxGetDevice", error);
    }
    glr_status status = glr_cuda_check_device(cu, id, &capability, &image);
    return status == GLR_OK ? glr_cuda_make(cu, context, id, image, 0, device) : status;
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
        CUresult error = cu->cuCtxGetCurrent(&context);
        if (error != CUDA_SUCCESS) {
            return glr_cu_fail("cuCtxGetCurrent", error);
        }
        if (context == NULL) {
            return glr_fail(GLR_ERROR_ARGUMENT, "context: NULL, but the thread has no current context");
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

static glr_status check_device(const glr_device *device)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    if (device->backend != &glr_cuda_backend) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "device: belongs to the %s backend and was not opened by glr_cuda_open",
                        glr_backend_name(device->backend->kind));
    }
    return GLR_OK;
}

/* The kernel, the stream and the thread must agree on a context. */
static glr_status check_contexts(const glr_cuda_device *cu_dev, CUstream stream)
{
    CUcontext context = NULL;
    CUresult error = cu_dev->cu->cuCtxGetCurrent(&context);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuCtxGetCurrent", error);
    }
    if (context != cu_dev->context) {
        return glr_fail(GLR_ERROR_ARGUMENT, "device: its context is not the thread's current one");
    }
    if ((uintptr_t)stream <= LAST_SPECIAL_STREAM) {
        return GLR_OK;
    }
    error = cu_dev->cu->cuStreamGetCtx(stream, &context);
    if (error != CUDA_SUCCESS) {
        return error == CUDA_ERROR_INVALID_HANDLE
                   ? glr_fail(GLR_ERROR_ARGUMENT, "stream: %p is not a CUDA stream", (void *)stream)
                   : glr_cu_fail("cuStreamGetCtx", error);
    }
    return context == cu_dev->context
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "stream: belongs to another context than the device");
}

static glr_status check_destination(const glr_cuda_device *cu_dev, const glr_plan *plan, CUdeviceptr dst,
                                    uint64_t bytes, uint64_t needed, CUdeviceptr *address)
{
    if (dst == 0) {
        return glr_fail_null("dst");
    }
    if (bytes < needed) {
        return glr_fail(GLR_ERROR_TOO_SMALL,
                        "bytes: %" PRIu64 " are fewer than the %" PRIu64 " that the part needs", bytes,
                        needed);
    }
    return glr_cuda_check_memory(cu_dev, dst, glr_dtype_size(plan->dtype), needed, address);
}

static glr_status fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                       unsigned long long dst, uint64_t bytes, struct CUstream_st *stream)
{
    glr_status status = check_device(device);
    if (status != GLR_OK) {
        return status;
    }
    if (initializer == NULL || tensor == NULL) {
        return glr_fail_null(initializer == NULL ? "initializer" : "tensor");
    }
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)device;
    glr_plan plan;
    uint64_t needed;
    CUdeviceptr address = 0;
    status = glr_make_plan(initializer, tensor, &plan, &needed);
    if (status == GLR_OK) {
        status = check_contexts(cu_dev, stream);
    }
    if (status != GLR_OK || plan.count == 0) {
        return status;
    }
    status = check_destination(cu_dev, &plan, dst, bytes, needed, &address);
    if (status == GLR_OK) {
        status = glr_seed_fill(initializer, tensor, &plan);
    }
    return status == GLR_OK ? glr_cuda_launch(cu_dev, stream, &plan, address) : status;
}

glr_status glr_cuda_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                         unsigned long long dst, uint64_t bytes, struct CUstream_st *stream)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, fill(device, initializer, tensor, dst, bytes, stream));
}
