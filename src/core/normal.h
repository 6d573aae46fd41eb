/* Normal values by Box and Muller's method, as TensorFlow's NormalDistribution for float32. */
#ifndef GLR_CORE_NORMAL_H
#define GLR_CORE_NORMAL_H

#include "elementary.h"
#include "philox.h"
#include "uniform.h"

/* The four values of a float32 element group, per lane. */
typedef struct glr_values {
    glr_f32 value[4];
} glr_values;

/* Two independent standard normal values from two words: the sine value, then the cosine value. */
GLR_FN glr_sine_cosine glr_box_muller(glr_u32 word0, glr_u32 word1)
{
    /* TensorFlow's epsilon keeps the logarithm finite; no multiple of 2^-23 lies below it but 0. */
    glr_f32 u = glr_max(glr_uniform_of(word0), glr_splat_f32(0x1.ad7f2ap-24f)); /* 1e-7f */
    glr_f32 radius = glr_sqrt(glr_minus_2_log(u));
    glr_sine_cosine direction = glr_sine_cosine_of_turn(glr_uniform_of(word1));
    direction.sine = direction.sine * radius;
    direction.cosine = direction.cosine * radius;
    return direction;
}

/* The four standard normal values of a block: of words 0 and 1, then of words 2 and 3. */
GLR_FN glr_values glr_normal_of_block(const glr_block *block)
{
    glr_values values;
    GLR_UNROLL
    for (int pair = 0; pair < 2; pair++) {
        glr_sine_cosine z = glr_box_muller(block->word[2 * pair], block->word[2 * pair + 1]);
        values.value[2 * pair] = z.sine;
        values.value[2 * pair + 1] = z.cosine;
    }
    return values;
}

/* Whether a normal candidate lies outside (-2, 2): its magnitude is 2 or more exactly when bit 30 is
   set, since candidates are finite. The result is that bit alone, so that several can be or-ed. */
GLR_FN glr_u32 glr_rejected_bit(glr_f32 candidate) { return glr_bits_of(candidate) & 0x40000000U; }

/* What candidates have to lie between, in standard deviations, and what a group that still lacks values gets.
 */
typedef struct glr_interval {
    float lower, upper, missing;
} glr_interval;

/* The same bit where a candidate does not lie in (lower, upper). Of numbers that differ, the difference has a
   sign, and that of equal ones has none. */
GLR_FN glr_u32 glr_outside_bit(glr_f32 candidate, float lower, float upper)
{
    glr_f32 excess = glr_max(glr_splat_f32(lower) - candidate, candidate - upper);
    return (glr_bits_of(excess) ^ 0x80000000U) >> 1 & 0x40000000U;
}

#endif
