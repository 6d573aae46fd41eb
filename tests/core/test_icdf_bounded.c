/* Truncated normals between any bounds: the description of bounds and values against mpmath's
   (tests/data/make_icdf_bounds.py), and what holds for all arguments against the C library's 80-bit
   functions. */
#include "api/icdf_bounds.h"
#include "core/core.h"
#include "support/golden.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define ARGUMENTS (1U << 24)
#define QUARTER   0x3e800000U /* bits of 1/4 */

/* The word that selects an argument, its unused bits as they come. */
static uint32_t word_of(uint32_t number)
{
    return (number << 8 ^ 0x80000000U) | (number * 2654435761U >> 24);
}

static long double above(long double z)
{
    return erfcl(z * 0.70710678118654752440084436210484903928L) / 2.0L;
}

static long double density(long double z)
{
    return 0.39894228040143267793994605993438186848L * expl(-z * z / 2.0L);
}

/* How much of what is allowed a value's error is: 2^-21 of the value, or a quarter of the distance to the
   neighbouring value. The error is given as the difference between probabilities. */
static double share_of_allowed(long double z, long double excess, long double step)
{
    long double error = fabsl(excess / density(z));
    return (double)(error / fmaxl(fabsl(z) * 0x1p-21L, step / 4.0L / density(z)));
}

/* ---- Against mpmath ------------------------------------------------------------------------------------ */

typedef struct reader {
    double lower, upper;
    glr_icdf_bounds bounds;
    glr_icdf_bounds_f64 bounds_f64;
    double worst, worst_f64; /* shares of the allowed error */
    int intervals, refused, values, values_f64;
} reader;

static void read_bounds(reader *at, const char *line)
{
    double probability;
    cr_assert_eq(sscanf(line, "bounds %la %la %la", &at->lower, &at->upper, &probability), 3, "%s", line);
    glr_icdf_bounds untouched;
    glr_icdf_bounds_f64 untouched_f64;
    memset(&untouched, 0x5a, sizeof untouched);
    memset(&untouched_f64, 0x5a, sizeof untouched_f64);
    at->bounds = untouched;
    at->bounds_f64 = untouched_f64;
    const double described = glr_describe_bounds(at->lower, at->upper, &at->bounds);
    cr_expect(fabs(described - probability) <= 0x1p-52 * probability, "%s gives %a", line, described);
    cr_expect_eq(glr_describe_bounds_f64(at->lower, at->upper, &at->bounds_f64), described);
    at->intervals++;
    if (probability < GLR_LEAST_PROBABILITY) {
        at->refused++;
        cr_expect_arr_eq(&at->bounds, &untouched, sizeof untouched, "%s", line);
        cr_expect_arr_eq(&at->bounds_f64, &untouched_f64, sizeof untouched_f64, "%s", line);
    }
}

static void read_numbers(const reader *at, const char *line)
{
    double step, lower, upper, centre;
    unsigned middle;
    const glr_icdf_bounds *bounds = &at->bounds;
    cr_assert_eq(sscanf(line, "numbers %la %la %la %la %u", &step, &lower, &upper, &centre, &middle), 5);
    cr_expect((double)bounds->step == step && (double)bounds->lower == lower &&
                  (double)bounds->upper == upper,
              "between %a and %a: step %a, lower %a, upper %a instead of %s", at->lower, at->upper,
              (double)bounds->step, (double)bounds->lower, (double)bounds->upper, line);
    cr_expect((double)bounds->centre == centre && bounds->middle == middle,
              "between %a and %a: centre %a, middle %u instead of %s", at->lower, at->upper,
              (double)bounds->centre, bounds->middle, line);
}

static void read_value(reader *at, const char *line)
{
    unsigned number;
    double exact;
    cr_assert_eq(sscanf(line, "value %u %la", &number, &exact), 2);
    const double z = (double)glr_icdf_bounded(at->bounds, word_of(number));
    const double step = (double)at->bounds.step, distance = step / (double)density((long double)exact);
    const double share = fabs(z - exact) / fmax(fabs(exact) * 0x1p-21, distance / 4.0);
    cr_expect(share <= 1.0, "between %a and %a, argument %u gives %a instead of %a", at->lower, at->upper,
              number, z, exact);
    at->worst = fmax(at->worst, share);
    at->values++;
}

