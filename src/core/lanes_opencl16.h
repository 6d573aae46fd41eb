/* Lane layer for OpenCL C 1.2 on a CPU: 16 lanes. Its compilers make vector code of OpenCL's vector types,
   while they leave work-items with loops alone. See lanes_single.h for what each name means. */
#ifndef GLR_CORE_LANES_OPENCL16_H
#define GLR_CORE_LANES_OPENCL16_H

#include "opencl_types.h"

#define GLR_LANES   16
#define GLR_HAS_F64 0 /* the float64 stream is drawn by one lane */

typedef uint16 glr_u32;
typedef float16 glr_f32;
typedef int16 glr_mask;
typedef uint32_t glr_scalar;

/* Even and odd lanes apart, each word in the low half of a 64-bit lane. */
typedef struct glr_word {
    ulong8 even, odd;
} glr_word;

GLR_FN glr_u32 glr_splat_u32(uint32_t value) { return (glr_u32)(value); }
GLR_FN glr_f32 glr_splat_f32(float value) { return (glr_f32)(value); }
GLR_FN glr_u32 glr_bits_of(glr_f32 value) { return as_uint16(value); }
GLR_FN glr_f32 glr_float_of(glr_u32 bits) { return as_float16(bits); }
GLR_FN glr_f32 glr_fma(glr_f32 a, glr_f32 b, glr_f32 c) { return fma(a, b, c); }
GLR_FN glr_f32 glr_float_of_int(glr_u32 value) { return convert_float16(as_int16(value)); }
GLR_FN glr_u32 glr_shift_signed(glr_u32 value, int n) { return as_uint16(as_int16(value) >> n); }
GLR_FN glr_mask glr_is_odd(glr_u32 value) { return (value & 1U) != 0U; }
GLR_FN glr_f32 glr_select(glr_mask mask, glr_f32 yes, glr_f32 no) { return select(no, yes, mask); }
GLR_FN glr_f32 glr_max(glr_f32 a, glr_f32 b) { return select(b, a, a > b); }
GLR_FN glr_u32 glr_select_below(glr_u32 a, glr_u32 b, glr_u32 yes, glr_u32 no)
{
    return select(no, yes, as_int16(a) < as_int16(b));
}

GLR_FN glr_word glr_word_of(glr_u32 value)
{
    glr_word word;
    word.even = as_ulong8(value);
    word.odd = word.even >> 32;
    return word;
}
GLR_FN glr_word glr_word_times(glr_word a, uint32_t factor)
{
    a.even = (a.even & 0xffffffffUL) * (ulong)factor;
    a.odd = (a.odd & 0xffffffffUL) * (ulong)factor;
    return a;
}
GLR_FN glr_word glr_word_high(glr_word product)
{
    product.even >>= 32;
    product.odd >>= 32;
    return product;
}
GLR_FN glr_word glr_word_xor(glr_word a, glr_scalar b)
{
    a.even ^= (ulong)b;
    a.odd ^= (ulong)b;
    return a;
}
GLR_FN glr_word glr_word_xor3(glr_word a, glr_word b, glr_scalar c)
{
    a.even ^= b.even ^ (ulong)c;
    a.odd ^= b.odd ^ (ulong)c;
    return a;
}
GLR_FN glr_u32 glr_word_pack(glr_word a) { return as_uint16((a.even & 0xffffffffUL) | a.odd << 32); }

#define GLR_LOOKS_UP_COLUMNS

/* What `index` selects of a vector or an array, per lane. */
#define GLR_LOOKUP16(numbers, index)                                                                         \
    (glr_f32)(numbers[index.s0], numbers[index.s1], numbers[index.s2], numbers[index.s3], numbers[index.s4], \
              numbers[index.s5], numbers[index.s6], numbers[index.s7], numbers[index.s8], numbers[index.s9], \
              numbers[index.sa], numbers[index.sb], numbers[index.sc], numbers[index.sd], numbers[index.se], \
              numbers[index.sf])

/* A table of 32 numbers at the low five bits of each lane's index. With AVX-512, Clang makes two permutations
   where an index selects of a vector; for shuffle() it stores the vector, and for an array it gathers, which
   makes normal values take 1.6 times as long (measured on Zen 4). */
GLR_FN glr_f32 glr_lookup32(GLR_TABLE_POINTER table, glr_u32 index)
{
#ifdef __AVX512F__
    const glr_f32 low = vload16(0, table), high = vload16(1, table);
    const glr_u32 place = index & 15U;
    return select(GLR_LOOKUP16(low, place), GLR_LOOKUP16(high, place), (index & 16U) != 0U);
#else
    index &= 31U;
    return GLR_LOOKUP16(table, index);
#endif
}

#include "opencl_sqrt.h"

#endif
