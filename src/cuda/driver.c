#include "driver.h"

#include "api/call.h"
#include "gpu/driver.h"
#include "image.h"
#include "text/show.h"

#include <dlfcn.h>
#include <string.h>

/* Not libcuda.so: where that is there alone, it is the toolkit's stub, which has no driver behind it. */
#define LIBRARY "libcuda.so.1"

static glr_gpu_library state = GLR_GPU_LIBRARY_INIT;
static glr_cu functions;

static void load(void)
{
    const char *named = glr_gpu_variable(GLR_CUDA_VARIABLE);
    const char *name = named != NULL ? named : LIBRARY;
    /* Never closed: the driver has threads and exit handlers. If the process has loaded it already, as the
       CUDA runtime does, this is the same one. */
    void *library = dlopen(name, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        const char *reason = dlerror();
        glr_show_text(state.why_not, sizeof state.why_not, "no CUDA driver: %s",
                      reason != NULL ? reason : name);
        (void)dlerror(); /* frees the text */
        return;
    }
    void *symbol;
#define GLR_CU_FIND(function, parameters)                                                                    \
    symbol = dlsym(library, #function);                                                                      \
    memcpy(&functions.function, &symbol, sizeof symbol);
#define GLR_CU_FIND_REQUIRED(function, parameters)                                                           \
    GLR_CU_FIND(function, parameters)                                                                        \
    if (symbol == NULL && state.why_not[0] == '\0') {                                                        \
        glr_show_text(state.why_not, sizeof state.why_not, "%s has no %s", name, #function);                 \
    }
    GLR_CU_REQUIRED(GLR_CU_FIND_REQUIRED)
    GLR_CU_OPTIONAL(GLR_CU_FIND)
}

glr_status glr_cu_load(const glr_cu **cu)
{
    *cu = &functions;
    return glr_gpu_load(&state, load);
}

/* Statuses of errors that do not mean a broken device. */
static glr_status status_of(CUresult error)
{
    switch (error) {
    case CUDA_SUCCESS: return GLR_OK;
    case CUDA_ERROR_OUT_OF_MEMORY: return GLR_ERROR_MEMORY;
    case CUDA_ERROR_NOT_INITIALIZED:
    case CUDA_ERROR_DEINITIALIZED:
    case CUDA_ERROR_DEVICE_UNAVAILABLE:
    case CUDA_ERROR_NO_DEVICE:
    case CUDA_ERROR_NO_BINARY_FOR_GPU:
    case CUDA_ERROR_UNSUPPORTED_PTX_VERSION:
    case CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
    case CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE: return GLR_ERROR_UNAVAILABLE;
    default: return GLR_ERROR_DEVICE;
    }
}

glr_status glr_cu_status(const char *function, CUresult error)
{
    const glr_status status = status_of(error);
    const char *name = NULL, *version = strstr(function, "_v2");
    if (status == GLR_OK) {
        return status;
    }
    if (functions.cuGetErrorName == NULL || functions.cuGetErrorName(error, &name) != CUDA_SUCCESS ||
        name == NULL) {
        name = "an error";
    }
    return glr_fail(status, "CUDA: %.*s returned %s (%d)",
                    (int)(version != NULL ? version - function : (ptrdiff_t)strlen(function)), function, name,
                    error);
}

/* ---- Devices ------------------------------------------------------------------------------------------- */

/* The compute capability of the oldest PTX: see cmake/cuda.cmake. */
#define MIN_CAPABILITY 75

glr_status glr_cuda_find(const glr_cu **cu, size_t *count)
{
    int version = 0, devices = 0;
    *count = 0;
    glr_status status = glr_cu_load(cu);
    if (status != GLR_OK) {
        return status;
    }
    status = GLR_CU(*cu, cuDriverGetVersion, &version);
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
        (void)glr_cu_status("cuInit or cuDeviceGetCount", error);
        return GLR_ERROR_UNAVAILABLE;
    }
    *count = (size_t)devices;
    return GLR_OK;
}

glr_status glr_cuda_check_device(const glr_cu *cu, CUdevice device, int *capability,
                                 const unsigned char **image)
{
    int major = 0, minor = 0, mode = 0, version = 0;
    glr_status status = GLR_CU(cu, cuDeviceGetAttribute, &major, CU_DEVICE_CAPABILITY_MAJOR, device);
    if (status == GLR_OK) {
        status = GLR_CU(cu, cuDeviceGetAttribute, &minor, CU_DEVICE_CAPABILITY_MINOR, device);
    }
    if (status == GLR_OK) {
        status = GLR_CU(cu, cuDeviceGetAttribute, &mode, CU_DEVICE_COMPUTE_MODE, device);
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
    status = GLR_CU(cu, cuDriverGetVersion, &version);
    *image = glr_cuda_choose_image(version, *capability, &glr_cuda_this_build);
    return status;
}
