/* The numbers of inputs and outputs of a weight, as Keras's compute_fans, with layouts and batch axes.
   No product overflows: the dimensions that are not 0 multiply to at most 2^56. */
#include "fans.h"

#include "error.h"

/* A list of axes of an initializer, and its name for messages. */
typedef struct axis_list {
    const char *name;
    const int32_t *axes;
    uint32_t count;
} axis_list;

/* The axes of a list as a set of bits, each axis counted from the front. */
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
            return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s[%u]: %d is no axis of a tensor of rank %u",
                            list.name, i, axis, rank);
        }
        uint32_t bit = 1U << (axis < 0 ? axis + (int32_t)rank : axis);
        if (*set & bit) {
            return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s[%u]: %d names an axis for the second time",
                            list.name, i, axis);
        }
        *set |= bit;
    }
    return GLR_OK;
}

static uint64_t product_over(const glr_tensor *tensor, uint32_t set)
{
    uint64_t product = 1;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (set >> a & 1U) {
            product *= (uint64_t)tensor->shape[a];
        }
    }
    return product;
}

/* Fans by the position of the axes that are no batch axes. */
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

glr_status glr_fans_of(const glr_initializer *initializer, const glr_tensor *tensor, glr_fans *fans)
{
    const axis_list lists[3] = {
        {"input_axes", initializer->input_axes, initializer->input_axis_count},
        {"output_axes", initializer->output_axes, initializer->output_axis_count},
        {"batch_axes", initializer->batch_axes, initializer->batch_axis_count},
    };
    uint32_t sets[3];
    for (int i = 0; i < 3; i++) {
        glr_status status = axis_set(lists[i], tensor->rank, &sets[i]);
        if (status != GLR_OK) {
            return status;
        }
    }
    uint32_t input = sets[0], output = sets[1], batch = sets[2];
    if ((input | output) & batch) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.batch_axes: share an axis with %s",
                        input & batch ? "input_axes" : "output_axes");
    }
    if ((lists[0].count == 0) != (lists[1].count == 0)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: are needed when %s are given",
                        lists[lists[0].count == 0 ? 0 : 1].name, lists[lists[0].count == 0 ? 1 : 0].name);
    }
    if (lists[0].count > 0) {
        fans->in = product_over(tensor, input);
        fans->out = product_over(tensor, output);
    } else {
        *fans = fans_by_layout(initializer->layout, tensor, batch);
    }
    return GLR_OK;
}
