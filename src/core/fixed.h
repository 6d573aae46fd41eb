/* Logarithm, exponential, sine and cosine for the laws of the index, in fixed point.
 *
 * Numbers are integers of 64 bits, so that every machine has the same bits without a look at its arithmetic
 * of floats, and a device without doubles has those of float64. Series are Horner's, each product cut off to
 * its upper half: the errors are some units of 2^-64. docs/stream.md, section 8, says each step. */
#ifndef GLR_CORE_FIXED_H
#define GLR_CORE_FIXED_H

#include "fixed_tables.h"

#if GLR_LANES == 1

/* A real number: magnitude 2^exponent, or its negative. */
typedef struct glr_fixed {
    uint64_t magnitude;
    int32_t exponent;
    uint32_t is_negative;
} glr_fixed;

/* floor(a b / 2^64), by the four products of halves. */
GLR_FN uint64_t glr_upper_product_by_halves(uint64_t a, uint64_t b)
{
    const uint64_t a0 = a & 0xffffffffU, a1 = a >> 32, b0 = b & 0xffffffffU, b1 = b >> 32;
    const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    const uint64_t other = a0 * b1 + (middle & 0xffffffffU);
    return a1 * b1 + (middle >> 32) + (other >> 32);
}

/* The same by the language's own operation, where the lane layer says which that is. */
GLR_FN uint64_t glr_upper_product(uint64_t a, uint64_t b)
{
#ifdef GLR_UPPER_PRODUCT
    return GLR_UPPER_PRODUCT(a, b);
#else
    return glr_upper_product_by_halves(a, b);
#endif
}

/* One digit of 32 bits of a division: floor(2^32 a / b) for a < b, b of at least 2^63. The quotient by b's
   upper half is too large by at most 2. */
GLR_FN uint64_t glr_quotient_digit(uint64_t a, uint64_t b)
{
    const uint64_t upper = b >> 32, lower = b & 0xffffffffU;
    uint64_t digit = a / upper, rest = a - digit * upper;
    for (int i = 0; i < 2; i++) {
        if (rest >> 32 == 0 && (digit >> 32 != 0 || digit * lower > rest << 32)) {
            digit--;
            rest += upper;
        }
    }
    return digit;
}

/* floor(2^64 a / b) for a < b, b of at least 2^63. */
GLR_FN uint64_t glr_quotient(uint64_t a, uint64_t b)
{
    const uint64_t first = glr_quotient_digit(a, b);
    const uint64_t rest = (a << 32) - first * b; /* of 128 bits, of which the upper half is 0 */
    return first << 32 | glr_quotient_digit(rest, b);
}

/* How many bits above the first that is set are not; a is not 0. */
GLR_FN uint32_t glr_leading_zeros(uint64_t a)
{
    uint32_t zeros = 0;
    GLR_UNROLL
    for (uint32_t bits = 32; bits > 0; bits /= 2) {
        const uint32_t skipped = a >> (64 - bits) == 0 ? bits : 0;
        a <<= skipped;
        zeros += skipped;
    }
    return zeros;
}

/* 2^64 log2(m / 2^63) for m from 2^63 to 2^64 - 2^8. With y = m / 2^63, or half of it above the square root
   of 2, log2 y = 2 artanh(s) / ln 2, s = (y - 1) / (y + 1) being at most 0.172 in magnitude. */
GLR_FN uint64_t glr_fixed_log2(uint64_t m)
{
    const uint64_t y = m >> 1;
    const uint32_t is_above = y > GLR_FIXED_SQRT2 >> 1;
    const uint64_t one = is_above ? 0x8000000000000000U : 0x4000000000000000U;
    const uint64_t s = glr_quotient(is_above ? one - y : y - one, y + one);
    const uint64_t square = glr_upper_product(s, s);
    uint64_t sum = glr_fixed_log2_terms[12];
    for (int k = 11; k >= 0; k--) {
        sum = glr_fixed_log2_terms[k] + glr_upper_product(sum, square);
    }
    const uint64_t magnitude = glr_upper_product(s, sum) << 2;
    return is_above ? ~magnitude + 1U : magnitude;
}

/* 2^63 2^(f / 2^64). */
GLR_FN uint64_t glr_fixed_exp2(uint64_t f)
{
    const uint64_t within = f & 0x7fffffffffffffffU;
    uint64_t sum = glr_fixed_exp2_terms[14];
    for (int k = 13; k >= 0; k--) {
        sum = glr_fixed_exp2_terms[k] + glr_upper_product(sum, within);
    }
    const uint64_t power = 0x8000000000000000U + (glr_upper_product(sum, within) >> 1);
    return f == within ? power : glr_upper_product(power, GLR_FIXED_SQRT2) << 1;
}

/* The sine, or else the cosine, of t / 2^64 turns. */
GLR_FN glr_fixed glr_fixed_sine(uint64_t t, uint32_t is_cosine)
{
    /* The nearest quarter, and x, 2^64 times the angle from there. */
    const uint64_t quarter = (t + 0x2000000000000000U) >> 62;
    const uint64_t from = t - (quarter << 62);
    const uint32_t is_before = (uint32_t)(from >> 63);
    const uint64_t x = glr_upper_product((is_before ? ~from + 1U : from) << 2, GLR_FIXED_PI) << 1;
    const uint64_t square = glr_upper_product(x, x);
    const uint32_t turned = (uint32_t)quarter + is_cosine; /* cos a = sin(a + a quarter) */
    glr_fixed value = {0, -63, turned >> 1 & 1U};
    if (turned & 1U) {
        uint64_t sum = glr_fixed_cosine_terms[8];
        GLR_UNROLL
        for (int k = 7; k >= 0; k--) {
            sum = glr_fixed_cosine_terms[k] - glr_upper_product(sum, square);
        }
        value.magnitude = 0x8000000000000000U - (glr_upper_product(square, sum) >> 1);
    } else {
        uint64_t sum = glr_fixed_sine_terms[7];
        GLR_UNROLL
        for (int k = 6; k >= 0; k--) {
            sum = glr_fixed_sine_terms[k] - glr_upper_product(sum, square);
        }
        value.magnitude = (x - glr_upper_product(x, glr_upper_product(square, sum))) >> 1;
        value.is_negative ^= is_before;
    }
    return value;
}

/* The bits of the nearest float with so many fraction bits, ties to even, whose normal range the number does
   not leave; `bias` is the exponent's. */
GLR_FN uint64_t glr_nearest_float(glr_fixed number, uint32_t fraction_bits, uint32_t bias)
{
    if (number.magnitude == 0) {
        return 0;
    }
    const uint32_t zeros = glr_leading_zeros(number.magnitude), dropped = 63U - fraction_bits;
    const uint64_t m = number.magnitude << zeros;
    const uint64_t kept = m >> dropped, rest = m << (64U - dropped);
    const uint64_t tie = 0x8000000000000000U;
    const uint64_t up = rest > tie || (rest == tie && (kept & 1U)) ? 1U : 0U;
    const uint64_t exponent = (uint64_t)((int64_t)bias + 63 - (int64_t)zeros + number.exponent);
    /* The leading bit of `kept` adds one to the exponent, and so may the carry. */
    const uint64_t magnitude = ((exponent - 1U) << fraction_bits) + kept + up;
    return magnitude | (uint64_t)number.is_negative << (fraction_bits == 52U ? 63 : 31);
}

#endif /* GLR_LANES == 1 */

#endif
