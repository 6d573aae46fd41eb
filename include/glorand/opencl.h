/** @file
 * opencl.h - fills OpenCL memory in the caller's own context and queue.
 *
 * For programs with an OpenCL context, queues and memory of their own. Other programs need only glorand.h:
 * glr_open with GLR_BACKEND_OPENCL creates a context and a queue.
 *
 *     glr_device *device = NULL;
 *     if (glr_opencl_open(context, id, &device) != GLR_OK) { ... }
 *
 *     glr_initializer init = glr_glorot_normal(42);
 *     glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT16, .rank = 2, .shape = {4096, 11008}};
 *     glr_opencl_memory weights = {.kind = GLR_OPENCL_MEMORY_BUFFER, .buffer = buffer};
 *     if (glr_opencl_fill(device, &init, &tensor, &weights, queue, 0, NULL, &filled) != GLR_OK) { ... }
 *     ...
 *     glr_close(device);
 *
 * The values are those of every other backend, bit for bit. The rules of glorand.h hold here, too.
 *
 * The functions are in the library if it was built with the OpenCL headers and without GLORAND_OPENCL=OFF.
 * The library is not linked with OpenCL: it uses the OpenCL functions of the process, or loads
 * libOpenCL.so.1. A fully static program has no OpenCL, since drivers do not work in one.
 *
 * glr_open (with GLR_BACKEND_OPENCL, too) and glr_devices do not load OpenCL where drivers for CPUs are known
 * to end the process:
 *
 *  - where /sys has no topology of the processors or no memory node;
 *  - where RLIMIT_DATA is less than 128 MiB;
 *  - where fewer threads can be created than there are processors.
 *
 * They load it all the same if a GPU's device node is there, or if GLORAND_OPENCL_LIBRARY names the library.
 *
 * Floating-point modes: a kernel runs in the mode that the driver sets. The check at opening refuses a device
 * whose threads flush subnormals or do not round to nearest at that time. PoCL on x86 sets rounding and
 * flushing for each kernel, whatever mode the caller's threads had when they created the platform or the
 * queue. The library does not control other state that a driver for CPUs inherits from the caller: exceptions
 * that are unmasked when PoCL creates its threads are unmasked there, and a kernel that raises one, by an
 * inexact result for example, ends the process with SIGFPE.
 */
#ifndef GLORAND_OPENCL_H
#define GLORAND_OPENCL_H

#include <glorand/glorand.h>

#include <CL/cl.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup opencl OpenCL
   Fills in the caller's OpenCL context and queue.
   @{ */

/** Opens a device of the caller's context: builds the kernels, and verifies the device's arithmetic.

   On success *device is a device like those of glr_open, for all their functions. It retains the context and
   has a queue of its own in it, which glr_fill and glr_copy_to_host use and glr_opencl_fill does not. On
   failure *device is NULL.

   glr_close waits for the device's own queue. It does not wait for kernels in the caller's queues, which run
   to their end.

   The kernels come from the cache in the user's cache folder ($XDG_CACHE_HOME/glorand, or .cache/glorand in
   the home folder) if it has them. Opening takes from some milliseconds to some seconds, so do it once per
   context and device. It allocates some KiB on the device, frees them, and waits for its own commands.

   Errors:

    - GLR_ERROR_ARGUMENT: a NULL pointer, a device of another context.
    - GLR_ERROR_UNAVAILABLE: no OpenCL; a device older than OpenCL 1.2, without a compiler, or big-endian.
    - GLR_ERROR_DEVICE: the driver failed, or the device's arithmetic differs: see the message.
    - GLR_ERROR_MEMORY.

   Threads: any number at a time. */
GLR_API glr_status glr_opencl_open(cl_context context, cl_device_id id, glr_device **device);

/** Kinds of memory that a fill writes. */
typedef enum glr_opencl_memory_kind {
    GLR_OPENCL_MEMORY_BUFFER = 0, /**< a cl_mem of a buffer */
    GLR_OPENCL_MEMORY_SVM = 1,    /**< a pointer into shared virtual memory of OpenCL 2.0 */
    GLR_OPENCL_MEMORY_USM = 2     /**< a pointer into host, device or shared memory of
                                     cl_intel_unified_shared_memory */
} glr_opencl_memory_kind;

/** The caller's memory, as the destination of a fill. */
typedef struct glr_opencl_memory {
    cl_mem buffer;   /**< GLR_OPENCL_MEMORY_BUFFER: a buffer of the device's context that kernels may write */
    void *pointer;   /**< GLR_OPENCL_MEMORY_SVM, GLR_OPENCL_MEMORY_USM: a pointer into memory of the device's
                        context, a multiple of the element size */
    uint64_t bytes;  /**< size of the memory at `pointer`, which may lie within an allocation; not used for a
                        buffer, which has its own size */
    uint64_t offset; /**< offset of the part in bytes, a multiple of the element size */
    glr_opencl_memory_kind kind; /**< selects the members above that count */
    uint32_t reserved[5];        /**< 0 */
} glr_opencl_memory;

/** Enqueues a fill of a part of a tensor in the caller's queue, and returns. The values are those of
   glr_fill; they are complete when the command is: when *event is, or in the order of an in-order queue.
   Out-of-order queues are allowed. Errors on the device surface there, too, as for any kernel. An empty part
   enqueues nothing: then *event is NULL.

   queue belongs to the device and its context. wait_list and event are as for clEnqueueNDRangeKernel: the
   command starts after the wait_count events, and the caller releases *event, unless event is NULL. A call
   allocates nothing on the device, waits for nothing, and does not flush the queue.

   On an error nothing is enqueued. The errors are those of glr_fill, and

    - GLR_ERROR_ARGUMENT: a device of another backend, a queue or a buffer of another context, a memory object
      other than a buffer, a buffer that kernels may only read, an offset or pointer that is not a multiple of
      the element size, a USM pointer outside all allocations of the device's context, a wait list that
      contradicts its count.
    - GLR_ERROR_TOO_SMALL: a USM allocation with fewer than memory->bytes.
    - GLR_ERROR_UNSUPPORTED: float64 on a device without fp64, a kind of memory that the driver lacks,
      orthogonal matrices.
    - GLR_ERROR_DEVICE: the driver refused the command.

   Threads: any number of calls on one device at a time, in the same queue or in different ones. */
GLR_API glr_status glr_opencl_fill(glr_device *device, const glr_initializer *initializer,
                                   const glr_tensor *tensor, const glr_opencl_memory *memory,
                                   cl_command_queue queue, cl_uint wait_count, const cl_event *wait_list,
                                   cl_event *event);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
