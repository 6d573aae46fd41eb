/* Fused query, key and value against lists of labelled rows, made head by head; errors. */
#include "glorand/shard.h"

#include <criterion/criterion.h>
#include <string.h>

#define MOST 1024 /* rows */

/* A row: of which tensor, and which. */
typedef struct row {
    int kind;
    int64_t index;
} row;

typedef struct rows {
    row row[MOST];
    int64_t count;
} rows;

static void add_head(rows *to, const glr_qkv *qkv, int kind, int64_t head)
{
    for (int64_t i = 0; i < qkv->head_dim; i++) {
        const row one = {kind, head * qkv->head_dim + i};
        cr_assert_lt(to->count, MOST);
        to->row[to->count++] = one;
    }
}

/* As Megatron-LM lays out linear_qkv, of which a rank has an equal part of the rows. */
static void make_by_group(const glr_qkv *qkv, rows *of_rank)
{
    static rows all;
    all.count = of_rank->count = 0;
    const int64_t per_group = qkv->heads / qkv->groups;
    for (int64_t group = 0; group < qkv->groups; group++) {
        for (int64_t head = 0; head < per_group; head++) {
            add_head(&all, qkv, GLR_QKV_QUERY, group * per_group + head);
        }
        add_head(&all, qkv, GLR_QKV_KEY, group);
        add_head(&all, qkv, GLR_QKV_VALUE, group);
    }
    const int64_t per_rank = all.count / qkv->ranks;
    for (int64_t i = 0; i < per_rank; i++) {
        of_rank->row[of_rank->count++] = all.row[qkv->rank * per_rank + i];
    }
}

/* As vLLM's QKVParallelLinear: a rank has query heads of its own, and the key and value heads that these
 * need. */
static void make_by_kind(const glr_qkv *qkv, rows *of_rank)
{
    of_rank->count = 0;
    const int64_t per_rank = qkv->heads / qkv->ranks, first = qkv->rank * per_rank,
                  last = first + per_rank - 1;
    const int64_t per_group = qkv->heads / qkv->groups;
    for (int64_t head = first; head <= last; head++) {
        add_head(of_rank, qkv, GLR_QKV_QUERY, head);
    }
    for (int kind = GLR_QKV_KEY; kind <= GLR_QKV_VALUE; kind++) {
        for (int64_t group = first / per_group; group <= last / per_group; group++) {
            add_head(of_rank, qkv, kind, group);
        }
    }
}

static glr_tensor tensor_of(const glr_qkv *qkv, int kind)
{
    const int64_t heads = kind == GLR_QKV_QUERY ? qkv->heads : qkv->groups;
    const glr_tensor tensor = {.dtype = GLR_DTYPE_BFLOAT16, .rank = 2, .shape = {heads * qkv->head_dim, 5}};
    return tensor;
}

/* The fewest pieces that have a tensor's rows among these. */
static size_t count_runs(const rows *of_rank, int kind)
{
    size_t runs = 0;
    for (int64_t i = 0; i < of_rank->count; i++) {
        const row *one = &of_rank->row[i];
        runs += one->kind == kind && (i == 0 || one[-1].kind != kind || one[-1].index + 1 != one->index);
    }
    return runs;
}

static void check_qkv(const glr_qkv *qkv)
{
    static rows expected;
    (qkv->layout == GLR_QKV_BY_GROUP ? make_by_group : make_by_kind)(qkv, &expected);
    int visits[MOST] = {0};
    for (int kind = GLR_QKV_QUERY; kind <= GLR_QKV_VALUE; kind++) {
        const glr_tensor tensor = tensor_of(qkv, kind);
        glr_piece pieces[64];
        size_t count = 0;
        int64_t shape[2] = {0, 0};
        cr_assert_eq(glr_shard_qkv(&tensor, qkv, (glr_qkv_kind)kind, pieces, 64, &count, shape), GLR_OK, "%s",
                     glr_last_error());
        cr_assert(shape[0] == expected.count && shape[1] == 5);
        cr_assert_eq(count, count_runs(&expected, kind));
        for (size_t i = 0; i < count; i++) {
            cr_assert(pieces[i].start[1] == 0 && pieces[i].extent[1] == 5 && pieces[i].local[1] == 0);
            for (int64_t k = 0; k < pieces[i].extent[0]; k++) {
                const row *one = &expected.row[pieces[i].local[0] + k];
                cr_assert_lt(pieces[i].local[0] + k, expected.count);
                cr_assert(one->kind == kind && one->index == pieces[i].start[0] + k);
                visits[pieces[i].local[0] + k]++;
            }
        }
    }
    for (int64_t i = 0; i < expected.count; i++) {
        cr_assert_eq(visits[i], 1);
    }
}

/* The heads and groups that ranks divide, and, by group, those whose rows alone they divide. */
Test(shard, fused_query_key_and_value)
{
    int tried[2] = {0, 0};
    for (int64_t heads = 1; heads <= 16; heads++) {
        for (int64_t groups = 1; groups <= heads; groups++) {
            for (int64_t ranks = 1; ranks <= 8; ranks++) {
                for (int64_t rank = 0; rank < ranks && heads % groups == 0; rank++) {
                    glr_qkv qkv = {GLR_QKV_BY_GROUP, heads, groups, 6, ranks, rank, {0}};
                    if ((heads + 2 * groups) * 6 % ranks == 0) {
                        check_qkv(&qkv);
                        tried[0]++;
                    }
                    qkv.layout = GLR_QKV_BY_KIND;
                    if (heads % ranks == 0 && (groups % ranks == 0 || ranks % groups == 0)) {
                        check_qkv(&qkv);
                        tried[1]++;
                    }
                }
            }
        }
    }
    cr_expect(tried[0] > 300 && tried[1] > 200, "%d %d", tried[0], tried[1]);
}

