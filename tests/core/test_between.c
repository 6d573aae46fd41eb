/* Normal candidates between any bounds, and values that never lie beyond them. */
#include "api/icdf_bounds.h"
#include "core/core.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <math.h>

static const float infinite = INFINITY;

static float some_normal(test_random *random)
{
    uint64_t bits = test_random_bits(random);
    return glr_box_muller((uint32_t)bits, (uint32_t)(bits >> 32)).sine;
}

Test(between, outside_bit_as_comparisons)
{
    test_random random = test_random_start("outside");
    for (int i = 0; i < 1000000; i++) {
        float lower = some_normal(&random), upper = some_normal(&random), z = some_normal(&random);
        lower = i % 7 == 0 ? -infinite : i % 7 == 1 ? z : i % 7 == 2 ? nextafterf(z, -9.0f) : lower;
        upper = i % 5 == 0 ? infinite : i % 5 == 1 ? z : i % 5 == 2 ? nextafterf(z, 9.0f) : upper;
        uint32_t expected = z > lower && z < upper ? 0 : 0x40000000U;
        cr_assert_eq(glr_outside_bit(z, lower, upper), expected, "%a in (%a, %a)", (double)z, (double)lower,
                     (double)upper);
    }
}

/* The same law by another text: all candidates of a group, then those that lie between. */
static void check_group(glr_interval between, glr_counter base, uint64_t group, const glr_round_keys *keys)
{
    float expected[4] = {between.missing, between.missing, between.missing, between.missing};
    uint32_t count = 0;
    for (uint32_t pair = 0; pair < 512; pair++) {
        glr_block block = glr_block_at(glr_counter_at(base, 256 * group + pair / 2), keys);
        glr_sine_cosine z = glr_box_muller(block.word[pair % 2 * 2], block.word[pair % 2 * 2 + 1]);
        const float candidates[2] = {z.sine, z.cosine};
        for (int i = 0; i < 2; i++) {
            if (candidates[i] > between.lower && candidates[i] < between.upper && count < 4) {
                expected[count++] = candidates[i];
            }
        }
    }
    glr_values values = glr_group_between(between, base, group, keys);
    cr_assert_arr_eq(values.value, expected, sizeof expected, "group %lu between %a and %a",
                     (unsigned long)group, (double)between.lower, (double)between.upper);
}

Test(between, first_candidates_that_lie_there)
{
    const glr_interval intervals[] = {{-3.0f, 3.0f, -3.0f},    {-1.0f, 8.0f, -1.0f}, {1.25f, infinite, 1.25f},
                                      {-infinite, 0.0f, 0.0f}, {0.5f, 0.9f, 0.5f},   {3.5f, 4.0f, 3.5f}};
    glr_key key = glr_key_of_seed(42, 7);
    for (size_t i = 0; i < sizeof intervals / sizeof intervals[0]; i++) {
        for (uint64_t group = 0; group < 300; group++) {
            check_group(intervals[i], key.base, group, &key.keys);
        }
    }
}

Test(between, two_standard_deviations_as_ever)
{
    const glr_interval two = {-2.0f, 2.0f, 0.0f};
    glr_key key = glr_key_of_seed(-3, 1);
    for (uint64_t group = 0; group < 20000; group++) {
        glr_values values = glr_group_between(two, key.base, group, &key.keys);
        glr_values expected = glr_truncated_group(key.base, group, &key.keys);
        cr_assert_arr_eq(values.value, expected.value, sizeof expected.value);
    }
}

Test(between, a_candidate_on_a_bound_is_not_kept)
{
    glr_key key = glr_key_of_seed(5, 5);
    glr_f64_pair z = glr_sample_block_f64(GLR_SAMPLE_NORMAL, key.base, &key.keys);
    const double on[2] = {z.first, z.second};
    for (int i = 0; i < 2; i++) {
        const glr_interval_f64 below = {(double)-infinite, on[i], 9.0},
                               above = {on[i], (double)infinite, 9.0};
        glr_f64_pair less = glr_group_between_f64(below, key.base, 0, &key.keys);
        glr_f64_pair more = glr_group_between_f64(above, key.base, 0, &key.keys);
        cr_assert(less.first < on[i] && less.second < on[i]);
        cr_assert(more.first > on[i] && more.second > on[i]);
    }
}