static void read_numbers_f64(const reader *at, const char *line)
{
    glr_icdf_bounds_f64 exact;
    const glr_icdf_bounds_f64 *bounds = &at->bounds_f64;
    cr_assert_eq(sscanf(line, "numbers_f64 %la %la %la %la %lf", &exact.step, &exact.lower, &exact.upper,
                        &exact.centre, &exact.middle),
                 5);
    cr_expect(bounds->step == exact.step && bounds->lower == exact.lower && bounds->upper == exact.upper,
              "between %a and %a: step %a, lower %a, upper %a instead of %s", at->lower, at->upper,
              bounds->step, bounds->lower, bounds->upper, line);
    cr_expect(bounds->centre == exact.centre && bounds->middle == exact.middle,
              "between %a and %a: centre %a, middle %.0f instead of %s", at->lower, at->upper, bounds->centre,
              bounds->middle, line);
}

/* Of 2^-50 of the value, or a quarter of the distance to the neighbouring one. */
static void read_value_f64(reader *at, const char *line)
{
    unsigned long long number;
    double exact, rest;
    cr_assert_eq(sscanf(line, "value_f64 %llu %la %la", &number, &exact, &rest), 3);
    const uint64_t words = (uint64_t)(number << 12) ^ UINT64_C(0x8000000000000000);
    const double z = glr_icdf_bounded_f64(at->bounds_f64, words & 0xffffffffU, words >> 32);
    const double distance = at->bounds_f64.step / (double)density((long double)exact);
    const double share = fabs((z - exact) - rest) / fmax(fabs(exact) * 0x1p-50, distance / 4.0);
    cr_expect(share <= 1.0, "between %a and %a, argument %llu gives %a instead of %a", at->lower, at->upper,
              number, z, exact);
    at->worst_f64 = fmax(at->worst_f64, share);
    at->values_f64++;
}

static int starts_with(const char *line, const char *word) { return strncmp(line, word, strlen(word)) == 0; }

static void read_line(reader *at, const char *line)
{
    if (starts_with(line, "bounds ")) {
        read_bounds(at, line);
    } else if (starts_with(line, "numbers ")) {
        read_numbers(at, line);
    } else if (starts_with(line, "numbers_f64 ")) {
        read_numbers_f64(at, line);
    } else if (starts_with(line, "value ")) {
        read_value(at, line);
    } else {
        read_value_f64(at, line);
    }
}

Test(icdf_bounded, as_mpmath)
{
    FILE *file = fopen(TEST_DATA "/icdf_bounds.txt", "r");
    cr_assert_not_null(file);
    char line[256];
    reader at = {.worst = 0.0};
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        read_line(&at, line);
    }
    (void)fclose(file);
    cr_assert(at.intervals >= 110 && at.refused >= 5, "%d, %d", at.intervals, at.refused);
    cr_assert(at.values >= 1000 && at.values_f64 >= 1000, "%d, %d", at.values, at.values_f64);
    cr_assert(at.worst <= 0.75, "%f of what is allowed", at.worst);
    cr_assert(at.worst_f64 <= 0.8, "%f of what is allowed", at.worst_f64);
}

Test(icdf_bounded, bounds_without_order_are_refused)
{
    const double pairs[][2] = {{1.0, 1.0},
                               {1.0, -1.0},
                               {(double)NAN, 1.0},
                               {-1.0, (double)NAN},
                               {(double)NAN, (double)NAN},
                               {(double)INFINITY, (double)INFINITY}};
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        glr_icdf_bounds bounds, untouched;
        glr_icdf_bounds_f64 bounds_f64, untouched_f64;
        memset(&untouched, 0x5a, sizeof untouched);
        memset(&untouched_f64, 0x5a, sizeof untouched_f64);
        bounds = untouched;
        bounds_f64 = untouched_f64;
        cr_expect_eq(glr_describe_bounds(pairs[i][0], pairs[i][1], &bounds), 0.0);
        cr_expect_eq(glr_describe_bounds_f64(pairs[i][0], pairs[i][1], &bounds_f64), 0.0);
        cr_expect_arr_eq(&bounds, &untouched, sizeof untouched);
        cr_expect_arr_eq(&bounds_f64, &untouched_f64, sizeof untouched_f64);
    }
}

