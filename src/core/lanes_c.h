/* Lane layer for C11: one lane. */
#ifndef GLR_CORE_LANES_C_H
#define GLR_CORE_LANES_C_H

#include <stdint.h>
#include <string.h>

#define GLR_FN            static inline
#define GLR_TABLE         static const
#define GLR_TABLE_POINTER const float *
#define GLR_UNROLL

typedef float glr_f32;

/* The bits of a float32. */
GLR_FN uint32_t glr_bits_of(glr_f32 value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

/* The float32 that has these bits. */
GLR_FN glr_f32 glr_float_of(uint32_t bits)
{
    glr_f32 value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* a * b + c, rounded once. On a machine without the instruction it is the C library's, which is exact. */
GLR_FN glr_f32 glr_fma(glr_f32 a, glr_f32 b, glr_f32 c) { return __builtin_fmaf(a, b, c); }

/* Square root, correctly rounded. */
GLR_FN glr_f32 glr_sqrt(glr_f32 a) { return __builtin_sqrtf(a); }

#define GLR_HAS_F64           1
#define GLR_TABLE_POINTER_F64 const double *

GLR_FN uint64_t glr_bits_of_f64(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

GLR_FN double glr_f64_of(uint64_t bits)
{
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

GLR_FN double glr_fma_f64(double a, double b, double c) { return __builtin_fma(a, b, c); }
GLR_FN double glr_sqrt_f64(double a) { return __builtin_sqrt(a); }

#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 glr_u128;
#define GLR_UPPER_PRODUCT(a, b) ((uint64_t)((glr_u128)(a) * (b) >> 64))
#endif

#include "lanes_single.h"

#endif
