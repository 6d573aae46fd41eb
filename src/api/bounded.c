/* Truncated normals between other bounds than 2 standard deviations: from an initializer's bounds to a
   plan's, and the distribution that they have. */
#include "call.h"
#include "icdf_bounds.h"
#include "make_plan.h"

#include <math.h>

/* ---- Bounds ---------------------------------------------------------------------------------------- */

/* A bound in standard deviations from the mean, and as a value. */
typedef struct bound {
    double deviations, value;
} bound;

/* Whether a bound is given as a value. An infinite one is the same in every unit. */
static bool is_value(double number, glr_bound_unit unit)
{
    return unit == GLR_BOUND_ABSOLUTE && isfinite(number);
}

static bound bound_of(const glr_initializer *initializer, double number, glr_bound_unit unit)
{
    bound of = {number, number};
    if (is_value(number, unit)) {
        of.deviations = (number - initializer->mean) / initializer->stddev;
    } else if (isfinite(number)) {
        of.value = number * initializer->stddev + initializer->mean;
    }
    return of;
}

static glr_status check_stddev(const glr_initializer *initializer)
{
    const bool has_value = is_value(initializer->lower, initializer->lower_unit) ||
                           is_value(initializer->upper, initializer->upper_unit);
    return initializer->stddev > 0.0 || !has_value
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT,
                          "initializer.stddev: 0, but bounds that are values need one above 0");
}

glr_status glr_resolve_bounds(const glr_initializer *initializer, glr_params *params)
{
    const double least = initializer->lower_unit == GLR_BOUND_DEFAULT ? -2.0 : initializer->lower;
    const double greatest = initializer->upper_unit == GLR_BOUND_DEFAULT ? 2.0 : initializer->upper;
    const glr_status status = check_stddev(initializer);
    if (status != GLR_OK) {
        return status;
    }
    const bound lower = bound_of(initializer, least, initializer->lower_unit);
    const bound upper = bound_of(initializer, greatest, initializer->upper_unit);
    if (!(lower.deviations < upper.deviations) || lower.value > upper.value) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "initializer.lower: %g is not below the upper bound, %g: they are %.17g and %.17g "
                        "standard deviations from the mean",
                        least, greatest, lower.deviations, upper.deviations);
    }
    params->sampler = initializer->method == GLR_METHOD_ICDF ? GLR_SAMPLE_BOUNDED_ICDF : GLR_SAMPLE_BOUNDED;
    params->lower = lower.deviations;
    params->upper = upper.deviations;
    params->minval = lower.value;
    params->maxval = upper.value;
    return GLR_OK;
}

/* ---- Plans ----------------------------------------------------------------------------------------- */

/* The least probability of an interval that resample takes, so that a group's candidates suffice. */
static double least_for_resample(glr_dtype dtype) { return dtype == GLR_DTYPE_FLOAT64 ? 0.25 : 0.1; }

static glr_status check_probability(const glr_params *params, glr_dtype dtype, double probability)
{
    if (!(probability >= GLR_LEAST_PROBABILITY)) {
        return glr_fail(GLR_ERROR_UNSUPPORTED,
                        "initializer.lower: a normal value lies from %g to %g standard deviations with a "
                        "probability of %g, less than 2^-100",
                        params->lower, params->upper, probability);
    }
    const double least = least_for_resample(dtype);
    if (params->sampler == GLR_SAMPLE_BOUNDED && !(probability >= least)) {
        return glr_fail(GLR_ERROR_UNSUPPORTED,
                        "initializer.method: resample would keep a share of %g of the candidates, less than "
                        "%g; icdf draws these bounds",
                        probability, least);
    }
    return GLR_OK;
}

/* A group that lacks values gets the bound nearer the mean, of equally near ones the lower. */
static double missing_of(const glr_params *params)
{
    return fabs(params->upper) < fabs(params->lower) ? params->upper : params->lower;
}

/* Whether sections 3 and 5 of docs/stream.md say everything: the bounds are 2 standard deviations, and where
   one is given as a value, no value passes it by rounding. */
static bool is_as_ever(const glr_initializer *initializer, const glr_params *params, bool above_lower,
                       bool below_upper)
{
    return params->lower == -2.0 && params->upper == 2.0 &&
           (above_lower || !is_value(initializer->lower, initializer->lower_unit)) &&
           (below_upper || !is_value(initializer->upper, initializer->upper_unit));
}

