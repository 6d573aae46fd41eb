#include "fill_rules.h"

#include "support/reference_scaling.h"

#include <math.h>

__extension__ typedef __int128 wide; /* no sum and no product of two of the interface's numbers overflows */

const size_t fuzz_sizes[GLR_DTYPE_FLOAT8_E8M0FNU + 1] = {0, 4, 8, 2, 2, 1, 1, 1, 1, 2, 4, 8, 1, 2, 4, 8, 1};

/* ---- Tensors ----------------------------------------------------------------------------------------- */

static int64_t extent_of(const glr_tensor *tensor, uint32_t a)
{
    return tensor->part == GLR_PART_BOX ? tensor->extent[a] : tensor->shape[a];
}

/* All strides that are ever stepped are 0. */
static int is_packed(const glr_tensor *tensor)
{
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (tensor->strides[a] != 0 && (tensor->part == GLR_PART_RANGE || extent_of(tensor, a) != 1)) {
            return 0;
        }
    }
    return 1;
}

/* How far the axes reach whose strides are not above that of this one. */
static wide reach_below(const glr_tensor *tensor, uint32_t axis)
{
    wide reach = 0;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (a != axis && tensor->strides[a] <= tensor->strides[axis]) {
            reach += (wide)tensor->strides[a] * (extent_of(tensor, a) - 1);
        }
    }
    return reach;
}

/* Of a box or a whole whose extents are right. */
static uint32_t judge_strides(const glr_tensor *tensor, fuzz_verdict *verdict)
{
    wide elements = 1;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (tensor->strides[a] < 0 && extent_of(tensor, a) != 1) {
            return FUZZ_REFUSAL(GLR_ERROR_SHAPE);
        }
        elements *= extent_of(tensor, a);
    }
    verdict->elements = (uint64_t)elements;
    verdict->bytes = (uint64_t)elements * fuzz_sizes[tensor->dtype];
    if (elements == 0 || is_packed(tensor)) {
        return 0;
    }
    wide last = 0;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (extent_of(tensor, a) != 1 && reach_below(tensor, a) >= tensor->strides[a]) {
            return FUZZ_REFUSAL(GLR_ERROR_SHAPE);
        }
        last += (wide)tensor->strides[a] * (extent_of(tensor, a) - 1);
    }
    verdict->bytes = (uint64_t)(last + 1) * fuzz_sizes[tensor->dtype];
    const int has_room = (last + 1) * (wide)fuzz_sizes[tensor->dtype] <= INT64_MAX;
    return has_room ? 0 : FUZZ_REFUSAL(GLR_ERROR_SHAPE);
}

static uint32_t judge_box(const glr_tensor *tensor)
{
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (tensor->start[a] < 0 || tensor->extent[a] < 0 ||
            (wide)tensor->start[a] + tensor->extent[a] > tensor->shape[a]) {
            return FUZZ_REFUSAL(GLR_ERROR_SHAPE);
        }
    }
    return 0;
}

static uint32_t judge_range(const glr_tensor *tensor, wide elements, fuzz_verdict *verdict)
{
    verdict->elements = (uint64_t)tensor->count;
    verdict->bytes = (uint64_t)tensor->count * fuzz_sizes[tensor->dtype];
    const int fits = tensor->first >= 0 && tensor->count >= 0 &&
                     (wide)tensor->first + tensor->count <= elements && is_packed(tensor);
    return fits ? 0 : FUZZ_REFUSAL(GLR_ERROR_SHAPE);
}

/* The shape, then the part. */
static uint32_t judge_part(const glr_tensor *tensor, fuzz_verdict *verdict)
{
    wide elements = 1, others = 1;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (tensor->shape[a] < 0 ||
            (tensor->shape[a] > 0 && (others *= tensor->shape[a]) > GLR_MAX_ELEMENTS)) {
            return FUZZ_REFUSAL(GLR_ERROR_SHAPE);
        }
        elements = tensor->shape[a] == 0 ? 0 : elements;
    }
    elements *= others;
    if (tensor->part == GLR_PART_RANGE) {
        return judge_range(tensor, elements, verdict);
    }
    const uint32_t refusals = tensor->part == GLR_PART_BOX ? judge_box(tensor) : 0;
    return refusals == 0 ? judge_strides(tensor, verdict) : refusals;
}

/* Whether a reserved word is not 0. */
static int has_reserved(const uint32_t *words, size_t count)
{
    uint32_t all = 0;
    for (size_t i = 0; i < count; i++) {
        all |= words[i];
    }
    return all != 0;
}

static uint32_t judge_tensor(const glr_tensor *tensor, fuzz_verdict *verdict)
{
    const int is_dtype = tensor->dtype > GLR_DTYPE_NONE && tensor->dtype <= GLR_DTYPE_FLOAT8_E8M0FNU;
    if (has_reserved(tensor->reserved, 8) || !is_dtype || tensor->rank > GLR_MAX_RANK ||
        (unsigned)tensor->part > GLR_PART_RANGE) {
        return FUZZ_REFUSAL(GLR_ERROR_ARGUMENT) |
               FUZZ_REFUSAL(GLR_ERROR_SHAPE); /* the shape may be wrong, too */
    }
    return judge_part(tensor, verdict);
}

