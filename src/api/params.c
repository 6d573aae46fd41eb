/* A distribution's parameters: an initializer resolved for one tensor, by Keras's formulas, in double. */
#include "make_plan.h"

#include "error.h"
#include "initializer.h"

#include <math.h>
#include <stdbool.h>

/* ---- Fans: as Keras's compute_fans, with layouts and batch axes ---------------------------------------- */

/* Only repeated axes can make a product overflow: the dimensions that are not 0 multiply to at most 2^56. */

/* A list of axes of an initializer, and its name for messages. */
typedef struct axis_list {
    const char *name;
    const int32_t *axes;
    uint32_t count;
} axis_list;

/* An axis that the tensor has, counted from the front. */
static uint32_t from_front(int32_t axis, uint32_t rank)
{
    return (uint32_t)(axis < 0 ? axis + (int32_t)rank : axis);
}

/* The axes of a list as a set of bits, each axis counted from the front. Repeated axes are allowed. */
static glr_status axis_set(axis_list list, uint32_t rank, uint32_t *set)
{
    *set = 0;
    if (list.count > GLR_MAX_RANK) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %u axes are more than %d", list.name, list.count,
                        GLR_MAX_RANK);
    }
    for (uint32_t i = 0; i < list.count; i++) {
        int32_t axis = list.axes[i];
        if (axis < -(int32_t)rank || axis >= (int32_t)rank) {
            return glr_fail(GLR_ERROR_ARGUMENT,
                            "initializer.%s[%u]: %d is not an axis of a tensor of rank %u", list.name, i,
                            axis, rank);
        }
        *set |= 1U << from_front(axis, rank);
    }
    return GLR_OK;
}

/* A batch axis is left out once; a repeated one is a mistake. */
static glr_status check_no_repeat(axis_list list, uint32_t rank)
{
    uint32_t seen = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        const uint32_t bit = 1U << from_front(list.axes[i], rank);
        if (seen & bit) {
            return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s[%u]: %d is a duplicate axis", list.name, i,
                            list.axes[i]);
        }
        seen |= bit;
    }
    return GLR_OK;
}

/* The product of the dimensions that a checked list names, each as often as it is named. */
static glr_status product_over(const glr_tensor *tensor, axis_list list, uint64_t *product)
{
    *product = 1;
    for (uint32_t i = 0; i < list.count; i++) {
        const uint64_t dimension = (uint64_t)tensor->shape[from_front(list.axes[i], tensor->rank)];
        if (dimension > 0 && *product > INT64_MAX / dimension) {
            return glr_fail(GLR_ERROR_SHAPE,
                            "initializer.%s: the product of these dimensions is beyond 2^63 - 1", list.name);
        }
        *product *= dimension;
    }
    return GLR_OK;
}

/* Fans by the position of the axes that are not batch axes. */
static glr_fans fans_by_layout(glr_layout layout, const glr_tensor *tensor, uint32_t batch)
{
    uint64_t shape[GLR_MAX_RANK];
    uint32_t rank = 0;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (!(batch >> a & 1U)) {
            shape[rank++] = (uint64_t)tensor->shape[a];
        }
    }
    glr_fans fans = {1, 1};
    if (rank < 2) {
        fans.in = fans.out = rank == 1 ? shape[0] : 1;
        return fans;
    }
    uint32_t in_axis = layout == GLR_LAYOUT_TORCH ? 1 : rank - 2;
    uint32_t out_axis = layout == GLR_LAYOUT_TORCH ? 0 : rank - 1;
    uint64_t receptive_field = 1;
    for (uint32_t a = 0; a < rank; a++) {
        receptive_field *= a == in_axis || a == out_axis ? 1 : shape[a];
    }
    fans.in = receptive_field * shape[in_axis];
    fans.out = receptive_field * shape[out_axis];
    return fans;
}

