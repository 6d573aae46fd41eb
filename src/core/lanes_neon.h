/* Lane layer for Advanced SIMD of 64-bit ARM processors (NEON): 4 lanes. See lanes_single.h and
   lanes_avx512.h for what each name means. */
#ifndef GLR_CORE_LANES_NEON_H
#define GLR_CORE_LANES_NEON_H

#include <arm_neon.h>
#include <stdint.h>

#define GLR_LANES 4

typedef uint32_t glr_u32 __attribute__((vector_size(16)));
typedef int32_t glr_i32 __attribute__((vector_size(16)));
typedef float glr_f32 __attribute__((vector_size(16)));
typedef uint64_t glr_u64 __attribute__((vector_size(16)));
typedef double glr_f64 __attribute__((vector_size(16)));
typedef uint32x4_t glr_mask; /* all bits of a lane, or none */

/* The widening product takes packed words here and gives two registers of 64-bit products, so the lower and
   the upper halves are kept apart, each packed. A value that is not a product has no upper half: it repeats
   the lower.
 */
typedef struct glr_word {
    uint32x4_t low, high;
} glr_word;

#include "lanes_vector.h"

#include "compress4.h"

/* The instruction's first operand is what is added to. */
GLR_FN glr_f32 glr_fma(glr_f32 a, glr_f32 b, glr_f32 c)
{
    return (glr_f32)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}

GLR_FN glr_f32 glr_sqrt(glr_f32 a) { return (glr_f32)vsqrtq_f32((float32x4_t)a); }
GLR_FN glr_f32 glr_max(glr_f32 a, glr_f32 b) { return (glr_f32)vmaxq_f32((float32x4_t)a, (float32x4_t)b); }
GLR_FN glr_mask glr_is_odd(glr_u32 value) { return vtstq_u32((uint32x4_t)value, vdupq_n_u32(1)); }
GLR_FN glr_f32 glr_select(glr_mask mask, glr_f32 yes, glr_f32 no)
{
    return (glr_f32)vbslq_f32(mask, (float32x4_t)yes, (float32x4_t)no);
}

GLR_FN glr_u32 glr_select_below(glr_u32 a, glr_u32 b, glr_u32 yes, glr_u32 no)
{
    const uint32x4_t below = vcltq_s32((int32x4_t)a, (int32x4_t)b);
    return (glr_u32)vbslq_u32(below, (uint32x4_t)yes, (uint32x4_t)no);
}

GLR_FN glr_word glr_word_of_low(uint32x4_t low)
{
    glr_word word = {low, low};
    return word;
}
GLR_FN glr_word glr_word_of(glr_u32 value) { return glr_word_of_low((uint32x4_t)value); }
GLR_FN glr_word glr_word_times(glr_word a, uint32_t factor)
{
    const uint32x4_t factors = vdupq_n_u32(factor);
    uint32x4_t front = vreinterpretq_u32_u64(vmull_u32(vget_low_u32(a.low), vget_low_u32(factors)));
    uint32x4_t back = vreinterpretq_u32_u64(vmull_high_u32(a.low, factors));
    glr_word product = {vuzp1q_u32(front, back), vuzp2q_u32(front, back)};
    return product;
}
GLR_FN glr_word glr_word_high(glr_word product) { return glr_word_of_low(product.high); }
GLR_FN glr_word glr_word_xor(glr_word a, glr_scalar b)
{
    return glr_word_of_low(veorq_u32(a.low, vdupq_n_u32(b)));
}
GLR_FN glr_word glr_word_xor3(glr_word a, glr_word b, glr_scalar c)
{
    return glr_word_xor(glr_word_of_low(veorq_u32(a.low, b.low)), c);
}
GLR_FN glr_u32 glr_word_pack(glr_word a) { return (glr_u32)a.low; }

GLR_FN glr_u64 glr_word_part(glr_word a, int part)
{
    glr_u64 pairs = (glr_u64)a.low;
    return part == 0 ? pairs : pairs >> 32;
}

GLR_FN glr_f64 glr_fma_f64(glr_f64 a, glr_f64 b, glr_f64 c)
{
    return (glr_f64)vfmaq_f64((float64x2_t)c, (float64x2_t)a, (float64x2_t)b);
}

GLR_FN glr_f64 glr_sqrt_f64(glr_f64 a) { return (glr_f64)vsqrtq_f64((float64x2_t)a); }
GLR_FN glr_f64 glr_max_f64(glr_f64 a, glr_f64 b)
{
    return (glr_f64)vmaxq_f64((float64x2_t)a, (float64x2_t)b);
}

