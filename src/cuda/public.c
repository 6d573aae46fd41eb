/* Fills in the caller's context and stream. */
#include "api/error.h"
#include "api/fill.h"
#include "api/guest.h"
#include "api/make_plan.h"
#include "device.h"
#include "glorand/cuda.h"

#include <inttypes.h>

/* The streams that are no objects: the legacy one, by two names, and the thread's. They are of the context
   that is current. */
#define LAST_SPECIAL_STREAM 2U

static glr_status prepare_current(const glr_cu *cu, CUcontext context, glr_device **handle)
{
    CUdevice id = 0;
    int capability;
    const unsigned char *image;
    CUresult error = cu->cuCtxGetDevice(&id);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuCtxGetDevice", error);
    }
    glr_status status = glr_cuda_check_device(cu, id, &capability, &image);
    return status == GLR_OK ? glr_cuda_make(cu, context, id, image, 0, handle) : status;
}

static glr_status prepare(struct CUctx_st *context, glr_device **handle)
{
    if (handle == NULL) {
        return glr_fail_null("handle");
    }
    *handle = NULL;
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
            return glr_fail(GLR_ERROR_ARGUMENT, "context: is NULL, and the thread has no current one");
        }
    } else {
        status = glr_cuda_enter(cu, context, &pushed);
    }
    if (status == GLR_OK) {
        status = prepare_current(cu, context, handle);
    }
    glr_cuda_leave(cu, pushed);
    return status;
}

glr_status glr_cuda_prepare(struct CUctx_st *context, glr_device **handle)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, prepare(context, handle));
}

static glr_status check_handle(const glr_device *handle)
{
    if (handle == NULL) {
        return glr_fail_null("handle");
    }
    if (handle->backend != &glr_cuda_backend) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "handle: is of the %s backend and was not prepared by glr_cuda_prepare",
                        glr_backend_name(handle->backend->kind));
    }
    return GLR_OK;
}

/* The kernel, the stream and the thread must agree on a context. */
static glr_status check_contexts(const glr_cuda_device *device, CUstream stream)
{
    CUcontext context = NULL;
    CUresult error = device->cu->cuCtxGetCurrent(&context);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuCtxGetCurrent", error);
    }
    if (context != device->context) {
        return glr_fail(GLR_ERROR_ARGUMENT, "handle: its context is not the thread's current one");
    }
    if ((uintptr_t)stream <= LAST_SPECIAL_STREAM) {
        return GLR_OK;
    }
    error = device->cu->cuStreamGetCtx(stream, &context);
    if (error != CUDA_SUCCESS) {
        return error == CUDA_ERROR_INVALID_HANDLE
                   ? glr_fail(GLR_ERROR_ARGUMENT, "stream: is not a CUDA stream")
                   : glr_cu_fail("cuStreamGetCtx", error);
    }
    return context == device->context
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "stream: is of another context than the handle");
}

static glr_status check_destination(const glr_cuda_device *device, const glr_plan *plan, CUdeviceptr dst,
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
    return glr_cuda_check_memory(device, dst, glr_dtype_size(plan->dtype), needed, address);
}

static glr_status fill(glr_device *handle, const glr_initializer *initializer, const glr_tensor *tensor,
                       unsigned long long dst, uint64_t bytes, struct CUstream_st *stream)
{
    glr_status status = check_handle(handle);
    if (status != GLR_OK) {
        return status;
    }
    if (initializer == NULL || tensor == NULL) {
        return glr_fail_null(initializer == NULL ? "initializer" : "tensor");
    }
    const glr_cuda_device *device = (const glr_cuda_device *)handle;
    glr_plan plan;
    uint64_t needed;
    CUdeviceptr address = 0;
    status = glr_make_plan(initializer, tensor, &plan, &needed);
    if (status == GLR_OK) {
        status = check_contexts(device, stream);
    }
    if (status != GLR_OK || plan.count == 0) {
        return status;
    }
    status = check_destination(device, &plan, dst, bytes, needed, &address);
    if (status == GLR_OK) {
        status = glr_seed_fill(initializer, tensor, &plan);
    }
    return status == GLR_OK ? glr_cuda_launch(device, stream, &plan, address) : status;
}

glr_status glr_cuda_fill(glr_device *handle, const glr_initializer *initializer, const glr_tensor *tensor,
                         unsigned long long dst, uint64_t bytes, struct CUstream_st *stream)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, fill(handle, initializer, tensor, dst, bytes, stream));
}