static void draw_as_ever(glr_plan *plan)
{
    plan->sampler = plan->sampler == GLR_SAMPLE_BOUNDED_ICDF ? GLR_SAMPLE_ICDF : GLR_SAMPLE_TRUNCATED;
}

static glr_status bound_float32(const glr_initializer *initializer, const glr_params *params, glr_plan *plan)
{
    glr_bounded *bounded = &plan->bounded;
    const double probability = glr_describe_bounds(params->lower, params->upper, &bounded->icdf);
    const glr_status status = check_probability(params, plan->dtype, probability);
    if (status != GLR_OK) {
        return status;
    }
    bounded->between.lower = (float)params->lower;
    bounded->between.upper = (float)params->upper;
    bounded->between.missing = (float)missing_of(params);
    bounded->scale = plan->scale;
    bounded->shift = plan->shift;
    bounded->least = (float)params->minval;
    bounded->greatest = (float)params->maxval;
    if (is_as_ever(initializer, params, glr_scaled(-2.0f, plan->scale, plan->shift) >= bounded->least,
                   glr_scaled(2.0f, plan->scale, plan->shift) <= bounded->greatest)) {
        draw_as_ever(plan);
        return GLR_OK;
    }
    plan->scale = 1.0f;
    plan->shift = -0.0f;
    return GLR_OK;
}

static glr_status bound_float64(const glr_initializer *initializer, const glr_params *params, glr_plan *plan)
{
    glr_bounded_f64 *bounded = &plan->bounded_f64;
    const double probability = glr_describe_bounds_f64(params->lower, params->upper, &bounded->icdf);
    const glr_status status = check_probability(params, plan->dtype, probability);
    if (status != GLR_OK) {
        return status;
    }
    bounded->between.lower = params->lower;
    bounded->between.upper = params->upper;
    bounded->between.missing = missing_of(params);
    bounded->scale = plan->scale_f64;
    bounded->shift = plan->shift_f64;
    bounded->least = params->minval;
    bounded->greatest = params->maxval;
    if (is_as_ever(initializer, params,
                   glr_scaled_f64(-2.0, plan->scale_f64, plan->shift_f64) >= bounded->least,
                   glr_scaled_f64(2.0, plan->scale_f64, plan->shift_f64) <= bounded->greatest)) {
        draw_as_ever(plan);
        return GLR_OK;
    }
    plan->scale_f64 = 1.0;
    plan->shift_f64 = -0.0;
    return GLR_OK;
}

glr_status glr_plan_bounds(const glr_initializer *initializer, const glr_params *params, glr_plan *plan)
{
    return plan->dtype == GLR_DTYPE_FLOAT64 ? bound_float64(initializer, params, plan)
                                            : bound_float32(initializer, params, plan);
}

/* ---- Descriptions ---------------------------------------------------------------------------------- */

/* Steps of Simpson's rule; an even number. */
#define STEPS 2048

/* Where the density is e^-LEAST of its greatest value, it adds nothing. */
#define LEAST 40.0

/* Mean and standard deviation of a standard normal variable between two bounds. */
static void describe_between(double lower, double upper, double *mean, double *stddev)
{
    const double peak = fmin(fmax(0.0, lower), upper);
    const double reach = 2.0 * LEAST / (fabs(peak) + sqrt(peak * peak + 2.0 * LEAST));
    const double begin = fmax(lower, peak - reach), end = fmin(upper, peak + reach);
    double sums[3] = {0.0, 0.0, 0.0}; /* of the powers of the distance from the peak */
    for (int i = 0; i <= STEPS; i++) {
        const double weight = i == 0 || i == STEPS ? 1.0 : i % 2 != 0 ? 4.0 : 2.0;
        const double distance = begin + (end - begin) * i / STEPS - peak;
        const double density = weight * exp(-distance * (peak + distance / 2.0));
        sums[0] += density;
        sums[1] += density * distance;
        sums[2] += density * distance * distance;
    }
    const double shift = sums[1] / sums[0];
    *mean = peak + shift;
    *stddev = sqrt(fmax(0.0, sums[2] / sums[0] - shift * shift));
}

void glr_describe_bounded(const glr_params *params, glr_summary *summary)
{
    double mean, stddev;
    describe_between(params->lower, params->upper, &mean, &stddev);
    summary->mean = params->shift + params->scale * mean;
    summary->stddev = params->scale * stddev;
    summary->lower = params->minval;
    summary->upper = params->maxval;
}
