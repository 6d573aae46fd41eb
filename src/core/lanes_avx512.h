/* Lane layer for AVX-512 (F, BW, DQ, VL): 16 lanes. See lanes_single.h for what each name means. */
#ifndef GLR_CORE_LANES_AVX512_H
#define GLR_CORE_LANES_AVX512_H

#include <stdint.h>

#ifdef GLR_EMULATE_AVX512 /* tests on processors without it, through SIMDe */
#define SIMDE_ENABLE_NATIVE_ALIASES
#include <simde/x86/avx512.h>
#include <simde/x86/fma.h>
#define _mm512_stream_ps _mm512_storeu_ps /* SIMDe 0.7.4 has neither */
#define _mm512_stream_pd _mm512_storeu_pd
#else
#include <immintrin.h>
#endif

#define GLR_LANES 16

typedef uint32_t glr_u32 __attribute__((vector_size(64)));
typedef int32_t glr_i32 __attribute__((vector_size(64)));
typedef float glr_f32 __attribute__((vector_size(64)));
typedef uint64_t glr_u64 __attribute__((vector_size(64)));
typedef double glr_f64 __attribute__((vector_size(64)));
typedef __mmask16 glr_mask;

/* Even and odd lanes apart, each word in the low half of a 64-bit lane. */
typedef struct glr_word {
    __m512i even, odd;
} glr_word;

#include "lanes_vector.h"

#include "compress4.h"

GLR_FN glr_f32 glr_fma(glr_f32 a, glr_f32 b, glr_f32 c)
{
    return (glr_f32)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
}

GLR_FN glr_f32 glr_sqrt(glr_f32 a) { return (glr_f32)_mm512_sqrt_ps((__m512)a); }
GLR_FN glr_f32 glr_max(glr_f32 a, glr_f32 b) { return (glr_f32)_mm512_max_ps((__m512)a, (__m512)b); }
GLR_FN glr_mask glr_is_odd(glr_u32 value)
{
    return _mm512_test_epi32_mask((__m512i)value, _mm512_set1_epi32(1));
}
GLR_FN glr_f32 glr_select(glr_mask mask, glr_f32 yes, glr_f32 no)
{
    return (glr_f32)_mm512_mask_blend_ps(mask, (__m512)no, (__m512)yes);
}

/* Where a < b as signed integers. Of the same in vector types compilers make more instructions. */
GLR_FN glr_u32 glr_select_below(glr_u32 a, glr_u32 b, glr_u32 yes, glr_u32 no)
{
    const __mmask16 below = _mm512_cmpgt_epi32_mask((__m512i)b, (__m512i)a);
    return (glr_u32)_mm512_mask_blend_epi32(below, (__m512i)no, (__m512i)yes);
}

GLR_FN glr_word glr_word_of(glr_u32 value)
{
    glr_word word = {(__m512i)value, _mm512_srli_epi64((__m512i)value, 32)};
    return word;
}
GLR_FN glr_word glr_word_times(glr_word a, uint32_t factor)
{
    const __m512i factors = _mm512_set1_epi32((int)factor);
    glr_word product = {_mm512_mul_epu32(a.even, factors), _mm512_mul_epu32(a.odd, factors)};
    return product;
}
GLR_FN glr_word glr_word_high(glr_word product)
{
    glr_word high = {_mm512_srli_epi64(product.even, 32), _mm512_srli_epi64(product.odd, 32)};
    return high;
}
GLR_FN glr_word glr_word_xor(glr_word a, glr_scalar b)
{
    const __m512i words = _mm512_set1_epi32((int)b);
    glr_word sum = {_mm512_xor_si512(a.even, words), _mm512_xor_si512(a.odd, words)};
    return sum;
}
GLR_FN glr_word glr_word_xor3(glr_word a, glr_word b, glr_scalar c)
{
    const __m512i words = _mm512_set1_epi32((int)c);
    glr_word sum = {_mm512_ternarylogic_epi32(a.even, b.even, words, 0x96),
                    _mm512_ternarylogic_epi32(a.odd, b.odd, words, 0x96)};
    return sum;
}
GLR_FN glr_u32 glr_word_pack(glr_word a)
{
    const __m512 odd = (__m512)a.odd;
    return (glr_u32)_mm512_mask_blend_epi32(0xaaaa, a.even, (__m512i)_mm512_shuffle_ps(odd, odd, 0xa0));
}

GLR_FN glr_u64 glr_word_part(glr_word a, int part) { return (glr_u64)(part == 0 ? a.even : a.odd); }

GLR_FN glr_f64 glr_fma_f64(glr_f64 a, glr_f64 b, glr_f64 c)
{
    return (glr_f64)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
}

GLR_FN glr_f64 glr_sqrt_f64(glr_f64 a) { return (glr_f64)_mm512_sqrt_pd((__m512d)a); }
GLR_FN glr_f64 glr_max_f64(glr_f64 a, glr_f64 b) { return (glr_f64)_mm512_max_pd((__m512d)a, (__m512d)b); }

/* ---- For the drivers: memory --------------------------------------------------------------------- */

#define GLR_LOOKS_UP_COLUMNS

/* A table of 32 numbers at the low five bits of each lane's index. */
GLR_FN glr_f32 glr_lookup32(const float table[32], glr_u32 index)
{
    return (glr_f32)_mm512_permutex2var_ps(_mm512_loadu_ps(table), (__m512i)index,
                                           _mm512_loadu_ps(table + 16));
}