glr_status glr_check_axes_given(const glr_initializer *initializer)
{
    if (initializer->has_axes > 1) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.has_axes: %u is neither 0 nor 1",
                        initializer->has_axes);
    }
    if (initializer->has_axes || initializer->input_axis_count + initializer->output_axis_count == 0) {
        return GLR_OK;
    }
    const bool is_input = initializer->input_axis_count > 0;
    return glr_fail(GLR_ERROR_ARGUMENT, "initializer.has_axes: 0, but %s_axis_count is %u",
                    is_input ? "input" : "output",
                    is_input ? initializer->input_axis_count : initializer->output_axis_count);
}

/* Checks three lists of axes, those of the batch last. */
static glr_status check_lists(const axis_list lists[3], uint32_t rank, uint32_t sets[3])
{
    for (int i = 0; i < 3; i++) {
        glr_status status = axis_set(lists[i], rank, &sets[i]);
        if (status != GLR_OK) {
            return status;
        }
    }
    const uint32_t shared = (sets[0] | sets[1]) & sets[2];
    if (shared != 0) {
        uint32_t axis = 0;
        while ((shared >> axis & 1) == 0) {
            axis++;
        }
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.batch_axes: axis %u is also in %s", axis,
                        sets[0] >> axis & 1 ? "input_axes" : "output_axes");
    }
    return check_no_repeat(lists[2], rank);
}

/* The fans of a checked tensor under an initializer's layout and axes.
   Errors: GLR_ERROR_ARGUMENT for axes that are outside the tensor, and batch axes that are duplicates or are
   inputs or outputs, too; GLR_ERROR_SHAPE for products beyond 2^63 - 1, which only repeated axes can make. */
static glr_status fans_of(const glr_initializer *initializer, const glr_tensor *tensor, glr_fans *fans)
{
    const axis_list lists[3] = {
        {"input_axes", initializer->input_axes, initializer->input_axis_count},
        {"output_axes", initializer->output_axes, initializer->output_axis_count},
        {"batch_axes", initializer->batch_axes, initializer->batch_axis_count},
    };
    uint32_t sets[3];
    glr_status status = glr_check_axes_given(initializer);
    if (status == GLR_OK) {
        status = check_lists(lists, tensor->rank, sets);
    }
    if (status != GLR_OK) {
        return status;
    }
    if (!initializer->has_axes) {
        *fans = fans_by_layout(initializer->layout, tensor, sets[2]);
        return GLR_OK;
    }
    status = product_over(tensor, lists[0], &fans->in);
    return status == GLR_OK ? product_over(tensor, lists[1], &fans->out) : status;
}

/* ---- Parameters --------------------------------------------------------------------------------------- */

glr_status glr_check_seeding(const glr_initializer *initializer)
{
    return (unsigned)initializer->seeding <= GLR_SEEDING_NONE
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT,
                          "initializer.seeding: must be seeded (0), keyed (1) or unseeded (2), not %d",
                          (int)initializer->seeding);
}

glr_status glr_check_method(const char *argument, glr_method method)
{
    return method == GLR_METHOD_RESAMPLE || method == GLR_METHOD_ICDF
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "%s.method: %d is neither resample (0) nor icdf (1)", argument,
                          (int)method);
}

glr_status glr_check_layout(const char *argument, glr_layout layout)
{
    return layout == GLR_LAYOUT_KERAS || layout == GLR_LAYOUT_TORCH
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "%s.layout: %d is neither Keras's (0) nor torch's (1)",
                          argument, (int)layout);
}

glr_status glr_check_choices(const glr_initializer *initializer)
{
    if (!glr_kind_is_valid(initializer->kind)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.kind: %d is not an initializer",
                        (int)initializer->kind);
    }
    glr_status status = glr_check_method("initializer", initializer->method);
    if (status == GLR_OK) {
        status = glr_check_layout("initializer", initializer->layout);
    }
    if (status != GLR_OK) {
        return status;
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
    status = fans_of(initializer, tensor, &params->fans);
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
