/* The laws of the index: values that are a function of an element's index and the tensor's shape, two of them
 * of random bytes, too. An element at a time, in one lane.
 *
 * docs/stream.md, section 8, has the formulas; src/api/index_law.c makes the laws. */
#ifndef GLR_CORE_INDEX_H
#define GLR_CORE_INDEX_H

#include "fixed.h"
#include "round.h"
#include "sample.h"

/* Laws of GLR_SAMPLE_INDEX. The numbers are part of the kernel interface. */
#define GLR_LAW_LOG_ARANGE  0 /* log of coordinate 0 plus one */
#define GLR_LAW_DT_BIAS     1 /* the softplus of the value is log-uniform */
#define GLR_LAW_SINUSOIDS   2 /* sines in the lower half of coordinate 0, cosines in the upper one */
#define GLR_LAW_INTERLEAVED 3 /* sines where coordinate 0 is even, cosines where it is odd */
#define GLR_LAW_DIAGONAL    4 /* the plan's constant on a diagonal, 0 elsewhere */
#define GLR_LAW_BYTES       5 /* the element's random bytes */

#define GLR_LAW_COORDINATES 3

/* Coordinate c of element i is i / step[c] % extent[c]; none of the steps and extents is 0. */
typedef struct glr_index_law {
    uint64_t step[GLR_LAW_COORDINATES];
    uint64_t extent[GLR_LAW_COORDINATES];
    uint64_t number[3];
    uint32_t law;   /* GLR_LAW_... */
    uint32_t drawn; /* random bytes of an element: 1, 2, 4 or 8, or 0 where none are drawn */
} glr_index_law;

/* Bytes of a block. */
#define GLR_BLOCK_BYTES 16

#if GLR_LANES == 1

/* Fraction bits of binary logarithms that are signed: they lie in (-64, 64). */
#define GLR_LOG2_BITS 57

GLR_FN uint64_t glr_coordinate(const glr_index_law *law, int c, uint64_t index)
{
    return index / law->step[c] % law->extent[c];
}

/* log k, for k from 1 to 2^56. */
GLR_FN glr_fixed glr_log_of(uint64_t k)
{
    const uint32_t zeros = glr_leading_zeros(k);
    const uint64_t log2 = (uint64_t)(63U - zeros) << 58 | glr_fixed_log2(k << zeros) >> 6;
    glr_fixed value = {glr_upper_product(log2, GLR_FIXED_LN2), -58, 0};
    return value;
}

/* log(exp(dt) - 1) for dt = 2^x below 1/4: log dt + dt / 2 + dt^2 / 24 - ... */
GLR_FN glr_fixed glr_inverse_softplus_small(uint64_t x, uint64_t dt_power, uint32_t shift)
{
    const uint64_t dt = dt_power >> shift, square = glr_upper_product(dt, dt);
    uint64_t sum = glr_fixed_softplus_terms[5];
    for (int k = 4; k >= 0; k--) {
        sum = glr_fixed_softplus_terms[k] - glr_upper_product(sum, square);
    }
    const uint64_t log_dt = glr_upper_product((~x + 1U) << 1, GLR_FIXED_LN2); /* its magnitude */
    glr_fixed value = {log_dt - (dt >> 7) - (glr_upper_product(square, sum) >> 6), -58, 1};
    return value;
}

/* The same for dt from 1/4 to 32, in units of 2^-58: dt + log(1 - exp(-dt)). */
GLR_FN glr_fixed glr_inverse_softplus_large(uint64_t dt)
{
    const uint64_t exponent = ~glr_upper_product(dt, GLR_FIXED_LOG2_E) + 1U; /* of exp(-dt), binary */
    const uint32_t shift = (uint32_t)(~exponent >> GLR_LOG2_BITS);
    const uint64_t rest = ~(glr_fixed_exp2(exponent << (64 - GLR_LOG2_BITS)) >> shift) + 1U;
    const uint32_t zeros = glr_leading_zeros(rest);
    const uint64_t log2 = ((uint64_t)(zeros + 1U) << GLR_LOG2_BITS) -
                          (glr_fixed_log2(rest << zeros) >> (64 - GLR_LOG2_BITS)); /* its magnitude */
    const uint64_t log_rest = glr_upper_product(log2 << 1, GLR_FIXED_LN2);
    glr_fixed value = {dt - log_rest, -58, 0};
    if (dt < log_rest) {
        value.magnitude = log_rest - dt;
        value.is_negative = 1;
    }
    return value;
}

/* Numbers of the law: log2 dt_min; log2 dt_max less that; the least log2 dt. Differences of signed numbers
   below 2^63 in magnitude: bit 63 is their sign. */
