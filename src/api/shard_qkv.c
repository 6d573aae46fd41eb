/* Where the rows of query, key and value lie in a rank's part of their fused matrix. */
#include "call.h"
#include "shard.h"

#include <inttypes.h>
#include <string.h>

/* Rows from start on of one of the three tensors, and where they lie in the rank's part. */
typedef struct rows {
    int64_t start, extent, local;
} rows;

static glr_status check_range(const char *name, int64_t value, int64_t lower, int64_t upper)
{
    if (value < lower || value > upper) {
        return glr_fail(GLR_ERROR_ARGUMENT, "qkv.%s: %" PRId64 " is outside [%" PRId64 ", %" PRId64 "]", name,
                        value, lower, upper);
    }
    return GLR_OK;
}

/* Fails unless divisor divides number, of which what is the name. */
static glr_status check_divides(const char *name, int64_t divisor, const char *what, int64_t number)
{
    if (number % divisor != 0) {
        return glr_fail(GLR_ERROR_ARGUMENT, "qkv.%s: %" PRId64 " does not divide the %" PRId64 " %s", name,
                        divisor, number, what);
    }
    return GLR_OK;
}

static int64_t fused_rows(const glr_qkv *qkv) { return (qkv->heads + 2 * qkv->groups) * qkv->head_dim; }

/* Whether each rank gets as much as the layout has it. */
static glr_status check_division(const glr_qkv *qkv)
{
    switch (qkv->layout) {
    case GLR_QKV_BY_GROUP: return check_divides("ranks", qkv->ranks, "rows", fused_rows(qkv));
    case GLR_QKV_BY_KIND: {
        const glr_status status = check_divides("ranks", qkv->ranks, "heads", qkv->heads);
        if (status != GLR_OK) {
            return status;
        }
        return qkv->groups >= qkv->ranks ? check_divides("ranks", qkv->ranks, "groups", qkv->groups)
                                         : check_divides("groups", qkv->groups, "ranks", qkv->ranks);
    }
    }
    return glr_fail(GLR_ERROR_ARGUMENT, "qkv.layout: must be by group (0) or by kind (1), not %d",
                    (int)qkv->layout);
}

/* The limits keep products of rows within GLR_MAX_ELEMENTS, and their sums within three times that. */
static glr_status check_qkv(const glr_qkv *qkv)
{
    glr_status status = GLR_CHECK_RESERVED("qkv", qkv);
    if (status == GLR_OK) {
        status = check_range("head_dim", qkv->head_dim, 1, GLR_MAX_ELEMENTS);
    }
    if (status == GLR_OK) {
        status = check_range("heads", qkv->heads, 1, GLR_MAX_ELEMENTS / qkv->head_dim);
    }
    if (status == GLR_OK) {
        status = check_range("groups", qkv->groups, 1, qkv->heads);
    }
    if (status == GLR_OK) {
        status = check_divides("groups", qkv->groups, "heads", qkv->heads);
    }
    if (status == GLR_OK) {
        status = check_range("ranks", qkv->ranks, 1, fused_rows(qkv));
    }
    if (status == GLR_OK) {
        status = check_range("rank", qkv->rank, 0, qkv->ranks - 1);
    }
    return status == GLR_OK ? check_division(qkv) : status;
}

static glr_status check_rows(const glr_tensor *tensor, const glr_qkv *qkv, glr_qkv_kind kind)
{
    const glr_status status = glr_check_whole(tensor);
    if (status != GLR_OK) {
        return status;
    }
    if (kind != GLR_QKV_QUERY && kind != GLR_QKV_KEY && kind != GLR_QKV_VALUE) {
        return glr_fail(GLR_ERROR_ARGUMENT, "kind: must be query (0), key (1) or value (2), not %d",
                        (int)kind);
    }
    if (tensor->rank == 0) {
        return glr_fail(GLR_ERROR_SHAPE, "tensor.rank: is 0, and axis 0 would be the rows");
    }
    const int64_t expected = (kind == GLR_QKV_QUERY ? qkv->heads : qkv->groups) * qkv->head_dim;
    if (tensor->shape[0] != expected) {
        return glr_fail(GLR_ERROR_SHAPE,
                        "tensor.shape[0]: must be %" PRId64 ", heads of %" PRId64 " rows, not %" PRId64,
                        expected, qkv->head_dim, tensor->shape[0]);
    }
    return GLR_OK;
}