/* A table of 16 numbers. */
GLR_FN glr_f64 glr_lookup16_f64(const double table[16], glr_u64 index)
{
    return glr_lookup_f64(table, index);
}

/* Two neighboring numbers per lane, from an index on. */
#define GLR_HAS_LOOKUP2_F64
GLR_FN void glr_lookup2_f64(const double *table, glr_u64 index, glr_f64 number[2])
{
    const float64x2_t low = vld1q_f64(&table[index[0]]), high = vld1q_f64(&table[index[1]]);
    number[0] = (glr_f64)vzip1q_f64(low, high);
    number[1] = (glr_f64)vzip2q_f64(low, high);
}

/* ---- For the drivers: memory --------------------------------------------------------------------- */

/* Four numbers of each lane's row, from number `first` on: a 4 x 4 transposition. */
GLR_FN void glr_lookup_half_rows(const float table[][8], glr_u32 index, int first, glr_f32 number[4])
{
    float32x4_t row[4];
    for (int lane = 0; lane < 4; lane++) {
        row[lane] = vld1q_f32(table[index[lane]] + first);
    }
    float32x4x2_t front = vzipq_f32(row[0], row[2]); /* numbers 0 and 1 of rows 0 and 2 by turns; 2 and 3 */
    float32x4x2_t back = vzipq_f32(row[1], row[3]);
    for (int i = 0; i < 2; i++) {
        float32x4x2_t pair = vzipq_f32(front.val[i], back.val[i]);
        number[2 * i] = (glr_f32)pair.val[0];
        number[2 * i + 1] = (glr_f32)pair.val[1];
    }
}

/* Of eight numbers per lane, a row of the table each, number n of every lane. */
GLR_FN void glr_lookup_rows(const float table[][8], glr_u32 index, glr_f32 number[8])
{
    glr_lookup_half_rows(table, index, 0, number);
    glr_lookup_half_rows(table, index, 4, number + 4);
}

/* Rows are stored in the lanes' order: the storing instruction transposes. */
GLR_FN glr_u32 glr_load_rows(const uint32_t words[GLR_LANES]) { return glr_load_u32(words); }

GLR_FN void glr_store_rows(const glr_f32 column[4], float *rows)
{
    float32x4x4_t columns = {
        {(float32x4_t)column[0], (float32x4_t)column[1], (float32x4_t)column[2], (float32x4_t)column[3]}};
    vst4q_f32(rows, columns);
}

/* Stores 4 rows of two values, from the columns of even rows and of odd ones. */
GLR_FN void glr_store_rows_f64(const glr_f64 first[2], const glr_f64 second[2], double *rows)
{
    for (int lane = 0; lane < GLR_LANES_F64; lane++) {
        for (int part = 0; part < 2; part++) {
            rows[2 * (2 * lane + part)] = first[part][lane];
            rows[2 * (2 * lane + part) + 1] = second[part][lane];
        }
    }
}

/* Words below 2^16, or 2^8, as 16-bit and 8-bit codes. */
GLR_FN void glr_store_u16(void *codes, glr_u32 words)
{
    uint16x4_t narrow = vmovn_u32((uint32x4_t)words);
    memcpy(codes, &narrow, sizeof narrow);
}

GLR_FN void glr_store_u8(void *codes, glr_u32 words)
{
    uint16x4_t halves = vmovn_u32((uint32x4_t)words);
    uint8x8_t narrow = vmovn_u16(vcombine_u16(halves, halves));
    memcpy(codes, &narrow, GLR_LANES);
}

/* Non-temporal stores elsewhere: the compilers offer no such instruction (STNP) here. */
GLR_FN void glr_store_nt_f32(void *values, glr_f32 vector) { glr_store_f32(values, vector); }
GLR_FN void glr_store_nt_f64(void *values, glr_f64 vector) { glr_store_f64(values, vector); }
GLR_FN void glr_store_nt_u16(void *codes, glr_u32 words) { glr_store_u16(codes, words); }
GLR_FN void glr_store_nt_u8(void *codes, glr_u32 words) { glr_store_u8(codes, words); }
GLR_FN void glr_store_nt_fence(void) {}

GLR_FN uint32_t glr_append_flagged(uint32_t *list, glr_u32 flags, glr_u32 words)
{
    unsigned flagged = glr_set_of_flags4(flags);
    glr_store_u32(list, glr_compress4(words, flagged));
    return (uint32_t)__builtin_popcount(flagged);
}

#endif
