/* Flat buffers against a buffer whose elements are labelled one by one; errors. */
#include "glorand/shard.h"

#include "support/random.h"

#include <criterion/criterion.h>
#include <string.h>

#define TENSORS  6
#define ELEMENTS 128

/* The tensor and the index in it of each element of a buffer; tensor -1 between tensors. */
typedef struct label {
    int64_t tensor, index;
} label;

typedef struct buffer {
    int64_t offsets[TENSORS], counts[TENSORS];
    size_t tensors;
    label labels[ELEMENTS];
} buffer;

static buffer make_buffer(test_random *random)
{
    buffer made = {.tensors = (size_t)test_random_between(random, 0, TENSORS)};
    int64_t end = 0;
    for (size_t i = 0; i < ELEMENTS; i++) {
        made.labels[i].tensor = -1;
    }
    for (size_t i = 0; i < made.tensors; i++) {
        made.offsets[i] = end + test_random_between(random, 0, 1) * test_random_between(random, 0, 7);
        made.counts[i] = test_random_between(random, 0, 12);
        for (int64_t k = 0; k < made.counts[i]; k++) {
            const label one = {(int64_t)i, k};
            made.labels[made.offsets[i] + k] = one;
        }
        end = made.offsets[i] + made.counts[i];
    }
    return made;
}

/* Each labelled element of a range is where the pieces say, and there is a piece for each tensor in it. */
static void check_range(const buffer *b, int64_t first, int64_t count)
{
    glr_flat_piece pieces[TENSORS];
    size_t piece_count = 99, tensors = 0;
    cr_assert_eq(
        glr_shard_flat(b->offsets, b->counts, b->tensors, first, count, pieces, TENSORS, &piece_count),
        GLR_OK, "%s", glr_last_error());
    label found[ELEMENTS];
    for (int64_t i = 0; i < count; i++) {
        found[i].tensor = -1;
    }
    for (size_t i = 0; i < piece_count; i++) {
        cr_assert_gt(pieces[i].count, 0);
        for (int64_t k = 0; k < pieces[i].count; k++) {
            label *one = &found[pieces[i].local + k];
            cr_assert_eq(one->tensor, -1);
            one->tensor = (int64_t)pieces[i].tensor;
            one->index = pieces[i].first + k;
        }
    }
    int64_t last = -1;
    for (int64_t i = 0; i < count; i++) {
        const label *expected = &b->labels[first + i];
        cr_assert_eq(found[i].tensor, expected->tensor);
        cr_assert(expected->tensor < 0 || found[i].index == expected->index);
        tensors += expected->tensor >= 0 && expected->tensor != last;
        last = expected->tensor >= 0 ? expected->tensor : last;
    }
    cr_assert_eq(piece_count, tensors);
}

Test(shard, flat_buffers)
{
    test_random random = {3, 3};
    for (int i = 0; i < 2000; i++) {
        const buffer b = make_buffer(&random);
        const int64_t first = test_random_between(&random, 0, ELEMENTS);
        check_range(&b, first, test_random_between(&random, 0, ELEMENTS - first));
    }
}

Test(shard, flat_buffers_of_any_size)
{
    const int64_t offsets[] = {0, INT64_MAX - 5}, counts[] = {INT64_MAX - 5, 5};
    glr_flat_piece pieces[2];
    size_t count = 0;
    cr_assert_eq(glr_shard_flat(offsets, counts, 2, INT64_MAX - 6, 6, pieces, 2, &count), GLR_OK);
    cr_expect_eq(count, 2);
    cr_expect(pieces[0].first == INT64_MAX - 6 && pieces[0].count == 1 && pieces[0].local == 0);
    cr_expect(pieces[1].tensor == 1 && pieces[1].first == 0 && pieces[1].count == 5 && pieces[1].local == 1);
}

Test(shard, flat_buffers_refused)
{
    const int64_t good[] = {0, 10}, counts[] = {10, 5};
    const struct {
        int64_t offsets[2], counts[2], first, count;
        glr_status status;
        const char *message;
    } rows[] = {
        {{-1, 10}, {10, 5}, 0, 9, GLR_ERROR_SHAPE, "offsets[0]: -1 is less than 0"},
        {{0, 9},
         {10, 5},
         0,
         9,
         GLR_ERROR_SHAPE,
         "offsets[1]: 9 is less than 10, where the tensor before it ends"},
        {{0, 10}, {10, -2}, 0, 9, GLR_ERROR_SHAPE, "counts[1]: -2 is outside [0, 9223372036854775797]"},
        {{0, 10}, {10, INT64_MAX}, 0, 9, GLR_ERROR_SHAPE, "counts[1]: 9223372036854775807 is outside"},
        {{0, 10}, {10, 5}, -3, 9, GLR_ERROR_SHAPE, "first: -3 is negative"},
        {{0, 10}, {10, 5}, 4, -9, GLR_ERROR_SHAPE, "count: -9 is outside [0, 9223372036854775803]"},
        {{0, 10}, {10, 5}, 4, INT64_MAX, GLR_ERROR_SHAPE, "count: 9223372036854775807 is outside"},
        {{0, 10}, {10, 5}, 4, 9, GLR_ERROR_TOO_SMALL, "capacity: 1 is less than the 2 pieces"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        glr_flat_piece piece = {77, 0, 0, 0};
        size_t count = 0;
        cr_expect_eq(glr_shard_flat(rows[i].offsets, rows[i].counts, 2, rows[i].first, rows[i].count, &piece,
                                    1, &count),
                     rows[i].status);
        cr_expect_not_null(strstr(glr_last_error(), rows[i].message), "%s", glr_last_error());
        cr_expect_eq(piece.tensor, 77);
        cr_expect_eq(count, rows[i].status == GLR_ERROR_TOO_SMALL ? 2 : 0);
    }
    size_t count = 0;
    cr_expect_eq(glr_shard_flat(NULL, counts, 2, 0, 1, NULL, 0, &count), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_flat(good, NULL, 2, 0, 1, NULL, 0, &count), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_flat(good, counts, 2, 0, 1, NULL, 1, &count), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_flat(good, counts, 2, 0, 1, NULL, 0, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_shard_flat(NULL, NULL, 0, 0, 1, NULL, 0, &count), GLR_OK);
}
