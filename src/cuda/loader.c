#include "loader.h"

#include "api/error.h"
#include "gpu/driver.h"
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

glr_status glr_cu_fail(const char *function, CUresult error)
{
    glr_status status = GLR_ERROR_DEVICE;
    const char *name = NULL;
    switch (error) {
    case CUDA_ERROR_OUT_OF_MEMORY: status = GLR_ERROR_MEMORY; break;
    case CUDA_ERROR_NOT_INITIALIZED:
    case CUDA_ERROR_DEINITIALIZED:
    case CUDA_ERROR_DEVICE_UNAVAILABLE:
    case CUDA_ERROR_NO_DEVICE:
    case CUDA_ERROR_NO_BINARY_FOR_GPU:
    case CUDA_ERROR_UNSUPPORTED_PTX_VERSION:
    case CUDA_ERROR_SYSTEM_DRIVER_MISMATCH:
    case CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE: status = GLR_ERROR_UNAVAILABLE; break;
    default: break;
    }
    if (functions.cuGetErrorName == NULL || functions.cuGetErrorName(error, &name) != CUDA_SUCCESS ||
        name == NULL) {
        name = "an error";
    }
    return glr_fail(status, "CUDA: %s returned %s (%d)", function, name, error);
}
