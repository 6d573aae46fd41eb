/* Pieces of shards against lists of indices: each placement is applied to a list literally, index by index,
   and what it leaves must be what the pieces have, each place once. */
#include "glorand/shard.h"

#include "support/random.h"

#include <criterion/criterion.h>
#include <string.h>

#define AXES     3
#define MOST     24 /* indices of an axis */
#define CAPACITY 4096

/* The indices of an axis that a rank has, in the order of its local tensor. */
typedef struct list {
    int64_t index[MOST];
    int64_t count;
} list;

/* A tensor and a mesh. Lengths belong to the placement of the same number. */
typedef struct example {
    glr_tensor tensor;
    glr_placement placements[4];
    int64_t lengths[4][MOST];
    size_t count;
} example;

static glr_piece pieces[CAPACITY];

/* ---- Lists ----------------------------------------------------------------------------------------- */

/* The segment of each position of a list, and the number of positions of each segment. */
static void find_segments(const glr_placement *placement, int64_t n, int64_t segment[MOST],
                          int64_t sizes[MOST + 1])
{
    memset(sizes, 0, (MOST + 1) * sizeof *sizes);
    int64_t current = 0, within = 0;
    for (int64_t i = 0; i < n; i++) {
        if (placement->kind == GLR_PLACEMENT_SHARD) {
            segment[i] = 0;
        } else if (placement->segments > 0) {
            segment[i] = i / ((n + placement->segments - 1) / placement->segments);
        } else {
            while (within == placement->segment_lengths[current]) {
                current++;
                within = 0;
            }
            within++;
            segment[i] = current;
        }
        sizes[segment[i]]++;
    }
}

static list apply(const glr_placement *placement, const list *before)
{
    list after = {.count = 0};
    int64_t segment[MOST] = {0}, sizes[MOST + 1], within = 0;
    if (placement->kind == GLR_PLACEMENT_REPLICATE) {
        return *before;
    }
    find_segments(placement, before->count, segment, sizes);
    for (int64_t i = 0; i < before->count; i++) {
        within = i > 0 && segment[i] == segment[i - 1] ? within + 1 : 0;
        const int64_t chunk = (sizes[segment[i]] + placement->ranks - 1) / placement->ranks;
        if (within / chunk == placement->rank) {
            after.index[after.count++] = before->index[i];
        }
    }
    return after;
}

static void make_lists(const example *e, list lists[AXES])
{
    for (uint32_t a = 0; a < e->tensor.rank; a++) {
        lists[a].count = e->tensor.shape[a];
        for (int64_t i = 0; i < lists[a].count; i++) {
            lists[a].index[i] = i;
        }
    }
    for (size_t i = 0; i < e->count; i++) {
        if (e->placements[i].kind != GLR_PLACEMENT_REPLICATE) {
            list *axis = &lists[e->placements[i].axis];
            *axis = apply(&e->placements[i], axis);
        }
    }
}

static int64_t count_runs(const list *axis)
{
    int64_t runs = 0;
    for (int64_t i = 0; i < axis->count; i++) {
        runs += i == 0 || axis->index[i] != axis->index[i - 1] + 1;
    }
    return runs;
}

/* ---- Examples -------------------------------------------------------------------------------------- */

/* Lengths that add up to n, some of them 0. */
static size_t cut_randomly(test_random *random, int64_t n, int64_t lengths[MOST])
{
    size_t count = 0;
    for (int64_t left = n; left > 0 || count == 0;) {
        lengths[count] = count == MOST - 1 ? left : test_random_between(random, 0, left < 5 ? left : 5);
        left -= lengths[count++];
    }
    return count;
}

