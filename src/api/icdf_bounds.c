/* The normal distribution function in pairs of doubles, of IEEE operations alone, so that the description of
   bounds is the same on every machine, and is the nearest float32 or binary64 nearly always: a relative error
   of 2^-95 rounds one in 2^70 or in 2^41 numbers to the wrong side. */
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

/* Phi(x) - 1/2 for |x| up to SMALL, by its power series: its terms are less than 50 times the sum. */
#define SMALL 2.75

static pair centred_small(double x)
{
    const pair minus_y = negative(half_square(x));
    pair term = whole(1.0), sum = term;
    for (int k = 1; k <= 50; k++) {
        term = over(times(term, minus_y), whole(k));
        sum = add(sum, over(term, whole(2 * k + 1)));
    }
    return times(times(sum, whole(x)), one_over_root_2_pi);
}

/* 1 - Phi(x) for x of SMALL or more: the density times a continued fraction. Beyond LARGEST it is below
   2^-990, which no sum here would show. */
#define LARGEST 37.0

static pair tail_large(double x)
{
    if (x > LARGEST) {
        return whole(0.0);
    }
    /* 1 / (x + 1 / (x + 2 / (x + ...))), from the end, as a fraction of two numbers. */
    pair over_line = whole(1.0), under_line = whole(x);
    for (int k = (int)(1900.0 / (x * x)) + 20; k > 0; k--) {
        const pair next = add(times(under_line, whole(x)), times(over_line, whole(k)));
        const double shrunk = next.high > 0x1p500 ? 0x1p-500 : 1.0;
        over_line = scaled(under_line, shrunk);
        under_line = scaled(next, shrunk);
    }
    const pair density = times(exp_of_minus(half_square(x)), one_over_root_2_pi);
    return over(times(density, over_line), under_line);
}

/* Probabilities at a bound: below it, above it, and below it less 1/2. */
typedef struct place {
    pair below, above, centred;
} place;

static place place_of(double x)
{
    place at;
    if (fabs(x) < SMALL) {
        at.centred = centred_small(x);
        at.below = add(whole(0.5), at.centred);
        at.above = add(whole(0.5), negative(at.centred));
        return at;
    }
    const pair tail = tail_large(fabs(x)), rest = add(whole(0.5), negative(tail));
    at.centred = x < 0.0 ? negative(rest) : rest;
    at.below = x < 0.0 ? tail : add(whole(0.5), rest);
    at.above = x < 0.0 ? add(whole(0.5), rest) : tail;
    return at;
}

/* The probability of an interval that is so narrow that a difference would not be exact: the width times the
   density in its middle, and what the density's even derivatives there add. */
#define NARROW 0x1p-10

static pair between_close(double lower, double upper)
{
    const pair width = pair_of_sum(upper, -lower), middle = scaled(pair_of_sum(lower, upper), 0.5);
    if (fabs(middle.high) > LARGEST) {
        return whole(0.0);
    }
    const pair square = times(middle, middle), width_square = times(width, width);
    const double s = square.high, w = width_square.high;
    const double fourth = (s - 6.0) * s + 3.0, sixth = ((s - 15.0) * s + 45.0) * s - 15.0;
    const pair second = over(times(add(square, whole(-1.0)), width_square), whole(24.0));
    const pair rest = pair_of_sum(w * w * (fourth / 1920.0 + w * sixth / 322560.0), 0.0);
    const pair factor = add(whole(1.0), add(second, rest));
    const pair density = times(exp_of_minus(scaled(square, 0.5)), one_over_root_2_pi);
    return times(times(density, width), factor);
}

/* Two bounds, what is there, and the probability between them, from what is small on their side of the mean.
 */
typedef struct interval {
    double lower, upper;
    place at_lower, at_upper;
    pair probability;
} interval;

static interval interval_of(double lower, double upper)
{
    interval of = {.lower = lower, .upper = upper, .probability = whole(0.0)};
    if (!(lower < upper)) {
        return of;
    }
    of.at_lower = place_of(lower);
    of.at_upper = lower == -upper
                      ? (place){of.at_lower.above, of.at_lower.below, negative(of.at_lower.centred)}
                      : place_of(upper);
    if ((upper - lower) * fmax(1.0, fmax(fabs(lower), fabs(upper))) < NARROW) {
        of.probability = between_close(lower, upper);
    } else if (lower >= 0.5) {
        of.probability = add(of.at_lower.above, negative(of.at_upper.above));
    } else if (upper <= -0.5) {
        of.probability = add(of.at_upper.below, negative(of.at_lower.below));
    } else {
        of.probability = add(of.at_upper.centred, negative(of.at_lower.centred));
    }
    return of;
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

static pair nearest_whole(pair a)
{
    const double most = rint(a.high);
    return pair_of_sum(most, rint((a.high - most) + a.low));
}

/* What both types' descriptions begin with, not rounded yet. */
typedef struct exact {
    pair step, lower, upper;
    double middle;
    pair offset; /* from there to the mean, in steps */
} exact;

static exact exact_of(const interval *of, double arguments)
{
    const pair half_step = scaled(of->probability, 0.5 / arguments);
    exact numbers = {.step = scaled(of->probability, 1.0 / arguments),
                     .lower = add(of->at_lower.below, half_step),
                     .upper = add(of->at_upper.above, half_step)};
    const pair begin = over(of->at_lower.centred, numbers.step);
    numbers.middle = fmin(fmax(nearest_whole(negative(begin)).high, 0.0), arguments);
    numbers.offset = add(begin, pair_of_sum(numbers.middle, 0.5));
    return numbers;
}

double glr_describe_bounds(double lower, double upper, glr_icdf_bounds *bounds)
{
    const interval of = interval_of(lower, upper);
    if (of.probability.high >= GLR_LEAST_PROBABILITY) {
        const exact numbers = exact_of(&of, 0x1p24);
        const pair centre = times(numbers.offset, numbers.step);
        bounds->step = nearest_float(numbers.step);
        bounds->lower = nearest_float(numbers.lower);
        bounds->upper = nearest_float(numbers.upper);
        bounds->middle = (uint32_t)numbers.middle;
        bounds->centre = fabs(centre.high) < 0x1p-126 ? 0.0f : nearest_float(centre);
        bounds->first_row = first_row(lower, upper, bounds);
    }
    return of.probability.high;
}

double glr_describe_bounds_f64(double lower, double upper, glr_icdf_bounds_f64 *bounds)
{
    const interval of = interval_of(lower, upper);
    if (of.probability.high >= GLR_LEAST_PROBABILITY) {
        const exact numbers = exact_of(&of, 0x1p52);
        /* To a 256th: so much is sure of what is left when a number near 2^51 was taken away. */
        const pair offset = scaled(nearest_whole(scaled(numbers.offset, 256.0)), 1.0 / 256.0);
        bounds->step = numbers.step.high;
        bounds->lower = numbers.lower.high;
        bounds->upper = numbers.upper.high;
        bounds->middle = numbers.middle;
        bounds->centre = times(offset, numbers.step).high;
    }
    return of.probability.high;
}