Test(between, what_is_missing_is_what_was_asked_for)
{
    const glr_interval beyond = {5.9f, infinite, 5.9f}; /* candidates end at 5.68 */
    const glr_interval_f64 beyond_f64 = {-infinite, -5.9, -5.9};
    glr_key key = glr_key_of_seed(0, 0);
    glr_values values = glr_group_between(beyond, key.base, 0, &key.keys);
    for (int i = 0; i < 4; i++) {
        cr_assert_eq(values.value[i], 5.9f);
    }
    glr_f64_pair pair = glr_group_between_f64(beyond_f64, key.base, 0, &key.keys);
    cr_assert(pair.first == -5.9 && pair.second == -5.9);
}

/* Mean and variance of float64 values between -1 and 3 are those of the truncated normal, whose formulas
   ((phi(a) - phi(b)) / D and so on) mpmath evaluated. */
Test(between, moments_in_float64)
{
    const glr_interval_f64 between = {-1.0, 3.0, -1.0};
    glr_key key = glr_key_of_seed(1, 2);
    double sum = 0.0, squares = 0.0;
    const int groups = 200000;
    for (int group = 0; group < groups; group++) {
        glr_f64_pair z = glr_group_between_f64(between, key.base, (uint64_t)group, &key.keys);
        cr_assert(z.first > -1.0 && z.first < 3.0 && z.second > -1.0 && z.second < 3.0);
        sum += z.first + z.second;
        squares += z.first * z.first + z.second * z.second;
    }
    const double mean = sum / (2.0 * groups), variance = squares / (2.0 * groups) - mean * mean;
    cr_assert(fabs(mean - 0.28278611) < 0.006, "%g", mean); /* five times its standard error */
    cr_assert(fabs(variance - 0.61614174) < 0.007, "%g", variance);
}

/* ---- Scaled values ------------------------------------------------------------------------------------- */

static void check_scaled(double lower, double upper, float scale, float shift)
{
    glr_icdf_bounds bounds;
    cr_assert(glr_describe_bounds(lower, upper, &bounds) > 0.0);
    const float least = (float)(lower * (double)scale + (double)shift);
    const float most = (float)(upper * (double)scale + (double)shift);
    for (uint32_t i = 0; i < 1U << 24; i = i + 1 + (i > 1000 && i < (1U << 24) - 1000 ? i % 1024 : 0)) {
        float z = glr_icdf_bounded(bounds, i << 8 ^ 0x80000000U), inside = glr_scaled(z, scale, shift);
        float value = glr_scaled_between(z, scale, shift, least, most);
        cr_assert(value >= least && value <= most, "%a", (double)value);
        cr_assert(inside < least || inside > most || value == inside, "%a is %a", (double)inside,
                  (double)value);
    }
}

Test(between, scaled_values_are_never_beyond)
{
    const double pairs[][2] = {
        {-3.0, 3.0}, {2.0, 2.0001}, {0.1, (double)INFINITY}, {-0.3, 0.7}, {5.0, 5.000001}};
    const float scales[] = {0.02f, 1.0f, 3.7e-5f, 1e30f}, shifts[] = {0.0f, 0.1f, -1e-3f, 7e9f};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        for (int j = 0; j < 16; j++) {
            check_scaled(pairs[i][0], pairs[i][1], scales[j % 4], shifts[j / 4]);
        }
    }
}

/* The bound is what is returned, not a neighbour, and rounding alone would have gone beyond it. */
Test(between, a_value_beyond_becomes_the_bound)
{
    cr_assert_eq(glr_scaled_between(3.0f, 2.0f, 1.0f, -5.0f, 6.5f), 6.5f);
    cr_assert_eq(glr_scaled_between(-3.5f, 2.0f, 1.0f, -5.0f, 6.5f), -5.0f);
    cr_assert_eq(glr_scaled_between(1.5f, 2.0f, 1.0f, -5.0f, 6.5f), 4.0f);
    cr_assert_eq(glr_scaled_between(-100.0f, 2.0f, 1.0f, -infinite, infinite), -199.0f);
}
