/* Fills in the caller's context and stream. */
#include "api/error.h"
#include "api/fill.h"
#include "api/guest.h"
#include "device.h"
#include "glorand/cuda.h"

#include <stdint.h>

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

glr_status glr_cuda_enter_fill(glr_device *device, const glr_order *order, int *entered)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)device;
    return order != NULL ? check_contexts(cu_dev, (CUstream)order->queue)
                         : glr_cuda_enter(cu_dev->cu, cu_dev->context, entered);
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
