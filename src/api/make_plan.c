/* From the arguments of a fill to its plan. */
#include "make_plan.h"

#include "dtype.h"
#include "error.h"
#include "kind.h"
#include "params.h"
#include "tensor.h"

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

glr_status glr_make_plan(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan,
                         uint64_t *bytes)
{
    memset(plan, 0, sizeof *plan);
    glr_layout_of_part layout = {0};
    glr_params params;
    glr_status status = glr_check_tensor(tensor, &layout);
    if (status == GLR_OK) {
        status = glr_resolve_params(initializer, tensor, &params);
    }
    if (status == GLR_OK && glr_kind_is_random(initializer->kind)) {
        status = check_random(initializer, tensor);
    }
    plan->dtype = tensor->dtype;
    if (status == GLR_OK) {
        status = scale_plan(initializer, &params, plan);
    }
    if (status != GLR_OK) {
        return status;
    }
    plan->count = layout.count;
    plan->runs = layout.runs;
    *bytes = layout.bytes;
    return GLR_OK;
}