static void add_placement(test_random *random, example *e, const list lists[AXES])
{
    glr_placement *placement = &e->placements[e->count];
    const int64_t ranks = test_random_between(random, 1, 5), rank = test_random_between(random, 0, ranks - 1);
    const int32_t axis = (int32_t)test_random_between(random, 0, (int64_t)e->tensor.rank - 1);
    switch (test_random_between(random, 0, 3)) {
    case 0: *placement = glr_replicate(ranks, rank); break;
    case 1: *placement = glr_shard_axis(axis, ranks, rank); break;
    case 2: *placement = glr_shard_segments(axis, test_random_between(random, 1, 6), ranks, rank); break;
    default: {
        const size_t count = cut_randomly(random, lists[axis].count, e->lengths[e->count]);
        *placement = glr_shard_lengths(axis, e->lengths[e->count], count, ranks, rank);
    }
    }
    e->count++;
}

/* Lists are made anew for each placement: lengths have to add up to what the ones before have left. */
static void make_example(test_random *random, example *e, list lists[AXES])
{
    memset(e, 0, sizeof *e);
    e->tensor.dtype = GLR_DTYPE_FLOAT32;
    e->tensor.rank = (uint32_t)test_random_between(random, 1, AXES);
    for (uint32_t a = 0; a < e->tensor.rank; a++) {
        e->tensor.shape[a] =
            test_random_between(random, test_random_between(random, 0, 1), a == 0 ? MOST : 9);
    }
    make_lists(e, lists);
    for (int64_t left = test_random_between(random, 0, 4); left > 0; left--) {
        add_placement(random, e, lists);
        make_lists(e, lists);
    }
}

/* ---- Comparisons ----------------------------------------------------------------------------------- */

/* Counts the places of a piece in the local tensor, and expects the list's index at each. */
static void visit_piece(const glr_piece *piece, const list lists[AXES], uint32_t rank,
                        unsigned char visits[MOST][MOST][MOST])
{
    int64_t at[AXES] = {0}, extent[AXES] = {1, 1, 1};
    memcpy(extent, piece->extent, rank * sizeof *extent);
    for (at[0] = 0; at[0] < extent[0]; at[0]++) {
        for (at[1] = 0; at[1] < extent[1]; at[1]++) {
            for (at[2] = 0; at[2] < extent[2]; at[2]++) {
                for (uint32_t a = 0; a < rank; a++) {
                    cr_assert_lt(piece->local[a] + at[a], lists[a].count);
                    cr_assert_eq(piece->start[a] + at[a], lists[a].index[piece->local[a] + at[a]]);
                }
                visits[piece->local[0] + at[0]][piece->local[1] + at[1]][piece->local[2] + at[2]]++;
            }
        }
    }
}

static void check_example(const example *e, const list lists[AXES])
{
    static unsigned char visits[MOST][MOST][MOST];
    int64_t shape[GLR_MAX_RANK], places = 1, runs = 1;
    size_t count = 0, visited = 0;
    cr_assert_eq(glr_shard_shape(&e->tensor, e->placements, e->count, shape), GLR_OK, "%s", glr_last_error());
    for (uint32_t a = 0; a < e->tensor.rank; a++) {
        cr_assert_eq(shape[a], lists[a].count);
        places *= lists[a].count;
        runs *= count_runs(&lists[a]);
    }
    cr_assert_eq(glr_shard_pieces(&e->tensor, e->placements, e->count, pieces, CAPACITY, &count), GLR_OK,
                 "%s", glr_last_error());
    cr_assert_eq((int64_t)count, runs, "%zu pieces, not %lld", count, (long long)runs);
    memset(visits, 0, sizeof visits);
    for (size_t i = 0; i < count; i++) {
        visit_piece(&pieces[i], lists, e->tensor.rank, visits);
        int64_t volume = 1;
        for (uint32_t a = 0; a < GLR_MAX_RANK; a++) {
            cr_assert(a < e->tensor.rank
                          ? pieces[i].extent[a] > 0
                          : pieces[i].start[a] + pieces[i].extent[a] + pieces[i].local[a] == 0);
            volume *= a < e->tensor.rank ? pieces[i].extent[a] : 1;
        }
        visited += (size_t)volume;
    }
    cr_assert_eq((int64_t)visited, places);
    for (size_t i = 0; i < sizeof visits; i++) {
        cr_assert_leq(((unsigned char *)visits)[i], 1);
    }
}