/* ---- Initializers ------------------------------------------------------------------------------------ */

static int is_random(glr_kind kind) { return kind > GLR_KIND_CONSTANT; }

/* The fan over a list; *refusals says what is wrong with that. Sets a bit for each axis, and counts those
 * twice. */
static wide judge_axes(const glr_tensor *tensor, const int32_t *axes, uint32_t count, uint32_t *set,
                       int *repeats, uint32_t *refusals)
{
    wide product = 1;
    for (uint32_t i = 0; i < count; i++) {
        const int64_t rank = tensor->rank;
        if (count > GLR_MAX_RANK || axes[i] < -rank || axes[i] >= rank) {
            *refusals |= FUZZ_REFUSAL(GLR_ERROR_ARGUMENT);
            return 1;
        }
        const uint32_t axis = (uint32_t)((axes[i] + rank) % rank);
        *repeats = *repeats || (*set >> axis & 1U);
        *set |= 1U << axis;
        if (product <= INT64_MAX) {
            product *= tensor->shape[axis];
        }
        if (product > INT64_MAX) {
            *refusals |= FUZZ_REFUSAL(GLR_ERROR_SHAPE);
        }
    }
    return product;
}

static uint32_t judge_fans(const glr_initializer *initializer, const glr_tensor *tensor)
{
    const uint32_t in = initializer->input_axis_count, out = initializer->output_axis_count;
    if (initializer->has_axes > 1 || (initializer->has_axes == 0 && in + out > 0)) {
        return FUZZ_REFUSAL(GLR_ERROR_ARGUMENT);
    }
    uint32_t refusals = 0, used = 0, batch = 0, unused = 0;
    int twice = 0, batch_twice = 0;
    (void)judge_axes(tensor, initializer->input_axes, in, &used, &twice, &refusals);
    (void)judge_axes(tensor, initializer->output_axes, out, &used, &twice, &refusals);
    (void)judge_axes(tensor, initializer->batch_axes, initializer->batch_axis_count, &batch, &batch_twice,
                     &unused);
    if (batch_twice || (used & batch) != 0 || (unused & FUZZ_REFUSAL(GLR_ERROR_ARGUMENT)) != 0) {
        refusals |= FUZZ_REFUSAL(GLR_ERROR_ARGUMENT);
    }
    return refusals;
}

static int fits_float(double value) { return !isfinite(value) || isfinite((float)value); }

static int judge_uniform(double minval, double maxval, glr_dtype dtype)
{
    if (!isfinite(minval) || !isfinite(maxval) || minval > maxval) {
        return 0;
    }
    return dtype == GLR_DTYPE_FLOAT64
               ? isfinite(maxval - minval)
               : fits_float(minval) && fits_float(maxval) && isfinite((float)maxval - (float)minval);
}

/* Whether a constant is a value of an integer type, or of the range of a floating-point one. */
static int judge_constant(double value, glr_dtype dtype)
{
    if (dtype < GLR_DTYPE_BOOL) {
        return dtype == GLR_DTYPE_FLOAT64 || fits_float(value);
    }
    if (dtype == GLR_DTYPE_FLOAT8_E8M0FNU) {
        return isnan(value) || ((float)value > 0.0f && fits_float(value));
    }
    const int bits = dtype == GLR_DTYPE_BOOL ? 1 : 8 * (int)fuzz_sizes[dtype];
    const int is_signed = dtype >= GLR_DTYPE_INT8 && dtype <= GLR_DTYPE_INT64;
    const wide max = ((wide)1 << (is_signed ? bits - 1 : bits)) - 1, min = is_signed ? -max - 1 : 0;
    return fabs(value) < 0x1p65 && value == trunc(value) && (wide)value >= min && (wide)value <= max;
}

/* The greatest scale of a named kind is 2, and no fan is below 1: none of those leaves any type's range. */
static int judge_params(const glr_initializer *initializer, glr_dtype dtype)
{
    switch (initializer->kind) {
    case GLR_KIND_ZEROS: return dtype != GLR_DTYPE_FLOAT8_E8M0FNU;
    case GLR_KIND_CONSTANT: return judge_constant(initializer->value, dtype);
    case GLR_KIND_RANDOM_UNIFORM: return judge_uniform(initializer->minval, initializer->maxval, dtype);
    case GLR_KIND_RANDOM_NORMAL:
    case GLR_KIND_TRUNCATED_NORMAL:
        return isfinite(initializer->mean) && isfinite(initializer->stddev) && initializer->stddev >= 0.0 &&
               (dtype == GLR_DTYPE_FLOAT64 ||
                (fits_float(initializer->mean) && fits_float(initializer->stddev)));
    case GLR_KIND_VARIANCE_SCALING:
        return isfinite(initializer->scale) && initializer->scale > 0.0 &&
               (unsigned)initializer->mode <= GLR_MODE_FAN_GEO_AVG &&
               (unsigned)initializer->distribution <= GLR_DISTRIBUTION_UNIFORM;
    default: return 1;
    }
}

