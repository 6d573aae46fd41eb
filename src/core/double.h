/* The float64 stream: uniform, normal and truncated normal values in double.
 *
 * The functions are the project's own, of IEEE operations and fma only, within 1 ulp; TensorFlow's are the C
 * library's, so its values agree to the last digits but not in the last bits. */
#ifndef GLR_CORE_DOUBLE_H
#define GLR_CORE_DOUBLE_H

#include "counter.h"
#include "double_tables.h"
#include "lanes.h"
#include "philox.h"
#include "sample.h"

#if GLR_HAS_F64

/* Two values per lane. */
typedef struct glr_f64_pair {
    glr_f64 first, second;
} glr_f64_pair;

/* 52 bits of two words as a multiple of 2^-52 in [0, 1), as TensorFlow's Uint64ToDouble. */
GLR_FN glr_f64 glr_uniform_f64(glr_u64 word0, glr_u64 word1)
{
    glr_u64 fraction = (word0 & 0xfffffU) << 32 | (word1 & 0xffffffffU);
    return glr_f64_of(fraction | 0x3ff0000000000000U) - 1.0;
}

/* The first value where bit 0 of a word is set, the second elsewhere. */
GLR_FN glr_f64 glr_select_odd_f64(glr_u64 word, glr_f64 yes, glr_f64 no)
{
    glr_u64 mask = ~(word & 1U) + 1U;
    return glr_f64_of((glr_bits_of_f64(yes) & mask) | (glr_bits_of_f64(no) & ~mask));
}

/* log u for u in [1e-7, 1). */
GLR_FN glr_f64 glr_log_f64(glr_f64 u)
{
    /* u = 2^k z with z in [0x1.66p-1, 0x1.66p+0). k + 2048 under the exponent of 2^52 makes k a double
       without a conversion. */
    glr_u64 bits = glr_bits_of_f64(u);
    glr_u64 above = bits - 0x3fe6600000000000U;
    glr_f64 z = glr_f64_of(bits - (above & 0xfff0000000000000U));
    glr_f64 k = glr_f64_of(((above >> 52) ^ 0x800U) | 0x4330000000000000U) - 0x1.00000000008p52;
    glr_u64 row = (above >> 46 & 63U) * 3U;
    glr_f64 inverse = glr_lookup_f64(&glr_double_log_table[0][0], row);
    glr_f64 offset_high = glr_lookup_f64(&glr_double_log_table[0][1], row);
    glr_f64 offset_low = glr_lookup_f64(&glr_double_log_table[0][2], row);

    /* log u = k ln 2 - log(inverse) + log(1 + r). r and the high parts are exact; the sum of those is taken
       with its error. */
    glr_f64 r = glr_fma_f64(z, inverse, glr_splat_f64(-1.0));
    glr_f64 high = glr_fma_f64(k, glr_splat_f64(GLR_LN2_HIGH), offset_high);
    glr_f64 low = glr_fma_f64(k, glr_splat_f64(GLR_LN2_LOW), offset_low);
    glr_f64 sum = high + r;
    glr_f64 r_part = sum - high;
    glr_f64 error = (high - (sum - r_part)) + (r - r_part);

    /* log(1 + r) - r = -r^2 / 2 + r^3 (1/3 - r/4 + ... + r^7/10), |r| < 2^-5, the first term in a pair. */
    glr_f64 half_r = r * -0.5;
    glr_f64 leading = glr_fma_f64(half_r, r, sum);
    glr_f64 rest = (error + glr_fma_f64(half_r, r, sum - leading)) + low;
    glr_f64 tail = glr_splat_f64(-0x1.999999999999ap-4);              /* -1/10 */
    tail = glr_fma_f64(tail, r, glr_splat_f64(0x1.c71c71c71c71cp-4)); /* 1/9 */
    tail = glr_fma_f64(tail, r, glr_splat_f64(-0.125));
    tail = glr_fma_f64(tail, r, glr_splat_f64(0x1.2492492492492p-3));  /* 1/7 */
    tail = glr_fma_f64(tail, r, glr_splat_f64(-0x1.5555555555555p-3)); /* -1/6 */
    tail = glr_fma_f64(tail, r, glr_splat_f64(0x1.999999999999ap-3));  /* 1/5 */
    tail = glr_fma_f64(tail, r, glr_splat_f64(-0.25));
    tail = glr_fma_f64(tail, r, glr_splat_f64(0x1.5555555555555p-2)); /* 1/3 */
    return leading + glr_fma_f64(r * r * r, tail, rest);
}

