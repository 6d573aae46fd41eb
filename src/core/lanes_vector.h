/* The part of a lane layer that is the same for every width of GCC's and Clang's vector types. The layer that
   includes this has defined GLR_LANES, glr_u32, glr_i32, glr_f32, glr_u64, glr_f64 and glr_word. */
#ifndef GLR_CORE_LANES_VECTOR_H
#define GLR_CORE_LANES_VECTOR_H

#include <string.h>

/* Where nothing optimizes, each vector of an inlined function would have its own place on the stack, of which
   threads have little. */
#ifdef __OPTIMIZE__
#define GLR_FN static inline __attribute__((always_inline))
#else
#define GLR_FN static inline
#endif
#define GLR_TABLE  static const
#define GLR_UNROLL _Pragma("GCC unroll 8")

#define GLR_HAS_F64    1
#define GLR_WORD_PARTS 2
#define GLR_LANES_F64  (GLR_LANES / GLR_WORD_PARTS)

typedef const double *GLR_TABLE_POINTER_F64;

typedef uint32_t glr_scalar;

GLR_FN glr_u32 glr_splat_u32(uint32_t value) { return (glr_u32){0} + value; }
GLR_FN glr_f32 glr_splat_f32(float value) { return (glr_f32){0} + value; }
GLR_FN glr_u32 glr_bits_of(glr_f32 value) { return (glr_u32)value; }
GLR_FN glr_f32 glr_float_of(glr_u32 bits) { return (glr_f32)bits; }
GLR_FN glr_f32 glr_float_of_int(glr_u32 value) { return __builtin_convertvector((glr_i32)value, glr_f32); }
GLR_FN glr_u32 glr_shift_signed(glr_u32 value, int n) { return (glr_u32)((glr_i32)value >> n); }

/* ---- 64-bit lanes ---------------------------------------------------------------------------------- */

GLR_FN glr_f64 glr_splat_f64(double value) { return (glr_f64){0} + value; }
GLR_FN glr_u64 glr_bits_of_f64(glr_f64 value) { return (glr_u64)value; }
GLR_FN glr_f64 glr_f64_of(glr_u64 bits) { return (glr_f64)bits; }

GLR_FN glr_f64 glr_lookup_f64(const double *table, glr_u64 index)
{
    glr_f64 numbers = {0.0};
    GLR_UNROLL
    for (int lane = 0; lane < GLR_LANES_F64; lane++) {
        numbers[lane] = table[index[lane]];
    }
    return numbers;
}

/* ---- For the drivers: memory, at any address ------------------------------------------------------- */

GLR_FN glr_u32 glr_load_u32(const void *words)
{
    glr_u32 vector;
    memcpy(&vector, words, sizeof vector);
    return vector;
}

GLR_FN glr_f32 glr_load_f32(const void *values)
{
    glr_f32 vector;
    memcpy(&vector, values, sizeof vector);
    return vector;
}

GLR_FN void glr_store_u32(void *words, glr_u32 vector) { memcpy(words, &vector, sizeof vector); }

GLR_FN void glr_store_f32(void *values, glr_f32 vector) { memcpy(values, &vector, sizeof vector); }

GLR_FN glr_f64 glr_load_f64(const void *values)
{
    glr_f64 vector;
    memcpy(&vector, values, sizeof vector);
    return vector;
}

GLR_FN void glr_store_f64(void *values, glr_f64 vector) { memcpy(values, &vector, sizeof vector); }

#endif
