/* Checking a tensor and laying out its part. */
#include "make_plan.h"

#include "call.h"

#include <inttypes.h>
#include <string.h>

/* An axis of the part: how many elements, and what one step along it adds to the index and the offset. */
typedef struct axis {
    uint64_t extent, index_step, offset_step;
} axis;

/* Axes of the part, outermost first; merge_axes() merges them in place. */
typedef struct axes {
    axis axis[GLR_MAX_RANK];
    uint32_t count;
} axes;

glr_status glr_check_shape(const char *name, const int64_t *shape, uint32_t rank, uint64_t *elements)
{
    uint64_t product = 1; /* of the dimensions that are not 0, so that fans cannot overflow either */
    *elements = 1;
    for (uint32_t a = 0; a < rank; a++) {
        int64_t dimension = shape[a];
        if (dimension < 0) {
            return glr_fail(GLR_ERROR_SHAPE, "%s[%u]: %" PRId64 " is negative", name, a, dimension);
        }
        if (dimension > 0 && product > (uint64_t)GLR_MAX_ELEMENTS / (uint64_t)dimension) {
            return glr_fail(GLR_ERROR_SHAPE, "%s[%u]: %" PRId64 " makes the tensor larger than 2^56 elements",
                            name, a, dimension);
        }
        product *= dimension > 0 ? (uint64_t)dimension : 1;
        *elements *= (uint64_t)dimension;
    }
    return GLR_OK;
}

static glr_status check_box(const glr_tensor *tensor)
{
    for (uint32_t a = 0; a < tensor->rank; a++) {
        int64_t start = tensor->start[a], extent = tensor->extent[a], dimension = tensor->shape[a];
        if (start < 0 || start > dimension) {
            return glr_fail(GLR_ERROR_SHAPE, "tensor.start[%u]: %" PRId64 " is outside [0, %" PRId64 "]", a,
                            start, dimension);
        }
        if (extent < 0 || extent > dimension - start) {
            return glr_fail(GLR_ERROR_SHAPE,
                            "tensor.extent[%u]: %" PRId64 " is outside [0, %" PRId64
                            "], what is left of the axis from %" PRId64,
                            a, extent, dimension - start, start);
        }
    }
    return GLR_OK;
}

static glr_status check_range(const glr_tensor *tensor, uint64_t elements)
{
    int64_t first = tensor->first, count = tensor->count, total = (int64_t)elements;
    if (first < 0 || first > total) {
        return glr_fail(GLR_ERROR_SHAPE, "tensor.first: %" PRId64 " is outside [0, %" PRId64 "]", first,
                        total);
    }
    if (count < 0 || count > total - first) {
        return glr_fail(GLR_ERROR_SHAPE,
                        "tensor.count: %" PRId64 " is outside [0, %" PRId64
                        "], what is left of the tensor from %" PRId64,
                        count, total - first, first);
    }
    return GLR_OK;
}

static int64_t part_extent(const glr_tensor *tensor, uint32_t a)
{
    return tensor->part == GLR_PART_BOX ? tensor->extent[a] : tensor->shape[a];
}

static bool has_strides(const int64_t *extent, uint32_t rank, const int64_t *strides)
{
    for (uint32_t a = 0; a < rank; a++) {
        if (strides[a] != 0 && extent[a] != 1) {
            return true;
        }
    }
    return false;
}

static bool part_has_strides(const glr_tensor *tensor)
{
    return has_strides(tensor->part == GLR_PART_BOX ? tensor->extent : tensor->shape, tensor->rank,
                       tensor->strides);
}

void glr_set_strides(const int64_t *extent, uint32_t rank, const int64_t *given, int64_t *strides)
{
    int64_t step = 1;
    if (given != NULL && has_strides(extent, rank, given)) {
        memcpy(strides, given, rank * sizeof *strides);
        return;
    }
    for (uint32_t a = rank; a-- > 0;) {
        strides[a] = step;
        step *= extent[a] > 0 ? extent[a] : 1;
    }
}

