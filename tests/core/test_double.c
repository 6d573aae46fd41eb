/* The float64 functions against the C library's 80-bit ones, which have eleven bits more. */
#include "core/core.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>

/* The difference in units of the last place that binary64 has at the exact value. */
static double units(double got, long double exact)
{
    int exponent;
    (void)frexpl(exact, &exponent);
    return (double)fabsl(((long double)got - exact) / ldexpl(1.0L, exponent - DBL_MANT_DIG));
}

/* Uniform numbers, some of them within a few thousand steps of multiples of an eighth. */
static double some_uniform(test_random *random)
{
    uint64_t bits = test_random_bits(random);
    double u = (double)(bits >> 12) * 0x1p-52;
    if (bits % 8 == 0) {
        u = (double)(bits >> 3 & 7U) * 0.125 + (double)(bits >> 52) * 0x1p-52;
    } else if (bits % 8 == 1) {
        u = 1.0 - (double)(bits >> 52 | 1U) * 0x1p-52;
    }
    return u;
}

Test(double, logarithm_within_one_unit)
{
    test_random random = test_random_start("logarithm");
    for (int i = 0; i < 2000000; i++) {
        double u = fmax(some_uniform(&random), 1e-7);
        double off = units(glr_log_f64(u), logl((long double)u));
        cr_assert(off <= 1.0, "log %a is off by %g", u, off);
    }
}

Test(double, sine_and_cosine_within_one_unit)
{
    test_random random = test_random_start("sine");
    for (int i = 0; i < 2000000; i++) {
        double v = 0x1.921fb54442d18p+2 * some_uniform(&random);
        glr_f64_pair both = glr_sine_cosine_f64(v);
        double sine = units(both.first, sinl((long double)v)),
               cosine = units(both.second, cosl((long double)v));
        cr_assert(sine <= 1.0, "sin %a is off by %g", v, sine);
        cr_assert(cosine <= 1.0, "cos %a is off by %g", v, cosine);
    }
}

Test(double, exact_places)
{
    glr_f64_pair zero = glr_sine_cosine_f64(0.0);
    cr_assert_eq(zero.first, 0.0);
    cr_assert_eq(zero.second, 1.0);
    cr_assert_eq(glr_uniform_f64(0, 0), 0.0);
    cr_assert_eq(glr_uniform_f64(0xffffffffU, 0xffffffffU), 1.0 - 0x1p-52);
    cr_assert_eq(glr_uniform_f64(0xfff00001U, 3), 0x1p-20 + 3.0 * 0x1p-52);
}