/* sin x + its correction for a reduced x in [-pi/4, pi/4] and y + y_low = x^2, as in elementary.h: the
   leading terms in pairs, fma(a, b, c - d) being what the rounding of d = a b + c lost. */
GLR_FN glr_f64_pair glr_reduced_sine_f64(glr_f64 x, glr_f64 y, glr_f64 y_low)
{
    const glr_f64 s0 = glr_splat_f64(GLR_SINE_0);
    glr_f64 tail = glr_fma_f64(y, glr_splat_f64(GLR_SINE_6), glr_splat_f64(GLR_SINE_5));
    tail = glr_fma_f64(tail, y, glr_splat_f64(GLR_SINE_4));
    tail = glr_fma_f64(tail, y, glr_splat_f64(GLR_SINE_3));
    tail = glr_fma_f64(tail, y, glr_splat_f64(GLR_SINE_2));
    tail = glr_fma_f64(tail, y, glr_splat_f64(GLR_SINE_1));
    glr_f64 b = glr_fma_f64(tail, y, s0);
    glr_f64 b_low = glr_fma_f64(tail, y, s0 - b) + GLR_SINE_0_LOW;
    glr_f64 f = y * b;
    glr_f64 f_low = glr_fma_f64(y, b_low, glr_fma_f64(y_low, b, glr_fma_f64(y, b, -f)));
    glr_f64_pair sine;
    sine.first = glr_fma_f64(x, f, x);
    sine.second = glr_fma_f64(x, f_low, glr_fma_f64(x, f, x - sine.first));
    return sine;
}

GLR_FN glr_f64_pair glr_reduced_cosine_f64(glr_f64 y, glr_f64 y_low)
{
    const glr_f64 c0 = glr_splat_f64(-0.5), one = glr_splat_f64(1.0);
    glr_f64 tail = glr_fma_f64(y, glr_splat_f64(GLR_COSINE_6), glr_splat_f64(GLR_COSINE_5));
    tail = glr_fma_f64(tail, y, glr_splat_f64(GLR_COSINE_4));
    tail = glr_fma_f64(tail, y, glr_splat_f64(GLR_COSINE_3));
    tail = glr_fma_f64(tail, y, glr_splat_f64(GLR_COSINE_2));
    tail = glr_fma_f64(tail, y, glr_splat_f64(GLR_COSINE_1));
    tail = glr_fma_f64(tail, y, glr_splat_f64(GLR_COSINE_0));
    glr_f64 f = glr_fma_f64(y, tail, c0);
    glr_f64 f_low = glr_fma_f64(y, tail, c0 - f);
    glr_f64_pair cosine;
    cosine.first = glr_fma_f64(y, f, one);
    cosine.second = glr_fma_f64(y, f_low, glr_fma_f64(y_low, f, glr_fma_f64(y, f, one - cosine.first)));
    return cosine;
}

