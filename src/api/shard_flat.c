/* What a rank has of the tensors in a flat buffer. */
#include "call.h"
#include "shard.h"

#include <inttypes.h>

/* Fails unless offset and count are those of a part of a buffer; end is where the tensor before it ends. */
static glr_status check_flat_tensor(size_t i, int64_t offset, int64_t count, int64_t end)
{
    if (offset < end) {
        return glr_fail(GLR_ERROR_SHAPE, "offsets[%zu]: %" PRId64 " is less than %" PRId64 "%s", i, offset,
                        end, i > 0 ? ", where the tensor before it ends" : "");
    }
    if (count < 0 || count > INT64_MAX - offset) {
        return glr_fail(GLR_ERROR_SHAPE, "counts[%zu]: %" PRId64 " is outside [0, %" PRId64 "]", i, count,
                        INT64_MAX - offset);
    }
    return GLR_OK;
}

static glr_status check_flat(const int64_t *offsets, const int64_t *counts, size_t tensors, int64_t first,
                             int64_t count)
{
    if (tensors > 0 && (offsets == NULL || counts == NULL)) {
        return glr_fail_null(offsets == NULL ? "offsets" : "counts");
    }
    if (first < 0) {
        return glr_fail(GLR_ERROR_SHAPE, "first: %" PRId64 " is negative", first);
    }
    if (count < 0 || count > INT64_MAX - first) {
        return glr_fail(GLR_ERROR_SHAPE, "count: %" PRId64 " is outside [0, %" PRId64 "]", count,
                        INT64_MAX - first);
    }
    int64_t end = 0;
    for (size_t i = 0; i < tensors; i++) {
        const glr_status status = check_flat_tensor(i, offsets[i], counts[i], end);
        if (status != GLR_OK) {
            return status;
        }
        end = offsets[i] + counts[i];
    }
    return GLR_OK;
}

/* What elements first to end - 1 of the buffer have of tensor i: 0 if nothing. */
static int meet(const int64_t *offsets, const int64_t *counts, size_t i, int64_t first, int64_t end,
                glr_flat_piece *piece)
{
    const int64_t from = offsets[i] > first ? offsets[i] : first;
    const int64_t tensor_end = offsets[i] + counts[i], to = tensor_end < end ? tensor_end : end;
    const glr_flat_piece met = {i, from - offsets[i], to - from, from - first};
    if (met.count > 0) {
        *piece = met;
    }
    return met.count > 0;
}

glr_status glr_shard_flat(const int64_t *offsets, const int64_t *counts, size_t tensors, int64_t first,
                          int64_t count, glr_flat_piece *pieces, size_t capacity, size_t *piece_count)
{
    if (piece_count == NULL || (pieces == NULL && capacity > 0)) {
        return glr_fail_null(piece_count == NULL ? "piece_count" : "pieces");
    }
    const glr_status status = check_flat(offsets, counts, tensors, first, count);
    if (status != GLR_OK) {
        return status;
    }
    glr_flat_piece piece;
    size_t met = 0;
    for (size_t i = 0; i < tensors; i++) {
        met += (size_t)meet(offsets, counts, i, first, first + count, &piece);
    }
    *piece_count = met;
    if (met > capacity) {
        return glr_fail_capacity(met, capacity);
    }
    for (size_t i = 0, at = 0; i < tensors && at < met; i++) {
        at += (size_t)meet(offsets, counts, i, first, first + count, &pieces[at]);
    }
    return GLR_OK;
}