/* ---- The quantile function ----------------------------------------------------------------------------- */

static float tail_value(uint32_t bits)
{
    const uint32_t row = (bits >> 23) - GLR_ICDF_FIRST_EXPONENT, last = GLR_ICDF_ROW_COUNT - GLR_ICDF_WINDOW;
    return glr_normal_quantile(glr_float_of(bits), 0, row < last ? row : last);
}

static float centre_value(uint32_t bits)
{
    return glr_normal_quantile(0.5f, bits, GLR_ICDF_ROW_COUNT - GLR_ICDF_WINDOW);
}

static double tail_error(uint32_t bits, float z)
{
    long double at = (long double)z;
    return fabs((double)((above(at) - (long double)glr_float_of(bits)) / density(at) / at));
}

/* All of p from 2^-125 to 1/4, or one in so many and every one near the ends of rows. */
Test(icdf_bounded, tails_are_monotone_and_exact)
{
    const uint32_t stride = test_is_long() ? 1 : test_is_light() ? 9973 : 499;
    const uint32_t every = test_is_long() ? 1 : 16; /* values whose error is looked at */
    double worst = 0.0;
    float last = centre_value(QUARTER);
    for (uint32_t bits = QUARTER - 1; bits >= GLR_ICDF_FIRST_EXPONENT << 23;) {
        float z = tail_value(bits);
        cr_assert(z >= last, "not monotone at %a", (double)glr_float_of(bits));
        last = z;
        worst = bits % every == 0 ? fmax(worst, tail_error(bits, z)) : worst;
        const uint32_t fraction = bits & 0x7fffffU;
        bits -= fraction < 1000 || fraction > 0x7fffffU - 1000 || fraction < stride ? 1 : stride;
    }
    cr_assert(worst <= exp2(-23.05), "2^%f", log2(worst));
    cr_assert(fabs((double)last / 12.89663275 - 1.0) < 2e-7, "%a", (double)last);
}

Test(icdf_bounded, centre_is_monotone_and_exact)
{
    const uint32_t stride = test_is_long() ? 1 : test_is_light() ? 1999 : 101;
    double worst = 0.0;
    float last = centre_value(0);
    cr_assert_eq(last, 0.0f);
    for (uint32_t bits = 0x00800000U; bits <= QUARTER;) {
        float z = centre_value(bits);
        cr_assert(z >= last, "not monotone at %a", (double)glr_float_of(bits));
        last = z;
        long double at = (long double)z;
        long double excess =
            erfl(at * 0.70710678118654752440084436210484903928L) / 2.0L - (long double)glr_float_of(bits);
        worst = bits % 8 == 0 ? fmax(worst, fabs((double)(excess / density(at) / at))) : worst;
        bits += bits > QUARTER - 1000 || QUARTER - bits < stride ? 1 : stride;
    }
    cr_assert_eq(centre_value(QUARTER + 5), last, "beyond 1/4");
    cr_assert(worst <= exp2(-23.03), "2^%f", log2(worst));
}

/* Each step of a row's polynomial adds and multiplies what is not negative and does not fall: this is why it
   is monotone everywhere, tried or not. */
Test(icdf_bounded, no_coefficient_is_negative)
{
    for (uint32_t row = 0; row < GLR_ICDF_ROW_COUNT; row++) {
        for (int i = 0; i < 8; i++) {
            cr_assert(glr_icdf_table[row][i] >= 0.0f, "row %u", row);
        }
    }
}

/* ---- Bounds, on all arguments -------------------------------------------------------------------------- */

