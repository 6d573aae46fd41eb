/* The float32 logarithm, sine and cosine on every argument, against the C library. */
#include "core/core.h"

#include <criterion/criterion.h>
#include <math.h>

#define ARGUMENTS (1U << 23)

Test(elementary, logarithm_of_every_argument)
{
    uint32_t different = 0;
    for (uint32_t m = 0; m < ARGUMENTS; m++) {
        float u = fmaxf((float)m * 0x1p-23f, 1e-7f);
        different += glr_bits_of(glr_minus_2_log(u)) != glr_bits_of(-2.0f * logf(u));
    }
    cr_assert_eq(different, 0, "%u of %u differ", different, ARGUMENTS);
}

Test(elementary, sine_and_cosine_of_every_argument)
{
    uint32_t sines = 0, cosines = 0;
    for (uint32_t m = 0; m < ARGUMENTS; m++) {
        float u = (float)m * 0x1p-23f;
        float v = (float)(2.0 * 3.14159265358979323846 * (double)u);
        glr_sine_cosine both = glr_sine_cosine_of_turn(u);
        sines += glr_bits_of(both.sine) != glr_bits_of(sinf(v));
        cosines += glr_bits_of(both.cosine) != glr_bits_of(cosf(v));
    }
    cr_assert_eq(sines, 0, "%u sines of %u differ", sines, ARGUMENTS);
    cr_assert_eq(cosines, 0, "%u cosines of %u differ", cosines, ARGUMENTS);
}

Test(elementary, uniform_of_every_word_is_below_one)
{
    for (uint32_t m = 0; m < ARGUMENTS; m++) {
        cr_assert_eq(glr_uniform_of(m | 0xff800000U), (float)m * 0x1p-23f);
    }
}

Test(elementary, rejection_is_a_magnitude_of_two_or_more)
{
    const float two = 2.0f;
    cr_assert_eq(glr_rejected_bit(nextafterf(two, 0.0f)), 0);
    cr_assert_eq(glr_rejected_bit(-nextafterf(two, 0.0f)), 0);
    cr_assert_neq(glr_rejected_bit(two), 0);
    cr_assert_neq(glr_rejected_bit(-two), 0);
    cr_assert_neq(glr_rejected_bit(5.7f), 0);
    cr_assert_eq(glr_rejected_bit(0.0f), 0);
}
