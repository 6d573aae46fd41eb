/* Enumeration of OpenCL devices. */
#ifndef GLR_OPENCL_FIND_H
#define GLR_OPENCL_FIND_H

#include "loader.h"

#define GLR_OPENCL_MAX_DEVICES 64

/* A device, and what glorand must know of it. */
typedef struct glr_opencl_found {
    cl_platform_id platform;
    cl_device_id id;
    int is_cpu;
} glr_opencl_found;

/* The devices of all platforms: GPUs and accelerators first, then CPUs, otherwise in OpenCL's order. Fails
   with GLR_ERROR_UNAVAILABLE where there are none. */
glr_status glr_opencl_find(const glr_cl **cl, glr_opencl_found found[GLR_OPENCL_MAX_DEVICES], size_t *count);

/* A text that OpenCL knows of a device; "" if it does not say. */
void glr_opencl_text(const glr_cl *cl, cl_device_id id, cl_device_info what, char *text, size_t capacity);

/* A number that OpenCL knows of a device, of so many bytes; 0 if it does not say. */
uint64_t glr_opencl_number(const glr_cl *cl, cl_device_id id, cl_device_info what, size_t size);

/* Fails with GLR_ERROR_UNAVAILABLE, and the reason, if glorand cannot draw on a device. */
glr_status glr_opencl_check_device(const glr_cl *cl, cl_device_id id);

#endif
