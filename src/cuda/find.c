#include "find.h"

#include "api/error.h"
#include "image.h"

/* The compute capability of the oldest PTX: see cmake/cuda.cmake. */
#define MIN_CAPABILITY 75

static glr_status version_of(const glr_cu *cu, int *version)
{
    CUresult error = cu->cuDriverGetVersion(version);
    return error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuDriverGetVersion", error);
}

glr_status glr_cuda_find(const glr_cu **cu, size_t *count)
{
    int version = 0, devices = 0;
    *count = 0;
    glr_status status = glr_cu_load(cu);
    if (status != GLR_OK) {
        return status;
    }
    status = version_of(*cu, &version);
    if (status != GLR_OK) {
        return status;
    }
    if (version < GLR_CUDA_OLDEST_DRIVER) {
        return glr_fail(GLR_ERROR_UNAVAILABLE,
                        "the CUDA driver is of version %d.%d; %d.%d, which is r525, or newer is needed",
                        version / 1000, version % 1000 / 10, GLR_CUDA_OLDEST_DRIVER / 1000,
                        GLR_CUDA_OLDEST_DRIVER % 1000 / 10);
    }
    CUresult error = (*cu)->cuInit(0);
    if (error == CUDA_SUCCESS) {
        error = (*cu)->cuDeviceGetCount(&devices);
    }
    if (error == CUDA_ERROR_NO_DEVICE || (error == CUDA_SUCCESS && devices <= 0)) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "CUDA has no device");
    }
    if (error != CUDA_SUCCESS) {
        (void)glr_cu_fail("cuInit or cuDeviceGetCount", error);
        return GLR_ERROR_UNAVAILABLE;
    }
    *count = (size_t)devices;
    return GLR_OK;
}

static glr_status ask(const glr_cu *cu, CUdevice device, int what, int *value)
{
    CUresult error = cu->cuDeviceGetAttribute(value, what, device);
    return error == CUDA_SUCCESS ? GLR_OK : glr_cu_fail("cuDeviceGetAttribute", error);
}

glr_status glr_cuda_check_device(const glr_cu *cu, CUdevice device, int *capability,
                                 const unsigned char **image)
{
    int major = 0, minor = 0, mode = 0, version = 0;
    glr_status status = ask(cu, device, CU_DEVICE_CAPABILITY_MAJOR, &major);
    if (status == GLR_OK) {
        status = ask(cu, device, CU_DEVICE_CAPABILITY_MINOR, &minor);
    }
    if (status == GLR_OK) {
        status = ask(cu, device, CU_DEVICE_COMPUTE_MODE, &mode);
    }
    *capability = 10 * major + minor;
    if (status != GLR_OK) {
        return status;
    }
    if (*capability < MIN_CAPABILITY) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device has compute capability %d.%d; %d.%d is needed",
                        major, minor, MIN_CAPABILITY / 10, MIN_CAPABILITY % 10);
    }
    if (mode == CU_COMPUTEMODE_PROHIBITED) {
        return glr_fail(GLR_ERROR_UNAVAILABLE, "the device's compute mode is 'prohibited'");
    }
    status = version_of(cu, &version);
    *image = glr_cuda_choose_image(version, *capability, &glr_cuda_this_build);
    return status;
}