Test(shard, pieces_are_what_the_placements_leave)
{
    test_random random = {1, 1};
    for (int i = 0; i < 3000; i++) {
        example e;
        list lists[AXES];
        make_example(&random, &e, lists);
        check_example(&e, lists);
    }
}

/* Adds how often the pieces of all ranks have each element, as labels of the whole tensor. */
static void count_owners(example *e, size_t from, int64_t owners[MOST * 9 * 9])
{
    if (from < e->count) {
        for (int64_t rank = 0; rank < e->placements[from].ranks; rank++) {
            e->placements[from].rank = rank;
            count_owners(e, from + 1, owners);
        }
        return;
    }
    size_t count = 0;
    cr_assert_eq(glr_shard_pieces(&e->tensor, e->placements, e->count, pieces, CAPACITY, &count), GLR_OK,
                 "%s", glr_last_error());
    for (size_t i = 0; i < count; i++) {
        const glr_piece *piece = &pieces[i];
        for (int64_t x = 0; x < piece->extent[0]; x++) {
            for (int64_t y = 0; y < piece->extent[1]; y++) {
                owners[(piece->start[0] + x) * e->tensor.shape[1] + piece->start[1] + y]++;
            }
        }
    }
}

/* Lengths would have to be other ones for each rank of an earlier placement of the axis: without those. */
Test(shard, ranks_have_each_element_once)
{
    test_random random = {2, 2};
    for (int i = 0; i < 300; i++) {
        example e = {
            .tensor = {.dtype = GLR_DTYPE_INT8,
                       .rank = 2,
                       .shape = {test_random_between(&random, 0, MOST), test_random_between(&random, 0, 9)}},
            .count = (size_t)test_random_between(&random, 0, 3)};
        static int64_t owners[MOST * 9 * 9];
        int64_t expected = 1;
        memset(owners, 0, sizeof owners);
        for (size_t p = 0; p < e.count; p++) {
            const int32_t axis = (int32_t)test_random_between(&random, 0, 1);
            const int64_t ranks = test_random_between(&random, 1, 4);
            e.placements[p] = glr_shard_segments(axis, test_random_between(&random, 1, 4), ranks, 0);
            e.placements[p].kind = (glr_placement_kind)test_random_between(&random, 0, 2);
            expected *= e.placements[p].kind == GLR_PLACEMENT_REPLICATE ? ranks : 1;
        }
        count_owners(&e, 0, owners);
        for (int64_t x = 0; x < e.tensor.shape[0] * e.tensor.shape[1]; x++) {
            cr_assert_eq(owners[x], expected);
        }
    }
}

/* ---- Layouts with known answers -------------------------------------------------------------------- */

/* The table of torch's documentation of _StridedShard: 8 rows, dp 2, tp 2. */
Test(shard, fsdp_over_tp)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {8, 8}};
    static const int64_t first_rows[2][2] = {{0, 4}, {2, 6}};
    for (int64_t dp = 0; dp < 2; dp++) {
        for (int64_t tp = 0; tp < 2; tp++) {
            const glr_placement placements[] = {glr_shard_segments(0, 2, 2, dp), glr_shard_axis(0, 2, tp)};
            size_t count = 0;
            cr_assert_eq(glr_shard_pieces(&tensor, placements, 2, pieces, 1, &count), GLR_OK);
            cr_expect_eq(count, 1);
            cr_expect(pieces[0].start[0] == first_rows[dp][tp] && pieces[0].extent[0] == 2);
            cr_expect(pieces[0].start[1] == 0 && pieces[0].extent[1] == 8 && pieces[0].local[0] == 0);
        }
    }
}

Test(shard, a_scalar_is_one_piece)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32};
    const glr_placement placement = glr_replicate(4, 3);
    size_t count = 0;
    int64_t shape = 7;
    cr_expect_eq(glr_shard_pieces(&tensor, &placement, 1, pieces, 1, &count), GLR_OK);
    cr_expect_eq(count, 1);
    cr_expect_eq(glr_shard_pieces(&tensor, NULL, 0, pieces, 1, &count), GLR_OK);
    cr_expect_eq(glr_shard_shape(&tensor, NULL, 0, &shape), GLR_OK);
    cr_expect_eq(shape, 7);
}

