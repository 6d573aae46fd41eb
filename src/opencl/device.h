/* An open OpenCL device. */
#ifndef GLR_OPENCL_DEVICE_H
#define GLR_OPENCL_DEVICE_H

#include "backend.h"
#include "find.h"
#include "gpu/allocations.h"
#include "program.h"
#include "usm.h"

#include <pthread.h>

/* The kernels. The first four are of packed parts, in the order of the samplers. */
typedef enum glr_opencl_kernel {
    KERNEL_UNIFORM,
    KERNEL_NORMAL,
    KERNEL_TRUNCATED,
    KERNEL_ICDF,
    KERNEL_ANY,
    KERNEL_CONSTANT,
    KERNEL_CHECK,
    KERNEL_ANY_F64, /* not without fp64 */
    KERNEL_TILES,   /* on CPUs, instead of the first four */
    KERNEL_COUNT
} glr_opencl_kernel;

typedef struct glr_opencl_device {
    struct glr_device device;
    const glr_cl *cl;
    cl_device_id id;
    cl_context context;
    cl_command_queue queue; /* the device's own, in order */
    glr_opencl_traits traits;
    glr_opencl_usm usm;
    cl_program programs[2]; /* one lane; tiles, or NULL */
    cl_kernel kernels[KERNEL_COUNT];
    pthread_mutex_t lock; /* of the kernels' arguments */
    glr_gpu_allocations allocations;
} glr_opencl_device;

/* Opens a device in a context, which it retains. *device is set on success only. */
glr_status glr_opencl_make(const glr_cl *cl, cl_context context, cl_device_id id, glr_device **device);

/* Forms of a destination's memory. */
enum {
    GLR_OPENCL_OWN = 0, /* a buffer of glr_alloc */
    GLR_OPENCL_BUFFER,
    GLR_OPENCL_SVM,
    GLR_OPENCL_USM
};

/* A command's wait list and event, in OpenCL's form. */
typedef struct glr_opencl_events {
    cl_uint wait_count;
    const cl_event *wait_list;
    cl_event *event; /* may be NULL */
} glr_opencl_events;

/* The backend's function (backend.h). */
glr_status glr_opencl_enter_fill(glr_device *device, const glr_order *order, int *entered);

/* Resolves memory that is not of glr_alloc. */
glr_status glr_opencl_check_memory(const glr_opencl_device *cl_dev, glr_dtype dtype, uint64_t needed,
                                   const glr_destination *destination);

/* Enqueues the kernel that fills by the plan, which holds at least one element. Does not wait. */
glr_status glr_opencl_enqueue(glr_opencl_device *cl_dev, cl_command_queue queue, const glr_plan *plan,
                              const glr_destination *destination, const glr_opencl_events *events);

/* Waits for an event of a fill of ours, and releases it. */
glr_status glr_opencl_wait(const glr_opencl_device *cl_dev, cl_event event);

/* Checks that the device computes as it must; fails with the name of the first check that it does not pass.
 */
glr_status glr_opencl_check(glr_opencl_device *cl_dev);

#endif
