/* The float64 stream: uniform, normal and truncated normal values in double, one lane.
 *
 * The functions are the project's own, of IEEE operations and fma only, within 1 ulp; TensorFlow's are the C
 * library's, so its values agree to the last digits but not in the last bits. */
#ifndef GLR_CORE_DOUBLE_H
#define GLR_CORE_DOUBLE_H

#include "lanes.h"

#if GLR_HAS_F64

#include "counter.h"
#include "double_tables.h"
#include "philox.h"
#include "sample.h"

typedef struct glr_f64_pair {
    double first, second;
} glr_f64_pair;

/* 52 random bits as a multiple of 2^-52 in [0, 1), as TensorFlow's Uint64ToDouble. */
GLR_FN double glr_uniform_f64(glr_u32 word0, glr_u32 word1)
{
    uint64_t fraction = (uint64_t)(word0 & 0xfffffU) << 32 | word1;
    return glr_f64_of(fraction | 0x3ff0000000000000U) - 1.0;
}

/* log u for u in [1e-7, 1). */
GLR_FN double glr_log_f64(double u)
{
    /* u = 2^k z with z in [0x1.66p-1, 0x1.66p+0). */
    uint64_t bits = glr_bits_of_f64(u);
    uint64_t above = bits - 0x3fe6600000000000U;
    double z = glr_f64_of(bits - (above & 0xfff0000000000000U));
    double k = (double)(int32_t)((int64_t)above >> 52);
    GLR_TABLE_POINTER_F64 row = glr_double_log_table[above >> 46 & 63U];

    /* log u = k ln 2 - log(inverse) + log(1 + r). r and the high parts are exact; the sum of those is taken
       with its error. */
    double r = glr_fma_f64(z, row[0], -1.0);
    double high = glr_fma_f64(k, GLR_LN2_HIGH, row[1]);
    double low = glr_fma_f64(k, GLR_LN2_LOW, row[2]);
    double sum = high + r;
    double r_part = sum - high;
    double error = (high - (sum - r_part)) + (r - r_part);

    /* log(1 + r) - r = -r^2 / 2 + r^3 (1/3 - r/4 + ... + r^7/10), |r| < 2^-5, the first term in a pair. */
    double half_r = r * -0.5;
    double leading = glr_fma_f64(half_r, r, sum);
    double rest = (error + glr_fma_f64(half_r, r, sum - leading)) + low;
    double tail = glr_fma_f64(r, -0x1.999999999999ap-4, 0x1.c71c71c71c71cp-4); /* -1/10, 1/9 */
    tail = glr_fma_f64(tail, r, -0.125);
    tail = glr_fma_f64(tail, r, 0x1.2492492492492p-3);  /* 1/7 */
    tail = glr_fma_f64(tail, r, -0x1.5555555555555p-3); /* -1/6 */
    tail = glr_fma_f64(tail, r, 0x1.999999999999ap-3);  /* 1/5 */
    tail = glr_fma_f64(tail, r, -0.25);
    tail = glr_fma_f64(tail, r, 0x1.5555555555555p-2); /* 1/3 */
    return leading + glr_fma_f64(r * r * r, tail, rest);
}

/* sin x + its correction for a reduced x in [-pi/4, pi/4] and y + y_low = x^2, as in elementary.h: the
   leading terms in pairs, fma(a, b, c - d) being what the rounding of d = a b + c lost. */
GLR_FN glr_f64_pair glr_reduced_sine_f64(double x, double y, double y_low)
{
    double tail = glr_fma_f64(GLR_SINE_6, y, GLR_SINE_5);
    tail = glr_fma_f64(tail, y, GLR_SINE_4);
    tail = glr_fma_f64(tail, y, GLR_SINE_3);
    tail = glr_fma_f64(tail, y, GLR_SINE_2);
    tail = glr_fma_f64(tail, y, GLR_SINE_1);
    double b = glr_fma_f64(tail, y, GLR_SINE_0);
    double b_low = glr_fma_f64(tail, y, GLR_SINE_0 - b) + GLR_SINE_0_LOW;
    double f = y * b;
    double f_low = glr_fma_f64(y, b_low, glr_fma_f64(y_low, b, glr_fma_f64(y, b, -f)));
    glr_f64_pair sine;
    sine.first = glr_fma_f64(x, f, x);
    sine.second = glr_fma_f64(x, f_low, glr_fma_f64(x, f, x - sine.first));
    return sine;
}

GLR_FN glr_f64_pair glr_reduced_cosine_f64(double y, double y_low)
{
    double tail = glr_fma_f64(GLR_COSINE_6, y, GLR_COSINE_5);
    tail = glr_fma_f64(tail, y, GLR_COSINE_4);
    tail = glr_fma_f64(tail, y, GLR_COSINE_3);
    tail = glr_fma_f64(tail, y, GLR_COSINE_2);
    tail = glr_fma_f64(tail, y, GLR_COSINE_1);
    tail = glr_fma_f64(tail, y, GLR_COSINE_0);
    double f = glr_fma_f64(y, tail, -0.5);
    double f_low = glr_fma_f64(y, tail, -0.5 - f);
    glr_f64_pair cosine;
    cosine.first = glr_fma_f64(y, f, 1.0);
    cosine.second = glr_fma_f64(y, f_low, glr_fma_f64(y_low, f, glr_fma_f64(y, f, 1.0 - cosine.first)));
    return cosine;
}

