/* From the arguments of a fill to its plan, or to a description of it. */
#include "make_plan.h"

#include "dtype.h"
#include "error.h"
#include "guest.h"
#include "initializer.h"

#include <math.h>
#include <string.h>

/* As TensorFlow, which draws no random integers for weights. */
static glr_status check_random(const glr_initializer *initializer, const glr_tensor *tensor)
{
    if (!glr_dtype_is_floating(tensor->dtype)) {
        return glr_fail(GLR_ERROR_UNSUPPORTED, "tensor.dtype: %s draws floating-point values, not %s",
                        glr_kind_name(initializer->kind), glr_dtype_name(tensor->dtype));
    }
    return GLR_OK;
}

glr_status glr_round_to_float32(const char *member, double value, float *rounded)
{
    *rounded = (float)value;
    if (isfinite(value) && !isfinite(*rounded)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %g is beyond the range of float32", member,
                        value);
    }
    return GLR_OK;
}

/* Bounds are rounded first, then their difference, as TensorFlow does. */
static glr_status scale_uniform(const glr_params *params, glr_plan *plan)
{
    float maxval;
    glr_status status = glr_round_to_float32("minval", params->minval, &plan->shift);
    if (status == GLR_OK) {
        status = glr_round_to_float32("maxval", params->maxval, &maxval);
    }
    if (status != GLR_OK) {
        return status;
    }
    plan->scale = maxval - plan->shift;
    if (!isfinite(plan->scale)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.maxval: %g - %g is beyond the range of float32",
                        params->maxval, params->minval);
    }
    return GLR_OK;
}

static glr_status scale_normal(const glr_initializer *initializer, const glr_params *params, glr_plan *plan)
{
    glr_status status = glr_round_to_float32("mean", params->shift, &plan->shift);
    if (status != GLR_OK) {
        return status;
    }
    int scaled = glr_kind_scales_variance(initializer->kind);
    return glr_round_to_float32(scaled ? "scale" : "stddev", params->scale, &plan->scale);
}

static glr_status scale_f64(const glr_params *params, glr_plan *plan)
{
    if (params->sampler != GLR_SAMPLE_UNIFORM) {
        plan->scale_f64 = params->scale;
        plan->shift_f64 = params->shift;
        return GLR_OK;
    }
    plan->scale_f64 = params->maxval - params->minval;
    plan->shift_f64 = params->minval;
    if (!isfinite(plan->scale_f64)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.maxval: %g - %g is beyond the range of float64",
                        params->maxval, params->minval);
    }
    return GLR_OK;
}

/* Sets the scale and offset that turn raw values into the tensor's. The 16- and 8-bit types are rounded from
 * float32. */
static glr_status scale_plan(const glr_initializer *initializer, const glr_params *params, glr_plan *plan)
{
    plan->sampler = params->sampler;
    if (plan->sampler == GLR_SAMPLE_CONSTANT) {
        return glr_encode_constant(params, plan->dtype, plan->constant);
    }
    if (plan->dtype == GLR_DTYPE_FLOAT64) {
        return scale_f64(params, plan);
    }
    return plan->sampler == GLR_SAMPLE_UNIFORM ? scale_uniform(params, plan)
                                               : scale_normal(initializer, params, plan);
}

/* The plan, and the parameters that it was made from. */
static glr_status make_plan(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan,
                            uint64_t *bytes, glr_params *params)
{
    memset(plan, 0, sizeof *plan);
    glr_layout_of_part layout = {0};
    glr_status status = glr_check_tensor(tensor, &layout);
    if (status == GLR_OK) {
        status = glr_resolve_params(initializer, tensor, params);
    }
    if (status == GLR_OK && glr_kind_is_random(initializer->kind)) {
        status = check_random(initializer, tensor);
    }
    plan->dtype = tensor->dtype;
    if (status == GLR_OK) {
        status = scale_plan(initializer, params, plan);
    }
    if (status != GLR_OK) {
        return status;
    }
    plan->count = layout.count;
    plan->runs = layout.runs;
    *bytes = layout.bytes;
    return GLR_OK;
}

glr_status glr_make_plan(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan,
                         uint64_t *bytes)
{
    glr_params params;
    return make_plan(initializer, tensor, plan, bytes, &params);
}

/* ---- Descriptions -------------------------------------------------------------------------------------- */

static void describe_params(const glr_params *params, glr_summary *summary)
{
    switch (params->sampler) {
    case GLR_SAMPLE_UNIFORM:
        summary->mean = params->minval + (params->maxval - params->minval) / 2.0;
        summary->stddev = (params->maxval - params->minval) / sqrt(12.0);
        summary->lower = params->minval;
        summary->upper = params->maxval;
        return;
    case GLR_SAMPLE_NORMAL:
        summary->mean = params->shift;
        summary->stddev = params->scale;
        summary->lower = params->scale > 0.0 ? -INFINITY : params->shift;
        summary->upper = params->scale > 0.0 ? INFINITY : params->shift;
        return;
    case GLR_SAMPLE_TRUNCATED:
    case GLR_SAMPLE_ICDF:
        summary->mean = params->shift;
        summary->stddev = params->scale * GLR_TRUNCATED_STDDEV;
        summary->lower = params->shift - 2.0 * params->scale;
        summary->upper = params->shift + 2.0 * params->scale;
        return;
    default: summary->mean = summary->lower = summary->upper = params->shift; summary->stddev = 0.0;
    }
}

static glr_status describe(const glr_initializer *initializer, const glr_tensor *tensor, glr_summary *summary)
{
    if (initializer == NULL || tensor == NULL || summary == NULL) {
        return glr_fail_null(initializer == NULL ? "initializer" : tensor == NULL ? "tensor" : "summary");
    }
    glr_plan plan;
    uint64_t bytes;
    glr_params params;
    glr_status status = make_plan(initializer, tensor, &plan, &bytes, &params);
    if (status != GLR_OK) {
        return status;
    }
    memset(summary, 0, sizeof *summary);
    summary->fan_in = (double)params.fans.in;
    summary->fan_out = (double)params.fans.out;
    describe_params(&params, summary);
    return GLR_OK;
}

glr_status glr_describe(const glr_initializer *initializer, const glr_tensor *tensor, glr_summary *summary)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, describe(initializer, tensor, summary));
}
