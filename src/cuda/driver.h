/* The CUDA driver, loaded at run time: a table of its functions, its devices, and the kernels' images for
   them. Declared here without NVIDIA's header, so that nothing of the toolkit is needed but its compiler.
   Functions, numbers and layouts are those of cuda.h. */
#ifndef GLR_CUDA_DRIVER_H
#define GLR_CUDA_DRIVER_H

#include "glorand/glorand.h"

#include <stddef.h>

typedef int CUresult;
typedef int CUdevice;
typedef unsigned long long CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;

enum {
    CUDA_SUCCESS = 0,
    CUDA_ERROR_INVALID_VALUE = 1,
    CUDA_ERROR_OUT_OF_MEMORY = 2,
    CUDA_ERROR_NOT_INITIALIZED = 3,
    CUDA_ERROR_DEINITIALIZED = 4,
    CUDA_ERROR_DEVICE_UNAVAILABLE = 46,
    CUDA_ERROR_NO_DEVICE = 100,
    CUDA_ERROR_INVALID_CONTEXT = 201,
    CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
    CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
    CUDA_ERROR_INVALID_HANDLE = 400,
    CUDA_ERROR_CONTEXT_IS_DESTROYED = 709,
    CUDA_ERROR_SYSTEM_DRIVER_MISMATCH = 803,
    CUDA_ERROR_COMPAT_NOT_SUPPORTED_ON_DEVICE = 804
};

/* CUdevice_attribute */
enum {
    CU_DEVICE_MULTIPROCESSOR_COUNT = 16,
    CU_DEVICE_COMPUTE_MODE = 20,
    CU_DEVICE_CAPABILITY_MAJOR = 75,
    CU_DEVICE_CAPABILITY_MINOR = 76
};
#define CU_COMPUTEMODE_PROHIBITED 2

/* CUpointer_attribute */
enum {
    CU_POINTER_CONTEXT = 1,
    CU_POINTER_MEMORY_TYPE = 2,
    CU_POINTER_DEVICE_POINTER = 3,
    CU_POINTER_IS_MANAGED = 8,
    CU_POINTER_DEVICE_ORDINAL = 9,
    CU_POINTER_RANGE_START = 11,
    CU_POINTER_RANGE_SIZE = 12
};
#define CU_MEMORYTYPE_DEVICE   2U
#define CU_STREAM_NON_BLOCKING 1U

/* FUNCTION(NAME, PARAMETERS) of what must be there: all of it is older than any driver that can load the
   kernels. */
#define GLR_CU_REQUIRED(FUNCTION)                                                                            \
    FUNCTION(cuInit, (unsigned flags))                                                                       \
    FUNCTION(cuDriverGetVersion, (int *version))                                                             \
    FUNCTION(cuDeviceGetCount, (int *count))                                                                 \
    FUNCTION(cuDeviceGet, (CUdevice * device, int ordinal))                                                  \
    FUNCTION(cuDeviceGetName, (char *name, int length, CUdevice device))                                     \
    FUNCTION(cuDeviceGetAttribute, (int *value, int attribute, CUdevice device))                             \
    FUNCTION(cuDevicePrimaryCtxRetain, (CUcontext * context, CUdevice device))                               \
    FUNCTION(cuDevicePrimaryCtxRelease_v2, (CUdevice device))                                                \
    FUNCTION(cuCtxGetCurrent, (CUcontext * context))                                                         \
    FUNCTION(cuCtxPushCurrent_v2, (CUcontext context))                                                       \
    FUNCTION(cuCtxPopCurrent_v2, (CUcontext * context))                                                      \
    FUNCTION(cuCtxGetDevice, (CUdevice * device))                                                            \
    FUNCTION(cuModuleLoadData, (CUmodule * module, const void *image))                                       \
    FUNCTION(cuModuleUnload, (CUmodule module))                                                              \
    FUNCTION(cuModuleGetFunction, (CUfunction * function, CUmodule module, const char *name))                \
    FUNCTION(cuOccupancyMaxActiveBlocksPerMultiprocessor,                                                    \
             (int *blocks, CUfunction function, int block_size, size_t dynamic_shared))                      \
    FUNCTION(cuLaunchKernel, (CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,        \
                              unsigned block_x, unsigned block_y, unsigned block_z, unsigned dynamic_shared, \
                              CUstream stream, void **parameters, void **extra))                             \
    FUNCTION(cuMemAlloc_v2, (CUdeviceptr * address, size_t bytes))                                           \
    FUNCTION(cuMemFree_v2, (CUdeviceptr address))                                                            \
    FUNCTION(cuMemHostAlloc, (void **memory, size_t bytes, unsigned flags))                                  \
    FUNCTION(cuMemFreeHost, (void *memory))                                                                  \
    FUNCTION(cuMemcpyDtoHAsync_v2, (void *to, CUdeviceptr from, size_t bytes, CUstream stream))              \
    FUNCTION(cuPointerGetAttributes, (unsigned count, int *attributes, void **values, CUdeviceptr address))  \
    FUNCTION(cuStreamCreate, (CUstream * stream, unsigned flags))                                            \
    FUNCTION(cuStreamDestroy_v2, (CUstream stream))                                                          \
    FUNCTION(cuStreamSynchronize, (CUstream stream))                                                         \
    FUNCTION(cuStreamGetCtx, (CUstream stream, CUcontext * context))

/* Optional functions: NULL where the driver lacks them. */
#define GLR_CU_OPTIONAL(FUNCTION) FUNCTION(cuGetErrorName, (CUresult error, const char **name))

typedef struct glr_cu {
#define GLR_CU_MEMBER(name, parameters) CUresult(*name) parameters; /* NOLINT(bugprone-macro-parentheses) */
    GLR_CU_REQUIRED(GLR_CU_MEMBER)
    GLR_CU_OPTIONAL(GLR_CU_MEMBER)
#undef GLR_CU_MEMBER
} glr_cu;

/* Names the library to load. */
#define GLR_CUDA_VARIABLE "GLORAND_CUDA_LIBRARY"

/* Loads the driver the first time, and sets *cu to its functions. Fails with GLR_ERROR_UNAVAILABLE without
   a driver. */
glr_status glr_cu_load(const glr_cu **cu);

/* Calls a function of the driver, and fails if it returns an error. */
#define GLR_CU(cu, function, ...) glr_cu_status(#function, (cu)->function(__VA_ARGS__))

/* GLR_OK, or the failure of a function, whose name is shown without the version behind it. */
glr_status glr_cu_status(const char *function, CUresult error);

/* ---- Devices ------------------------------------------------------------------------------------------- */

/* Loads and initializes the driver, and counts its devices. Fails with GLR_ERROR_UNAVAILABLE where there are
   none, or the driver is too old for the kernels. */
glr_status glr_cuda_find(const glr_cu **cu, size_t *count);

/* Fails with GLR_ERROR_UNAVAILABLE, and the reason, if glorand cannot draw on a device. *capability is 10
   times the major number of its compute capability, and the minor one; *image is that of the kernels for it.
 */
glr_status glr_cuda_check_device(const glr_cu *cu, CUdevice device, int *capability,
                                 const unsigned char **image);

#endif
