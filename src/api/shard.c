/* From meshes and placements to boxes: shard.h.

   What a rank has of an axis is a list of runs of indices, in increasing order, for each placement picks
   chunks of what the ones before it have left. The list is never made: from a position in the local tensor,
   the placements lead back to the index, the last one first, and say for how many positions that goes on. */
#include "glorand/shard.h"

#include "call.h"
#include "make_plan.h"
#include "shard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* A placement on an axis: which of the positions that it gets are the rank's. */
typedef struct cut {
    uint32_t axis;
    int64_t ranks, rank;
    /* Segments of one length, but for the last one, which may be shorter: */
    int64_t segment_length; /* of those */
    int64_t chunk;          /* what the rank has of each */
    int64_t whole_segments; /* how many have that length */
    int64_t rest;           /* length of the one that is shorter, or 0 */
    /* Or segments of given lengths, and how far a walk over the axis has come: */
    const int64_t *lengths;
    size_t segment;
    int64_t segment_first; /* where segment begins among the positions that the placement gets */
    int64_t local_first;   /* where the rank's chunk of it begins among those that the rank keeps */
} cut;

/* An axis of the local tensor, and the run where a walk over the axis is. */
typedef struct line {
    int64_t extent;
    int64_t start, local, count;
} line;

typedef struct local_part {
    line axes[GLR_MAX_RANK];
    uint32_t rank;
    cut cuts[GLR_MAX_PLACEMENTS]; /* of all axes, in the order of the placements */
    size_t cut_count;
} local_part;

typedef struct chunk {
    int64_t start, extent;
} chunk;

static int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

static int64_t divide_up(int64_t n, int64_t by) { return n / by + (n % by != 0); }

/* torch.chunk's rule. Nothing overflows: n is at most GLR_MAX_ELEMENTS, also beside a dimension of 0, and
 * rank * size is less than 2 n, or size is 1. */
static chunk chunk_of(int64_t n, int64_t ranks, int64_t rank)
{
    const int64_t size = divide_up(n, ranks);
    const int64_t start = size == 0 ? 0 : least(n, rank * size);
    const chunk rank_has = {start, least(size, n - start)};
    return rank_has;
}

glr_status glr_fail_capacity(size_t pieces, size_t capacity)
{
    return glr_fail(GLR_ERROR_TOO_SMALL, "capacity: %zu is less than the %zu pieces that there are", capacity,
                    pieces);
}

/* ---- Constructors ---------------------------------------------------------------------------------- */

glr_placement glr_replicate(int64_t ranks, int64_t rank)
{
    const glr_placement placement = {.kind = GLR_PLACEMENT_REPLICATE, .ranks = ranks, .rank = rank};
    return placement;
}

glr_placement glr_shard_axis(int32_t axis, int64_t ranks, int64_t rank)
{
    const glr_placement placement = {.kind = GLR_PLACEMENT_SHARD, .axis = axis, .ranks = ranks, .rank = rank};
    return placement;
}

glr_placement glr_shard_segments(int32_t axis, int64_t segments, int64_t ranks, int64_t rank)
{
    glr_placement placement = glr_shard_axis(axis, ranks, rank);
    placement.kind = GLR_PLACEMENT_SEGMENTS;
    placement.segments = segments;
    return placement;
}

glr_placement glr_shard_lengths(int32_t axis, const int64_t *lengths, size_t count, int64_t ranks,
                                int64_t rank)
{
    glr_placement placement = glr_shard_segments(axis, 0, ranks, rank);
    placement.segment_lengths = lengths;
    placement.segment_count = count;
    return placement;
}

/* ---- Walks ----------------------------------------------------------------------------------------- */

/* From a position that the rank keeps to that which the placement gets; *left is lowered to the number of
 * positions for which the next one leads to the next one. */
static int64_t back_through_even(const cut *c, int64_t position, int64_t *left)
{
    const int64_t in_whole = c->whole_segments * c->chunk;
    if (position >= in_whole) {
        const chunk last = chunk_of(c->rest, c->ranks, c->rank);
        const int64_t within = position - in_whole;
        *left = least(*left, last.extent - within);
        return c->whole_segments * c->segment_length + last.start + within;
    }
    if (c->chunk == c->segment_length) { /* one after the other without a gap */
        *left = least(*left, in_whole - position);
        return position;
    }
    const int64_t segment = position / c->chunk, within = position % c->chunk;
    *left = least(*left, c->chunk - within);
    return segment * c->segment_length + chunk_of(c->segment_length, c->ranks, c->rank).start + within;
}

/* The same for given lengths. Positions increase within a walk, so that the segment is found ahead. */
static int64_t back_through_lengths(cut *c, int64_t position, int64_t *left)
{
    for (;; c->segment++) {
        const int64_t length = c->lengths[c->segment];
        const chunk here = chunk_of(length, c->ranks, c->rank);
        const int64_t within = position - c->local_first;
        if (within < here.extent) {
            *left = least(*left, here.extent - within);
            return c->segment_first + here.start + within;
        }
        c->segment_first += length;
        c->local_first += here.extent;
    }
}

