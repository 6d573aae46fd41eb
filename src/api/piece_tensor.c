/* From a piece of a shard to the tensor that glr_fill takes, and its place in the local memory. */
#include "call.h"
#include "make_plan.h"
#include "shard.h"

#include <inttypes.h>
#include <string.h>

/* Fails unless extent indices from first on are within n. */
static glr_status check_within(const char *name, uint32_t a, int64_t first, int64_t extent, int64_t n)
{
    if (first < 0 || first > n || extent > n - first) {
        return glr_fail(GLR_ERROR_SHAPE,
                        "%s[%u]: %" PRId64 " indices from %" PRId64 " on are not within the %" PRId64
                        " of the axis",
                        name, a, extent, first, n);
    }
    return GLR_OK;
}

static glr_status check_piece(const glr_tensor *tensor, const glr_piece *piece, const int64_t *local_shape)
{
    glr_status status = GLR_OK;
    for (uint32_t a = 0; status == GLR_OK && a < tensor->rank; a++) {
        if (piece->extent[a] < 0) {
            return glr_fail(GLR_ERROR_SHAPE, "piece.extent[%u]: %" PRId64 " is negative", a,
                            piece->extent[a]);
        }
        status = check_within("piece.start", a, piece->start[a], piece->extent[a], tensor->shape[a]);
        if (status == GLR_OK) {
            status = check_within("piece.local", a, piece->local[a], piece->extent[a], local_shape[a]);
        }
    }
    return status;
}

/* Where the piece begins, in bytes. */
static glr_status find_offset(const glr_tensor *part, const glr_piece *piece, uint64_t *offset)
{
    const uint64_t limit = (uint64_t)INT64_MAX / glr_dtype_size(part->dtype);
    uint64_t elements = 0;
    for (uint32_t a = 0; a < part->rank; a++) {
        if (part->strides[a] < 0) {
            return glr_fail(GLR_ERROR_SHAPE, "local_strides[%u]: %" PRId64 " is negative", a,
                            part->strides[a]);
        }
        const uint64_t stride = (uint64_t)part->strides[a], steps = (uint64_t)piece->local[a];
        if (steps > 0 && stride > (limit - elements) / steps) {
            return glr_fail(GLR_ERROR_SHAPE,
                            "local_strides[%u]: %" PRIu64 ", %" PRIu64 " times, reaches beyond 2^63 bytes", a,
                            stride, steps);
        }
        elements += stride * steps;
    }
    *offset = elements * glr_dtype_size(part->dtype);
    return GLR_OK;
}

glr_status glr_piece_tensor(const glr_tensor *tensor, const glr_piece *piece, const int64_t *local_shape,
                            const int64_t *local_strides, glr_tensor *part, uint64_t *offset)
{
    if (piece == NULL || local_shape == NULL || part == NULL || offset == NULL) {
        return glr_fail_null(piece == NULL         ? "piece"
                             : local_shape == NULL ? "local_shape"
                             : part == NULL        ? "part"
                                                   : "offset");
    }
    glr_status status = glr_check_whole(tensor);
    if (status != GLR_OK) {
        return status;
    }
    uint64_t elements;
    status = glr_check_shape("local_shape", local_shape, tensor->rank, &elements);
    if (status == GLR_OK) {
        status = check_piece(tensor, piece, local_shape);
    }
    if (status != GLR_OK) {
        return status;
    }
    glr_tensor made = *tensor;
    made.part = GLR_PART_BOX;
    memcpy(made.start, piece->start, made.rank * sizeof *made.start);
    memcpy(made.extent, piece->extent, made.rank * sizeof *made.extent);
    /* They have been seen not to overflow: packed ones, because the shape was checked. */
    glr_set_strides(local_shape, made.rank, local_strides, made.strides);
    uint64_t begins = 0;
    glr_layout_of_part layout;
    status = find_offset(&made, piece, &begins);
    if (status == GLR_OK) {
        status = glr_check_tensor(&made, &layout);
    }
    if (status == GLR_OK) {
        *part = made;
        *offset = begins;
    }
    return status;
}
