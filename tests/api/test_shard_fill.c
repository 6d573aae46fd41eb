/* Local tensors filled by pieces have the whole tensor's values at their places, and nothing else is written.
 */
#include "glorand/shard.h"

#include "support/random.h"
#include "support/use_backend.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define ROWS   13
#define COLS   10
#define ROOM   4096 /* bytes of the largest local tensor */
#define CANARY 0xa7

static glr_tensor matrix_of(glr_dtype dtype)
{
    const glr_tensor tensor = {.dtype = dtype, .rank = 2, .shape = {ROWS, COLS}};
    return tensor;
}

/* Fills a rank's local tensor, of strides in elements, by its pieces. */
static void fill_local(const glr_tensor *tensor, const glr_placement *placements, size_t count,
                       const int64_t *strides, unsigned char memory[ROOM])
{
    const glr_initializer init = glr_he_normal(7);
    glr_piece pieces[64];
    int64_t shape[2];
    size_t piece_count = 0;
    cr_assert_eq(glr_shard_shape(tensor, placements, count, shape), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_shard_pieces(tensor, placements, count, pieces, 64, &piece_count), GLR_OK);
    memset(memory, CANARY, ROOM);
    for (size_t i = 0; i < piece_count; i++) {
        glr_tensor part;
        uint64_t offset = 0;
        cr_assert_eq(glr_piece_tensor(tensor, &pieces[i], shape, strides, &part, &offset), GLR_OK, "%s",
                     glr_last_error());
        test_cpu_fill(&init, &part, memory + offset, ROOM - offset);
    }
}

/* Puts the whole tensor's values where a rank has them. keep[axis][i] is the index at place i, or -1 after
   the last one. */
static void expect_local(const glr_tensor *tensor, int64_t keep[2][ROWS + 1], const int64_t strides[2],
                         unsigned char memory[ROOM])
{
    static unsigned char whole[8 * ROWS * COLS];
    const glr_initializer init = glr_he_normal(7);
    const size_t size = glr_dtype_size(tensor->dtype);
    test_cpu_fill(&init, tensor, whole, sizeof whole);
    memset(memory, CANARY, ROOM);
    for (int64_t i = 0; keep[0][i] >= 0; i++) {
        for (int64_t j = 0; keep[1][j] >= 0; j++) {
            memcpy(memory + (size_t)(i * strides[0] + j * strides[1]) * size,
                   whole + (size_t)(keep[0][i] * COLS + keep[1][j]) * size, size);
        }
    }
}

/* Rows of two segments, 7 and 6, each in two chunks, and columns in three chunks of 4: each rank in turn. */
static void keep_indices(int64_t rank0, int64_t rank1, int64_t keep[2][ROWS + 1])
{
    static const int64_t rows[2][8] = {{0, 1, 2, 3, 7, 8, 9, -1}, {4, 5, 6, 10, 11, 12, -1, -1}};
    memcpy(keep[0], rows[rank0], sizeof rows[0]);
    int64_t count = 0;
    for (int64_t j = 4 * rank1; j < COLS && j < 4 * rank1 + 4; j++) {
        keep[1][count++] = j;
    }
    keep[1][count] = -1;
}

Test(shard, fills_are_those_of_the_whole)
{
    static const glr_dtype dtypes[] = {GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT64,
                                       GLR_DTYPE_FLOAT8_E5M2};
    static unsigned char filled[ROOM], expected[ROOM];
    for (size_t d = 0; d < sizeof dtypes / sizeof dtypes[0]; d++) {
        const glr_tensor tensor = matrix_of(dtypes[d]);
        for (int64_t rank = 0; rank < 6; rank++) {
            const glr_placement placements[] = {glr_shard_segments(0, 2, 2, rank / 3),
                                                glr_shard_axis(1, 3, rank % 3)};
            int64_t keep[2][ROWS + 1], columns = rank % 3 == 2 ? 2 : 4;
            const int64_t packed[2] = {columns, 1}, padded[2] = {16, 2}, transposed[2] = {1, 32};
            const int64_t *strides[] = {packed, padded, transposed};
            keep_indices(rank / 3, rank % 3, keep);
            for (int s = 0; s < 3; s++) {
                expect_local(&tensor, keep, strides[s], expected);
                fill_local(&tensor, placements, 2, s == 0 ? NULL : strides[s], filled);
                cr_assert_arr_eq(filled, expected, ROOM, "rank %d, strides %d", (int)rank, s);
            }
        }
    }
}