static int64_t local_rows(const glr_qkv *qkv)
{
    if (qkv->layout == GLR_QKV_BY_GROUP) {
        return fused_rows(qkv) / qkv->ranks;
    }
    const int64_t groups = qkv->groups >= qkv->ranks ? qkv->groups / qkv->ranks : 1;
    return (qkv->heads / qkv->ranks + 2 * groups) * qkv->head_dim;
}

/* The rows of a rank in a matrix by kind: one run. */
static rows rows_by_kind(const glr_qkv *qkv, glr_qkv_kind kind)
{
    const int64_t query_rows = qkv->heads / qkv->ranks * qkv->head_dim;
    if (kind == GLR_QKV_QUERY) {
        const rows query = {qkv->rank * query_rows, query_rows, 0};
        return query;
    }
    const int64_t sharing = qkv->groups >= qkv->ranks ? 1 : qkv->ranks / qkv->groups;
    const int64_t extent = (local_rows(qkv) - query_rows) / 2;
    const rows key_or_value = {qkv->rank / sharing * extent, extent,
                               query_rows + (kind == GLR_QKV_VALUE ? extent : 0)};
    return key_or_value;
}

/* The rows of a rank in a matrix by group, of one of the groups: extent is 0 or less if there are none. */
static rows rows_by_group(const glr_qkv *qkv, glr_qkv_kind kind, int64_t group)
{
    const int64_t query_rows = qkv->heads / qkv->groups * qkv->head_dim;
    const int64_t extent = kind == GLR_QKV_QUERY ? query_rows : qkv->head_dim;
    const int64_t before = kind == GLR_QKV_QUERY ? 0 : query_rows + (kind == GLR_QKV_VALUE ? extent : 0);
    const int64_t begins = group * (query_rows + 2 * qkv->head_dim) + before, ends = begins + extent;
    const int64_t first = qkv->rank * local_rows(qkv), last = first + local_rows(qkv);
    const int64_t from = begins > first ? begins : first, to = ends < last ? ends : last;
    const rows met = {group * extent + from - begins, to - from, from - first};
    return met;
}

/* Adds a piece, if there is room for it. */
static void add_piece(const glr_tensor *tensor, rows of, glr_piece *pieces, size_t capacity, size_t *count)
{
    if (of.extent > 0 && (*count)++ < capacity) {
        glr_piece *piece = &pieces[*count - 1];
        memset(piece, 0, sizeof *piece);
        memcpy(piece->extent, tensor->shape, tensor->rank * sizeof *piece->extent);
        piece->start[0] = of.start;
        piece->extent[0] = of.extent;
        piece->local[0] = of.local;
    }
}

static size_t find_pieces(const glr_tensor *tensor, const glr_qkv *qkv, glr_qkv_kind kind, glr_piece *pieces,
                          size_t capacity)
{
    size_t count = 0;
    for (uint32_t a = 1; a < tensor->rank; a++) {
        if (tensor->shape[a] == 0) {
            return 0;
        }
    }
    if (qkv->layout == GLR_QKV_BY_KIND) {
        add_piece(tensor, rows_by_kind(qkv, kind), pieces, capacity, &count);
        return count;
    }
    const int64_t rows_of_group = fused_rows(qkv) / qkv->groups, first = qkv->rank * local_rows(qkv);
    for (int64_t group = first / rows_of_group; group * rows_of_group < first + local_rows(qkv); group++) {
        add_piece(tensor, rows_by_group(qkv, kind, group), pieces, capacity, &count);
    }
    return count;
}

glr_status glr_shard_qkv(const glr_tensor *tensor, const glr_qkv *qkv, glr_qkv_kind kind, glr_piece *pieces,
                         size_t capacity, size_t *count, int64_t *local_shape)
{
    if (qkv == NULL || count == NULL || (pieces == NULL && capacity > 0)) {
        return glr_fail_null(qkv == NULL ? "qkv" : count == NULL ? "count" : "pieces");
    }
    glr_status status = check_qkv(qkv);
    if (status == GLR_OK) {
        status = check_rows(tensor, qkv, kind);
    }
    if (status != GLR_OK) {
        return status;
    }
    if (local_shape != NULL) {
        memcpy(local_shape, tensor->shape, tensor->rank * sizeof *local_shape);
        local_shape[0] = local_rows(qkv);
    }
    *count = find_pieces(tensor, qkv, kind, NULL, 0);
    if (*count > capacity) {
        return glr_fail_capacity(*count, capacity);
    }
    (void)find_pieces(tensor, qkv, kind, pieces, capacity);
    return GLR_OK;
}
