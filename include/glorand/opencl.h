/** @file
 * opencl.h - fills OpenCL memory in the caller's own context and queue.
 *
 * For programs that have an OpenCL context, queues and memory of their own. Those that have none need only
 * glorand.h: glr_open with GLR_BACKEND_OPENCL makes all of that itself.
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
 * The functions are in the library if OpenCL's headers were there when it was built and GLORAND_OPENCL was
 * not OFF. The library is not linked with OpenCL: it takes the functions of the process, or loads
 * libOpenCL.so.1.
 * A program that is linked statically as a whole has no OpenCL, since drivers do not work in one.
 * glr_open and glr_devices do not load it either where drivers for CPUs are known to end the process: where
 * /sys has no topology of the processors or no memory node, where RLIMIT_DATA is less than 128 MiB, and where
 * fewer threads can be made than there are processors. They try it all the same where a GPU's device node is
 * there or GLORAND_OPENCL_LIBRARY names the library.
 *
 * Floating-point modes: a kernel runs in the mode that the driver gives it. The check at opening refuses a
 * device whose threads flush subnormals or do not round to nearest at that time, and PoCL on x86 sets
 * rounding and flushing for each kernel, whatever mode the caller's threads had when they made the platform
 * or the queue. What a driver for CPUs takes over from the caller beyond that is the queue's own affair:
 * exceptions that are unmasked when PoCL makes its threads are unmasked there, and a kernel that raises one,
 * by an inexact result for example, ends the process with SIGFPE.
 */
#ifndef GLORAND_OPENCL_H
#define GLORAND_OPENCL_H

#include <glorand/glorand.h>

#include <CL/cl.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Opens a device of a context of the caller's: builds the kernels, or takes them from the cache in the
   user's cache folder ($XDG_CACHE_HOME/glorand, or .cache/glorand in the home folder), and checks that the
   device computes as the values need it. That takes from some milliseconds to some seconds, so do it once per
   context and device; it allocates some KiB on the device, and frees them again, and waits for its own
   commands. On success *device is a device like those of glr_open, with all their functions; it retains the
   context and has a queue of its own in it, which glr_fill and glr_copy_to_host use and glr_opencl_fill does
   not. Give it to glr_close, which waits for what is in that queue; kernels that are still in the caller's
   queues are not waited for, and end as they would have. On failure *device is NULL. Errors:
   GLR_ERROR_ARGUMENT (NULL, a device that is not the context's), GLR_ERROR_UNAVAILABLE (no OpenCL, a device
   older than OpenCL 1.2, without a compiler or big-endian), GLR_ERROR_DEVICE (the driver failed, or the check
   did: the message names what went wrong), GLR_ERROR_MEMORY. Threads: any number at a time. */
GLR_API glr_status glr_opencl_open(cl_context context, cl_device_id id, glr_device **device);

/** What kind of memory a fill goes to. */
typedef enum glr_opencl_memory_kind {
    GLR_OPENCL_MEMORY_BUFFER = 0, /**< a cl_mem that is a buffer */
    GLR_OPENCL_MEMORY_SVM = 1,    /**< a pointer of OpenCL 2.0's shared virtual memory */
    GLR_OPENCL_MEMORY_USM = 2     /**< a pointer of cl_intel_unified_shared_memory: host, device or shared */
} glr_opencl_memory_kind;

/** Memory of the caller's. */
typedef struct glr_opencl_memory {
    cl_mem buffer;   /**< GLR_OPENCL_MEMORY_BUFFER: of the device's context, not read-only for kernels */
    void *pointer;   /**< GLR_OPENCL_MEMORY_SVM, GLR_OPENCL_MEMORY_USM: of the device's context; a multiple of
                        the   element size */
    uint64_t bytes;  /**< at `pointer`, which may lie within an allocation; a buffer knows its own size */
    uint64_t offset; /**< where the part begins, in bytes; a multiple of the element size */
    glr_opencl_memory_kind kind; /**< which of the members above count */
    uint32_t reserved[5];        /**< 0 */
} glr_opencl_memory;

/** Enqueues a fill of the part of a tensor with an initializer's values, as glr_fill draws them, into the
   caller's queue, and returns. The values are there when the command is complete: when *event is, or in the
   order of an in-order queue. Out-of-order queues are allowed. What goes wrong on the device surfaces there,
   as for any kernel. An empty part enqueues nothing: then *event is NULL.

   queue is of the device's context and device. wait_list and event are as clEnqueueNDRangeKernel takes them:
   the command starts after the wait_count events, and *event, unless event is NULL, is the caller's to
   release. Nothing is allocated on the device, nothing waits, and the queue is not flushed. Errors: those of
   glr_fill; GLR_ERROR_ARGUMENT also for a device that is not OpenCL's, a queue or a buffer of another
   context, a memory object that is no buffer, a buffer that kernels may only read, an offset or pointer that
   is not a multiple of the element size, a USM pointer that is in no allocation of the device's context, and
   a wait list that does not agree with its count; GLR_ERROR_TOO_SMALL also for a USM allocation that has
   fewer than memory->bytes; GLR_ERROR_UNSUPPORTED also for float64 on a device without fp64, and for a kind
   of memory that the driver lacks; GLR_ERROR_DEVICE when the driver refuses the command. In any case of error
   nothing is enqueued. Threads: any number of calls on one device at a time, on the same or on different
   queues. */
GLR_API glr_status glr_opencl_fill(glr_device *device, const glr_initializer *initializer,
                                   const glr_tensor *tensor, const glr_opencl_memory *memory,
                                   cl_command_queue queue, cl_uint wait_count, const cl_event *wait_list,
                                   cl_event *event);

#ifdef __cplusplus
}
#endif

#endif