static int64_t index_at(local_part *part, uint32_t a, int64_t position, int64_t *left)
{
    *left = part->axes[a].extent - position;
    for (size_t i = part->cut_count; i-- > 0;) {
        cut *c = &part->cuts[i];
        if (c->axis == a) {
            position = c->lengths != NULL ? back_through_lengths(c, position, left)
                                          : back_through_even(c, position, left);
        }
    }
    return position;
}

/* Goes to the run that begins at a position of the local tensor, joined with those that follow without a gap.
 */
static void go_to(local_part *part, uint32_t a, int64_t local)
{
    line *axis = &part->axes[a];
    axis->local = local;
    axis->start = index_at(part, a, local, &axis->count);
    while (local + axis->count < axis->extent) {
        int64_t more;
        if (index_at(part, a, local + axis->count, &more) != axis->start + axis->count) {
            return;
        }
        axis->count += more;
    }
}

/* Goes to an axis's first run; it has one. */
static void begin(local_part *part, uint32_t a)
{
    for (size_t i = 0; i < part->cut_count; i++) {
        cut *c = &part->cuts[i];
        if (c->axis == a) {
            c->segment = 0;
            c->segment_first = c->local_first = 0;
        }
    }
    go_to(part, a, 0);
}

/* Goes to an axis's next run; 0 after the last one. */
static int next(local_part *part, uint32_t a)
{
    const int64_t end = part->axes[a].local + part->axes[a].count;
    if (end >= part->axes[a].extent) {
        return 0;
    }
    go_to(part, a, end);
    return 1;
}

static size_t count_runs(local_part *part, uint32_t a)
{
    size_t count = 1;
    for (begin(part, a); next(part, a);) {
        count++;
    }
    return count;
}

/* ---- Placements ------------------------------------------------------------------------------------ */

static glr_status check_segments(const glr_placement *placement, size_t index, int64_t n)
{
    if (placement->segments < 0) {
        return glr_fail(GLR_ERROR_ARGUMENT, "placements[%zu].segments: %" PRId64 " is negative", index,
                        placement->segments);
    }
    if (placement->segments > 0) {
        return placement->segment_lengths == NULL && placement->segment_count == 0
                   ? GLR_OK
                   : glr_fail(GLR_ERROR_ARGUMENT,
                              "placements[%zu].segments: must be 0 beside segment_lengths, not %" PRId64,
                              index, placement->segments);
    }
    if (placement->segment_lengths == NULL) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "placements[%zu].segments: is 0, and segment_lengths is NULL: one of them must say "
                        "where the segments are",
                        index);
    }
    int64_t left = n;
    for (size_t i = 0; i < placement->segment_count; i++) {
        const int64_t length = placement->segment_lengths[i];
        if (length < 0 || length > left) {
            return glr_fail(GLR_ERROR_SHAPE,
                            "placements[%zu].segment_lengths[%zu]: %" PRId64 " is outside [0, %" PRId64
                            "], what is left of the %" PRId64 " along axis %d",
                            index, i, length, left, n, placement->axis);
        }
        left -= length;
    }
    return left == 0 ? GLR_OK
                     : glr_fail(GLR_ERROR_SHAPE,
                                "placements[%zu].segment_lengths: add up to %" PRId64 ", not to the %" PRId64
                                " along axis %d",
                                index, n - left, n, placement->axis);
}

static glr_status check_placement(const glr_placement *placement, size_t index, uint32_t tensor_rank)
{
    char name[32];
    (void)snprintf(name, sizeof name, "placements[%zu]", index);
    const glr_status status = GLR_CHECK_RESERVED(name, placement);
    if (status != GLR_OK) {
        return status;
    }
    switch (placement->kind) {
    case GLR_PLACEMENT_REPLICATE:
    case GLR_PLACEMENT_SHARD:
    case GLR_PLACEMENT_SEGMENTS: break;
    default:
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "%s.kind: must be replicate (0), shard (1) or segments (2), not %d", name,
                        (int)placement->kind);
    }
    if (placement->ranks < 1) {
        return glr_fail(GLR_ERROR_ARGUMENT, "%s.ranks: %" PRId64 " is less than 1", name, placement->ranks);
    }
    if (placement->rank < 0 || placement->rank >= placement->ranks) {
        return glr_fail(GLR_ERROR_ARGUMENT, "%s.rank: %" PRId64 " is outside [0, %" PRId64 "]", name,
                        placement->rank, placement->ranks - 1);
    }
    if (placement->kind != GLR_PLACEMENT_REPLICATE &&
        (placement->axis < 0 || (uint32_t)placement->axis >= tensor_rank)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "%s.axis: %d is not an axis of a tensor of rank %u", name,
                        placement->axis, tensor_rank);
    }
    return GLR_OK;
}

