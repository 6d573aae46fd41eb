/* From the arguments of a fill to its plan, or to a description of it: fans, the distribution's parameters by
   Keras's formulas, in double, and scale and shift as kernels take them. */
#include "make_plan.h"

#include "call.h"
#include "initializer.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

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

/* The standard deviation of a standard normal truncated to (-2, 2), sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)), with
   the digits that Keras has. */
#define TRUNCATED_STDDEV 0.87962566103423978

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

glr_status glr_encode_initializer(const glr_initializer *constant, glr_dtype dtype, unsigned char element[8])
{
    glr_params params = {.sampler = GLR_SAMPLE_CONSTANT, .member = "value"};
    resolve_constant(constant, &params);
    return glr_encode_constant(&params, dtype, element);
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
    const bool has_bounds =
        initializer->lower_unit != GLR_BOUND_DEFAULT || initializer->upper_unit != GLR_BOUND_DEFAULT;
    return initializer->kind == GLR_KIND_TRUNCATED_NORMAL && has_bounds
               ? glr_resolve_bounds(initializer, params)
               : GLR_OK;
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
    case GLR_MODE_FAN_GEO_AVG: n = sqrt(fan_in * fan_out); break;
    default:
        return glr_fail(
            GLR_ERROR_ARGUMENT,
            "initializer.mode: must be fan_in (0), fan_out (1), fan_avg (2) or fan_geo_avg (3), not %d",
            (int)scaling.mode);
    }
    double variance = scaling.scale / fmax(1.0, n);
    switch (scaling.distribution) {
    case GLR_DISTRIBUTION_TRUNCATED_NORMAL:
        params->sampler = truncated_sampler(initializer);
        params->scale = sqrt(variance) / TRUNCATED_STDDEV;
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

/* A tensor as a matrix: Keras and JAX flatten all axes but the last, torch all but the first. */
static glr_matrix matrix_of(glr_layout layout, const glr_tensor *tensor)
{
    const uint32_t first_column = layout == GLR_LAYOUT_TORCH ? 1 : tensor->rank - 1;
    glr_matrix matrix = {1, 1};
    for (uint32_t a = 0; a < tensor->rank; a++) {
        *(a < first_column ? &matrix.rows : &matrix.columns) *= (uint64_t)tensor->shape[a];
    }
    return matrix;
}

/* More would take hours, and more memory than a machine has. */
#define MOST_SHORTER (UINT64_C(1) << 16)
#define MOST_LONGER  (UINT64_C(1) << 32)

static glr_status check_matrix(glr_matrix matrix)
{
    const int is_tall = matrix.rows > matrix.columns;
    const uint64_t shorter = is_tall ? matrix.columns : matrix.rows;
    const uint64_t longer = is_tall ? matrix.rows : matrix.columns;
    return shorter <= MOST_SHORTER && longer <= MOST_LONGER
               ? GLR_OK
               : glr_fail(GLR_ERROR_UNSUPPORTED,
                          "tensor.shape: an orthogonal matrix of %" PRIu64 " rows and %" PRIu64
                          " columns has more than 2^16 of both, or more than 2^32 of one",
                          matrix.rows, matrix.columns);
}

static glr_status resolve_orthogonal(const glr_initializer *initializer, const glr_tensor *tensor,
                                     glr_params *params)
{
    if (tensor->rank < 2) {
        return glr_fail(GLR_ERROR_SHAPE, "tensor.rank: orthogonal needs at least 2 axes, not %u",
                        tensor->rank);
    }
    if (initializer->has_axes || initializer->batch_axis_count > 0) {
        return glr_fail(GLR_ERROR_UNSUPPORTED,
                        "initializer.%s: orthogonal takes rows and columns from the layout alone",
                        initializer->has_axes ? "has_axes" : "batch_axes");
    }
    if (!isfinite(initializer->scale)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.scale: gain, %g, is not finite", initializer->scale);
    }
    params->sampler = GLR_SAMPLE_ORTHOGONAL;
    params->scale = initializer->scale;
    params->matrix = matrix_of(initializer->layout, tensor);
    return check_matrix(params->matrix);
}

/* Checks an initializer against a checked tensor. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_UNSUPPORTED. */
static glr_status resolve_params(const glr_initializer *initializer, const glr_tensor *tensor,
                                 glr_params *params)
{
    glr_status status = GLR_CHECK_RESERVED("initializer", initializer);
    if (status == GLR_OK) {
        status = glr_check_choices(initializer);
    }
    if (status != GLR_OK) {
        return status;
    }
    glr_params resolved = {.sampler = GLR_SAMPLE_CONSTANT, .member = "value"};
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
    case GLR_KIND_ORTHOGONAL: return resolve_orthogonal(initializer, tensor, params);
    default: break;
    }
    if (glr_kind_is_of_index(initializer->kind)) {
        params->sampler = GLR_SAMPLE_INDEX;
        params->shift = initializer->kind == GLR_KIND_IDENTITY ? initializer->scale : 1.0;
        params->member = "scale";
        return GLR_OK;
    }
    return resolve_scaling(initializer, params);
}

