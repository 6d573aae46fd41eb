/* Placements that are refused: one wrong member each, the status, and the message with the value in it;
   nothing is written. */
#include "glorand/shard.h"

#include <criterion/criterion.h>
#include <string.h>

/* The placements of a good call, of a tensor of 12 rows and 5 columns: each row changes one. */
typedef struct call {
    glr_tensor tensor;
    glr_placement placements[2];
    int64_t lengths[3];
    size_t count;
} call;

#define BREAK(name, statement)                                                                               \
    static void name(call *c) { statement; }

BREAK(kind_3, c->placements[1].kind = (glr_placement_kind)3)
BREAK(no_ranks, c->placements[1].ranks = 0)
BREAK(negative_rank, c->placements[0].rank = -1)
BREAK(rank_2, c->placements[0].rank = 2)
BREAK(replicated_rank_2, c->placements[0] = glr_replicate(2, 2))
BREAK(negative_axis, c->placements[0].axis = -1)
BREAK(axis_2, c->placements[1].axis = 2)
BREAK(reserved, c->placements[1].reserved[2] = 5)
BREAK(negative_segments, c->placements[1].segments = -4)
BREAK(two_ways, c->placements[1].segments = 4)
BREAK(count_alone, c->placements[1].segments = 4; c->placements[1].segment_lengths = NULL)
BREAK(no_segments, c->placements[1] = glr_shard_segments(0, 0, 2, 0))
BREAK(negative_length, c->lengths[1] = -2)
BREAK(long_length, c->lengths[2] = INT64_MAX)
BREAK(too_many, c->lengths[2] = 4)
BREAK(too_few, c->lengths[2] = 2)
BREAK(no_lengths, c->placements[1].segment_count = 0)
BREAK(seventeen, c->count = 17)
BREAK(a_range, c->tensor.part = GLR_PART_RANGE)
BREAK(rank_17, c->tensor.rank = 17)
BREAK(negative_dimension, c->tensor.shape[1] = -5)

static const struct {
    void (*change)(call *c);
    glr_status status;
    const char *message;
} rows[] = {
    {kind_3, GLR_ERROR_ARGUMENT,
     "placements[1].kind: must be replicate (0), shard (1) or segments (2), not 3"},
    {no_ranks, GLR_ERROR_ARGUMENT, "placements[1].ranks: 0 is less than 1"},
    {negative_rank, GLR_ERROR_ARGUMENT, "placements[0].rank: -1 is outside [0, 1]"},
    {rank_2, GLR_ERROR_ARGUMENT, "placements[0].rank: 2 is outside [0, 1]"},
    {replicated_rank_2, GLR_ERROR_ARGUMENT, "placements[0].rank: 2 is outside [0, 1]"},
    {negative_axis, GLR_ERROR_ARGUMENT, "placements[0].axis: -1 is not an axis of a tensor of rank 2"},
    {axis_2, GLR_ERROR_ARGUMENT, "placements[1].axis: 2 is not an axis of a tensor of rank 2"},
    {reserved, GLR_ERROR_ARGUMENT, "placements[1].reserved"},
    {negative_segments, GLR_ERROR_ARGUMENT, "placements[1].segments: -4 is negative"},
    {two_ways, GLR_ERROR_ARGUMENT, "placements[1].segments: must be 0 beside segment_lengths, not 4"},
    {count_alone, GLR_ERROR_ARGUMENT, "placements[1].segments: must be 0 beside segment_lengths, not 4"},
    {no_segments, GLR_ERROR_ARGUMENT, "placements[1].segments: is 0, and segment_lengths is NULL"},
    {negative_length, GLR_ERROR_SHAPE,
     "placements[1].segment_lengths[1]: -2 is outside [0, 5], what is left of the 6 along axis 0"},
    {long_length, GLR_ERROR_SHAPE,
     "placements[1].segment_lengths[2]: 9223372036854775807 is outside [0, 3], what is left of the 6 along "
     "axis 0"},
    {too_many, GLR_ERROR_SHAPE, "placements[1].segment_lengths[2]: 4 is outside [0, 3]"},
    {too_few, GLR_ERROR_SHAPE, "placements[1].segment_lengths: add up to 5, not to the 6 along axis 0"},
    {no_lengths, GLR_ERROR_SHAPE, "placements[1].segment_lengths: add up to 0, not to the 6 along axis 0"},
    {seventeen, GLR_ERROR_ARGUMENT, "count of placements: 17 is more than 16"},
    {a_range, GLR_ERROR_ARGUMENT, "tensor.part: must be whole (0), which is what shards are of, not 2"},
    {rank_17, GLR_ERROR_ARGUMENT, "tensor.rank: 17 is more than 16"},
    {negative_dimension, GLR_ERROR_SHAPE, "tensor.shape[1]: -5 is negative"},
};

