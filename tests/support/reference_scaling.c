#include "support/reference_scaling.h"

#include <math.h>
#include <string.h>

reference_stream reference_stream_of_initializer(const glr_initializer *initializer)
{
    reference_stream keyed;
    memcpy(keyed.key, initializer->key, sizeof keyed.key);
    memcpy(keyed.counter, initializer->counter, sizeof keyed.counter);
    return initializer->seeding == GLR_SEEDING_KEY
               ? keyed
               : reference_stream_of(initializer->seed, initializer->stream);
}

static int names_axis(const int32_t *axes, uint32_t count, uint32_t rank, uint32_t axis)
{
    for (uint32_t i = 0; i < count; i++) {
        if ((axes[i] < 0 ? axes[i] + (int32_t)rank : axes[i]) == (int32_t)axis) {
            return 1;
        }
    }
    return 0;
}

/* A repeated axis counts twice. */
static double product_over(const glr_tensor *tensor, const int32_t *axes, uint32_t count)
{
    double product = 1.0;
    for (uint32_t i = 0; i < count; i++) {
        product *= (double)tensor->shape[axes[i] < 0 ? axes[i] + (int32_t)tensor->rank : axes[i]];
    }
    return product;
}

static void fans_of(const glr_initializer *initializer, const glr_tensor *tensor, double *in, double *out)
{
    double kept[GLR_MAX_RANK], others = 1.0;
    uint32_t rank = 0;
    if (initializer->has_axes) {
        *in = product_over(tensor, initializer->input_axes, initializer->input_axis_count);
        *out = product_over(tensor, initializer->output_axes, initializer->output_axis_count);
        return;
    }
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (!names_axis(initializer->batch_axes, initializer->batch_axis_count, tensor->rank, a)) {
            kept[rank++] = (double)tensor->shape[a];
        }
    }
    *in = *out = rank == 1 ? kept[0] : 1.0;
    if (rank < 2) {
        return;
    }
    int is_torch = initializer->layout == GLR_LAYOUT_TORCH;
    for (uint32_t a = 0; a < rank - 2; a++) {
        others *= kept[is_torch ? a + 2 : a];
    }
    *in = others * kept[is_torch ? 1 : rank - 2];
    *out = others * kept[is_torch ? 0 : rank - 1];
}

static reference_scaling uniform_between(double low, double high)
{
    reference_scaling scaling = {1, REFERENCE_UNIFORM, (float)high - (float)low, (float)low, high - low, low};
    return scaling;
}

static reference_scaling normal_of(reference_sampler sampler, double mean, double stddev)
{
    reference_scaling scaling = {1, sampler, (float)stddev, (float)mean, stddev, mean};
    return scaling;
}

static reference_scaling constant_of(double value)
{
    reference_scaling scaling = {0, REFERENCE_UNIFORM, 0.0f, (float)value, 0.0, value};
    return scaling;
}

static reference_scaling scaled_variance(double scale, glr_mode mode, glr_distribution distribution,
                                         const glr_initializer *initializer, const glr_tensor *tensor)
{
    double in, out;
    fans_of(initializer, tensor, &in, &out);
    double n = mode == GLR_MODE_FAN_IN    ? in
               : mode == GLR_MODE_FAN_OUT ? out
               : mode == GLR_MODE_FAN_AVG ? (in + out) / 2.0
                                          : sqrt(in * out);
    double s = scale / (n < 1.0 ? 1.0 : n);
    if (distribution == GLR_DISTRIBUTION_UNIFORM) {
        return uniform_between(-sqrt(3.0 * s), sqrt(3.0 * s));
    }
    return distribution == GLR_DISTRIBUTION_TRUNCATED_NORMAL
               ? normal_of(REFERENCE_TRUNCATED, 0.0, sqrt(s) / 0.87962566103423978)
               : normal_of(REFERENCE_NORMAL, 0.0, sqrt(s));
}

static reference_scaling scaling_of_kind(const glr_initializer *init, const glr_tensor *tensor)
{
    const glr_distribution normal = GLR_DISTRIBUTION_TRUNCATED_NORMAL, uniform = GLR_DISTRIBUTION_UNIFORM;
    switch (init->kind) {
    case GLR_KIND_ONES: return constant_of(1.0);
    case GLR_KIND_CONSTANT: return constant_of(init->value);
    case GLR_KIND_RANDOM_NORMAL: return normal_of(REFERENCE_NORMAL, init->mean, init->stddev);
    case GLR_KIND_TRUNCATED_NORMAL: return normal_of(REFERENCE_TRUNCATED, init->mean, init->stddev);
    case GLR_KIND_RANDOM_UNIFORM: return uniform_between(init->minval, init->maxval);
    case GLR_KIND_VARIANCE_SCALING:
        return scaled_variance(init->scale, init->mode, init->distribution, init, tensor);
    case GLR_KIND_GLOROT_NORMAL: return scaled_variance(1.0, GLR_MODE_FAN_AVG, normal, init, tensor);
    case GLR_KIND_GLOROT_UNIFORM: return scaled_variance(1.0, GLR_MODE_FAN_AVG, uniform, init, tensor);
    case GLR_KIND_HE_NORMAL: return scaled_variance(2.0, GLR_MODE_FAN_IN, normal, init, tensor);
    case GLR_KIND_HE_UNIFORM: return scaled_variance(2.0, GLR_MODE_FAN_IN, uniform, init, tensor);
    case GLR_KIND_LECUN_NORMAL: return scaled_variance(1.0, GLR_MODE_FAN_IN, normal, init, tensor);
    case GLR_KIND_LECUN_UNIFORM: return scaled_variance(1.0, GLR_MODE_FAN_IN, uniform, init, tensor);
    default: return constant_of(0.0); /* zeros */
    }
}

reference_scaling reference_scaling_of(const glr_initializer *initializer, const glr_tensor *tensor)
{
    reference_scaling scaling = scaling_of_kind(initializer, tensor);
    if (scaling.sampler == REFERENCE_TRUNCATED && initializer->method == GLR_METHOD_ICDF) {
        scaling.sampler = REFERENCE_ICDF;
    }
    return scaling;
}
