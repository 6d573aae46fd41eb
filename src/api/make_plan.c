/* From the arguments of a fill to its plan. */
#include "make_plan.h"

#include "error.h"
#include "kind.h"
#include "numbers.h"
#include "stream.h"
#include "tensor.h"

#include <math.h>
#include <string.h>

static glr_status check_dtype(const glr_tensor *tensor)
{
    if (tensor->dtype == GLR_FLOAT32) {
        return GLR_OK;
    }
    return glr_fail(GLR_ERROR_UNSUPPORTED, "tensor.dtype: this version fills float32, not %s",
                    glr_dtype_name(tensor->dtype));
}

/* A double rounded to float32, unless it is finite and its float32 is not. */
static glr_status round_to_float32(const char *name, double value, float *rounded)
{
    *rounded = (float)value;
    if (isfinite(value) && !isfinite(*rounded)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %g is beyond the range of float32", name, value);
    }
    return GLR_OK;
}

/* Bounds are rounded first, then their difference, as TensorFlow does. */
static glr_status scale_uniform(const glr_numbers *numbers, glr_plan *plan)
{
    float maxval;
    glr_status status = round_to_float32("minval", numbers->minval, &plan->shift);
    if (status == GLR_OK) {
        status = round_to_float32("maxval", numbers->maxval, &maxval);
    }
    if (status != GLR_OK) {
        return status;
    }
    plan->scale = maxval - plan->shift;
    if (!isfinite(plan->scale)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.maxval: %g - %g is beyond the range of float32",
                        numbers->maxval, numbers->minval);
    }
    return GLR_OK;
}

static glr_status scale_plan(const glr_initializer *initializer, const glr_numbers *numbers, glr_plan *plan)
{
    plan->sampler = numbers->sampler;
    if (numbers->sampler == GLR_SAMPLE_UNIFORM) {
        return scale_uniform(numbers, plan);
    }
    int constant = numbers->sampler == GLR_SAMPLE_CONSTANT;
    glr_status status = round_to_float32(constant ? "value" : "mean", numbers->shift, &plan->shift);
    if (status != GLR_OK) {
        return status;
    }
    int scaled = glr_kind_scales_variance(initializer->kind);
    return round_to_float32(scaled ? "scale" : "stddev", numbers->scale, &plan->scale);
}

glr_status glr_make_plan(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan,
                         uint64_t *bytes)
{
    memset(plan, 0, sizeof *plan);
    glr_layout_of_part layout = {0};
    glr_numbers numbers;
    glr_status status = glr_check_tensor(tensor, &layout);
    if (status == GLR_OK) {
        status = glr_resolve_numbers(initializer, tensor, &numbers);
    }
    if (status == GLR_OK) {
        status = check_dtype(tensor);
    }
    if (status == GLR_OK) {
        status = scale_plan(initializer, &numbers, plan);
    }
    if (status != GLR_OK) {
        return status;
    }
    if (glr_kind_is_random(initializer->kind)) {
        if (initializer->seeding == GLR_UNSEEDED) {
            return glr_fail(GLR_ERROR_UNSEEDED, "initializer.seeding: this %s has no seed",
                            glr_kind_name(initializer->kind));
        }
        glr_seed_plan(initializer, plan);
    }
    plan->dtype = tensor->dtype;
    plan->count = layout.count;
    plan->runs = layout.runs;
    *bytes = layout.bytes;
    return GLR_OK;
}
