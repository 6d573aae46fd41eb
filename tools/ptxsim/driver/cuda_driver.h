/* The part of the CUDA driver API that the stand-in has, declared without NVIDIA's header, so that it builds
   where there is no toolkit. Names, numbers and layouts are those of cuda.h. */
#ifndef PTXSIM_CUDA_DRIVER_H
#define PTXSIM_CUDA_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#define PTXSIM_API __attribute__((visibility("default")))

typedef int CUresult;
typedef int CUdevice;
typedef uint64_t CUdeviceptr;
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;
typedef struct CUgraph_st *CUgraph;
typedef struct CUgraphExec_st *CUgraphExec;
typedef struct CUuuid_st {
    char bytes[16];
} CUuuid;

enum {
    CUDA_SUCCESS = 0,
    CUDA_ERROR_INVALID_VALUE = 1,
    CUDA_ERROR_OUT_OF_MEMORY = 2,
    CUDA_ERROR_NOT_INITIALIZED = 3,
    CUDA_ERROR_NO_DEVICE = 100,
    CUDA_ERROR_INVALID_DEVICE = 101,
    CUDA_ERROR_INVALID_IMAGE = 200,
    CUDA_ERROR_INVALID_CONTEXT = 201,
    CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
    CUDA_ERROR_ECC_UNCORRECTABLE = 214,
    CUDA_ERROR_INVALID_PTX = 218,
    CUDA_ERROR_UNSUPPORTED_PTX_VERSION = 222,
    CUDA_ERROR_INVALID_HANDLE = 400,
    CUDA_ERROR_NOT_FOUND = 500,
    CUDA_ERROR_NOT_READY = 600,
    CUDA_ERROR_ILLEGAL_ADDRESS = 700,
    CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES = 701,
    CUDA_ERROR_PRIMARY_CONTEXT_ACTIVE = 708,
    CUDA_ERROR_CONTEXT_IS_DESTROYED = 709,
    CUDA_ERROR_HOST_MEMORY_ALREADY_REGISTERED = 712,
    CUDA_ERROR_HOST_MEMORY_NOT_REGISTERED = 713,
    CUDA_ERROR_ILLEGAL_INSTRUCTION = 715,
    CUDA_ERROR_MISALIGNED_ADDRESS = 716,
    CUDA_ERROR_LAUNCH_FAILED = 719,
    CUDA_ERROR_NOT_SUPPORTED = 801,
    CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED = 900,
    CUDA_ERROR_STREAM_CAPTURE_INVALIDATED = 901,
    CUDA_ERROR_STREAM_CAPTURE_UNMATCHED = 903,
    CUDA_ERROR_STREAM_CAPTURE_UNJOINED = 904,
    CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD = 908,
    CUDA_ERROR_CAPTURED_EVENT = 907,
    CUDA_ERROR_UNKNOWN = 999
};

typedef struct CUlaunchConfig_st {
    unsigned gridDimX, gridDimY, gridDimZ;
    unsigned blockDimX, blockDimY, blockDimZ;
    unsigned sharedMemBytes;
    CUstream hStream;
    void *attrs;
    unsigned numAttrs;
} CUlaunchConfig;

typedef size_t CUoccupancyB2DSize(int block_size);

/* init.c */
PTXSIM_API CUresult cuInit(unsigned flags);
PTXSIM_API CUresult cuDriverGetVersion(int *version);
PTXSIM_API CUresult cuGetErrorName(CUresult error, const char **text);
PTXSIM_API CUresult cuGetErrorString(CUresult error, const char **text);
PTXSIM_API CUresult cuGetProcAddress_v2(const char *symbol, void **function, int version, uint64_t flags,
                                        int *status);

/* devices.c */
PTXSIM_API CUresult cuDeviceGetCount(int *count);
PTXSIM_API CUresult cuDeviceGet(CUdevice *device, int ordinal);
PTXSIM_API CUresult cuDeviceGetName(char *name, int length, CUdevice device);
PTXSIM_API CUresult cuDeviceGetAttribute(int *value, int attribute, CUdevice device);
PTXSIM_API CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device);
PTXSIM_API CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device);
PTXSIM_API CUresult cuDeviceGetUuid_v2(CUuuid *uuid, CUdevice device);

/* contexts.c */
PTXSIM_API CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device);
PTXSIM_API CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device);
PTXSIM_API CUresult cuDevicePrimaryCtxGetState(CUdevice device, unsigned *flags, int *active);
PTXSIM_API CUresult cuCtxCreate_v2(CUcontext *context, unsigned flags, CUdevice device);
PTXSIM_API CUresult cuCtxCreate_v4(CUcontext *context, void *parameters, unsigned flags, CUdevice device);
PTXSIM_API CUresult cuCtxDestroy_v2(CUcontext context);
PTXSIM_API CUresult cuCtxGetCurrent(CUcontext *context);
PTXSIM_API CUresult cuCtxSetCurrent(CUcontext context);
PTXSIM_API CUresult cuCtxPushCurrent_v2(CUcontext context);
PTXSIM_API CUresult cuCtxPopCurrent_v2(CUcontext *context);
PTXSIM_API CUresult cuCtxGetDevice(CUdevice *device);
PTXSIM_API CUresult cuCtxSynchronize(void);

