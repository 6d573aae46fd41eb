/* The logarithm, the sine and the cosine of the float32 stream, without double arithmetic.
 *
 * TensorFlow takes them from the C library. Each is a function of 2^23 possible arguments, and these
 * give on every one of them the float32 that glibc >= 2.28, musl and newlib give (tests/core compares
 * all). Intermediate values are pairs of floats: a leading part, and the error of its rounding, which
 * an fma recovers exactly. There is no margin: another order of operations, another coefficient or a
 * multiply-add that rounds twice breaks the equality.
 *
 * Where a is a sum or product already rounded, fma(x, y, z - a) is what the rounding lost, since z - a
 * is exact. That idiom appears in every step below. */
#ifndef GLR_CORE_ELEMENTARY_H
#define GLR_CORE_ELEMENTARY_H

#include "log_table.h"

/* -2 * logf(u) for u in [1e-7, 1), twice the float32 that logf gives. */
GLR_FN glr_f32 glr_minus_2_log(glr_f32 u)
{
    /* u = 2^k * z with z in [0x1.66p-1, 0x1.66p+0); -24 <= k <= 0. Adding k to the bits of 1.5 * 2^23
       and subtracting that makes k a float without a conversion. */
    glr_u32 bits = glr_bits_of(u);
    glr_u32 above = bits - 0x3f330000U;
    glr_f32 z = glr_float_of(bits - (above & 0xff800000U));
    glr_f32 k = glr_float_of(glr_shift_signed(above, 23) + 0x4b400000U) - 0x1.8p23f;
    glr_log_row row = glr_log_row_at(above >> 18);

    glr_f32 r = glr_fma(z, row.minus_2_inverse, glr_splat_f32(2.0f)); /* exact */

    /* -2 k ln 2 + offset: the high part is exact, the low part holds the rest. */
    glr_f32 high = glr_fma(k, glr_splat_f32(-0x1.62e4p+0f), row.offset_high);
    glr_f32 low = glr_fma(k, glr_splat_f32(-0x1.7f7d1cp-19f), row.offset_low);

    /* high + r + r^2 / 4, leading part and error; |high| >= |r| or high = 0 makes the first exact. */
    glr_f32 sum = high + r;
    glr_f32 sum_error = (high - sum) + r;
    glr_f32 quarter_r = r * 0.25f;
    glr_f32 leading = glr_fma(quarter_r, r, sum);
    low = (sum_error + glr_fma(quarter_r, r, sum - leading)) + low;

    glr_f32 tail = glr_fma(row.b4, r, row.b3);
    tail = glr_fma(tail, r, row.b2);
    tail = glr_fma(tail, r, row.b1);
    return leading + glr_fma(tail, r, low);
}

typedef struct glr_sine_cosine {
    glr_f32 sine, cosine;
} glr_sine_cosine;

/* A value and the error of its rounding. */
typedef struct glr_f32_pair {
    glr_f32 high, low;
} glr_f32_pair;

/* sin x for a reduced x in [-pi/4, pi/4], y + y_low = x^2: glibc's x + x y (S1 + y (S2 + y S3)) by
   Horner's rule in pairs; Sn are split into two floats. */
GLR_FN glr_f32_pair glr_reduced_sine(glr_f32 x, glr_f32 y, glr_f32 y_low)
{
    const glr_f32 s1 = glr_splat_f32(-0x1.555546p-3f), s1_low = glr_splat_f32(0x1.9a84acp-29f);
    const glr_f32 s2 = glr_splat_f32(0x1.11076p-7f), s2_low = glr_splat_f32(0x1.4f4ab8p-33f);
    const glr_f32 s3 = glr_splat_f32(-0x1.994eb4p-13f);

    glr_f32 a = glr_fma(y, s3, s2);
    glr_f32 a_low = glr_fma(y, s3, s2 - a) + glr_fma(y_low, s3, s2_low);
    glr_f32 b = glr_fma(y, a, s1);
    glr_f32 b_low = glr_fma(y, a, s1 - b) + glr_fma(y, a_low, glr_fma(y_low, a, s1_low));
    glr_f32 f = y * b;
    glr_f32 f_low = glr_fma(y, b_low, glr_fma(y_low, b, glr_fma(y, b, -f)));

    glr_f32_pair sine;
    sine.high = glr_fma(x, f, x);
    sine.low = glr_fma(x, f_low, glr_fma(x, f, x - sine.high));
    return sine;
}

