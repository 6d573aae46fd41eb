/* Lane layer for CUDA C: a thread is a lane. Compile with -fmad=false. */
#ifndef GLR_CORE_LANES_CUDA_H
#define GLR_CORE_LANES_CUDA_H

#include <stdint.h>

#define GLR_FN static __device__ __forceinline__
/* Lanes read different rows: constant memory would give them one after the other. A column of 32 numbers is a
   line of the cache of global memory, which gives them all at once. */
#define GLR_TABLE  static __device__ const __align__(128)
#define GLR_UNROLL _Pragma("unroll")

typedef float glr_f32;

GLR_FN uint32_t glr_bits_of(glr_f32 value) { return __float_as_uint(value); }
GLR_FN glr_f32 glr_float_of(uint32_t bits) { return __uint_as_float(bits); }
GLR_FN glr_f32 glr_fma(glr_f32 a, glr_f32 b, glr_f32 c) { return __fmaf_rn(a, b, c); }
GLR_FN glr_f32 glr_sqrt(glr_f32 a) { return __fsqrt_rn(a); }

#define GLR_HAS_F64           1
#define GLR_TABLE_POINTER_F64 const double *

GLR_FN uint64_t glr_bits_of_f64(double value) { return (uint64_t)__double_as_longlong(value); }
GLR_FN double glr_f64_of(uint64_t bits) { return __longlong_as_double((long long)bits); }
GLR_FN double glr_fma_f64(double a, double b, double c) { return __fma_rn(a, b, c); }
GLR_FN double glr_sqrt_f64(double a) { return __dsqrt_rn(a); }

/* Written in C, nvcc emits a 64 x 64-bit multiply (three instructions); mul.wide.u32 is one. */
GLR_FN uint64_t glr_product(uint32_t a, uint32_t b)
{
    uint64_t product;
    asm("mul.wide.u32 %0, %1, %2;" : "=l"(product) : "r"(a), "r"(b));
    return product;
}
#define GLR_PRODUCT glr_product

#define GLR_UPPER_PRODUCT(a, b) __umul64hi(a, b)

#include "lanes_single.h"

#define GLR_LOOKS_UP_COLUMNS

/* A table of 32 numbers at the low five bits of the index. */
GLR_FN glr_f32 glr_lookup32(const float table[32], glr_u32 index) { return table[index & 31U]; }

#endif
