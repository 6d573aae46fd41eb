/* The float32 inverse distribution function on all of its 2^24 arguments. */
#include "core/core.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <math.h>

#define POSITIVE (1 << 23) /* arguments above 0; the others are their negatives */

static float argument(int k) { return (float)(2 * k + 1) * 0x1p-24f; }

Test(icdf, words_select_arguments)
{
    cr_assert_eq(glr_icdf_argument(0x00000000U), 0x1p-24f);
    cr_assert_eq(glr_icdf_argument(0x000000ffU), 0x1p-24f);
    cr_assert_eq(glr_icdf_argument(0x00000100U), 3.0f * 0x1p-24f);
    cr_assert_eq(glr_icdf_argument(0x7fffffffU), 1.0f - 0x1p-24f);
    cr_assert_eq(glr_icdf_argument(0x80000000U), -1.0f + 0x1p-24f);
    cr_assert_eq(glr_icdf_argument(0xffffffffU), -0x1p-24f);
}

Test(icdf, odd_monotone_and_inside_two)
{
    float last = 0.0f;
    for (int k = 0; k < POSITIVE; k++) {
        float v = argument(k), z = glr_icdf(v);
        cr_assert_eq(glr_icdf(-v), -z, "not odd at %a", (double)v);
        cr_assert(z >= last, "not monotone at %a", (double)v);
        last = z;
    }
    cr_assert(last < 2.0f, "%a", (double)last);
}

/* The error of z is that of its probability over the density: erf(z / sqrt 2) = erf(sqrt 2) v. */
static double relative_error(double v, double z)
{
    const long double root_half = 0.70710678118654752440084436210484903928L;
    const long double c = 0.95449973610364158559943472566693312506L;       /* erf(sqrt 2) */
    const long double density = 0.79788456080286535587989211986876373695L; /* of |z|: sqrt(2 / pi) */
    long double at = (long double)z;
    long double excess = erfl(at * root_half) - c * (long double)v;
    return (double)(excess / (density * expl(-at * at / 2.0L)) / at);
}

Test(icdf, relative_error)
{
    double worst = 0.0;
    const int step = test_is_light() ? 7 : 1;
    for (int k = 0; k < POSITIVE; k += step) {
        double error = fabs(relative_error((double)argument(k), (double)glr_icdf(argument(k))));
        worst = error > worst ? error : worst;
    }
    cr_assert(worst <= exp2(-22.59), "2^%f", log2(worst));
}

/* Of the distribution that takes each of the 2^24 values with the same probability. The exact one is that of
   a standard normal truncated to (-2, 2). */
Test(icdf, mean_and_standard_deviation)
{
    double squares = 0.0;
    for (int k = 0; k < POSITIVE; k++) {
        double z = (double)glr_icdf(argument(k));
        squares += z * z;
    }
    double stddev = sqrt(squares / POSITIVE); /* the mean is 0, since the function is odd */
    cr_assert(fabs(stddev / 0.87962566103423978 - 1.0) < 1e-8, "%.12f", stddev);
}

Test(icdf, float64_is_odd_accurate_and_inside_two)
{
    double worst = 0.0;
    uint64_t state = 1;
    for (int i = 0; i < 2000000; i++) {
        state = state * 6364136223846793005U + 1442695040888963407U;
        /* All magnitudes, and the neighbourhood of both ends. */
        uint64_t k = state >> 13;
        k = i % 8 == 0 ? k >> (k % 51) : k;
        k = i % 8 == 1 ? (UINT64_C(1) << 51) - 1 - (k >> 30) : k;
        double v = fma((double)k, 0x1p-51, 0x1p-52), z = glr_icdf_f64(v);
        cr_assert_eq(glr_icdf_f64(-v), -z);
        cr_assert(z < 2.0);
        double error = fabs(relative_error(v, z));
        worst = error > worst ? error : worst;
    }
    cr_assert(worst <= 0x1p-50, "2^%f", log2(worst));
}

Test(icdf, float64_words_select_arguments)
{
    cr_assert_eq(glr_icdf_argument_f64(0, 0), 0x1p-52);
    cr_assert_eq(glr_icdf_argument_f64(0xfffU, 0), 0x1p-52);
    cr_assert_eq(glr_icdf_argument_f64(0x1000U, 0), 3.0 * 0x1p-52);
    cr_assert_eq(glr_icdf_argument_f64(0xffffffffU, 0x7fffffffU), 1.0 - 0x1p-52);
    cr_assert_eq(glr_icdf_argument_f64(0, 0x80000000U), -1.0 + 0x1p-52);
    cr_assert_eq(glr_icdf_argument_f64(0xffffffffU, 0xffffffffU), -0x1p-52);
}