/* cos x likewise: glibc's 1 + y (C1 + y (C2 + y (C3 + y C4))). */
GLR_FN glr_f32_pair glr_reduced_cosine(glr_f32 y, glr_f32 y_low)
{
    const glr_f32 c1 = glr_splat_f32(-0.5f), c1_low = glr_splat_f32(0x1.79d1fp-29f);
    const glr_f32 c2 = glr_splat_f32(0x1.55553ep-5f), c2_low = glr_splat_f32(0x1.05d8cep-33f);
    const glr_f32 c3 = glr_splat_f32(-0x1.6c087ep-10f);
    const glr_f32 c4 = glr_splat_f32(0x1.99343p-16f);
    const float c3_low = -0x1.0fe4d2p-35f;

    glr_f32 a = glr_fma(y, c4, c3);
    glr_f32 a_low = glr_fma(y, c4, c3 - a) + c3_low;
    glr_f32 b = glr_fma(y, a, c2);
    glr_f32 b_low = glr_fma(y, a, c2 - b) + glr_fma(y, a_low, glr_fma(y_low, a, c2_low));
    glr_f32 f = glr_fma(y, b, c1);
    glr_f32 f_low = glr_fma(y, b, c1 - f) + glr_fma(y, b_low, glr_fma(y_low, b, c1_low));

    const glr_f32 one = glr_splat_f32(1.0f);
    glr_f32_pair cosine;
    cosine.high = glr_fma(y, f, one);
    cosine.low = glr_fma(y, f_low, glr_fma(y_low, f, glr_fma(y, f, one - cosine.high)));
    return cosine;
}

/* sinf(v) and cosf(v) for v = (float)(2 pi u), u a multiple of 2^-23 in [0, 1). */
GLR_FN glr_sine_cosine glr_sine_cosine_of_turn(glr_f32 u)
{
    /* 2 pi u rounded once, and n, the nearest quarter turn (half up), in the low bits of n_bits. */
    glr_f32 v = glr_fma(u, glr_splat_f32(0x1.921fb6p+2f), u * -0x1.777a5cp-23f);
    glr_f32 n = glr_fma(u, glr_splat_f32(0x1.000002p+2f), glr_splat_f32(0x1.8p23f));
    glr_u32 n_bits = glr_bits_of(n);
    n = n - 0x1.8p23f;

    /* x + x_low = v - n pi/2, pi/2 in three parts, the third used below. */
    const glr_f32 half_pi_middle = glr_splat_f32(0x1.777a6p-25f);
    glr_f32 first = glr_fma(n, glr_splat_f32(-0x1.921fb6p+0f), v);
    glr_f32 x = glr_fma(n, half_pi_middle, first);
    glr_f32 x_low = glr_fma(n, half_pi_middle, first - x);
    glr_f32 y = x * x;
    glr_f32 y_low = glr_fma(x, x, -y);

    /* x_low and the third part enter by the derivative. */
    glr_f32_pair s = glr_reduced_sine(x, y, y_low);
    glr_f32_pair c = glr_reduced_cosine(y, y_low);
    s.low = glr_fma(c.high, x_low, glr_fma(n, glr_splat_f32(-0x1.8p-48f), s.low));
    c.low = glr_fma(-s.high, x_low, c.low);
    glr_f32 sine = s.high + s.low;
    glr_f32 cosine = c.high + c.low;

    /* Odd quarters exchange the two; the sine is negative in quarters 2 and 3, the cosine in 1 and 2. */
    glr_mask swapped = glr_is_odd(n_bits);
    glr_u32 sine_sign = (n_bits << 30) & 0x80000000U;
    glr_u32 cosine_sign = ((n_bits + 1U) << 30) & 0x80000000U;
    glr_sine_cosine result;
    result.sine = glr_float_of(glr_bits_of(glr_select(swapped, cosine, sine)) ^ sine_sign);
    result.cosine = glr_float_of(glr_bits_of(glr_select(swapped, sine, cosine)) ^ cosine_sign);
    return result;
}

#endif
