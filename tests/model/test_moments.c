/* Mean, deviation and bounds, beside those that long double gives, whose range and precision are wider. */
#include "files/files.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#if LDBL_MAX_EXP < 4 * DBL_MAX_EXP
#error "the sums of squares need a wider long double"
#endif

#define MANY  20000
#define CHUNK 8192

/* Adds values in chunks, as glorand stats does. */
static glr_statistics statistics_of(const double *values, size_t count)
{
    static double chunk[CHUNK];
    glr_moments moments = {0};
    for (size_t done = 0; done < count; done += CHUNK) {
        const size_t now = count - done < CHUNK ? count - done : CHUNK;
        memcpy(chunk, values + done, now * sizeof *values);
        glr_moments_add(&moments, chunk, now);
    }
    cr_expect_eq(moments.finite + moments.nans + moments.positive_infinities + moments.negative_infinities,
                 count);
    return glr_moments_statistics(&moments);
}

/* Within rounding: some of the value, and half of the least subnormal. */
static void expect_near(double found, long double expected, long double scale, const char *what)
{
    const long double max = 1e-12L * scale + (long double)DBL_TRUE_MIN * 0.5000001L;
    cr_expect(fabsl((long double)found - expected) <= max, "%s: %.17g, not %.17Lg", what, found, expected);
}

static void expect_as_long_double(const double *values, size_t count, const char *what)
{
    long double sum = 0.0L, squares = 0.0L, least = values[0], greatest = values[0];
    for (size_t i = 0; i < count; i++) {
        sum += (long double)values[i];
        least = fminl(least, values[i]);
        greatest = fmaxl(greatest, values[i]);
    }
    const long double mean = sum / (long double)count;
    for (size_t i = 0; i < count; i++) {
        squares += ((long double)values[i] - mean) * ((long double)values[i] - mean);
    }
    const long double stddev = sqrtl(squares / (long double)count);
    const glr_statistics found = statistics_of(values, count);
    expect_near(found.mean, mean, fabsl(mean) + stddev, what);
    expect_near(found.stddev, stddev, stddev, what);
    cr_expect((long double)found.minimum == least && (long double)found.maximum == greatest, "%s", what);
}

static double uniform(test_random *random) { return ldexp((double)test_random_bits(random), -64); }

/* From the least subnormal to the largest double: each of the magnitudes alone, and with others. */
Test(moments, of_every_magnitude)
{
    static double values[MANY];
    char what[64];
    test_random random = test_random_start("of_every_magnitude");
    for (int exponent = -1074; exponent <= 1023; exponent += 9) {
        for (int i = 0; i < MANY; i++) {
            values[i] = ldexp(1.0 + uniform(&random), exponent) * (i % 3 == 0 ? -1.0 : 1.0);
        }
        (void)snprintf(what, sizeof what, "2^%d", exponent);
        expect_as_long_double(values, MANY, what);
        for (int i = 0; i < MANY / 2; i++) {
            values[i] = ldexp(uniform(&random), exponent / 2);
        }
        (void)snprintf(what, sizeof what, "2^%d after 2^%d", exponent, exponent / 2);
        expect_as_long_double(values, MANY, what);
        for (int i = 0; i < CHUNK; i++) {
            values[i] = 0.0;
        }
        (void)snprintf(what, sizeof what, "2^%d after zeros", exponent);
        expect_as_long_double(values, MANY, what);
    }
}

static void expect(const double *values, size_t count, glr_statistics expected)
{
    const glr_statistics found = statistics_of(values, count);
    const double a[] = {found.mean, found.stddev, found.minimum, found.maximum};
    const double b[] = {expected.mean, expected.stddev, expected.minimum, expected.maximum};
    for (int i = 0; i < 4; i++) {
        cr_expect(a[i] == b[i] || (isnan(a[i]) && isnan(b[i])), "%g, %g, ...: number %d is %g, not %g",
                  values[0], values[count - 1], i, a[i], b[i]);
    }
}

#define EXPECT(mean, stddev, minimum, maximum, ...)                                                          \
    expect((const double[]){__VA_ARGS__}, sizeof((const double[]){__VA_ARGS__}) / sizeof(double),            \
           (glr_statistics){mean, stddev, minimum, maximum})

Test(moments, of_values_that_are_not_finite)
{
    EXPECT(NAN, NAN, NAN, NAN, NAN, NAN);
    EXPECT(NAN, NAN, 1.0, 2.0, NAN, 2.0, 1.0);
    EXPECT(NAN, NAN, INFINITY, INFINITY, NAN, INFINITY);
    EXPECT(NAN, NAN, -INFINITY, -INFINITY, -INFINITY, NAN);
    EXPECT(NAN, NAN, -INFINITY, INFINITY, -INFINITY, INFINITY);
    EXPECT(NAN, NAN, -INFINITY, INFINITY, -INFINITY, 3.0, INFINITY);
    EXPECT(INFINITY, NAN, INFINITY, INFINITY, INFINITY);
    EXPECT(INFINITY, NAN, -3.0, INFINITY, -3.0, INFINITY);
    EXPECT(-INFINITY, NAN, -INFINITY, 3.0, -INFINITY, 3.0);
    EXPECT(-INFINITY, NAN, -INFINITY, -INFINITY, -INFINITY, -INFINITY);
    EXPECT(1.5, 0.5, 1.0, 2.0, 1.0, 2.0);
    EXPECT(DBL_MAX, 0.0, DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX, DBL_MAX);
    EXPECT(0.0, DBL_MAX, -DBL_MAX, DBL_MAX, DBL_MAX, -DBL_MAX);
    const glr_statistics none = glr_moments_statistics(&(glr_moments){0});
    cr_expect(isnan(none.mean) && isnan(none.stddev) && isnan(none.minimum) && isnan(none.maximum));
}

/* An infinity or NaN in one chunk, and in several. */
Test(moments, of_many_that_are_not_finite)
{
    static double values[MANY];
    for (int i = 0; i < MANY; i++) {
        values[i] = i % CHUNK == 5 ? INFINITY : 1.0;
    }
    expect(values, MANY, (glr_statistics){INFINITY, NAN, 1.0, INFINITY});
    for (int i = 0; i < CHUNK; i++) {
        values[i] = NAN;
    }
    expect(values, MANY, (glr_statistics){NAN, NAN, 1.0, INFINITY});
    for (int i = 0; i < MANY; i++) {
        values[i] = 0.1;
    }
    expect(values, MANY, (glr_statistics){0.1, 0.0, 0.1, 0.1});
}
