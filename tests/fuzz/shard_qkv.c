/* Fused query, key and value: all ranks together have each row as often as the layout says. */
#include "shard_targets.h"

typedef struct fused {
    glr_qkv qkv;
    glr_tensor tensors[3]; /* query, key, value, as they are stored apart */
    int64_t *visits[3];    /* of each row */
    int64_t *local;        /* rows of a rank's part */
} fused;

static glr_qkv take_qkv(fuzz_bytes *bytes)
{
    glr_qkv qkv = {.layout = (glr_qkv_layout)fuzz_choice(bytes, 2), .groups = fuzz_count(bytes, 6)};
    const int64_t times = fuzz_count(bytes, 4);
    const int fits = qkv.groups > 0 && qkv.groups < FUZZ_SMALL && times > 0 && times < FUZZ_SMALL;
    qkv.heads = fits && !fuzz_is_wild(bytes) ? qkv.groups * times : fuzz_number(bytes);
    qkv.head_dim = fuzz_count(bytes, 6);
    qkv.ranks = fuzz_count(bytes, 8);
    qkv.rank = fuzz_extent(bytes, 8);
    qkv.reserved[fuzz_below(bytes, 4)] = fuzz_is_wild(bytes) ? fuzz_byte(bytes) : 0;
    return qkv;
}

/* What the header says of its members; with products that do not overflow: those that do are no tensor's
 * rows. */
static int is_valid(const glr_qkv *qkv)
{
    const int64_t most = GLR_MAX_ELEMENTS;
    for (size_t i = 0; i < sizeof qkv->reserved / sizeof qkv->reserved[0]; i++) {
        if (qkv->reserved[i] != 0) {
            return 0;
        }
    }
    if (qkv->heads < 1 || qkv->groups < 1 || qkv->head_dim < 1 || qkv->ranks < 1 || qkv->rank < 0 ||
        qkv->rank >= qkv->ranks || qkv->groups > qkv->heads || qkv->heads % qkv->groups != 0 ||
        qkv->head_dim > most || qkv->heads > most / qkv->head_dim) {
        return 0;
    }
    if (qkv->layout == GLR_QKV_BY_GROUP) {
        const int64_t rows = (qkv->heads + 2 * qkv->groups) * qkv->head_dim;
        return qkv->ranks <= rows && rows % qkv->ranks == 0;
    }
    return qkv->layout == GLR_QKV_BY_KIND && qkv->heads % qkv->ranks == 0 &&
           (qkv->groups % qkv->ranks == 0 || qkv->ranks % qkv->groups == 0);
}

static int64_t rows_of(const glr_qkv *qkv, int kind)
{
    return (kind == GLR_QKV_QUERY ? qkv->heads : qkv->groups) * qkv->head_dim;
}

/* Time is in proportion to the groups that a rank has. */
static int is_quick(const glr_qkv *qkv)
{
    return qkv->groups < FUZZ_SMALL || (qkv->ranks > 0 && qkv->groups / qkv->ranks < FUZZ_SMALL) ||
           qkv->layout == GLR_QKV_BY_KIND;
}

/* Counts the rows that a rank has of one tensor. */
static void check_kind(const fused *f, int kind, int64_t local_rows)
{
    const glr_tensor *tensor = &f->tensors[kind];
    size_t count = 0, again = 0;
    int64_t shape[GLR_MAX_RANK] = {0};
    const glr_status status = glr_shard_qkv(tensor, &f->qkv, (glr_qkv_kind)kind, NULL, 0, &count, shape);
    CHECK(status == (count == 0 ? GLR_OK : GLR_ERROR_TOO_SMALL) && shape[0] == local_rows);
    glr_piece *pieces = fuzz_room(count, sizeof *pieces);
    CHECK(glr_shard_qkv(tensor, &f->qkv, (glr_qkv_kind)kind, pieces, count, &again, NULL) == GLR_OK &&
          again == count);
    for (size_t i = 0; i < count; i++) {
        const glr_piece *piece = &pieces[i];
        CHECK(piece->extent[0] > 0 && piece->start[0] >= 0 && piece->local[0] >= 0);
        CHECK(piece->extent[0] <= tensor->shape[0] - piece->start[0] &&
              piece->extent[0] <= local_rows - piece->local[0]);
        for (uint32_t a = 1; a < tensor->rank; a++) {
            CHECK(piece->start[a] == 0 && piece->local[a] == 0 && piece->extent[a] == tensor->shape[a]);
        }
        for (int64_t row = 0; row < piece->extent[0]; row++) {
            f->visits[kind][piece->start[0] + row]++;
            f->local[piece->local[0] + row]++;
        }
    }
    free(pieces);
}

