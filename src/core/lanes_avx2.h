/* Lane layer for AVX2 with FMA: 8 lanes. See lanes_single.h and lanes_avx512.h for what each name means. */
#ifndef GLR_CORE_LANES_AVX2_H
#define GLR_CORE_LANES_AVX2_H

#include <immintrin.h>
#include <stdint.h>

#define GLR_LANES 8

typedef uint32_t glr_u32 __attribute__((vector_size(32)));
typedef int32_t glr_i32 __attribute__((vector_size(32)));
typedef float glr_f32 __attribute__((vector_size(32)));
typedef uint64_t glr_u64 __attribute__((vector_size(32)));
typedef double glr_f64 __attribute__((vector_size(32)));
typedef __m256 glr_mask; /* the sign bit of each lane counts */

typedef struct glr_word {
    __m256i even, odd;
} glr_word;

#include "lanes_vector.h"

#include "compress4.h"

GLR_FN glr_f32 glr_fma(glr_f32 a, glr_f32 b, glr_f32 c)
{
    return (glr_f32)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
}

GLR_FN glr_f32 glr_sqrt(glr_f32 a) { return (glr_f32)_mm256_sqrt_ps((__m256)a); }
GLR_FN glr_f32 glr_max(glr_f32 a, glr_f32 b) { return (glr_f32)_mm256_max_ps((__m256)a, (__m256)b); }
GLR_FN glr_mask glr_is_odd(glr_u32 value) { return (__m256)(value << 31); }
GLR_FN glr_f32 glr_select(glr_mask mask, glr_f32 yes, glr_f32 no)
{
    return (glr_f32)_mm256_blendv_ps((__m256)no, (__m256)yes, mask);
}

GLR_FN glr_u32 glr_select_below(glr_u32 a, glr_u32 b, glr_u32 yes, glr_u32 no)
{
    const __m256i below = _mm256_cmpgt_epi32((__m256i)b, (__m256i)a);
    return (glr_u32)_mm256_blendv_epi8((__m256i)no, (__m256i)yes, below);
}

GLR_FN glr_word glr_word_of(glr_u32 value)
{
    glr_word word = {(__m256i)value, _mm256_srli_epi64((__m256i)value, 32)};
    return word;
}
GLR_FN glr_word glr_word_times(glr_word a, uint32_t factor)
{
    const __m256i factors = _mm256_set1_epi32((int)factor);
    glr_word product = {_mm256_mul_epu32(a.even, factors), _mm256_mul_epu32(a.odd, factors)};
    return product;
}
GLR_FN glr_word glr_word_high(glr_word product)
{
    glr_word high = {_mm256_srli_epi64(product.even, 32), _mm256_srli_epi64(product.odd, 32)};
    return high;
}
GLR_FN glr_word glr_word_xor(glr_word a, glr_scalar b)
{
    const __m256i words = _mm256_set1_epi32((int)b);
    glr_word sum = {_mm256_xor_si256(a.even, words), _mm256_xor_si256(a.odd, words)};
    return sum;
}
GLR_FN glr_word glr_word_xor3(glr_word a, glr_word b, glr_scalar c)
{
    glr_word sum = {_mm256_xor_si256(a.even, b.even), _mm256_xor_si256(a.odd, b.odd)};
    return glr_word_xor(sum, c);
}
GLR_FN glr_u32 glr_word_pack(glr_word a)
{
    return (glr_u32)_mm256_blend_epi32(a.even, _mm256_shuffle_epi32(a.odd, 0xa0), 0xaa);
}

GLR_FN glr_u64 glr_word_part(glr_word a, int part) { return (glr_u64)(part == 0 ? a.even : a.odd); }

GLR_FN glr_f64 glr_fma_f64(glr_f64 a, glr_f64 b, glr_f64 c)
{
    return (glr_f64)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
}

GLR_FN glr_f64 glr_sqrt_f64(glr_f64 a) { return (glr_f64)_mm256_sqrt_pd((__m256d)a); }
GLR_FN glr_f64 glr_max_f64(glr_f64 a, glr_f64 b) { return (glr_f64)_mm256_max_pd((__m256d)a, (__m256d)b); }

/* A table of 16 numbers. */
GLR_FN glr_f64 glr_lookup16_f64(const double table[16], glr_u64 index)
{
    return glr_lookup_f64(table, index);
}

/* Two neighboring numbers per lane, from an index on. */
#define GLR_HAS_LOOKUP2_F64
GLR_FN void glr_lookup2_f64(const double *table, glr_u64 index, glr_f64 number[2])
{
    const __m256d even = _mm256_loadu2_m128d(&table[index[2]], &table[index[0]]);
    const __m256d odd = _mm256_loadu2_m128d(&table[index[3]], &table[index[1]]);
    number[0] = (glr_f64)_mm256_unpacklo_pd(even, odd);
    number[1] = (glr_f64)_mm256_unpackhi_pd(even, odd);
}

/* ---- For the drivers: memory --------------------------------------------------------------------- */

