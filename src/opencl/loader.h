/* OpenCL, loaded at run time: a table of its functions. */
#ifndef GLR_OPENCL_LOADER_H
#define GLR_OPENCL_LOADER_H

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

/* Fails because an OpenCL function returned an error. */
glr_status glr_cl_fail(const char *function, cl_int error);

#endif