Test(shard, fused_biases_and_empty_matrices)
{
    const glr_qkv qkv = {GLR_QKV_BY_KIND, 8, 2, 16, 4, 3, {0}};
    const glr_tensor bias = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {32}};
    const glr_tensor empty = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {32, 0}};
    glr_piece piece;
    size_t count = 0;
    cr_assert_eq(glr_shard_qkv(&bias, &qkv, GLR_QKV_VALUE, &piece, 1, &count, NULL), GLR_OK);
    cr_expect(count == 1 && piece.start[0] == 16 && piece.extent[0] == 16 && piece.local[0] == 48);
    cr_assert_eq(glr_shard_qkv(&empty, &qkv, GLR_QKV_KEY, NULL, 0, &count, NULL), GLR_OK);
    cr_expect_eq(count, 0);
}

Test(shard, fused_matrices_refused)
{
    const int64_t most = INT64_MAX;
    const struct {
        glr_qkv qkv;
        int kind;
        const char *message;
    } bad[] = {
        {{GLR_QKV_BY_KIND, 8, 2, 0, 4, 3, {0}}, 0, "qkv.head_dim: 0 is outside [1, 72057594037927936]"},
        {{GLR_QKV_BY_KIND, most, 2, 16, 4, 3, {0}},
         0,
         "qkv.heads: 9223372036854775807 is outside [1, 4503599627370496]"},
        {{GLR_QKV_BY_KIND, 8, 9, 16, 4, 3, {0}}, 0, "qkv.groups: 9 is outside [1, 8]"},
        {{GLR_QKV_BY_KIND, 8, 3, 16, 4, 3, {0}}, 0, "qkv.groups: 3 does not divide the 8 heads"},
        {{GLR_QKV_BY_KIND, 8, 2, 16, 0, 0, {0}}, 0, "qkv.ranks: 0 is outside [1, 192]"},
        {{GLR_QKV_BY_KIND, 8, 2, 16, 4, 4, {0}}, 0, "qkv.rank: 4 is outside [0, 3]"},
        {{GLR_QKV_BY_KIND, 8, 2, 16, 3, 0, {0}}, 0, "qkv.ranks: 3 does not divide the 8 heads"},
        {{GLR_QKV_BY_KIND, 12, 4, 16, 3, 0, {0}}, 0, "qkv.ranks: 3 does not divide the 4 groups"},
        {{GLR_QKV_BY_KIND, 12, 4, 16, 6, 0, {0}}, 0, "qkv.groups: 4 does not divide the 6 ranks"},
        {{GLR_QKV_BY_GROUP, 8, 2, 16, 5, 0, {0}}, 0, "qkv.ranks: 5 does not divide the 192 rows"},
        {{(glr_qkv_layout)2, 8, 2, 16, 4, 3, {0}},
         0,
         "qkv.layout: must be by group (0) or by kind (1), not 2"},
        {{GLR_QKV_BY_KIND, 8, 2, 16, 4, 3, {0, 0, 0, 9}}, 0, "qkv.reserved"},
        {{GLR_QKV_BY_KIND, 8, 2, 16, 4, 3, {0}}, 3, "kind: must be query (0), key (1) or value (2), not 3"},
        {{GLR_QKV_BY_KIND, 8, 2, 16, 4, 3, {0}}, 1, "tensor.shape[0]: must be 32, heads of 16 rows, not 128"},
    };
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {128, 5}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        glr_piece piece = {.start = {77}};
        size_t count = 78;
        int64_t shape[2] = {79, 79};
        cr_expect_neq(
            glr_shard_qkv(&tensor, &bad[i].qkv, (glr_qkv_kind)bad[i].kind, &piece, 1, &count, shape), GLR_OK,
            "row %zu", i);
        cr_expect_not_null(strstr(glr_last_error(), bad[i].message), "row %zu: %s", i, glr_last_error());
        cr_expect(piece.start[0] == 77 && count == 78 && shape[0] == 79);
    }
    const glr_qkv qkv = {GLR_QKV_BY_GROUP, 8, 4, 16, 2, 1, {0}};
    const glr_tensor scalar = {.dtype = GLR_DTYPE_FLOAT32};
    glr_piece piece = {.start = {77}};
    size_t count = 0;
    cr_expect_eq(glr_shard_qkv(&scalar, &qkv, GLR_QKV_QUERY, &piece, 1, &count, NULL), GLR_ERROR_SHAPE);
    cr_expect_eq(glr_shard_qkv(&tensor, &qkv, GLR_QKV_QUERY, &piece, 1, &count, NULL), GLR_ERROR_TOO_SMALL);
    cr_expect(count == 2 && piece.start[0] == 77, "%zu", count);
    cr_expect_eq(glr_shard_qkv(NULL, &qkv, GLR_QKV_QUERY, &piece, 1, &count, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_qkv(&tensor, NULL, GLR_QKV_QUERY, &piece, 1, &count, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_qkv(&tensor, &qkv, GLR_QKV_QUERY, NULL, 1, &count, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_qkv(&tensor, &qkv, GLR_QKV_QUERY, &piece, 1, NULL, NULL), GLR_ERROR_ARGUMENT);
}