/* What the exact probability on a value's side of the mean is at an argument, and the value's. */
static long double excess_at(const double ends[2], long double probability, uint32_t number, long double z)
{
    const long double step = probability / ARGUMENTS;
    if (z < 0.0L) {
        return above(-z) - (above(-(long double)ends[0]) + ((long double)number + 0.5L) * step);
    }
    return above(z) - (above((long double)ends[1]) + ((long double)(ARGUMENTS - 1 - number) + 0.5L) * step);
}

/* Not beyond a bound by more than the last place of a float32. */
static int is_between(float z, const double ends[2])
{
    return (double)z >= ends[0] - fabs(ends[0]) * 0x1p-23 && (double)z <= ends[1] + fabs(ends[1]) * 0x1p-23;
}

static void check_all_arguments(double lower, double upper, double greatest)
{
    const double ends[2] = {lower, upper};
    const uint32_t every = test_is_long() ? 1 : test_is_light() ? 30011 : 1009;
    glr_icdf_bounds bounds;
    const long double probability = (long double)glr_describe_bounds(lower, upper, &bounds);
    cr_assert(probability >= (long double)GLR_LEAST_PROBABILITY);
    float first = glr_icdf_bounded(bounds, word_of(0)), last = first;
    double worst = 0.0;
    for (uint32_t number = 0; number < ARGUMENTS; number++) {
        float z = glr_icdf_bounded(bounds, word_of(number));
        cr_assert(z >= last && is_between(z, ends), "between %g and %g: argument %u gives %a", lower, upper,
                  number, (double)z);
        last = z;
        if (number % every == 0 || number < 100 || number > ARGUMENTS - 100) {
            long double excess = excess_at(ends, probability, number, (long double)z);
            worst = fmax(worst, share_of_allowed((long double)z, excess, probability / ARGUMENTS));
        }
    }
    cr_expect(worst <= 0.75, "between %g and %g: %f of what is allowed", lower, upper, worst);
    double most = fmax(fabs((double)first), fabs((double)last));
    cr_expect(fabs(most / greatest - 1.0) < 3e-7, "between %g and %g: %a", lower, upper, most);
}

/* Bounds with the greatest magnitude of a value: that of the bound, or the quantile of half a step. */
static const double all_arguments[][3] = {
    {-3.0, 3.0, 2.9999933},
    {-1.0, 8.0, 5.4507847},
    {5.0, (double)INFINITY, 7.6708520},
    {-1.0, 1.0, 1.0},
    {-2.0, 2.0, 1.9999995},
    {0.0, (double)INFINITY, 5.5425941},
    {2.0, 2.0001, 2.0001},
    {(double)-INFINITY, (double)INFINITY, 5.4199832},
    {(double)-INFINITY, -5.0, 7.6708520},
    {-0.001, 0.002, 0.002},
    {0.6744, 0.6746, 0.6746},
    {11.3, (double)INFINITY, 12.7323169},
    {-100.0, 1.5, 5.4323302},
};

Test(icdf_bounded, monotone_exact_and_between_the_bounds)
{
    const size_t count = test_is_long()    ? sizeof all_arguments / sizeof all_arguments[0]
                         : test_is_light() ? 1
                                           : 3;
    for (size_t i = 0; i < count; i++) {
        check_all_arguments(all_arguments[i][0], all_arguments[i][1], all_arguments[i][2]);
    }
}

/* A normal variable truncated to bounds around the mean is as likely below 0 as above it. */
Test(icdf_bounded, odd_between_opposite_bounds)
{
    const double magnitudes[] = {1e-6, 0.5, 1.0, 3.0, 50.0, (double)INFINITY};
    for (size_t i = 0; i < sizeof magnitudes / sizeof magnitudes[0]; i++) {
        glr_icdf_bounds bounds;
        cr_assert(glr_describe_bounds(-magnitudes[i], magnitudes[i], &bounds) > 0.0);
        for (uint32_t number = 0; number < ARGUMENTS / 2; number += 1 + number % 61) {
            float z = glr_icdf_bounded(bounds, word_of(number)),
                  other = glr_icdf_bounded(bounds, ~word_of(number));
            cr_assert(z < 0.0f && other == -z, "+-%g, argument %u: %a and %a", magnitudes[i], number,
                      (double)z, (double)other);
        }
    }
}