/* A table of 16 numbers. */
GLR_FN glr_f64 glr_lookup16_f64(const double table[16], glr_u64 index)
{
    return (glr_f64)_mm512_permutex2var_pd(_mm512_loadu_pd(table), (__m512i)index,
                                           _mm512_loadu_pd(table + 8));
}

/* Sixteen words, so ordered that glr_store_rows stores what is made of word i as row i. */
GLR_FN glr_u32 glr_load_rows(const uint32_t words[GLR_LANES])
{
    const __m512i order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
    return (glr_u32)_mm512_permutexvar_epi32(order, _mm512_loadu_si512(words));
}

/* Stores 16 rows of four values, from four vectors that hold one column each. */
GLR_FN void glr_store_rows(const glr_f32 column[4], float *rows)
{
    __m512 low01 = _mm512_unpacklo_ps((__m512)column[0], (__m512)column[1]);
    __m512 high01 = _mm512_unpackhi_ps((__m512)column[0], (__m512)column[1]);
    __m512 low23 = _mm512_unpacklo_ps((__m512)column[2], (__m512)column[3]);
    __m512 high23 = _mm512_unpackhi_ps((__m512)column[2], (__m512)column[3]);
    _mm512_storeu_ps(rows, (__m512)_mm512_unpacklo_pd((__m512d)low01, (__m512d)low23));
    _mm512_storeu_ps(rows + 16, (__m512)_mm512_unpackhi_pd((__m512d)low01, (__m512d)low23));
    _mm512_storeu_ps(rows + 32, (__m512)_mm512_unpacklo_pd((__m512d)high01, (__m512d)high23));
    _mm512_storeu_ps(rows + 48, (__m512)_mm512_unpackhi_pd((__m512d)high01, (__m512d)high23));
}

/* Stores 16 rows of two values, from the columns of even rows and of odd ones. */
GLR_FN void glr_store_rows_f64(const glr_f64 first[2], const glr_f64 second[2], double *rows)
{
    const __m512i lower = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const __m512i upper = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    const __m512i front = _mm512_setr_epi64(0, 1, 2, 3, 8, 9, 10, 11);
    const __m512i back = _mm512_setr_epi64(4, 5, 6, 7, 12, 13, 14, 15);
    /* Rows of lanes 0, 2, 4, 6 and of 1, 3, 5, 7; then even and odd rows side by side. */
    const __m512d low0 = _mm512_unpacklo_pd((__m512d)first[0], (__m512d)second[0]);
    const __m512d low1 = _mm512_unpacklo_pd((__m512d)first[1], (__m512d)second[1]);
    const __m512d high0 = _mm512_unpackhi_pd((__m512d)first[0], (__m512d)second[0]);
    const __m512d high1 = _mm512_unpackhi_pd((__m512d)first[1], (__m512d)second[1]);
    const __m512d low01 = _mm512_permutex2var_pd(low0, lower, low1);
    const __m512d high01 = _mm512_permutex2var_pd(high0, lower, high1);
    const __m512d low23 = _mm512_permutex2var_pd(low0, upper, low1);
    const __m512d high23 = _mm512_permutex2var_pd(high0, upper, high1);
    _mm512_storeu_pd(rows, _mm512_permutex2var_pd(low01, front, high01));
    _mm512_storeu_pd(rows + 8, _mm512_permutex2var_pd(low01, back, high01));
    _mm512_storeu_pd(rows + 16, _mm512_permutex2var_pd(low23, front, high23));
    _mm512_storeu_pd(rows + 24, _mm512_permutex2var_pd(low23, back, high23));
}

/* Words below 2^16, or 2^8, as 16-bit and 8-bit codes. */
GLR_FN __m256i glr_narrow_u16(glr_u32 words)
{
    typedef uint16_t narrow __attribute__((vector_size(32)));
    return (__m256i) __builtin_convertvector(words, narrow);
}

GLR_FN __m128i glr_narrow_u8(glr_u32 words)
{
    typedef uint8_t narrow __attribute__((vector_size(16)));
    return (__m128i) __builtin_convertvector(words, narrow);
}

GLR_FN void glr_store_u16(void *codes, glr_u32 words) { _mm256_storeu_si256(codes, glr_narrow_u16(words)); }
GLR_FN void glr_store_u8(void *codes, glr_u32 words) { _mm_storeu_si128(codes, glr_narrow_u8(words)); }

/* Stores that pass by the caches, at addresses that are multiples of what is stored. */
GLR_FN void glr_store_nt_f32(void *values, glr_f32 vector) { _mm512_stream_ps(values, (__m512)vector); }
GLR_FN void glr_store_nt_f64(void *values, glr_f64 vector) { _mm512_stream_pd(values, (__m512d)vector); }
GLR_FN void glr_store_nt_u16(void *codes, glr_u32 words)
{
    _mm256_stream_si256(codes, glr_narrow_u16(words));
}
GLR_FN void glr_store_nt_u8(void *codes, glr_u32 words) { _mm_stream_si128(codes, glr_narrow_u8(words)); }
GLR_FN void glr_store_nt_fence(void) { _mm_sfence(); }

/* Appends the words of lanes whose bit 30 of `flags` is set to a list with room for GLR_LANES more, and
   returns how many there were. */
GLR_FN uint32_t glr_append_flagged(uint32_t *list, glr_u32 flags, glr_u32 words)
{
    __mmask16 flagged = _mm512_test_epi32_mask((__m512i)flags, _mm512_set1_epi32(0x40000000));
    _mm512_storeu_si512(list, _mm512_maskz_compress_epi32(flagged, (__m512i)words));
    return (uint32_t)__builtin_popcount(flagged);
}

#endif