/* sin v and cos v for v in [0, 2 pi). */
GLR_FN glr_f64_pair glr_sine_cosine_f64(double v)
{
    /* n is the nearest quarter turn; x + x_low = v - n pi/2. */
    double shifted = glr_fma_f64(v, GLR_TWO_OVER_PI, 0x1.8p52);
    uint64_t n_bits = glr_bits_of_f64(shifted);
    double n = shifted - 0x1.8p52;
    double first = glr_fma_f64(n, -GLR_HALF_PI_HIGH, v); /* exact */
    double x = glr_fma_f64(n, -GLR_HALF_PI_LOW, first);
    double x_low = glr_fma_f64(n, -GLR_HALF_PI_LOW, first - x);
    double y = x * x;
    double y_low = glr_fma_f64(x, x, -y);

    /* x_low enters by the derivative. */
    glr_f64_pair s = glr_reduced_sine_f64(x, y, y_low);
    glr_f64_pair c = glr_reduced_cosine_f64(y, y_low);
    double sine = s.first + glr_fma_f64(c.first, x_low, s.second);
    double cosine = c.first + glr_fma_f64(-s.first, x_low, c.second);

    glr_f64_pair result;
    uint64_t sine_sign = (n_bits << 62) & 0x8000000000000000U;
    uint64_t cosine_sign = ((n_bits + 1U) << 62) & 0x8000000000000000U;
    int swapped = (int)(n_bits & 1U);
    result.first = glr_f64_of(glr_bits_of_f64(swapped ? cosine : sine) ^ sine_sign);
    result.second = glr_f64_of(glr_bits_of_f64(swapped ? sine : cosine) ^ cosine_sign);
    return result;
}

/* The two standard normal values of a block. */
GLR_FN glr_f64_pair glr_normal_f64(const glr_block *block)
{
    double u = glr_uniform_f64(block->word[0], block->word[1]);
    u = u > 1e-7 ? u : 1e-7;
    double radius = glr_sqrt_f64(-2.0 * glr_log_f64(u));
    double v = 0x1.921fb54442d18p+2 * glr_uniform_f64(block->word[2], block->word[3]);
    glr_f64_pair direction = glr_sine_cosine_f64(v);
    direction.first = direction.first * radius;
    direction.second = direction.second * radius;
    return direction;
}

/* Whether a normal candidate lies in (-2, 2): its magnitude is 2 or more exactly when bit 62 is set. */
GLR_FN int glr_is_kept_f64(double candidate) { return (glr_bits_of_f64(candidate) >> 62 & 1U) == 0; }

/* The truncated normal by its inverse distribution function: z = v P(v^2), v an odd multiple of 2^-52. */
GLR_FN double glr_icdf_f64(double v)
{
    double y = glr_fma_f64(v, -v, GLR_ICDF_SINGULARITY);
    GLR_TABLE_POINTER_F64 row = glr_double_icdf_table[(glr_bits_of_f64(y) >> 50) - GLR_ICDF_FIRST_ROW];
    double x = glr_fma_f64(v, v, row[0]);
    double p = row[GLR_ICDF_DEGREE + 1];
    for (int i = GLR_ICDF_DEGREE; i > 0; i--) {
        p = glr_fma_f64(p, x, row[i]);
    }
    return v * p;
}

GLR_FN double glr_icdf_argument_f64(glr_u32 low, glr_u32 high)
{
    int64_t k = (int64_t)((uint64_t)high << 32 | low) >> 12;
    return glr_fma_f64((double)k, 0x1p-51, 0x1p-52);
}

/* The raw values of elements 2 * group and 2 * group + 1 of a tensor. */
GLR_FN glr_f64_pair glr_truncated_group_f64(glr_counter base, uint64_t group, const glr_round_keys *keys)
{
    double kept[GLR_GROUP_SIZE_F64] = {0.0, 0.0};
    int count = 0;
    for (uint32_t i = 0; i < GLR_BLOCKS_PER_GROUP_F64 && count < GLR_GROUP_SIZE_F64; i++) {
        glr_block block = glr_block_at(glr_counter_at(base, group * GLR_BLOCKS_PER_GROUP_F64 + i), keys);
        glr_f64_pair candidates = glr_normal_f64(&block);
        if (glr_is_kept_f64(candidates.first)) {
            kept[count++] = candidates.first;
        }
        if (count < GLR_GROUP_SIZE_F64 && glr_is_kept_f64(candidates.second)) {
            kept[count++] = candidates.second;
        }
    }
    glr_f64_pair values = {kept[0], kept[1]};
    return values;
}

GLR_FN glr_f64_pair glr_sample_group_f64(int sampler, glr_counter base, uint64_t group,
                                         const glr_round_keys *keys)
{
    if (sampler == GLR_SAMPLE_TRUNCATED) {
        return glr_truncated_group_f64(base, group, keys);
    }
    glr_block block = glr_block_at(glr_counter_at(base, group), keys);
    if (sampler == GLR_SAMPLE_NORMAL) {
        return glr_normal_f64(&block);
    }
    glr_f64_pair values;
    if (sampler == GLR_SAMPLE_UNIFORM) {
        values.first = glr_uniform_f64(block.word[0], block.word[1]);
        values.second = glr_uniform_f64(block.word[2], block.word[3]);
    } else {
        values.first = glr_icdf_f64(glr_icdf_argument_f64(block.word[0], block.word[1]));
        values.second = glr_icdf_f64(glr_icdf_argument_f64(block.word[2], block.word[3]));
    }
    return values;
}

/* raw * scale + shift, rounded twice. */
GLR_FN double glr_scaled_f64(double raw, double scale, double shift)
{
    double product = raw * scale;
    return product + shift;
}

#endif /* GLR_HAS_F64 */

#endif