/* modules.c */
PTXSIM_API CUresult cuModuleLoadData(CUmodule *module, const void *image);
PTXSIM_API CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned count, int *options,
                                       void **values);
PTXSIM_API CUresult cuModuleUnload(CUmodule module);
PTXSIM_API CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name);
PTXSIM_API CUresult cuModuleGetGlobal_v2(CUdeviceptr *address, size_t *bytes, CUmodule module,
                                         const char *name);

/* functions.c */
PTXSIM_API CUresult cuFuncGetAttribute(int *value, int attribute, CUfunction function);
PTXSIM_API CUresult cuFuncSetAttribute(CUfunction function, int attribute, int value);
PTXSIM_API CUresult cuOccupancyMaxActiveBlocksPerMultiprocessor(int *blocks, CUfunction function,
                                                                int block_size, size_t dynamic_shared);
PTXSIM_API CUresult cuOccupancyMaxPotentialBlockSize(int *min_grid, int *block_size, CUfunction function,
                                                     CUoccupancyB2DSize *shared_of, size_t dynamic_shared,
                                                     int limit);
PTXSIM_API CUresult cuLaunchKernel(CUfunction function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                                   unsigned block_x, unsigned block_y, unsigned block_z,
                                   unsigned dynamic_shared, CUstream stream, void **parameters, void **extra);
PTXSIM_API CUresult cuLaunchKernelEx(const CUlaunchConfig *config, CUfunction function, void **parameters,
                                     void **extra);

/* memory.c, transfers.c, pointers.c */
PTXSIM_API CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes);
PTXSIM_API CUresult cuMemFree_v2(CUdeviceptr address);
PTXSIM_API CUresult cuMemAllocManaged(CUdeviceptr *address, size_t bytes, unsigned flags);
PTXSIM_API CUresult cuMemHostAlloc(void **address, size_t bytes, unsigned flags);
PTXSIM_API CUresult cuMemFreeHost(void *address);
PTXSIM_API CUresult cuMemHostRegister_v2(void *host, size_t bytes, unsigned flags);
PTXSIM_API CUresult cuMemHostUnregister(void *host);
PTXSIM_API CUresult cuMemHostGetDevicePointer_v2(CUdeviceptr *address, void *host, unsigned flags);
PTXSIM_API CUresult cuMemGetInfo_v2(size_t *left, size_t *total);
PTXSIM_API CUresult cuMemcpyDtoH_v2(void *to, CUdeviceptr from, size_t bytes);
PTXSIM_API CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes);
PTXSIM_API CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream);
PTXSIM_API CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream stream);
PTXSIM_API CUresult cuMemsetD8_v2(CUdeviceptr to, unsigned char value, size_t count);
PTXSIM_API CUresult cuMemsetD8Async(CUdeviceptr to, unsigned char value, size_t count, CUstream stream);
PTXSIM_API CUresult cuMemsetD32_v2(CUdeviceptr to, unsigned value, size_t count);
PTXSIM_API CUresult cuMemsetD32Async(CUdeviceptr to, unsigned value, size_t count, CUstream stream);
PTXSIM_API CUresult cuPointerGetAttribute(void *value, int attribute, CUdeviceptr address);
PTXSIM_API CUresult cuPointerGetAttributes(unsigned count, int *attributes, void **values,
                                           CUdeviceptr address);

/* streams.c, events.c, graphs.c */
PTXSIM_API CUresult cuStreamCreate(CUstream *stream, unsigned flags);
PTXSIM_API CUresult cuStreamCreateWithPriority(CUstream *stream, unsigned flags, int priority);
PTXSIM_API CUresult cuStreamDestroy_v2(CUstream stream);
PTXSIM_API CUresult cuStreamSynchronize(CUstream stream);
PTXSIM_API CUresult cuStreamQuery(CUstream stream);
PTXSIM_API CUresult cuStreamGetCtx(CUstream stream, CUcontext *context);
PTXSIM_API CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags);
PTXSIM_API CUresult cuEventCreate(CUevent *event, unsigned flags);
PTXSIM_API CUresult cuEventDestroy_v2(CUevent event);
PTXSIM_API CUresult cuEventRecord(CUevent event, CUstream stream);
PTXSIM_API CUresult cuEventSynchronize(CUevent event);
PTXSIM_API CUresult cuEventQuery(CUevent event);
PTXSIM_API CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end);
PTXSIM_API CUresult cuEventElapsedTime_v2(float *milliseconds, CUevent start, CUevent end);
PTXSIM_API CUresult cuStreamBeginCapture_v2(CUstream stream, int mode);
PTXSIM_API CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph);
PTXSIM_API CUresult cuStreamIsCapturing(CUstream stream, int *status);
PTXSIM_API CUresult cuGraphInstantiateWithFlags(CUgraphExec *exec, CUgraph graph, uint64_t flags);
PTXSIM_API CUresult cuGraphLaunch(CUgraphExec exec, CUstream stream);
PTXSIM_API CUresult cuGraphDestroy(CUgraph graph);
PTXSIM_API CUresult cuGraphExecDestroy(CUgraphExec exec);
PTXSIM_API CUresult cuGraphGetNodes(CUgraph graph, void **nodes, size_t *count);

#endif