/* Each rank's part is full, and all ranks have each row once; of keys and values as many as share a head. */
static void check_ranks(fused *f)
{
    const glr_qkv *qkv = &f->qkv;
    const int64_t all = rows_of(qkv, GLR_QKV_QUERY) + 2 * rows_of(qkv, GLR_QKV_KEY);
    const int shares = qkv->layout == GLR_QKV_BY_KIND && qkv->ranks > qkv->groups;
    const int64_t sharing = shares ? qkv->ranks / qkv->groups : 1;
    const int64_t local_rows =
        (rows_of(qkv, GLR_QKV_QUERY) + 2 * sharing * rows_of(qkv, GLR_QKV_KEY)) / qkv->ranks;
    const int has_elements = f->tensors[0].rank == 1 || f->tensors[0].shape[1] > 0;
    CHECK(local_rows <= all);
    for (f->qkv.rank = 0; f->qkv.rank < f->qkv.ranks; f->qkv.rank++) {
        f->local = fuzz_room((size_t)local_rows, sizeof *f->local);
        for (int kind = GLR_QKV_QUERY; kind <= GLR_QKV_VALUE; kind++) {
            check_kind(f, kind, local_rows);
        }
        for (int64_t row = 0; row < local_rows; row++) {
            CHECK(f->local[row] == has_elements);
        }
        free(f->local);
    }
    for (int kind = GLR_QKV_QUERY; kind <= GLR_QKV_VALUE; kind++) {
        for (int64_t row = 0; row < rows_of(qkv, kind); row++) {
            CHECK(f->visits[kind][row] == (kind == GLR_QKV_QUERY ? 1 : sharing) * has_elements);
        }
    }
}

/* Tensors that have the rows, and one more axis or none. */
static void set_tensors(fuzz_bytes *bytes, fused *f)
{
    const uint32_t rank = 1 + fuzz_below(bytes, 2), columns = fuzz_below(bytes, 3);
    for (int kind = GLR_QKV_QUERY; kind <= GLR_QKV_VALUE; kind++) {
        const glr_tensor tensor = {
            .dtype = GLR_DTYPE_FLOAT32, .rank = rank, .shape = {rows_of(&f->qkv, kind), 0}};
        f->tensors[kind] = tensor;
        f->tensors[kind].shape[1] = rank == 2 ? columns : 0;
    }
}

static void check_refused(const glr_qkv *qkv)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {1}};
    glr_piece piece;
    size_t count = 77;
    int64_t shape = 77;
    CHECK(glr_shard_qkv(&tensor, qkv, GLR_QKV_QUERY, &piece, 1, &count, &shape) == GLR_ERROR_ARGUMENT);
    CHECK(count == 77 && shape == 77);
}

void fuzz_shard_qkv(fuzz_bytes *bytes)
{
    fused f = {.qkv = take_qkv(bytes)};
    if (!is_valid(&f.qkv)) {
        check_refused(&f.qkv);
        return;
    }
    set_tensors(bytes, &f);
    const int64_t rows = rows_of(&f.qkv, GLR_QKV_QUERY);
    if (rows >= FUZZ_SMALL || f.qkv.ranks >= FUZZ_SMALL) {
        glr_piece piece;
        size_t count;
        const glr_status status =
            is_quick(&f.qkv) ? glr_shard_qkv(&f.tensors[0], &f.qkv, GLR_QKV_QUERY, &piece, 1, &count, NULL)
                             : GLR_OK;
        CHECK(status == GLR_OK || status == GLR_ERROR_TOO_SMALL || status == GLR_ERROR_SHAPE);
        return;
    }
    for (int kind = GLR_QKV_QUERY; kind <= GLR_QKV_VALUE; kind++) {
        f.visits[kind] = fuzz_room((size_t)rows_of(&f.qkv, kind), sizeof *f.visits[kind]);
    }
    check_ranks(&f);
    for (int kind = GLR_QKV_QUERY; kind <= GLR_QKV_VALUE; kind++) {
        free(f.visits[kind]);
    }
}
