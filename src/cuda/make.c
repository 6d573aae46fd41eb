/* Opening a device, and its context. */
#include "api/error.h"
#include "device.h"
#include "gpu/args.h"
#include "image.h"

#include <stdlib.h>

const char *const glr_cuda_kernel_names[KERNEL_COUNT] = {
    "glr_uniform_packed", "glr_normal_packed", "glr_truncated_packed",
    "glr_icdf_packed",    "glr_any",           "glr_any_f64",
    "glr_constant",       "glr_check",
};

glr_status glr_cuda_enter(const glr_cu *cu, CUcontext context, int *pushed)
{
    CUcontext current = NULL;
    *pushed = 0;
    if (cu->cuCtxGetCurrent(&current) == CUDA_SUCCESS && current == context) {
        return GLR_OK;
    }
    CUresult error = cu->cuCtxPushCurrent_v2(context);
    *pushed = error == CUDA_SUCCESS;
    return error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuCtxPushCurrent", error);
}

void glr_cuda_leave(const glr_cu *cu, int pushed)
{
    if (pushed) {
        CUcontext popped = NULL;
        (void)cu->cuCtxPopCurrent_v2(&popped);
    }
}

/* A kernel, and how many of its thread blocks the device holds. Asking that also makes the driver load the
   kernel now rather than when it is launched first, which may be while a graph is captured. */
static glr_status make_kernel(glr_cuda_device *cu_dev, int kernel, int multiprocessors)
{
    const glr_cu *cu = cu_dev->cu;
    int resident = 0;
    CUresult error =
        cu->cuModuleGetFunction(&cu_dev->kernels[kernel], cu_dev->module, glr_cuda_kernel_names[kernel]);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuModuleGetFunction", error);
    }
    error =
        cu->cuOccupancyMaxActiveBlocksPerMultiprocessor(&resident, cu_dev->kernels[kernel], GLR_GPU_ITEMS, 0);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuOccupancyMaxActiveBlocksPerMultiprocessor", error);
    }
    cu_dev->max_resident_blocks[kernel] = (unsigned)(resident * multiprocessors);
    return resident > 0 && multiprocessors > 0
               ? GLR_OK
               : glr_fail(GLR_ERROR_DEVICE, "CUDA: no thread block of %s fits a multiprocessor",
                          glr_cuda_kernel_names[kernel]);
}

static glr_status set_up(glr_cuda_device *cu_dev, const unsigned char *image)
{
    const glr_cu *cu = cu_dev->cu;
    int multiprocessors = 0;
    CUresult error = cu->cuDeviceGetAttribute(&multiprocessors, CU_DEVICE_MULTIPROCESSOR_COUNT, cu_dev->id);
    if (error != CUDA_SUCCESS) {
        return glr_cu_fail("cuDeviceGetAttribute", error);
    }
    error = cu->cuModuleLoadData(&cu_dev->module, image);
    if (error != CUDA_SUCCESS) {
        cu_dev->module = NULL;
        return glr_cu_fail("cuModuleLoadData", error);
    }
    /* It does not wait for the legacy stream, nor that for it: the device's work is its own. */
    error = cu->cuStreamCreate(&cu_dev->stream, CU_STREAM_NON_BLOCKING);
    if (error != CUDA_SUCCESS) {
        cu_dev->stream = NULL;
        return glr_cu_fail("cuStreamCreate", error);
    }
    glr_status status = GLR_OK;
    for (int i = 0; status == GLR_OK && i < KERNEL_COUNT; i++) {
        status = make_kernel(cu_dev, i, multiprocessors);
    }
    return status == GLR_OK ? glr_cuda_check(cu_dev) : status;
}

glr_status glr_cuda_make(const glr_cu *cu, CUcontext context, CUdevice id, const unsigned char *image,
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