/* The index of a box's first element, in the whole tensor. */
static uint64_t box_first(const glr_tensor *tensor)
{
    uint64_t first = 0;
    for (uint32_t a = 0; a < tensor->rank && tensor->part == GLR_PART_BOX; a++) {
        first = first * (uint64_t)tensor->shape[a] + (uint64_t)tensor->start[a];
    }
    return first;
}

/* The axes of a non-empty whole or box, those of extent 1 left out. */
static axes part_axes(const glr_tensor *tensor)
{
    int packed = !part_has_strides(tensor);
    axes part = {.count = 0};
    uint64_t index_step = 1, packed_step = 1;
    for (uint32_t a = tensor->rank; a-- > 0;) {
        uint64_t extent = (uint64_t)part_extent(tensor, a);
        if (extent != 1) {
            axis this_axis = {extent, index_step, packed ? packed_step : (uint64_t)tensor->strides[a]};
            part.axis[part.count++] = this_axis;
        }
        index_step *= (uint64_t)tensor->shape[a];
        packed_step *= extent;
    }
    for (uint32_t i = 0; i < part.count / 2; i++) { /* innermost first so far */
        axis swapped = part.axis[i];
        part.axis[i] = part.axis[part.count - 1 - i];
        part.axis[part.count - 1 - i] = swapped;
    }
    return part;
}

/* Elements share no place if, in the order of their strides, each axis steps beyond the reach of those
   with smaller strides. *reach is the offset of the last element. */
static glr_status check_strides(const axes *part, size_t element_size, uint64_t *reach)
{
    axes sorted = *part;
    for (uint32_t i = 1; i < sorted.count; i++) {
        for (uint32_t j = i; j > 0 && sorted.axis[j].offset_step < sorted.axis[j - 1].offset_step; j--) {
            axis swapped = sorted.axis[j];
            sorted.axis[j] = sorted.axis[j - 1];
            sorted.axis[j - 1] = swapped;
        }
    }
    const uint64_t limit = (uint64_t)INT64_MAX / element_size - 1;
    *reach = 0;
    for (uint32_t i = 0; i < sorted.count; i++) {
        uint64_t step = sorted.axis[i].offset_step, steps = sorted.axis[i].extent - 1;
        if (step <= *reach) {
            return glr_fail(GLR_ERROR_SHAPE,
                            "tensor.strides: %" PRIu64 " for an axis of %" PRIu64
                            " elements does not step beyond offset %" PRIu64
                            ", which axes with smaller strides reach",
                            step, steps + 1, *reach);
        }
        if (step > (limit - *reach) / steps) {
            return glr_fail(GLR_ERROR_SHAPE,
                            "tensor.strides: %" PRIu64 " for an axis of %" PRIu64
                            " elements reaches beyond 2^63 bytes",
                            step, steps + 1);
        }
        *reach += step * steps;
    }
    return GLR_OK;
}

/* Joins an axis with the next inner one where stepping off the inner one's end is a step along the outer. */
static void merge_axes(axes *part)
{
    uint32_t kept = 0;
    for (uint32_t a = 1; a < part->count; a++) {
        axis *outer = &part->axis[kept];
        const axis *inner = &part->axis[a];
        if (outer->index_step == inner->extent * inner->index_step &&
            outer->offset_step == inner->extent * inner->offset_step) {
            axis merged = {outer->extent * inner->extent, inner->index_step, inner->offset_step};
            *outer = merged;
        } else {
            part->axis[++kept] = *inner;
        }
    }
    if (part->count > 0) {
        part->count = kept + 1;
    }
}

/* The innermost axis becomes the run if its elements have consecutive indices. */
static glr_runs runs_of(uint64_t first, const axes *part)
{
    glr_runs runs = {.first = first, .length = 1, .stride = 1, .axes = part->count};
    if (part->count > 0 && part->axis[part->count - 1].index_step == 1) {
        runs.axes--;
        runs.length = part->axis[runs.axes].extent;
        runs.stride = part->axis[runs.axes].offset_step;
    }
    for (uint32_t a = 0; a < runs.axes; a++) {
        runs.extent[a] = part->axis[a].extent;
        runs.index_step[a] = part->axis[a].index_step;
        runs.offset_step[a] = part->axis[a].offset_step;
    }
    return runs;
}

