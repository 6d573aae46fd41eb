#include "any_cuda.h"

#include "glorand/cuda.h"
#include "ptxsim/driver/cuda_driver.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* The declarations of driver.h name functions; these are pointers to the driver's. */
#define FUNCTIONS(F)                                                                                         \
    F(cuInit)                                                                                                \
    F(cuDevicePrimaryCtxRetain)                                                                              \
    F(cuCtxSetCurrent)                                                                                       \
    F(cuStreamCreate)                                                                                        \
    F(cuStreamSynchronize)                                                                                   \
    F(cuStreamDestroy_v2)                                                                                    \
    F(cuMemAlloc_v2)                                                                                         \
    F(cuMemFree_v2)                                                                                          \
    F(cuMemcpyHtoDAsync_v2)                                                                                  \
    F(cuMemcpyDtoHAsync_v2)

static struct {
#define POINTER(name) __typeof__(name) *name; /* NOLINT(bugprone-macro-parentheses): declares it */
    FUNCTIONS(POINTER)
} cu;

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CUcontext context; /* NULL: there is none */

static void load(void)
{
    const char *named = getenv("GLORAND_CUDA_LIBRARY");
    void *library = dlopen(named != NULL ? named : "libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
    int missing = library == NULL;
    void *symbol;
#define FIND(name)                                                                                           \
    symbol = library == NULL ? NULL : dlsym(library, #name);                                                 \
    missing = missing || symbol == NULL;                                                                     \
    memcpy(&cu.name, &symbol, sizeof symbol);
    FUNCTIONS(FIND)
    if (missing || cu.cuInit(0) != CUDA_SUCCESS || cu.cuDevicePrimaryCtxRetain(&context, 0) != CUDA_SUCCESS) {
        context = NULL;
    }
}

const char *any_cuda_open(glr_device **device, glr_status *status)
{
    *status = GLR_ERROR_SYSTEM;
    if (pthread_once(&once, load) != 0 || context == NULL || cu.cuCtxSetCurrent(context) != CUDA_SUCCESS) {
        return "no CUDA context";
    }
    *status = glr_cuda_open(NULL, device);
    return NULL;
}

/* With memory and a stream. */
static const char *fill_in(CUdeviceptr memory, CUstream stream, glr_device *device,
                           const glr_initializer *initializer, const glr_tensor *tensor, unsigned char *all,
                           size_t room, uint64_t offset, glr_status *status)
{
    if (cu.cuMemcpyHtoDAsync_v2(memory, all, room, stream) != CUDA_SUCCESS) {
        return "the memory cannot be written";
    }
    *status = glr_cuda_fill(device, initializer, tensor, memory + offset, room - offset, stream);
    if (*status == GLR_OK && (cu.cuMemcpyDtoHAsync_v2(all, memory, room, stream) != CUDA_SUCCESS ||
                              cu.cuStreamSynchronize(stream) != CUDA_SUCCESS)) {
        *status = GLR_ERROR_SYSTEM;
        return "the memory cannot be read";
    }
    return NULL;
}

const char *any_cuda_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                          unsigned char *all, size_t room, uint64_t offset, glr_status *status)
{
    CUdeviceptr memory = 0;
    CUstream stream = NULL;
    const char *problem = "no memory or no stream";
    *status = GLR_ERROR_SYSTEM;
    if (cu.cuCtxSetCurrent(context) == CUDA_SUCCESS && cu.cuMemAlloc_v2(&memory, room) == CUDA_SUCCESS &&
        cu.cuStreamCreate(&stream, 1) == CUDA_SUCCESS) {
        problem = fill_in(memory, stream, device, initializer, tensor, all, room, offset, status);
        (void)cu.cuStreamSynchronize(stream);
        (void)cu.cuStreamDestroy_v2(stream);
    }
    (void)cu.cuMemFree_v2(memory);
    return problem;
}