GLR_FN glr_fixed glr_dt_bias_of(const glr_index_law *law, uint32_t word)
{
    uint64_t x = law->number[0] + glr_upper_product((uint64_t)word << 32, law->number[1]);
    if ((int64_t)x < (int64_t)law->number[2]) {
        x = law->number[2];
    }
    /* 2^x = power 2^(k - 63), k being x rounded down. */
    const uint64_t power = glr_fixed_exp2(x << (64 - GLR_LOG2_BITS));
    const int32_t k = (int32_t)(x >> GLR_LOG2_BITS) - (x >> 63 ? 1 << (64 - GLR_LOG2_BITS) : 0);
    return k < -2 ? glr_inverse_softplus_small(x, power, (uint32_t)(-1 - k))
                  : glr_inverse_softplus_large(power >> (5 - k));
}

/* sin or cos of position M^-(j / divisor). Numbers of the law: log2(M) / divisor in units of 2^-96, the upper
   word first. */
GLR_FN glr_fixed glr_sinusoid_of(const glr_index_law *law, uint64_t j, uint64_t position, uint32_t is_cosine)
{
    const uint64_t upper = j * law->number[0] + glr_upper_product(j, law->number[1]);
    const uint64_t fraction = upper << 32 | (j * law->number[1]) >> 32;
    /* Of a turn, in units of 2^-64: position times `turns` 2^-shift. */
    const uint64_t turns = glr_upper_product(glr_fixed_exp2(~fraction + 1U), GLR_FIXED_TWO_OVER_PI);
    const uint32_t shift = (uint32_t)(upper >> 32) + (fraction != 0 ? 2U : 1U);
    const uint64_t turn = (position * turns) >> shift | glr_upper_product(position, turns) << (64U - shift);
    return glr_fixed_sine(turn, is_cosine);
}

/* The number of an element by any law but the last two; `word` is the element's random word. */
GLR_FN glr_fixed glr_number_at(const glr_index_law *law, uint64_t index, uint32_t word)
{
    const uint64_t column = glr_coordinate(law, 0, index);
    if (law->law == GLR_LAW_LOG_ARANGE) {
        return glr_log_of(column + 1U);
    }
    if (law->law == GLR_LAW_DT_BIAS) {
        return glr_dt_bias_of(law, word);
    }
    /* In one call: compilers take long for what is inlined twice. */
    const uint64_t pairs = law->extent[0] / 2U;
    const int is_interleaved = law->law == GLR_LAW_INTERLEAVED;
    const uint32_t is_cosine = is_interleaved ? (uint32_t)(column & 1U) : column >= pairs ? 1U : 0U;
    const uint64_t j = is_interleaved ? column / 2U : column - (is_cosine ? pairs : 0U);
    return glr_sinusoid_of(law, j, glr_coordinate(law, 1, index), is_cosine);
}

/* Whether an element lies on the diagonal: coordinate 0 is number 0, and the two others are equal. */
GLR_FN int glr_is_on_diagonal(const glr_index_law *law, uint64_t index)
{
    return glr_coordinate(law, 1, index) == glr_coordinate(law, 2, index) &&
           glr_coordinate(law, 0, index) == law->number[0];
}

/* The random bytes of element `index`, the first lowest, for laws that draw some; what is above them is not
   the element's. They lie in one half of a block. */
GLR_FN uint64_t glr_index_bytes(const glr_index_law *law, uint64_t index, glr_counter base,
                                const glr_round_keys *keys)
{
    if (law->drawn == 0) {
        return 0;
    }
    const uint64_t first = index * law->drawn;
    const glr_block block = glr_block_at(glr_counter_at(base, first / GLR_BLOCK_BYTES), keys);
    const uint64_t low = (uint64_t)block.word[1] << 32 | block.word[0];
    const uint64_t high = (uint64_t)block.word[3] << 32 | block.word[2];
    return (first & 8U ? high : low) >> (8U * (uint32_t)(first & 7U));
}

/* An element as it lies in memory, the first byte lowest; `pattern` is the plan's constant. Only the
   element's bytes count. */
GLR_FN uint64_t glr_index_element(const glr_index_law *law, uint64_t index, glr_counter base,
                                  const glr_round_keys *keys, uint32_t dtype, uint64_t pattern)
{
    if (law->law == GLR_LAW_DIAGONAL) {
        return glr_is_on_diagonal(law, index) ? pattern : 0;
    }
    const uint64_t bytes = glr_index_bytes(law, index, base, keys);
    if (law->law == GLR_LAW_BYTES) {
        return bytes;
    }
    const glr_fixed number = glr_number_at(law, index, (uint32_t)bytes);
    if (dtype == GLR_DTYPE_NUMBER_FLOAT64) {
        return glr_nearest_float(number, 52, 1023);
    }
    return glr_code_of(glr_float_of((uint32_t)glr_nearest_float(number, 23, 127)), dtype);
}

#endif /* GLR_LANES == 1 */

#endif
