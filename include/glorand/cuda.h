/** @file
 * cuda.h - fills CUDA memory in the caller's own context and stream.
 *
 * For programs with CUDA memory and streams of their own, from the driver API or the CUDA runtime. Other
 * programs need only glorand.h: glr_open with GLR_BACKEND_CUDA creates a context and a stream.
 *
 *     float *weights;                                  // from the CUDA runtime; a CUdeviceptr works, too
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
 * This header includes none of CUDA's headers: CUcontext is a pointer to struct CUctx_st, CUstream and
 * cudaStream_t are pointers to struct CUstream_st, and CUdeviceptr is unsigned long long.
 *
 * The functions are in the library if it was built with nvcc. The library is linked neither with the driver
 * nor with the runtime: it loads libcuda.so.1, which a program that uses CUDA has already loaded.
 */
#ifndef GLORAND_CUDA_H
#define GLORAND_CUDA_H

#include <glorand/glorand.h>

#ifdef __cplusplus
extern "C" {
#endif

struct CUctx_st;
struct CUstream_st;

/** @defgroup cuda CUDA
   Fills in the caller's CUDA context and stream.
   @{ */

/** Opens the caller's context as a device: loads the kernels into it, and verifies the device's arithmetic.

   context is a CUcontext, or NULL, which means the calling thread's current one. It may be a device's primary
   context or one that the caller created. With the CUDA runtime pass NULL, after a call that makes a context
   current (cudaMalloc, for example). The thread's current context is the same afterwards.

   On success *device is a device like those of glr_open, for all their functions. It has a stream of its own,
   which glr_fill and glr_copy_to_host use and glr_cuda_fill does not. On failure *device is NULL.

   glr_close must come while the context exists, and when the fills in the caller's streams are done: it
   unloads the kernels, also from graphs that hold them.

   Opening allocates some KiB of device memory, frees them, and waits for its own work. It takes longer the
   first time if the driver must compile the kernels: for a device that is newer than this library, or with a
   driver before r580 (docs/cuda-drivers.md). So do it once per context, and not while a stream of the context
   captures.

   Errors:

    - GLR_ERROR_ARGUMENT: device is NULL; context is NULL, and no context is current.
    - GLR_ERROR_UNAVAILABLE: no driver, or one before CUDA 12.0, which is r525; no device; a device of compute
      capability below 7.5, or of compute mode "prohibited".
    - GLR_ERROR_DEVICE: the driver failed, or the device's arithmetic differs: see the message.
    - GLR_ERROR_MEMORY: out of memory on the host or the device.

   Threads: any number at a time, for the same context or for different ones. */
GLR_API glr_status glr_cuda_open(struct CUctx_st *context, glr_device **device);

/** Launches a fill of a part of a tensor in the caller's stream, and returns. The values are those of
   glr_fill; they are complete once the stream reaches this point. Errors on the device surface there, too, as
   for any kernel. An empty part launches nothing.

   dst is a CUdeviceptr, or a pointer of the CUDA runtime as a number. It is a multiple of the element size;
   packed parts are fastest at multiples of four elements. The memory is one of

    - device memory of the device's context, or of a memory pool of its device;
    - managed memory;
    - mapped host memory, from cuMemHostAlloc or cudaMallocHost or registered with cuMemHostRegister: its
      host pointer, or its device pointer where that differs. All checks use the device pointer.

   bytes is the size of the memory at dst. It must hold the part, and the part must lie within the allocation,
   as far as the driver knows its bounds.

   stream is a CUstream or cudaStream_t of the device's context, or one of the default streams: NULL and
   CU_STREAM_LEGACY are the legacy one, CU_STREAM_PER_THREAD is the thread's. The device's context must be
   current in the calling thread, as for the caller's own launches.

   A call launches exactly one kernel, allocates nothing and waits for nothing. Its other calls of the driver
   are queries of the current context, of the stream's context, and of dst. So it may be captured into a CUDA
   graph; each launch of the graph draws the same values again. An unseeded initializer takes its seed at the
   call.

   On an error nothing is launched. The errors are those of glr_fill, and

    - GLR_ERROR_ARGUMENT: a device of another backend, a context that is not current, a stream or memory of
      another context, memory that CUDA does not know, a dst that is not a multiple of the element size.
    - GLR_ERROR_TOO_SMALL: the allocation ends before the part does.
    - GLR_ERROR_DEVICE, GLR_ERROR_MEMORY or GLR_ERROR_UNAVAILABLE, depending on the driver's error: the driver
      refused a query or the launch, possibly because of earlier work.

   Threads: any number of calls on one device at a time, in the same stream or in different ones. */
GLR_API glr_status glr_cuda_fill(glr_device *device, const glr_initializer *initializer,
                                 const glr_tensor *tensor, unsigned long long dst, uint64_t bytes,
                                 struct CUstream_st *stream);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
