/* OpenCL, loaded at run time: a table of its functions, and its devices. */
#ifndef GLR_OPENCL_DRIVER_H
#define GLR_OPENCL_DRIVER_H

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#include <CL/cl_ext.h>
#include <CL/cl_icd.h>

#include "glorand/glorand.h"

/* Required functions, all of OpenCL 1.2. */
#define GLR_CL_REQUIRED(FUNCTION)                                                                            \
    FUNCTION(clGetPlatformIDs)                                                                               \
    FUNCTION(clGetPlatformInfo)                                                                              \
    FUNCTION(clGetDeviceIDs)                                                                                 \
    FUNCTION(clGetDeviceInfo)                                                                                \
    FUNCTION(clCreateContext)                                                                                \
    FUNCTION(clRetainContext)                                                                                \
    FUNCTION(clReleaseContext)                                                                               \
    FUNCTION(clGetContextInfo)                                                                               \
    FUNCTION(clCreateCommandQueue)                                                                           \
    FUNCTION(clReleaseCommandQueue)                                                                          \
    FUNCTION(clGetCommandQueueInfo)                                                                          \
    FUNCTION(clCreateBuffer)                                                                                 \
    FUNCTION(clReleaseMemObject)                                                                             \
    FUNCTION(clGetMemObjectInfo)                                                                             \
    FUNCTION(clCreateProgramWithSource)                                                                      \
    FUNCTION(clCreateProgramWithBinary)                                                                      \
    FUNCTION(clBuildProgram)                                                                                 \
    FUNCTION(clGetProgramBuildInfo)                                                                          \
    FUNCTION(clGetProgramInfo)                                                                               \
    FUNCTION(clReleaseProgram)                                                                               \
    FUNCTION(clCreateKernel)                                                                                 \
    FUNCTION(clReleaseKernel)                                                                                \
    FUNCTION(clSetKernelArg)                                                                                 \
    FUNCTION(clEnqueueNDRangeKernel)                                                                         \
    FUNCTION(clEnqueueReadBuffer)                                                                            \
    FUNCTION(clWaitForEvents)                                                                                \
    FUNCTION(clReleaseEvent)                                                                                 \
    FUNCTION(clFinish)

/* Optional functions of newer versions and extensions: NULL where they are missing. */
#define GLR_CL_OPTIONAL(FUNCTION)                                                                            \
    FUNCTION(clSetKernelArgSVMPointer)                                                                       \
    FUNCTION(clGetExtensionFunctionAddressForPlatform)

typedef struct glr_cl {
#define GLR_CL_MEMBER(name) cl_api_##name name;
    GLR_CL_REQUIRED(GLR_CL_MEMBER)
    GLR_CL_OPTIONAL(GLR_CL_MEMBER)
#undef GLR_CL_MEMBER
} glr_cl;

/* Names the library to load. */
#define GLR_OPENCL_VARIABLE "GLORAND_OPENCL_LIBRARY"

/* Loads OpenCL the first time, and sets *cl to its functions. Fails with GLR_ERROR_UNAVAILABLE where there is
   none. */
glr_status glr_cl_load(const glr_cl **cl);

/* Calls a function that returns an error, and fails with that. */
#define GLR_CL(cl, function, ...) glr_cl_status(#function, (cl)->function(__VA_ARGS__))

/* GLR_OK, or the failure of a function. Those that return an object fail where it is NULL, too. */
glr_status glr_cl_status(const char *function, cl_int error);
glr_status glr_cl_made(const char *function, const void *object, cl_int error);

/* ---- Devices ----------------------------------------------------------------------------------------- */

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

/* ---- Hosts in which drivers for CPUs end the process instead of failing ------------------------------ */

#define GLR_SYSFS "/sys"

/* Fails with GLR_ERROR_UNAVAILABLE, and the reason, where PoCL is known to call abort() when it is loaded.
   sysfs is where that file system is mounted. */
glr_status glr_opencl_check_hazards(const char *sysfs);

/* ---- GLORAND_OPENCL_FORCE: words that take from devices what they have ------------------------------- */

/* Fails with GLR_ERROR_ARGUMENT where the variable holds a word that is not known. */
glr_status glr_opencl_check_force(void);

/* Whether it holds a word. */
int glr_opencl_forces(const char *word);

#endif
