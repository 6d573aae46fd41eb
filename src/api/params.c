/* A distribution's parameters: an initializer resolved for one tensor, by Keras's formulas, in double. */
#include "params.h"

#include "core/sample.h"
#include "error.h"
#include "kind.h"

#include <math.h>

glr_status glr_check_seeding(const glr_initializer *initializer)
{
    return (unsigned)initializer->seeding <= GLR_SEEDING_NONE
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT,
                          "initializer.seeding: must be seeded (0), keyed (1) or unseeded (2), not %d",
                          (int)initializer->seeding);
}

glr_status glr_check_choices(const glr_initializer *initializer)
{
    if (!glr_kind_is_valid(initializer->kind)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.kind: %d is not an initializer",
                        (int)initializer->kind);
    }
    if (initializer->method != GLR_METHOD_RESAMPLE && initializer->method != GLR_METHOD_ICDF) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.method: %d is neither resample (0) nor icdf (1)",
                        (int)initializer->method);
    }
    if (initializer->layout != GLR_LAYOUT_KERAS && initializer->layout != GLR_LAYOUT_TORCH) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.layout: %d is neither Keras's (0) nor torch's (1)",
                        (int)initializer->layout);
    }
    if ((unsigned)initializer->number > GLR_NUMBER_UINT64) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "initializer.number: must be double (0), int64 (1) or uint64 (2), not %d",
                        (int)initializer->number);
    }
    return glr_check_seeding(initializer);
}

static void resolve_constant(const glr_initializer *initializer, glr_params *params)
{
    params->number = initializer->number;
    params->integer = initializer->integer;
    switch (initializer->number) {
    case GLR_NUMBER_INT64: params->shift = (double)initializer->integer; return;
    case GLR_NUMBER_UINT64: params->shift = (double)(uint64_t)initializer->integer; return;
    default: params->shift = initializer->value;
    }
}

static int truncated_sampler(const glr_initializer *initializer)
{
    return initializer->method == GLR_METHOD_ICDF ? GLR_SAMPLE_ICDF : GLR_SAMPLE_TRUNCATED;
}

static glr_status resolve_normal(const glr_initializer *initializer, glr_params *params)
{
    if (!isfinite(initializer->mean)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.mean: %g is not finite", initializer->mean);
    }
    if (!isfinite(initializer->stddev) || initializer->stddev < 0.0) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.stddev: %g is not a finite number of at least 0",
                        initializer->stddev);
    }
    params->sampler =
        initializer->kind == GLR_KIND_RANDOM_NORMAL ? GLR_SAMPLE_NORMAL : truncated_sampler(initializer);
    params->scale = initializer->stddev;
    params->shift = initializer->mean;
    return GLR_OK;
}

static glr_status resolve_uniform(double minval, double maxval, glr_params *params)
{
    if (!isfinite(minval) || !isfinite(maxval)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %g is not finite",
                        isfinite(minval) ? "maxval" : "minval", isfinite(minval) ? maxval : minval);
    }
    if (minval > maxval) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.minval: %g is more than maxval, %g", minval, maxval);
    }
    params->sampler = GLR_SAMPLE_UNIFORM;
    params->minval = minval;
    params->maxval = maxval;
    return GLR_OK;
}

static glr_status resolve_scaling(const glr_initializer *initializer, glr_params *params)
{
    glr_scaling scaling = glr_scaling_of(initializer);
    if (!isfinite(scaling.scale) || scaling.scale <= 0.0) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.scale: %g is not a finite number above 0",
                        scaling.scale);
    }
    double fan_in = (double)params->fans.in, fan_out = (double)params->fans.out, n;
    switch (scaling.mode) {
    case GLR_MODE_FAN_IN: n = fan_in; break;
    case GLR_MODE_FAN_OUT: n = fan_out; break;
    case GLR_MODE_FAN_AVG: n = (double)(params->fans.in + params->fans.out) / 2.0; break;
    default:
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "initializer.mode: must be fan_in (0), fan_out (1) or fan_avg (2), not %d",
                        (int)scaling.mode);
    }
    double variance = scaling.scale / fmax(1.0, n);
    switch (scaling.distribution) {
    case GLR_DISTRIBUTION_TRUNCATED_NORMAL:
        params->sampler = truncated_sampler(initializer);
        params->scale = sqrt(variance) / GLR_TRUNCATED_STDDEV;
        return GLR_OK;
    case GLR_DISTRIBUTION_UNTRUNCATED_NORMAL:
        params->sampler = GLR_SAMPLE_NORMAL;
        params->scale = sqrt(variance);
        return GLR_OK;
    case GLR_DISTRIBUTION_UNIFORM: {
        double limit = sqrt(3.0 * variance);
        return resolve_uniform(-limit, limit, params);
    }
    }
    return glr_fail(GLR_ERROR_ARGUMENT,
                    "initializer.distribution: must be truncated_normal (0), untruncated_normal (1) or "
                    "uniform (2), not %d",
                    (int)scaling.distribution);
}

glr_status glr_resolve_params(const glr_initializer *initializer, const glr_tensor *tensor,
                              glr_params *params)
{
    glr_status status = GLR_CHECK_RESERVED("initializer", initializer);
    if (status == GLR_OK) {
        status = glr_check_choices(initializer);
    }
    if (status != GLR_OK) {
        return status;
    }
    glr_params resolved = {.sampler = GLR_SAMPLE_CONSTANT};
    *params = resolved;
    status = glr_fans_of(initializer, tensor, &params->fans);
    if (status != GLR_OK) {
        return status;
    }
    switch (initializer->kind) {
    case GLR_KIND_ZEROS: return GLR_OK;
    case GLR_KIND_ONES: params->shift = 1.0; return GLR_OK;
    case GLR_KIND_CONSTANT: resolve_constant(initializer, params); return GLR_OK;
    case GLR_KIND_RANDOM_UNIFORM: return resolve_uniform(initializer->minval, initializer->maxval, params);
    case GLR_KIND_RANDOM_NORMAL:
    case GLR_KIND_TRUNCATED_NORMAL: return resolve_normal(initializer, params);
    default: return resolve_scaling(initializer, params);
    }
}
