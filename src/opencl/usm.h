/* Intel's unified shared memory: an extension, whose functions a platform gives by name. */
#ifndef GLR_OPENCL_USM_H
#define GLR_OPENCL_USM_H

#include "loader.h"

/* Both are NULL where the device lacks the extension. */
typedef struct glr_opencl_usm {
    clSetKernelArgMemPointerINTEL_fn set_argument;
    clGetMemAllocInfoINTEL_fn get_info;
} glr_opencl_usm;

glr_opencl_usm glr_opencl_usm_of(const glr_cl *cl, cl_device_id id);

/* Fails unless `bytes` from the pointer on lie in one allocation of the context. */
glr_status glr_opencl_usm_check(const glr_opencl_usm *usm, cl_context context, const void *pointer,
                                uint64_t bytes);

#endif