static glr_status lay_out_range(const glr_tensor *tensor, glr_layout_of_part *layout)
{
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (tensor->strides[a] != 0) {
            return glr_fail(GLR_ERROR_SHAPE, "tensor.strides[%u]: must be 0 for a range, not %" PRId64, a,
                            tensor->strides[a]);
        }
    }
    glr_runs runs = {.first = (uint64_t)tensor->first, .length = (uint64_t)tensor->count, .stride = 1};
    layout->runs = runs;
    layout->count = runs.length;
    layout->bytes = layout->count * glr_dtype_size(tensor->dtype);
    return GLR_OK;
}

static glr_status lay_out_box(const glr_tensor *tensor, glr_layout_of_part *layout)
{
    uint64_t count = 1;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (tensor->strides[a] < 0 && part_extent(tensor, a) != 1) {
            return glr_fail(GLR_ERROR_SHAPE, "tensor.strides[%u]: %" PRId64 " is negative", a,
                            tensor->strides[a]);
        }
        count *= (uint64_t)part_extent(tensor, a);
    }
    memset(layout, 0, sizeof *layout);
    if (count == 0) {
        return GLR_OK;
    }
    if (tensor->part == GLR_PART_WHOLE && !part_has_strides(tensor)) { /* most are: one run */
        layout->runs.length = layout->count = count;
        layout->runs.stride = 1;
        layout->bytes = count * glr_dtype_size(tensor->dtype);
        return GLR_OK;
    }
    axes part = part_axes(tensor);
    uint64_t reach;
    glr_status status = check_strides(&part, glr_dtype_size(tensor->dtype), &reach);
    if (status != GLR_OK) {
        return status;
    }
    merge_axes(&part);
    layout->runs = runs_of(box_first(tensor), &part);
    layout->count = count;
    layout->bytes = (reach + 1) * glr_dtype_size(tensor->dtype);
    return GLR_OK;
}

glr_status glr_check_tensor(const glr_tensor *tensor, glr_layout_of_part *layout)
{
    glr_status status = GLR_CHECK_RESERVED("tensor", tensor);
    if (status != GLR_OK) {
        return status;
    }
    if (glr_dtype_size(tensor->dtype) == 0) {
        return glr_fail(GLR_ERROR_ARGUMENT, "tensor.dtype: %d is not a dtype", (int)tensor->dtype);
    }
    if (tensor->rank > GLR_MAX_RANK) {
        return glr_fail(GLR_ERROR_ARGUMENT, "tensor.rank: %u is more than %d", tensor->rank, GLR_MAX_RANK);
    }
    uint64_t elements;
    status = glr_check_shape("tensor.shape", tensor->shape, tensor->rank, &elements);
    if (status != GLR_OK) {
        return status;
    }
    switch (tensor->part) {
    case GLR_PART_WHOLE: return lay_out_box(tensor, layout);
    case GLR_PART_BOX:
        status = check_box(tensor);
        return status == GLR_OK ? lay_out_box(tensor, layout) : status;
    case GLR_PART_RANGE:
        status = check_range(tensor, elements);
        return status == GLR_OK ? lay_out_range(tensor, layout) : status;
    }
    return glr_fail(GLR_ERROR_ARGUMENT, "tensor.part: must be whole (0), box (1) or range (2), not %d",
                    (int)tensor->part);
}

glr_status glr_tensor_extent(const glr_tensor *tensor, int64_t *elements, uint64_t *bytes)
{
    if (tensor == NULL) {
        return glr_fail_null("tensor");
    }
    glr_layout_of_part layout = {0};
    glr_status status = glr_check_tensor(tensor, &layout);
    if (status != GLR_OK) {
        return status;
    }
    if (elements != NULL) {
        *elements = (int64_t)layout.count;
    }
    if (bytes != NULL) {
        *bytes = layout.bytes;
    }
    return GLR_OK;
}