/* ---- float64 ------------------------------------------------------------------------------------------- */

Test(icdf_bounded, float64_quantiles_are_exact)
{
    test_random random = test_random_start("quantiles");
    double worst = 0.0;
    for (int i = 0; i < 600000; i++) {
        uint64_t bits = test_random_bits(&random);
        const int exponent = i % 3 == 0 ? -3 : -3 - (int)(bits % 151); /* p from 2^-153 */
        const double p = ldexp(1.0 + (double)(bits >> 12) * 0x1p-52, exponent);
        const long double z = (long double)glr_normal_quantile_f64(p, 0.0);
        worst = fmax(worst, fabs((double)((above(z) - (long double)p) / density(z) / z)));
    }
    cr_assert(worst <= exp2(-50.5), "2^%f", log2(worst));
}

Test(icdf_bounded, float64_centre_is_exact)
{
    test_random random = test_random_start("centre");
    double worst = 0.0;
    for (int i = 0; i < 300000; i++) {
        uint64_t bits = test_random_bits(&random);
        const double offset = ldexp((double)(bits >> 12) * 0x1p-52, i % 2 == 0 ? -2 : -2 - (int)(bits % 99));
        const long double z = (long double)glr_normal_quantile_f64(0.5, offset);
        const long double half = erfl(z * 0.70710678118654752440084436210484903928L) / 2.0L;
        worst =
            offset > 0.0 ? fmax(worst, fabs((double)((half - (long double)offset) / density(z) / z))) : worst;
    }
    cr_assert(worst <= exp2(-51.5), "2^%f", log2(worst));
    cr_assert_eq(glr_normal_quantile_f64(0.5, 0.0), 0.0);
    cr_assert_eq(glr_normal_quantile_f64(0.5, 0.3), glr_normal_quantile_f64(0.5, 0.25), "beyond 1/4");
}

Test(icdf_bounded, float64_is_odd_and_between_the_bounds)
{
    test_random random = test_random_start("odd");
    const double magnitudes[] = {0.001, 1.0, 3.0, (double)INFINITY};
    for (size_t i = 0; i < sizeof magnitudes / sizeof magnitudes[0]; i++) {
        glr_icdf_bounds_f64 bounds;
        cr_assert(glr_describe_bounds_f64(-magnitudes[i], magnitudes[i], &bounds) > 0.0);
        for (int j = 0; j < 100000; j++) {
            uint64_t words = test_random_bits(&random) << (j % 2) * 63 >> (j % 3 == 0 ? j % 52 : 0);
            double z = glr_icdf_bounded_f64(bounds, words & 0xffffffffU, words >> 32);
            double other = glr_icdf_bounded_f64(bounds, ~words & 0xffffffffU, ~words >> 32);
            cr_assert(z == -other && fabs(z) <= magnitudes[i] * (1.0 + 0x1p-51) && fabs(z) < 8.3, "%a and %a",
                      z, other);
        }
    }
}

Test(icdf_bounded, float64_extremes)
{
    glr_icdf_bounds_f64 infinite, one_sided;
    cr_assert(glr_describe_bounds_f64(-(double)INFINITY, (double)INFINITY, &infinite) > 0.0);
    cr_assert(glr_describe_bounds_f64(-1.0, (double)INFINITY, &one_sided) > 0.0);
    double most = glr_icdf_bounded_f64(infinite, 0xffffffffU, 0x7fffffffU);
    cr_assert(fabs(most / 8.209536151601387 - 1.0) < 1e-14, "%.17g", most);
    cr_assert_eq(glr_icdf_bounded_f64(infinite, 0, 0x80000000U), -most);
    cr_assert(fabs(glr_icdf_bounded_f64(one_sided, 0, 0x80000000U) + 1.0) < 1e-15);
    cr_assert(glr_icdf_bounded_f64(one_sided, 0xffffffffU, 0x7fffffffU) > most);
}