/* Gate and up, two tensors, in one local matrix: the pieces of the second are moved down by the rows of the
 * first. */
Test(shard, two_tensors_in_one_local_matrix)
{
    const glr_tensor tensor = matrix_of(GLR_DTYPE_FLOAT32);
    const glr_placement placement = glr_shard_axis(0, 2, 1);
    static float filled[2 * 6 * COLS], whole[ROWS * COLS];
    const int64_t shape[2] = {12, COLS};
    for (int64_t seed = 0; seed < 2; seed++) {
        const glr_initializer init = glr_he_normal(seed);
        glr_piece piece;
        glr_tensor part;
        uint64_t offset = 0;
        size_t count = 0;
        cr_assert_eq(glr_shard_pieces(&tensor, &placement, 1, &piece, 1, &count), GLR_OK);
        piece.local[0] += 6 * seed;
        cr_assert_eq(glr_piece_tensor(&tensor, &piece, shape, NULL, &part, &offset), GLR_OK);
        test_cpu_fill(&init, &part, (unsigned char *)filled + offset, sizeof filled - offset);
    }
    for (int64_t seed = 0; seed < 2; seed++) {
        const glr_initializer init = glr_he_normal(seed);
        test_cpu_fill(&init, &tensor, whole, sizeof whole);
        const float *const up = filled + seed * 6 * COLS;
        cr_expect_arr_eq(up, whole + 7 * (size_t)COLS, 6 * COLS * sizeof(float));
    }
}

/* The stride of an axis with one element says nothing, as in a fill: the memory is packed. */
Test(shard, strides_of_one_row)
{
    const glr_tensor tensor = matrix_of(GLR_DTYPE_FLOAT32);
    const glr_piece piece = {.start = {3, 0}, .extent = {1, COLS}};
    const int64_t shape[2] = {1, COLS}, strides[2] = {7, 0};
    glr_tensor part;
    uint64_t offset = 1;
    cr_assert_eq(glr_piece_tensor(&tensor, &piece, shape, strides, &part, &offset), GLR_OK, "%s",
                 glr_last_error());
    cr_expect(part.strides[1] == 1 && offset == 0);
}

/* ---- glr_piece_tensor's arguments ------------------------------------------------------------------ */

typedef struct call {
    glr_tensor tensor;
    glr_piece piece;
    int64_t shape[2], strides[2];
} call;

#define BREAK(name, statement)                                                                               \
    static void name(call *c) { statement; }

BREAK(negative_start, c->piece.start[0] = -1)
BREAK(far_start, c->piece.start[1] = INT64_MAX)
BREAK(large_extent, c->piece.extent[0] = 12)
BREAK(negative_extent, c->piece.extent[1] = -3)
BREAK(negative_local, c->piece.local[1] = -2)
BREAK(far_local, c->piece.local[0] = 3)
BREAK(negative_shape, c->shape[0] = -9)
BREAK(large_shape, c->shape[0] = c->shape[1] = INT64_C(1) << 40)
BREAK(negative_stride, c->strides[0] = -10; c->strides[1] = 1)
BREAK(far_stride, c->strides[0] = INT64_MAX / 2; c->strides[1] = 1)
BREAK(shared_places, c->strides[0] = 2; c->strides[1] = 1)
BREAK(zero_stride, c->strides[1] = 1)
BREAK(a_part, c->tensor.part = GLR_PART_BOX)
BREAK(own_strides, c->tensor.strides[0] = 10; c->tensor.strides[1] = 1)
BREAK(no_dtype, c->tensor.dtype = GLR_DTYPE_NONE)