static void make_call(call *c)
{
    memset(c, 0, sizeof *c);
    c->tensor.dtype = GLR_DTYPE_FLOAT32;
    c->tensor.rank = 2;
    c->tensor.shape[0] = 12;
    c->tensor.shape[1] = 5;
    c->lengths[0] = 1;
    c->lengths[1] = 2;
    c->lengths[2] = 3;
    c->count = 2;
    c->placements[0] = glr_shard_axis(0, 2, 1);
    c->placements[1] = glr_shard_lengths(0, c->lengths, 3, 2, 0);
}

Test(shard, placements_refused)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        call c;
        glr_piece pieces[4] = {{.start = {77}}};
        int64_t shape[2] = {78, 79};
        size_t count = 80;
        make_call(&c);
        rows[i].change(&c);
        cr_expect_eq(glr_shard_pieces(&c.tensor, c.placements, c.count, pieces, 4, &count), rows[i].status,
                     "row %zu", i);
        cr_expect_not_null(strstr(glr_last_error(), rows[i].message), "row %zu: %s", i, glr_last_error());
        cr_expect_eq(glr_shard_shape(&c.tensor, c.placements, c.count, shape), rows[i].status);
        cr_expect(pieces[0].start[0] == 77 && count == 80 && shape[0] == 78 && shape[1] == 79);
    }
}

/* What a placement does not need is not read. */
Test(shard, members_of_other_kinds)
{
    call c;
    int64_t shape[2] = {0, 0};
    make_call(&c);
    c.placements[0] = glr_replicate(2, 1);
    c.placements[0].axis = 99;
    c.placements[1] = glr_shard_axis(1, 2, 0);
    c.placements[1].segments = -7;
    cr_expect_eq(glr_shard_shape(&c.tensor, c.placements, 2, shape), GLR_OK, "%s", glr_last_error());
    cr_expect(shape[0] == 12 && shape[1] == 3);
}

Test(shard, room_and_pointers)
{
    call c;
    glr_piece pieces[2] = {{.start = {77}}};
    int64_t shape[2];
    size_t count = 0;
    make_call(&c);
    cr_expect_eq(glr_shard_pieces(&c.tensor, c.placements, 2, pieces, 1, &count), GLR_ERROR_TOO_SMALL);
    cr_expect_not_null(strstr(glr_last_error(), "capacity: 1 is less than the 2 pieces that there are"), "%s",
                       glr_last_error());
    cr_expect(count == 2 && pieces[0].start[0] == 77);
    cr_expect_eq(glr_shard_pieces(&c.tensor, c.placements, 2, NULL, 0, &count), GLR_ERROR_TOO_SMALL);
    cr_expect_eq(glr_shard_pieces(NULL, c.placements, 2, pieces, 2, &count), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_pieces(&c.tensor, NULL, 2, pieces, 2, &count), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_pieces(&c.tensor, c.placements, 2, NULL, 2, &count), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_pieces(&c.tensor, c.placements, 2, pieces, 2, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_shape(NULL, c.placements, 2, shape), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_shape(&c.tensor, NULL, 2, shape), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_shape(&c.tensor, c.placements, 2, NULL), GLR_ERROR_ARGUMENT);
}