/* sin v and cos v for v in [0, 2 pi). */
GLR_FN glr_f64_pair glr_sine_cosine_f64(glr_f64 v)
{
    /* n is the nearest quarter turn; x + x_low = v - n pi/2. */
    const glr_f64 half_pi_low = glr_splat_f64(-GLR_HALF_PI_LOW);
    glr_f64 shifted = glr_fma_f64(v, glr_splat_f64(GLR_TWO_OVER_PI), glr_splat_f64(0x1.8p52));
    glr_u64 n_bits = glr_bits_of_f64(shifted);
    glr_f64 n = shifted - 0x1.8p52;
    glr_f64 first = glr_fma_f64(n, glr_splat_f64(-GLR_HALF_PI_HIGH), v); /* exact */
    glr_f64 x = glr_fma_f64(n, half_pi_low, first);
    glr_f64 x_low = glr_fma_f64(n, half_pi_low, first - x);
    glr_f64 y = x * x;
    glr_f64 y_low = glr_fma_f64(x, x, -y);

    /* x_low enters by the derivative. */
    glr_f64_pair s = glr_reduced_sine_f64(x, y, y_low);
    glr_f64_pair c = glr_reduced_cosine_f64(y, y_low);
    glr_f64 sine = s.first + glr_fma_f64(c.first, x_low, s.second);
    glr_f64 cosine = c.first + glr_fma_f64(-s.first, x_low, c.second);

    /* Odd quarters exchange the two; the sine is negative in quarters 2 and 3, the cosine in 1 and 2. */
    glr_f64_pair result;
    glr_u64 sine_sign = (n_bits << 62) & 0x8000000000000000U;
    glr_u64 cosine_sign = ((n_bits + 1U) << 62) & 0x8000000000000000U;
    result.first = glr_f64_of(glr_bits_of_f64(glr_select_odd_f64(n_bits, cosine, sine)) ^ sine_sign);
    result.second = glr_f64_of(glr_bits_of_f64(glr_select_odd_f64(n_bits, sine, cosine)) ^ cosine_sign);
    return result;
}

/* The two standard normal values of a block's words. */
GLR_FN glr_f64_pair glr_normal_f64(const glr_u64 word[4])
{
    glr_f64 u = glr_max_f64(glr_uniform_f64(word[0], word[1]), glr_splat_f64(1e-7));
    glr_f64 radius = glr_sqrt_f64(glr_log_f64(u) * -2.0);
    glr_f64 v = glr_uniform_f64(word[2], word[3]) * 0x1.921fb54442d18p+2;
    glr_f64_pair direction = glr_sine_cosine_f64(v);
    direction.first = direction.first * radius;
    direction.second = direction.second * radius;
    return direction;
}

/* Numbers 2 i and 2 i + 1 of an interval of the inverse distribution function. */
GLR_FN void glr_icdf_pair(glr_u64 interval, int i, glr_f64 number[2])
{
#ifdef GLR_HAS_LOOKUP2_F64
    glr_lookup2_f64(&glr_double_icdf_rows[0][2 * i], interval << 4, number);
#else
    number[0] = glr_lookup16_f64(glr_double_icdf_columns[2 * i], interval);
    number[1] = glr_lookup16_f64(glr_double_icdf_columns[2 * i + 1], interval);
#endif
}

/* The truncated normal by its inverse distribution function: z = v P(v^2), v an odd multiple of 2^-52. */
GLR_FN glr_f64 glr_icdf_f64(glr_f64 v)
{
    glr_f64 y = glr_fma_f64(v, -v, glr_splat_f64(GLR_ICDF_SINGULARITY));
    glr_u64 interval = (glr_bits_of_f64(y) >> 50) - GLR_ICDF_FIRST_ROW;
    glr_f64 number[2];
    glr_icdf_pair(interval, 0, number);
    glr_f64 x = glr_fma_f64(v, v, number[0]);
    glr_f64 p = number[1];
    GLR_UNROLL
    for (int i = 1; i < GLR_ICDF_PAIRS; i++) {
        glr_icdf_pair(interval, i, number);
        p = glr_fma_f64(p, x, number[0]);
        p = 2 * i + 1 < GLR_ICDF_DEGREE + 2 ? glr_fma_f64(p, x, number[1]) : p;
    }
    return v * p;
}

/* The argument that two words select: (2 k + 1) * 2^-52, k the upper 52 bits of the words taken as signed. It
   is exact. k + 2^51 under the exponent of 2^52 makes k a double without a conversion. */
