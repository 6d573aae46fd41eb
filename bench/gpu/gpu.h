/* A CUDA device for the benchmark: the driver's functions, found at run time, and what timing needs of them.
 */
#ifndef BENCH_GPU_H
#define BENCH_GPU_H

#include "cuda/driver.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define GPU_REASON 192

typedef struct CUevent_st *CUevent;
typedef struct CUgraph_st *CUgraph;
typedef struct CUgraphExec_st *CUgraphExec;

#define GPU_FUNCTIONS(FUNCTION)                                                                              \
    FUNCTION(cuInit, (unsigned flags))                                                                       \
    FUNCTION(cuDriverGetVersion, (int *version))                                                             \
    FUNCTION(cuDeviceGet, (CUdevice * device, int ordinal))                                                  \
    FUNCTION(cuDeviceGetName, (char *name, int length, CUdevice device))                                     \
    FUNCTION(cuDeviceGetAttribute, (int *value, int attribute, CUdevice device))                             \
    FUNCTION(cuDeviceTotalMem_v2, (size_t * bytes, CUdevice device))                                         \
    FUNCTION(cuDevicePrimaryCtxRetain, (CUcontext * context, CUdevice device))                               \
    FUNCTION(cuDevicePrimaryCtxRelease_v2, (CUdevice device))                                                \
    FUNCTION(cuCtxSetCurrent, (CUcontext context))                                                           \
    FUNCTION(cuMemGetInfo_v2, (size_t * left, size_t * total))                                               \
    FUNCTION(cuMemAlloc_v2, (CUdeviceptr * address, size_t bytes))                                           \
    FUNCTION(cuMemFree_v2, (CUdeviceptr address))                                                            \
    FUNCTION(cuMemsetD32Async, (CUdeviceptr to, unsigned value, size_t count, CUstream stream))              \
    FUNCTION(cuMemcpyDtoHAsync_v2, (void *to, CUdeviceptr from, size_t bytes, CUstream stream))              \
    FUNCTION(cuMemAllocManaged, (CUdeviceptr * address, size_t bytes, unsigned flags))                       \
    FUNCTION(cuMemHostAlloc, (void **memory, size_t bytes, unsigned flags))                                  \
    FUNCTION(cuMemFreeHost, (void *memory))                                                                  \
    FUNCTION(cuMemHostRegister_v2, (void *memory, size_t bytes, unsigned flags))                             \
    FUNCTION(cuMemHostUnregister, (void *memory))                                                            \
    FUNCTION(cuMemHostGetDevicePointer_v2, (CUdeviceptr * address, void *memory, unsigned flags))            \
    FUNCTION(cuCtxCreate_v2, (CUcontext * context, unsigned flags, CUdevice device))                         \
    FUNCTION(cuCtxDestroy_v2, (CUcontext context))                                                           \
    FUNCTION(cuModuleLoadData, (CUmodule * module, const void *image))                                       \
    FUNCTION(cuModuleUnload, (CUmodule module))                                                              \
    FUNCTION(cuModuleGetFunction, (CUfunction * function, CUmodule module, const char *name))                \
    FUNCTION(cuFuncGetAttribute, (int *value, int attribute, CUfunction function))                           \
    FUNCTION(cuStreamBeginCapture_v2, (CUstream stream, int mode))                                           \
    FUNCTION(cuStreamEndCapture, (CUstream stream, CUgraph * graph))                                         \
    FUNCTION(cuGraphInstantiateWithFlags, (CUgraphExec * exec, CUgraph graph, unsigned long long flags))     \
    FUNCTION(cuGraphLaunch, (CUgraphExec exec, CUstream stream))                                             \
    FUNCTION(cuGraphDestroy, (CUgraph graph))                                                                \
    FUNCTION(cuGraphExecDestroy, (CUgraphExec exec))                                                         \
    FUNCTION(cuStreamCreate, (CUstream * stream, unsigned flags))                                            \
    FUNCTION(cuStreamDestroy_v2, (CUstream stream))                                                          \
    FUNCTION(cuStreamSynchronize, (CUstream stream))                                                         \
    FUNCTION(cuEventCreate, (CUevent * event, unsigned flags))                                               \
    FUNCTION(cuEventDestroy_v2, (CUevent event))                                                             \
    FUNCTION(cuEventRecord, (CUevent event, CUstream stream))                                                \
    FUNCTION(cuEventSynchronize, (CUevent event))                                                            \
    FUNCTION(cuEventElapsedTime, (float *milliseconds, CUevent start, CUevent end))

typedef struct gpu {
#define GPU_MEMBER(name, parameters) CUresult(*name) parameters; /* NOLINT(bugprone-macro-parentheses) */
    GPU_FUNCTIONS(GPU_MEMBER)
#undef GPU_MEMBER
    CUdevice id;
    CUcontext context;
    CUstream stream;
    CUevent start, end;
    glr_device *device; /* glorand's handle for the context */
    glr_device *cpu;    /* what values are compared with */
    char name[128];
    int driver; /* 1000 * major + 10 * minor */
    int capability, multiprocessors;
    bool is_simulated;     /* the tests' stand-in for the driver, which times nothing that matters */
    double peak_bandwidth; /* bytes a second by the memory's clock and width; 0 if the driver does not say */
    uint64_t memory;
} gpu;

/* Loads the library that glorand loads, too; false, and why, if it cannot. It is never closed: the driver has
   threads and exit handlers. */
bool gpu_load(gpu *g, char reason[GPU_REASON]);

/* Opens a device by its number, in its primary context; false, and why, if it cannot. gpu_close may follow in
   any case. */
bool gpu_open(gpu *g, int ordinal, char reason[GPU_REASON]);
void gpu_close(gpu *g);

/* The image of glorand's kernels for this driver and device, and whether the driver compiles it. */
void gpu_print_image(const gpu *g, FILE *out);

/* The same, and what a kernel became: code for an architecture, from PTX for another one. */
void gpu_print_code(const gpu *g, FILE *out, int kernel);

/* Seconds since some time. */
double gpu_now(void);

/* Bytes that are free. */
uint64_t gpu_free_memory(const gpu *g);

/* Copies from the device when the stream's work is done; false if it failed. */
bool gpu_read(const gpu *g, void *to, CUdeviceptr from, size_t bytes);

#endif