/* Of eight numbers per lane, a row of the table each, number n of every lane: an 8 x 8 transposition. */
GLR_FN void glr_lookup_rows(const float table[][8], glr_u32 index, glr_f32 number[8])
{
    __m256 row[8], pair[8], quad[8];
    GLR_UNROLL
    for (int lane = 0; lane < 8; lane++) {
        row[lane] = _mm256_loadu_ps(table[index[lane]]);
    }
    GLR_UNROLL
    for (int i = 0; i < 4; i++) {
        pair[2 * i] = _mm256_unpacklo_ps(row[2 * i], row[2 * i + 1]);
        pair[2 * i + 1] = _mm256_unpackhi_ps(row[2 * i], row[2 * i + 1]);
    }
    GLR_UNROLL
    for (int i = 0; i < 2; i++) {
        quad[4 * i] = _mm256_shuffle_ps(pair[4 * i], pair[4 * i + 2], 0x44);
        quad[4 * i + 1] = _mm256_shuffle_ps(pair[4 * i], pair[4 * i + 2], 0xee);
        quad[4 * i + 2] = _mm256_shuffle_ps(pair[4 * i + 1], pair[4 * i + 3], 0x44);
        quad[4 * i + 3] = _mm256_shuffle_ps(pair[4 * i + 1], pair[4 * i + 3], 0xee);
    }
    GLR_UNROLL
    for (int i = 0; i < 4; i++) {
        number[i] = (glr_f32)_mm256_permute2f128_ps(quad[i], quad[i + 4], 0x20);
        number[i + 4] = (glr_f32)_mm256_permute2f128_ps(quad[i], quad[i + 4], 0x31);
    }
}

GLR_FN glr_u32 glr_load_rows(const uint32_t words[GLR_LANES])
{
    const __m256i order = _mm256_setr_epi32(0, 2, 4, 6, 1, 3, 5, 7);
    return (glr_u32)_mm256_permutevar8x32_epi32(_mm256_loadu_si256((const __m256i *)(const void *)words),
                                                order);
}

GLR_FN void glr_store_rows(const glr_f32 column[4], float *rows)
{
    __m256 low01 = _mm256_unpacklo_ps((__m256)column[0], (__m256)column[1]);
    __m256 high01 = _mm256_unpackhi_ps((__m256)column[0], (__m256)column[1]);
    __m256 low23 = _mm256_unpacklo_ps((__m256)column[2], (__m256)column[3]);
    __m256 high23 = _mm256_unpackhi_ps((__m256)column[2], (__m256)column[3]);
    _mm256_storeu_ps(rows, (__m256)_mm256_unpacklo_pd((__m256d)low01, (__m256d)low23));
    _mm256_storeu_ps(rows + 8, (__m256)_mm256_unpackhi_pd((__m256d)low01, (__m256d)low23));
    _mm256_storeu_ps(rows + 16, (__m256)_mm256_unpacklo_pd((__m256d)high01, (__m256d)high23));
    _mm256_storeu_ps(rows + 24, (__m256)_mm256_unpackhi_pd((__m256d)high01, (__m256d)high23));
}

/* Stores 8 rows of two values, from the columns of even rows and of odd ones. */
GLR_FN void glr_store_rows_f64(const glr_f64 first[2], const glr_f64 second[2], double *rows)
{
    const __m256d low0 = _mm256_unpacklo_pd((__m256d)first[0], (__m256d)second[0]);
    const __m256d low1 = _mm256_unpacklo_pd((__m256d)first[1], (__m256d)second[1]);
    const __m256d high0 = _mm256_unpackhi_pd((__m256d)first[0], (__m256d)second[0]);
    const __m256d high1 = _mm256_unpackhi_pd((__m256d)first[1], (__m256d)second[1]);
    _mm256_storeu_pd(rows, _mm256_permute2f128_pd(low0, low1, 0x20));
    _mm256_storeu_pd(rows + 4, _mm256_permute2f128_pd(high0, high1, 0x20));
    _mm256_storeu_pd(rows + 8, _mm256_permute2f128_pd(low0, low1, 0x31));
    _mm256_storeu_pd(rows + 12, _mm256_permute2f128_pd(high0, high1, 0x31));
}

/* Words below 2^16, or 2^8, as 16-bit and 8-bit codes. */
GLR_FN __m128i glr_narrow_u16(glr_u32 words)
{
    return _mm_packus_epi32(_mm256_castsi256_si128((__m256i)words),
                            _mm256_extracti128_si256((__m256i)words, 1));
}

GLR_FN __m128i glr_narrow_u8(glr_u32 words)
{
    __m128i codes = glr_narrow_u16(words);
    return _mm_packus_epi16(codes, codes);
}

GLR_FN void glr_store_u16(void *codes, glr_u32 words) { _mm_storeu_si128(codes, glr_narrow_u16(words)); }
GLR_FN void glr_store_u8(void *codes, glr_u32 words) { _mm_storel_epi64(codes, glr_narrow_u8(words)); }

/* Non-temporal stores, which pass by the caches, at addresses that are multiples of what is stored. */
GLR_FN void glr_store_nt_f32(void *values, glr_f32 vector) { _mm256_stream_ps(values, (__m256)vector); }
GLR_FN void glr_store_nt_f64(void *values, glr_f64 vector) { _mm256_stream_pd(values, (__m256d)vector); }
GLR_FN void glr_store_nt_u16(void *codes, glr_u32 words) { _mm_stream_si128(codes, glr_narrow_u16(words)); }
GLR_FN void glr_store_nt_u8(void *codes, glr_u32 words)
{
    _mm_stream_si64(codes, _mm_cvtsi128_si64(glr_narrow_u8(words)));
}
GLR_FN void glr_store_nt_fence(void) { _mm_sfence(); }

GLR_FN uint32_t glr_append_flagged(uint32_t *list, glr_u32 flags, glr_u32 words)
{
    unsigned flagged = (unsigned)_mm256_movemask_ps((__m256)(flags << 1));
    unsigned low = flagged & 15U, high = flagged >> 4;
    uint32_t *next = list + __builtin_popcount(low);
    glr_words4 front = glr_compress4((glr_words4)_mm256_castsi256_si128((__m256i)words), low);
    glr_words4 back = glr_compress4((glr_words4)_mm256_extracti128_si256((__m256i)words, 1), high);
    memcpy(list, &front, sizeof front);
    memcpy(next, &back, sizeof back);
    return (uint32_t)__builtin_popcount(flagged);
}

#endif