GLR_FN glr_f64 glr_icdf_argument_f64(glr_u64 low, glr_u64 high)
{
    glr_u64 above = (high << 32 | (low & 0xffffffffU)) >> 12;
    glr_f64 k = glr_f64_of((above ^ 0x8000000000000U) | 0x4330000000000000U) - 0x1.8p52;
    return glr_fma_f64(k, glr_splat_f64(0x1p-51), glr_splat_f64(0x1p-52));
}

/* A sampler's two values of a block's words, in order; for the truncated normal they are candidates. */
GLR_FN glr_f64_pair glr_sample_words_f64(int sampler, const glr_u64 word[4])
{
    if (sampler == GLR_SAMPLE_NORMAL || sampler == GLR_SAMPLE_TRUNCATED) {
        return glr_normal_f64(word);
    }
    glr_f64_pair values;
    if (sampler == GLR_SAMPLE_UNIFORM) {
        values.first = glr_uniform_f64(word[0], word[1]);
        values.second = glr_uniform_f64(word[2], word[3]);
    } else {
        values.first = glr_icdf_f64(glr_icdf_argument_f64(word[0], word[1]));
        values.second = glr_icdf_f64(glr_icdf_argument_f64(word[2], word[3]));
    }
    return values;
}

/* raw * scale + shift, rounded twice. */
GLR_FN glr_f64 glr_scaled_f64(glr_f64 raw, double scale, double shift)
{
    glr_f64 product = raw * scale;
    return product + shift;
}

/* Bounds of candidates, and what a group that still lacks values gets, as glr_interval. */
typedef struct glr_interval_f64 {
    double lower, upper, missing;
} glr_interval_f64;

#if GLR_LANES == 1

GLR_FN glr_f64_pair glr_sample_block_f64(int sampler, glr_counter counter, const glr_round_keys *keys)
{
    glr_block block = glr_block_at(counter, keys);
    const glr_u64 words[4] = {block.word[0], block.word[1], block.word[2], block.word[3]};
    return glr_sample_words_f64(sampler, words);
}

/* The truncated normal values of a group: the first two candidates of its blocks that lie between. If the
   bounds keep a quarter of the candidates, the chance of an unfinished group is below 10^-30. */
GLR_FN glr_f64_pair glr_group_between_f64(glr_interval_f64 between, glr_counter base, uint64_t group,
                                          const glr_round_keys *keys)
{
    double kept[GLR_GROUP_SIZE_F64] = {between.missing, between.missing};
    int count = 0;
    for (uint32_t i = 0; i < GLR_BLOCKS_PER_GROUP_F64 && count < GLR_GROUP_SIZE_F64; i++) {
        glr_counter counter = glr_counter_at(base, group * GLR_BLOCKS_PER_GROUP_F64 + i);
        glr_f64_pair candidates = glr_sample_block_f64(GLR_SAMPLE_NORMAL, counter, keys);
        if (candidates.first > between.lower && candidates.first < between.upper) {
            kept[count++] = candidates.first;
        }
        if (count < GLR_GROUP_SIZE_F64 && candidates.second > between.lower &&
            candidates.second < between.upper) {
            kept[count++] = candidates.second;
        }
    }
    glr_f64_pair values = {kept[0], kept[1]};
    return values;
}

/* The raw values of elements 2 * group and 2 * group + 1 of a tensor. */
GLR_FN glr_f64_pair glr_sample_group_f64(int sampler, glr_counter base, uint64_t group,
                                         const glr_round_keys *keys)
{
    const glr_interval_f64 two = {-2.0, 2.0, 0.0};
    return sampler == GLR_SAMPLE_TRUNCATED ? glr_group_between_f64(two, base, group, keys)
                                           : glr_sample_block_f64(sampler, glr_counter_at(base, group), keys);
}

#endif /* GLR_LANES == 1 */

#endif /* GLR_HAS_F64 */

#endif
