/** @file
 * cuda.h - fills CUDA memory in the caller's own context and stream.
 *
 * For programs that have CUDA memory and streams of their own, by the driver API or by the CUDA runtime.
 * Those that have none need only glorand.h: glr_open with GLR_BACKEND_CUDA makes all of that itself.
 *
 *     float *weights;                                  // the CUDA runtime's, or a CUdeviceptr
 *     cudaMalloc((void **)&weights, 4096 * 11008 * sizeof(float));
 *
 *     glr_device *device = NULL;
 *     if (glr_cuda_open(NULL, &device) != GLR_OK) { ... }
 *
 *     glr_initializer init = glr_glorot_normal(42);
 *     glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {4096, 11008}};
 *     unsigned long long dst = (uintptr_t)weights, bytes = 4096 * 11008 * sizeof(float);
 *     if (glr_cuda_fill(device, &init, &tensor, dst, bytes, stream) != GLR_OK) { ... }
 *     cudaStreamSynchronize(stream);
 *     glr_close(device);
 *
 * The values are those of every other backend, bit for bit. The rules of glorand.h hold here, too.
 *
 * This header needs no other of CUDA's: CUcontext is a pointer to struct CUctx_st, CUstream and cudaStream_t
 * are pointers to struct CUstream_st, and CUdeviceptr is unsigned long long.
 *
 * The functions are in the library if it was built with CUDA, for which nvcc was needed. The library is
 * linked neither with the driver nor with the runtime: it loads libcuda.so.1, which a program that uses CUDA
 * has loaded.
 */
#ifndef GLORAND_CUDA_H
#define GLORAND_CUDA_H

#include <glorand/glorand.h>

#ifdef __cplusplus
extern "C" {
#endif

struct CUctx_st;
struct CUstream_st;

/** Opens a context of the caller's as a device: loads the kernels into it, and checks that its device
   computes as the values need it. That takes longer the first time where the driver must compile the kernels:
   for a device that is newer than this library, or by a driver before r580 (docs/cuda-drivers.md). So do it
   once per context, and not while a stream of the context captures; it allocates some KiB of device memory,
   and frees them again, and waits for its own work.

   context is a CUcontext, a device's primary one or one of the caller's, or NULL, which means the thread's
   current one. That is what programs give that use the CUDA runtime, after a call that has made it current,
   as cudaMalloc does. The thread's current context is the same afterwards. On success *device is a device
   like those of glr_open, with all their functions; it has a stream of its own, which glr_fill and
   glr_copy_to_host use and glr_cuda_fill does not. Give it to glr_close while the context exists, and when
   the fills on the caller's streams are done: the kernels are unloaded then, also from graphs that hold them.
   On failure *device is NULL.

   Errors: GLR_ERROR_ARGUMENT (device is NULL; no context is given and none is current),
   GLR_ERROR_UNAVAILABLE (no driver, or one before CUDA 12.0, which is r525; no device; a device of
   compute capability below 7.5, or of compute mode "prohibited"), GLR_ERROR_DEVICE (the driver failed, or the
   check did: the message names what went wrong), GLR_ERROR_MEMORY (the host's, or the device's).
   Threads: any number at a time, for the same context or for different ones. */
GLR_API glr_status glr_cuda_open(struct CUctx_st *context, glr_device **device);

/** Launches a fill of the part of a tensor with an initializer's values, as glr_fill draws them, into the
   caller's stream, and returns. The values are there when the stream has come so far. What goes wrong on the
   device surfaces there, as for any kernel. An empty part launches nothing.

   dst is a CUdeviceptr, or a pointer of the CUDA runtime's as a number: device memory of the device's context
   or of a pool of its device, managed memory, or host memory that is mapped (what cuMemHostAlloc and
   cudaMallocHost give, or what cuMemHostRegister was given: by the host's pointer or by the device's, where
   they differ; all checks are of the device's). It is a multiple of the element size; a part in adjacent
   elements is written fastest to multiples of four elements. bytes is the room there, which must hold the
   part; what the driver knows of the allocation must not contradict it. stream is a CUstream or cudaStream_t
   of the device's context, or one of the default streams: NULL and CU_STREAM_LEGACY are the legacy one,
   CU_STREAM_PER_THREAD is the thread's. The device's context must be the thread's current one, as it is for
   the caller's own launches.

   A call launches exactly one kernel, allocates nothing, waits for nothing, and besides asks the driver only
   for the current context, the stream's context, and what dst is; so it may be captured into a CUDA graph,
   each launch of which draws the same values again. An initializer without a seed draws its seed at the call.

   Errors: those of glr_fill; GLR_ERROR_ARGUMENT also for a device that is not CUDA's, a context that is not
   current, a stream or memory of another context, memory that CUDA does not know, and a dst that is no
   multiple of the element size; GLR_ERROR_TOO_SMALL also when the allocation ends before the part does;
   GLR_ERROR_DEVICE, GLR_ERROR_MEMORY or GLR_ERROR_UNAVAILABLE, by what it says, when the driver refuses a
   query or the launch, also because of what was launched before. In any case of error nothing is launched.
   Threads: any number of calls on one device at a time, on the same or on different streams. */
GLR_API glr_status glr_cuda_fill(glr_device *device, const glr_initializer *initializer,
                                 const glr_tensor *tensor, unsigned long long dst, uint64_t bytes,
                                 struct CUstream_st *stream);

#ifdef __cplusplus
}
#endif

#endif
