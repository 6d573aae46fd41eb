/* An open OpenCL device. */
#ifndef GLR_OPENCL_DEVICE_H
#define GLR_OPENCL_DEVICE_H

#include "backend.h"
#include "driver.h"
#include "gpu/allocations.h"
#include "gpu/host.h"
#include "program.h"

#include <pthread.h>

/* Behind the kernels for GPUs, that of tiles.cl: on CPUs, instead of the first four. */
enum { GLR_OPENCL_KERNEL_TILES = GLR_GPU_KERNELS, GLR_OPENCL_KERNELS };

/* Intel's unified shared memory: an extension, whose functions a platform gives by name. Both are NULL where
   the device lacks it. */
typedef struct glr_opencl_usm {
    clSetKernelArgMemPointerINTEL_fn set_argument;
    clGetMemAllocInfoINTEL_fn get_info;
} glr_opencl_usm;

typedef struct glr_opencl_device {
    struct glr_device device;
    const glr_cl *cl;
    cl_device_id id;
    cl_context context;
    cl_command_queue queue; /* the device's own, in order */
    glr_opencl_traits traits;
    glr_opencl_usm usm;
    cl_program programs[2]; /* one lane; tiles, or NULL */
    cl_kernel kernels[GLR_OPENCL_KERNELS];
    pthread_mutex_t lock; /* of the kernels' arguments */
    glr_gpu_allocations allocations;
} glr_opencl_device;

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

/* fill.c: the functions of USM, and the backend's functions of a fill (backend.h). */
glr_opencl_usm glr_opencl_usm_of(const glr_cl *cl, cl_device_id id);
glr_status glr_opencl_enter_fill(glr_device *device, const glr_order *order, int *entered);
glr_status glr_opencl_resolve(glr_device *device, glr_dtype dtype, uint64_t needed,
                              glr_destination *destination);
glr_status glr_opencl_run(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                          const glr_order *order);

#endif