/* Adds the cut that a checked placement makes, and lowers the axis's extent. */
static void add_cut(local_part *part, const glr_placement *placement)
{
    int64_t *extent = &part->axes[placement->axis].extent;
    const int64_t n = *extent;
    const cut made = {.axis = (uint32_t)placement->axis, .ranks = placement->ranks, .rank = placement->rank};
    cut *c = &part->cuts[part->cut_count++];
    *c = made;
    if (placement->kind == GLR_PLACEMENT_SEGMENTS && placement->segments == 0) {
        c->lengths = placement->segment_lengths;
        *extent = 0;
        for (size_t i = 0; i < placement->segment_count; i++) {
            *extent += chunk_of(c->lengths[i], c->ranks, c->rank).extent;
        }
        return;
    }
    c->segment_length = divide_up(n, placement->kind == GLR_PLACEMENT_SEGMENTS ? placement->segments : 1);
    c->chunk = chunk_of(c->segment_length, c->ranks, c->rank).extent;
    c->whole_segments = n == 0 ? 0 : n / c->segment_length;
    c->rest = n - c->whole_segments * c->segment_length;
    *extent = c->whole_segments * c->chunk + chunk_of(c->rest, c->ranks, c->rank).extent;
}

glr_status glr_check_whole(const glr_tensor *tensor)
{
    if (tensor == NULL) {
        return glr_fail_null("tensor");
    }
    if (tensor->part != GLR_PART_WHOLE) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "tensor.part: must be whole (0), which is what shards are of, not %d",
                        (int)tensor->part);
    }
    glr_layout_of_part layout;
    const glr_status status = glr_check_tensor(tensor, &layout);
    if (status != GLR_OK) {
        return status;
    }
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (tensor->strides[a] != 0) {
            return glr_fail(GLR_ERROR_ARGUMENT, "tensor.strides[%u]: must be 0, not %" PRId64, a,
                            tensor->strides[a]);
        }
    }
    return GLR_OK;
}

static glr_status lay_out(const glr_tensor *tensor, const glr_placement *placements, size_t count,
                          local_part *part)
{
    const glr_status status = glr_check_whole(tensor);
    if (status != GLR_OK) {
        return status;
    }
    if (placements == NULL && count > 0) {
        return glr_fail_null("placements");
    }
    if (count > GLR_MAX_PLACEMENTS) {
        return glr_fail(GLR_ERROR_ARGUMENT, "count of placements: %zu is more than %d", count,
                        GLR_MAX_PLACEMENTS);
    }
    part->rank = tensor->rank;
    part->cut_count = 0;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        part->axes[a].extent = tensor->shape[a];
    }
    for (size_t i = 0; i < count; i++) {
        const glr_placement *placement = &placements[i];
        glr_status bad = check_placement(placement, i, tensor->rank);
        if (bad == GLR_OK && placement->kind == GLR_PLACEMENT_SEGMENTS) {
            bad = check_segments(placement, i, part->axes[placement->axis].extent);
        }
        if (bad != GLR_OK) {
            return bad;
        }
        if (placement->kind != GLR_PLACEMENT_REPLICATE) {
            add_cut(part, placement);
        }
    }
    return GLR_OK;
}

glr_status glr_shard_shape(const glr_tensor *tensor, const glr_placement *placements, size_t count,
                           int64_t *local_shape)
{
    if (local_shape == NULL) {
        return glr_fail_null("local_shape");
    }
    local_part part = {.rank = 0};
    const glr_status status = lay_out(tensor, placements, count, &part);
    for (uint32_t a = 0; status == GLR_OK && a < part.rank; a++) {
        local_shape[a] = part.axes[a].extent;
    }
    return status;
}

/* ---- Pieces ---------------------------------------------------------------------------------------- */

static size_t count_pieces(local_part *part)
{
    for (uint32_t a = 0; a < part->rank; a++) {
        if (part->axes[a].extent == 0) {
            return 0;
        }
    }
    size_t count = 1; /* at most as many as elements */
    for (uint32_t a = 0; a < part->rank; a++) {
        count *= count_runs(part, a);
    }
    return count;
}

/* The boxes of runs of all axes; the last axis's runs follow each other. */
static void write_pieces(local_part *part, glr_piece *pieces, size_t count)
{
    for (uint32_t a = 0; a < part->rank && count > 0; a++) {
        begin(part, a);
    }
    for (size_t i = 0; i < count; i++) {
        memset(&pieces[i], 0, sizeof pieces[i]);
        for (uint32_t a = 0; a < part->rank; a++) {
            pieces[i].start[a] = part->axes[a].start;
            pieces[i].extent[a] = part->axes[a].count;
            pieces[i].local[a] = part->axes[a].local;
        }
        for (uint32_t a = part->rank; a-- > 0 && !next(part, a);) {
            begin(part, a);
        }
    }
}

glr_status glr_shard_pieces(const glr_tensor *tensor, const glr_placement *placements, size_t placement_count,
                            glr_piece *pieces, size_t capacity, size_t *count)
{
    if (count == NULL || (pieces == NULL && capacity > 0)) {
        return glr_fail_null(count == NULL ? "count" : "pieces");
    }
    local_part part = {.rank = 0};
    const glr_status status = lay_out(tensor, placements, placement_count, &part);
    if (status != GLR_OK) {
        return status;
    }
    *count = count_pieces(&part);
    if (*count > capacity) {
        return glr_fail_capacity(*count, capacity);
    }
    write_pieces(&part, pieces, *count);
    return GLR_OK;
}
