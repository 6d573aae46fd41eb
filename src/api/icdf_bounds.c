/* The normal distribution function in pairs of doubles, of IEEE operations alone, so that the description of
   bounds is the same on every machine, and is the nearest float32 nearly always: a relative error of 2^-90
   rounds one in 2^65 numbers to the wrong side. */
#include "icdf_bounds.h"

#include <math.h>

/* The sum of two doubles, of which the second is at most half the last place of the first. */
typedef struct pair {
    double high, low;
} pair;

static pair pair_of_sum(double a, double b)
{
    const double sum = a + b, b_part = sum - a;
    const pair result = {sum, (a - (sum - b_part)) + (b - b_part)};
    return result;
}

static pair add(pair a, pair b)
{
    const pair high = pair_of_sum(a.high, b.high), low = pair_of_sum(a.low, b.low);
    const pair middle = pair_of_sum(high.high, high.low + low.high);
    return pair_of_sum(middle.high, middle.low + low.low);
}

static pair negative(pair a)
{
    const pair result = {-a.high, -a.low};
    return result;
}

static pair times(pair a, pair b)
{
    const double product = a.high * b.high;
    const double rest = fma(a.high, b.high, -product);
    return pair_of_sum(product, rest + (a.high * b.low + a.low * b.high));
}

static pair over(pair a, pair b)
{
    const pair first = {a.high / b.high, 0.0};
    const pair rest = add(a, negative(times(first, b)));
    const pair second = {rest.high / b.high, 0.0};
    const pair rest_of_that = add(rest, negative(times(second, b)));
    return add(pair_of_sum(first.high, second.high), (pair){rest_of_that.high / b.high, 0.0});
}

static pair scaled(pair a, double power_of_two)
{
    const pair result = {a.high * power_of_two, a.low * power_of_two};
    return result;
}

static pair whole(double value)
{
    const pair result = {value, 0.0};
    return result;
}

/* x^2 / 2, exact but for what lies below the range. */
static pair half_square(double x)
{
    const double square = x * x;
    const pair result = {square * 0.5, fma(x, x, -square) * 0.5};
    return result;
}

static const pair one_over_root_2_pi = {0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56};

/* exp(-y) for y from 0 to 700: y = n ln 2 - r. */
static pair exp_of_minus(pair y)
{
    const pair ln2_high = {0x1.62e42fefa38p-1, 0.0}; /* 43 bits, so that a multiple is exact */
    const pair ln2_low = {0x1.ef35793c7673p-45, 0x1.f97b57a079a19p-103};
    const int n = (int)(y.high * 0x1.71547652b82fep+0 + 0.5);
    const pair multiple = add(times(whole(n), ln2_high), times(whole(n), ln2_low));
    const pair r = add(multiple, negative(y));
    pair sum = whole(1.0), term = sum;
    for (int k = 1; k <= 28; k++) {
        term = over(times(term, r), whole(k));
        sum = add(sum, term);
    }
    return scaled(sum, ldexp(1.0, -n));
}

/* Phi(x) - 1/2 for |x| up to SMALL, by its power series: its terms exceed the sum 20 times at most. */
#define SMALL 2.5

static pair centred_small(double x)
{
    const pair minus_y = negative(half_square(x));
    pair term = whole(1.0), sum = term;
    for (int k = 1; k <= 45; k++) {
        term = over(times(term, minus_y), whole(k));
        sum = add(sum, over(term, whole(2 * k + 1)));
    }
    return times(times(sum, whole(x)), one_over_root_2_pi);
}

/* 1 - Phi(x) for x of SMALL or more: the density times a continued fraction. From 37 on it is below 2^-990,
   which no sum here would show. */
static pair tail_large(double x)
{
    if (x > 37.0) {
        return whole(0.0);
    }
    pair fraction = whole(x);
    for (int k = 160; k > 0; k--) {
        fraction = add(whole(x), over(whole(k), fraction));
    }
    return over(times(exp_of_minus(half_square(x)), one_over_root_2_pi), fraction);
}

/* The probability above x. */
static pair tail(double x)
{
    if (x >= SMALL) {
        return tail_large(x);
    }
    const pair rest = x <= -SMALL ? add(whole(0.5), negative(tail_large(-x))) : negative(centred_small(x));
    return add(whole(0.5), rest);
}

/* The probability below x, less 1/2. */
static pair centred(double x)
{
    if (fabs(x) < SMALL) {
        return centred_small(x);
    }
    const pair result = add(whole(0.5), negative(tail_large(fabs(x))));
    return x < 0.0 ? negative(result) : result;
}

/* The probability between two bounds, from what is small on their side of the mean. */
static pair between(double lower, double upper)
{
    if (lower >= 0.5) {
        return add(tail(lower), negative(tail(upper)));
    }
    if (upper <= -0.5) {
        return add(tail(-upper), negative(tail(-lower)));
    }
    return add(centred(upper), negative(centred(lower)));
}

/* The nearest float32. Before a double is rounded again its last bit has to tell whether it was exact. */
static float nearest_float(pair a)
{
    uint64_t bits = glr_bits_of_f64(a.high);
    if (a.low != 0.0 && (bits & 1U) == 0) {
        bits += (a.low > 0.0) == (a.high > 0.0) ? 1U : UINT64_MAX;
    }
    return (float)glr_f64_of(bits);
}

/* The row of the table where the window for these bounds begins. */
static uint32_t first_row(double lower, double upper, const glr_icdf_bounds *bounds)
{
    const float least = lower >= 0.0   ? bounds->upper
                        : upper <= 0.0 ? bounds->lower
                                       : fminf(bounds->lower, bounds->upper);
    const uint32_t row = (glr_bits_of(least) >> 23) - GLR_ICDF_FIRST_EXPONENT;
    const uint32_t last = GLR_ICDF_ROW_COUNT - GLR_ICDF_WINDOW;
    return row < last ? row : last;
}

double glr_describe_bounds(double lower, double upper, glr_icdf_bounds *bounds)
{
    if (!(lower < upper)) {
        return 0.0;
    }
    const pair probability = between(lower, upper);
    if (!(probability.high >= GLR_LEAST_PROBABILITY)) {
        return probability.high;
    }
    const pair step = scaled(probability, 0x1p-24), half_step = scaled(probability, 0x1p-25);
    bounds->step = nearest_float(step);
    bounds->lower = nearest_float(add(tail(-lower), half_step));
    bounds->upper = nearest_float(add(tail(upper), half_step));

    const pair begin = centred(lower);
    const double middle = rint(fmin(fmax(-begin.high / step.high, 0.0), 0x1p24));
    const pair centre = add(add(begin, times(whole(middle), step)), half_step);
    bounds->middle = (uint32_t)middle;
    bounds->centre = fabs(centre.high) < 0x1p-126 ? 0.0f : nearest_float(centre);
    bounds->first_row = first_row(lower, upper, bounds);
    return probability.high;
}
