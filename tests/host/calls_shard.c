/* The functions of shard.h. */
#include "calls.h"

#include "glorand/shard.h"

static void record_pieces(record *into, const char *label, glr_status status, const glr_piece pieces[8],
                          size_t count)
{
    record_status(into, label, status);
    record_bytes(into, label, &count, sizeof count);
    record_bytes(into, label, pieces, status == GLR_OK ? count * sizeof *pieces : 0);
}

/* Query, key and value in a fused matrix, and a flat buffer. */
static void call_fused_and_flat(record *into)
{
    const glr_tensor rows = {.dtype = GLR_DTYPE_FLOAT16, .rank = 1, .shape = {96}};
    const glr_qkv qkv = {.heads = 12, .groups = 4, .head_dim = 8, .ranks = 2, .rank = 1};
    const int64_t offsets[] = {0, 100, 1000}, counts[] = {100, 7, 2000};
    glr_status status = GLR_OK;
    glr_piece pieces[8] = {{.start = {0}}};
    glr_flat_piece flat[3] = {{0, 0, 0, 0}};
    size_t count = 0;
    int64_t shape[GLR_MAX_RANK] = {0};
    CALL(glr_shard_qkv, status = glr_shard_qkv(&rows, &qkv, GLR_QKV_QUERY, pieces, 8, &count, shape));
    record_pieces(into, "glr_shard_qkv", status, pieces, count);
    record_bytes(into, "glr_shard_qkv", shape, sizeof shape);
    CALL(glr_shard_flat, status = glr_shard_flat(offsets, counts, 3, 1234567, -1, flat, 3, &count));
    record_status(into, "glr_shard_flat", status);
    CALL(glr_shard_flat, status = glr_shard_flat(offsets, counts, 3, 50, 1234567, flat, 3, &count));
    record_status(into, "glr_shard_flat", status);
    record_bytes(into, "glr_shard_flat", flat, sizeof flat);
}

void call_shards(record *into)
{
    static const int64_t lengths[] = {2, 3};
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {1234567, 10}};
    glr_placement placements[4];
    glr_status status = GLR_OK;
    glr_piece pieces[8] = {{.start = {0}}};
    glr_tensor part = {.rank = 0};
    uint64_t offset = 0;
    size_t count = 0;
    int64_t shape[GLR_MAX_RANK] = {0};
    CALL(glr_shard_segments, placements[0] = glr_shard_segments(0, 2, 3, 2));
    CALL(glr_shard_axis, placements[1] = glr_shard_axis(1, 2, 1));
    CALL(glr_replicate, placements[2] = glr_replicate(5, 4));
    CALL(glr_shard_lengths, placements[3] = glr_shard_lengths(1, lengths, 2, 2, 0));
    CALL(glr_shard_shape, status = glr_shard_shape(&tensor, placements, 4, shape));
    record_status(into, "glr_shard_shape", status);
    record_bytes(into, "glr_shard_shape", shape, sizeof shape);
    CALL(glr_shard_pieces, status = glr_shard_pieces(&tensor, placements, 4, pieces, 8, &count));
    record_pieces(into, "glr_shard_pieces", status, pieces, count);
    CALL(glr_shard_pieces, status = glr_shard_pieces(&tensor, placements, 4, pieces, 1, &count));
    record_status(into, "glr_shard_pieces without room", status);
    CALL(glr_piece_tensor, status = glr_piece_tensor(&tensor, &pieces[1], shape, NULL, &part, &offset));
    record_status(into, "glr_piece_tensor", status);
    record_bytes(into, "glr_piece_tensor", part.strides, sizeof part.strides);
    record_bytes(into, "glr_piece_tensor", &offset, sizeof offset);
    call_fused_and_flat(into);
}