/* ---- Plans ----------------------------------------------------------------------------------------- */

/* Whether integers can hold the values: random ones, or the plan's constant, if they hold that, and 0. */
static int is_of_integers(const glr_plan *plan)
{
    return plan->sampler == GLR_SAMPLE_CONSTANT ||
           (plan->sampler == GLR_SAMPLE_INDEX &&
            (plan->law.law == GLR_LAW_DIAGONAL || plan->law.law == GLR_LAW_BYTES));
}

/* As TensorFlow, which draws no random integers for weights. Powers of two are scales: no law has them alone.
 */
static glr_status check_dtype(const glr_initializer *initializer, const glr_tensor *tensor,
                              const glr_plan *plan)
{
    if (glr_dtype_is_power(tensor->dtype) && plan->sampler != GLR_SAMPLE_CONSTANT) {
        return glr_fail(GLR_ERROR_UNSUPPORTED, "tensor.dtype: %s holds constants, not %s",
                        glr_dtype_name(tensor->dtype), glr_kind_name(initializer->kind));
    }
    if (!glr_dtype_is_floating(tensor->dtype) && !is_of_integers(plan)) {
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

/* Kernels give float64 values their scale; others are rounded from what has it. */
static glr_status scale_orthogonal(const glr_params *params, glr_plan *plan)
{
    plan->scale = 1.0F;
    plan->scale_f64 = params->scale;
    plan->matrix = params->matrix;
    float rounded;
    return plan->dtype == GLR_DTYPE_FLOAT64 ? GLR_OK : glr_round_to_float32("scale", params->scale, &rounded);
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
    if (plan->sampler == GLR_SAMPLE_CONSTANT || plan->sampler == GLR_SAMPLE_INDEX) {
        return glr_encode_constant(params, plan->dtype, plan->constant);
    }
    if (plan->sampler == GLR_SAMPLE_ORTHOGONAL) {
        return scale_orthogonal(params, plan);
    }
    glr_status status;
    if (plan->dtype == GLR_DTYPE_FLOAT64) {
        status = scale_f64(params, plan);
    } else if (plan->sampler == GLR_SAMPLE_UNIFORM) {
        status = scale_uniform(params, plan);
    } else {
        status = scale_normal(initializer, params, plan);
    }
    return status == GLR_OK && glr_is_bounded(plan->sampler) ? glr_plan_bounds(initializer, params, plan)
                                                             : status;
}

/* The plan, and the parameters that it was made from. */
static glr_status make_plan(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan,
                            uint64_t *bytes, glr_params *params)
{
    memset(plan, 0, sizeof *plan);
    glr_layout_of_part layout = {0};
    glr_status status = glr_check_tensor(tensor, &layout);
    if (status == GLR_OK) {
        status = resolve_params(initializer, tensor, params);
    }
    if (status == GLR_OK && params->sampler == GLR_SAMPLE_INDEX) {
        status = glr_make_index_law(initializer, tensor, &plan->law);
    }
    plan->sampler = status == GLR_OK ? params->sampler : GLR_SAMPLE_CONSTANT;
    if (status == GLR_OK) {
        status = check_dtype(initializer, tensor, plan);
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
        summary->stddev = params->scale * TRUNCATED_STDDEV;
        summary->lower = params->shift - 2.0 * params->scale;
        summary->upper = params->shift + 2.0 * params->scale;
        return;
    case GLR_SAMPLE_BOUNDED:
    case GLR_SAMPLE_BOUNDED_ICDF: glr_describe_bounded(params, summary); return;
    case GLR_SAMPLE_ORTHOGONAL: {
        const double rows = (double)params->matrix.rows, columns = (double)params->matrix.columns;
        summary->mean = 0.0;
        summary->stddev = fabs(params->scale) / sqrt(fmax(fmax(rows, columns), 1.0));
        summary->lower = -fabs(params->scale);
        summary->upper = fabs(params->scale);
        return;
    }
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
    if (plan.sampler == GLR_SAMPLE_INDEX) {
        glr_describe_index_law(initializer, tensor->dtype, &plan.law, summary);
    } else {
        describe_params(&params, summary);
    }
    return GLR_OK;
}

glr_status glr_describe(const glr_initializer *initializer, const glr_tensor *tensor, glr_summary *summary)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, describe(initializer, tensor, summary));
}
