/* Lane layer for OpenCL C 1.2: a work-item is a lane. */
#ifndef GLR_CORE_LANES_OPENCL_H
#define GLR_CORE_LANES_OPENCL_H

#include "opencl_types.h"

typedef float glr_f32;

GLR_FN uint32_t glr_bits_of(glr_f32 value) { return as_uint(value); }
GLR_FN glr_f32 glr_float_of(uint32_t bits) { return as_float(bits); }
GLR_FN glr_f32 glr_fma(glr_f32 a, glr_f32 b, glr_f32 c) { return fma(a, b, c); }

/* Devices without fp64 draw every other type. */
#if defined(cl_khr_fp64) && !defined(GLR_WITHOUT_F64)
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#define GLR_HAS_F64           1
#define GLR_TABLE_POINTER_F64 __constant const double *

GLR_FN uint64_t glr_bits_of_f64(double value) { return as_ulong(value); }
GLR_FN double glr_f64_of(uint64_t bits) { return as_double(bits); }
GLR_FN double glr_fma_f64(double a, double b, double c) { return fma(a, b, c); }
GLR_FN double glr_sqrt_f64(double a) { return sqrt(a); }
#else
#define GLR_HAS_F64 0
#endif

#define GLR_UPPER_PRODUCT(a, b) mul_hi((ulong)(a), (ulong)(b))

#include "lanes_single.h"

#include "opencl_sqrt.h"

#endif