Test(shard, pieces_that_do_not_fit_are_refused)
{
    static const struct {
        void (*change)(call *c);
        glr_status status;
        const char *message;
    } rows[] = {
        {negative_start, GLR_ERROR_SHAPE,
         "piece.start[0]: 4 indices from -1 on are not within the 13 of the axis"},
        {far_start, GLR_ERROR_SHAPE, "piece.start[1]: 3 indices from 9223372036854775807 on"},
        {large_extent, GLR_ERROR_SHAPE, "piece.start[0]: 12 indices from 2 on are not within the 13"},
        {negative_extent, GLR_ERROR_SHAPE, "piece.extent[1]: -3 is negative"},
        {negative_local, GLR_ERROR_SHAPE, "piece.local[1]: 3 indices from -2 on are not within the 5"},
        {far_local, GLR_ERROR_SHAPE, "piece.local[0]: 4 indices from 3 on are not within the 6"},
        {negative_shape, GLR_ERROR_SHAPE, "local_shape[0]: -9 is negative"},
        {large_shape, GLR_ERROR_SHAPE, "local_shape[1]: 1099511627776 makes the tensor larger than 2^56"},
        {negative_stride, GLR_ERROR_SHAPE, "local_strides[0]: -10 is negative"},
        {far_stride, GLR_ERROR_SHAPE,
         "local_strides[0]: 4611686018427387903, 2 times, reaches beyond 2^63 bytes"},
        {shared_places, GLR_ERROR_SHAPE,
         "strides: 2 for an axis of 4 elements does not step beyond offset 2"},
        {zero_stride, GLR_ERROR_SHAPE, "strides: 0 for an axis of 4 elements"},
        {a_part, GLR_ERROR_ARGUMENT, "tensor.part: must be whole (0)"},
        {own_strides, GLR_ERROR_ARGUMENT, "tensor.strides[0]: must be 0, not 10"},
        {no_dtype, GLR_ERROR_ARGUMENT, "tensor.dtype: 0 is not a dtype"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        call c = {matrix_of(GLR_DTYPE_FLOAT32), {{2, 5}, {4, 3}, {2, 1}}, {6, 5}, {0, 0}};
        glr_tensor part = {.rank = 77}, good;
        uint64_t offset = 78, good_offset = 0;
        cr_expect_eq(glr_piece_tensor(&c.tensor, &c.piece, c.shape, c.strides, &good, &good_offset), GLR_OK);
        cr_expect_eq(good_offset, (2 * 5 + 1) * sizeof(float));
        rows[i].change(&c);
        cr_expect_eq(glr_piece_tensor(&c.tensor, &c.piece, c.shape, c.strides, &part, &offset),
                     rows[i].status, "row %zu", i);
        cr_expect_not_null(strstr(glr_last_error(), rows[i].message), "row %zu: %s", i, glr_last_error());
        cr_expect(part.rank == 77 && offset == 78);
    }
}

Test(shard, pieces_need_each_pointer)
{
    const glr_tensor tensor = matrix_of(GLR_DTYPE_FLOAT32);
    const glr_piece piece = {{0, 0}, {1, 1}, {0, 0}};
    const int64_t shape[2] = {6, 5};
    glr_tensor part;
    uint64_t offset = 0;
    cr_expect_eq(glr_piece_tensor(NULL, &piece, shape, NULL, &part, &offset), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_piece_tensor(&tensor, NULL, shape, NULL, &part, &offset), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_piece_tensor(&tensor, &piece, NULL, NULL, &part, &offset), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_piece_tensor(&tensor, &piece, shape, NULL, NULL, &offset), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_piece_tensor(&tensor, &piece, shape, NULL, &part, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_piece_tensor(&tensor, &piece, shape, NULL, &part, &offset), GLR_OK);
}