/* Nothing overflows, and no walk takes a step for each of these ranks and segments. */
Test(shard, largest_numbers)
{
    const int64_t most = GLR_MAX_ELEMENTS;
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {most}};
    const struct {
        glr_placement placement;
        int64_t start, extent;
    } rows[] = {
        {glr_shard_axis(0, INT64_MAX, INT64_MAX - 1), 0, 0},
        {glr_shard_axis(0, INT64_MAX, most - 1), most - 1, 1},
        {glr_shard_axis(0, most - 1, most / 2 - 1), most - 2, 2},
        {glr_shard_axis(0, most - 1, most / 2), 0, 0},
        {glr_shard_axis(0, 3, 2), 2 * (most / 3 + 1), most - 2 * (most / 3 + 1)},
        {glr_shard_segments(0, INT64_MAX, INT64_MAX, 0), 0, most},
        {glr_shard_segments(0, INT64_MAX, INT64_MAX, 1), 0, 0},
        {glr_shard_segments(0, most / 2, 1, 0), 0, most},
        {glr_shard_segments(0, 1, 2, 1), most / 2, most / 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t count = 9;
        int64_t shape = -1;
        cr_expect_eq(glr_shard_shape(&tensor, &rows[i].placement, 1, &shape), GLR_OK, "%s", glr_last_error());
        cr_expect_eq(shape, rows[i].extent, "row %zu", i);
        cr_expect_eq(glr_shard_pieces(&tensor, &rows[i].placement, 1, pieces, 1, &count), GLR_OK);
        cr_expect_eq(count, rows[i].extent > 0, "row %zu", i);
        cr_expect(count == 0 ||
                      (pieces[0].start[0] == rows[i].start && pieces[0].extent[0] == rows[i].extent),
                  "row %zu", i);
    }
}

/* GLR_MAX_ELEMENTS bounds the other dimensions of a tensor without elements, too: chunks cannot overflow. */
Test(shard, largest_numbers_beside_a_dimension_of_0)
{
    const int64_t most = GLR_MAX_ELEMENTS, ranks = most / 2 + 1; /* each has 2, the last one none */
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {0, most}};
    const struct {
        glr_placement placement;
        int64_t extent;
    } rows[] = {
        {glr_shard_axis(1, ranks, ranks - 2), 2},
        {glr_shard_axis(1, ranks, ranks - 1), 0},
        {glr_shard_axis(1, INT64_MAX, most - 1), 1},
        {glr_shard_axis(1, INT64_MAX, INT64_MAX - 1), 0},
        {glr_shard_axis(0, ranks, ranks - 1), most},
        {glr_shard_segments(1, 1, ranks, ranks - 2), 2},
        {glr_shard_lengths(1, &most, 1, ranks, ranks - 2), 2},
    };
    int64_t shape[2] = {-1, -1};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        size_t count = 9;
        cr_expect_eq(glr_shard_shape(&tensor, &rows[i].placement, 1, shape), GLR_OK, "%s", glr_last_error());
        cr_expect(shape[0] == 0 && shape[1] == rows[i].extent, "row %zu: %lld", i, (long long)shape[1]);
        cr_expect_eq(glr_shard_pieces(&tensor, &rows[i].placement, 1, pieces, 1, &count), GLR_OK);
        cr_expect_eq(count, 0, "row %zu", i);
    }
    tensor.shape[1] = INT64_MAX;
    const glr_placement placement = glr_shard_axis(1, INT64_MAX / 2, INT64_MAX / 2 - 1);
    cr_expect_eq(glr_shard_shape(&tensor, &placement, 1, shape), GLR_ERROR_SHAPE);
    cr_expect_str_eq(glr_last_error(),
                     "tensor.shape[1]: 9223372036854775807 makes the tensor larger than 2^56 elements");
}