/* Variance scaling's parameters depend on fans: whether the values have a finite scale, of an initializer and
   a tensor that are otherwise right. */
static int judge_scaling(const glr_initializer *initializer, const glr_tensor *tensor)
{
    const reference_scaling scaling = reference_scaling_of(initializer, tensor);
    return tensor->dtype == GLR_DTYPE_FLOAT64 ? isfinite(scaling.scale_f64) && isfinite(scaling.shift_f64)
                                              : isfinite(scaling.scale) && isfinite(scaling.shift);
}

fuzz_verdict fuzz_judge(const glr_initializer *initializer, const glr_tensor *tensor)
{
    fuzz_verdict verdict = {0};
    verdict.of_tensor = verdict.refusals = judge_tensor(tensor, &verdict);
    if (verdict.of_tensor != 0) {
        verdict.elements = verdict.bytes = 0;
        /* Which of several faults is told is not promised. */
        verdict.refusals |= FUZZ_REFUSAL(GLR_ERROR_ARGUMENT) | FUZZ_REFUSAL(GLR_ERROR_UNSUPPORTED);
        return verdict;
    }
    const int is_bytes = initializer->kind == GLR_KIND_RANDOM_BYTES;
    const int is_kind =
        is_bytes || (initializer->kind > GLR_KIND_NONE && initializer->kind <= GLR_KIND_LECUN_UNIFORM);
    const int is_integer = tensor->dtype > GLR_DTYPE_BOOL && tensor->dtype <= GLR_DTYPE_UINT64;
    if (has_reserved(initializer->reserved, sizeof initializer->reserved / sizeof initializer->reserved[0]) ||
        !is_kind || (unsigned)initializer->method > GLR_METHOD_ICDF ||
        (unsigned)initializer->layout > GLR_LAYOUT_TORCH ||
        (unsigned)initializer->seeding > GLR_SEEDING_NONE || !judge_params(initializer, tensor->dtype)) {
        verdict.refusals |= FUZZ_REFUSAL(GLR_ERROR_ARGUMENT);
    }
    if (is_bytes ? !is_integer : is_kind && is_random(initializer->kind) && tensor->dtype >= GLR_DTYPE_BOOL) {
        verdict.refusals |= FUZZ_REFUSAL(GLR_ERROR_UNSUPPORTED);
    }
    verdict.refusals |= judge_fans(initializer, tensor);
    if (verdict.refusals == 0 && initializer->kind == GLR_KIND_VARIANCE_SCALING &&
        !judge_scaling(initializer, tensor)) {
        verdict.refusals |= FUZZ_REFUSAL(GLR_ERROR_ARGUMENT);
    }
    return verdict;
}

uint32_t fuzz_judge_call(const glr_initializer *initializer, const glr_tensor *tensor)
{
    const int is_unseeded = is_random(initializer->kind) && initializer->seeding == GLR_SEEDING_NONE;
    return is_unseeded && tensor->part != GLR_PART_WHOLE ? FUZZ_REFUSAL(GLR_ERROR_UNSEEDED) : 0;
}

/* ---- Places ------------------------------------------------------------------------------------------ */

fuzz_walk fuzz_walk_start(const glr_tensor *tensor)
{
    fuzz_walk walk = {.tensor = tensor, .is_packed = is_packed(tensor)};
    return walk;
}

/* A step of an odometer whose last wheel turns fastest; 0 when all have turned. */
static int turn(fuzz_walk *walk)
{
    for (uint32_t a = walk->tensor->rank; a-- > 0;) {
        if (++walk->at[a] < extent_of(walk->tensor, a)) {
            return 1;
        }
        walk->at[a] = 0;
    }
    return 0;
}

/* Whether there is an element at all. */
static int begin(const glr_tensor *tensor)
{
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (extent_of(tensor, a) == 0) {
            return 0;
        }
    }
    return 1;
}

int fuzz_walk_next(fuzz_walk *walk)
{
    const glr_tensor *tensor = walk->tensor;
    walk->number += (uint64_t)walk->has_begun;
    if (tensor->part == GLR_PART_RANGE) {
        walk->has_begun = 1;
        walk->place = walk->number;
        walk->index = (uint64_t)tensor->first + walk->number;
        return walk->number < (uint64_t)tensor->count;
    }
    const int goes_on = walk->has_begun ? turn(walk) : begin(tensor);
    walk->has_begun = 1;
    walk->index = 0;
    walk->place = walk->is_packed ? walk->number : 0;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        const int64_t start = tensor->part == GLR_PART_BOX ? tensor->start[a] : 0;
        walk->index = walk->index * (uint64_t)tensor->shape[a] + (uint64_t)(start + walk->at[a]);
        /* An axis of one element stays at 0, so its stride, any, is not added. */
        walk->place += walk->is_packed ? 0 : (uint64_t)walk->at[a] * (uint64_t)tensor->strides[a];
    }
    return goes_on;
}
