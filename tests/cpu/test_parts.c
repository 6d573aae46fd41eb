/* Any part, in any pieces, at any address, with any strides, by any number of threads, equals that part of
   the whole; and nothing else is touched. */
#include "support/any_fill.h"
#include "support/golden.h"
#include "support/random.h"
#include "support/reference_scaling.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define CANARY       0xa7
#define MAX_ELEMENTS 6000
#define THREADS      8

/* One random case. */
typedef struct example {
    glr_initializer initializer;
    glr_tensor tensor;
    int64_t elements; /* of the whole tensor */
    size_t size;      /* of an element */
    unsigned char *whole;
} example;

/* In [low, high), with all the digits of a double, so that rounding to float32 matters. */
static double random_real(test_random *random, double low, double high)
{
    return low + (high - low) * (double)(test_random_bits(random) >> 11) * 0x1p-53;
}

static glr_initializer random_initializer(test_random *random, glr_dtype dtype)
{
    int is_integer = dtype >= GLR_DTYPE_BOOL;
    glr_kind kind = (glr_kind)test_random_between(random, GLR_KIND_ZEROS,
                                                  is_integer ? GLR_KIND_CONSTANT : GLR_KIND_LECUN_UNIFORM);
    glr_initializer initializer = glr_initializer_of_kind(kind);
    initializer.value = is_integer ? 1.0 : 0.3;
    initializer.mean = random_real(random, -1.0, 1.0);
    initializer.stddev = random_real(random, 0.0, 2.0);
    initializer.minval = random_real(random, -1.0, 0.0);
    initializer.maxval = random_real(random, 0.0, 2.0);
    initializer.scale = random_real(random, 0.1, 3.0);
    initializer.mode = (glr_mode)test_random_between(random, 0, 2);
    initializer.layout = (glr_layout)test_random_between(random, 0, 1);
    initializer.seed = (int64_t)test_random_bits(random);
    initializer.stream = (int64_t)test_random_bits(random);
    initializer.method = (glr_method)test_random_between(random, 0, 1);
    initializer.distribution = (glr_distribution)test_random_between(random, 0, 2);
    if (test_random_between(random, 0, 7) == 0) {
        initializer.seeding = GLR_SEEDING_KEY;
        initializer.key[0] = (uint32_t)test_random_bits(random);
        initializer.key[1] = (uint32_t)test_random_bits(random);
        for (int i = 0; i < 4; i++) {
            /* Near overflow as often as not, so that carries happen. */
            uint32_t low = (uint32_t)test_random_bits(random);
            initializer.counter[i] = low & 1U ? UINT32_MAX - (low >> 22) : low;
        }
    }
    return initializer;
}

static void random_shape(test_random *random, glr_tensor *tensor)
{
    int64_t left = MAX_ELEMENTS;
    tensor->rank = (uint32_t)test_random_between(random, 0, test_random_between(random, 0, 9) == 0 ? 16 : 5);
    for (uint32_t a = 0; a < tensor->rank; a++) {
        int64_t max = left < 1 ? 1 : left;
        int64_t dimension = test_random_between(random, 1,
                                                test_random_between(random, 0, 1) ? max
                                                : max < 9                         ? max
                                                                                  : 9);
        tensor->shape[a] = test_random_between(random, 0, 99) == 0 ? 0 : dimension;
        left /= dimension;
    }
}

/* Some axes as inputs, outputs and batch axes, counted from either end; lists may be empty. */
static void random_axes(test_random *random, uint32_t rank, glr_initializer *initializer)
{
    if (test_random_between(random, 0, 2) > 0) {
        return;
    }
    for (uint32_t a = 0; a < rank; a++) {
        int32_t axis = (int32_t)a - (test_random_between(random, 0, 1) ? (int32_t)rank : 0);
        switch (test_random_between(random, 0, 3)) {
        case 0: initializer->input_axes[initializer->input_axis_count++] = axis; break;
        case 1: initializer->output_axes[initializer->output_axis_count++] = axis; break;
        case 2: initializer->batch_axes[initializer->batch_axis_count++] = axis; break;
        default: break;
        }
    }
    initializer->has_axes = (uint32_t)test_random_between(random, 0, 1);
    if (!initializer->has_axes) {
        initializer->input_axis_count = initializer->output_axis_count = 0;
    }
}

static void random_box(test_random *random, glr_tensor *tensor)
{
    tensor->part = GLR_PART_BOX;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        int whole = test_random_between(random, 0, 2) == 0;
        tensor->start[a] = whole ? 0 : test_random_between(random, 0, tensor->shape[a]);
        tensor->extent[a] =
            whole ? tensor->shape[a] : test_random_between(random, 0, tensor->shape[a] - tensor->start[a]);
    }
}

/* Strides for the axes in a random order, each a random gap beyond what those before it reach; anything for
   an axis of one element. */
static void random_strides(test_random *random, glr_tensor *tensor)
{
    uint32_t order[GLR_MAX_RANK];
    int64_t next = test_random_between(random, 1, 3);
    for (uint32_t a = 0; a < tensor->rank; a++) {
        uint32_t swapped = (uint32_t)test_random_between(random, 0, a);
        order[a] = order[swapped];
        order[swapped] = a;
    }
    for (uint32_t i = 0; i < tensor->rank; i++) {
        int64_t extent = tensor->part == GLR_PART_BOX ? tensor->extent[order[i]] : tensor->shape[order[i]];
        if (extent == 1 && test_random_between(random, 0, 1)) {
            tensor->strides[order[i]] =
                (int64_t)(test_random_bits(random) >> test_random_between(random, 1, 63));
            continue;
        }
        tensor->strides[order[i]] = next;
        next = next * (extent > 0 ? extent : 1) + (next < 100000 ? test_random_between(random, 0, 2) : 0);
    }
}

/* The whole tensor, packed, by one thread of the CPU: what every other fill must agree with. */
static void make_whole(glr_device *cpu, example *e)
{
    glr_tensor whole = e->tensor;
    whole.part = GLR_PART_WHOLE;
    memset(whole.strides, 0, sizeof whole.strides);
    e->elements = element_count(&whole);
    e->whole = malloc((size_t)e->elements * e->size + 1);
    cr_assert_eq(glr_fill(cpu, &e->initializer, &whole, e->whole, (uint64_t)e->elements * e->size), GLR_OK,
                 "%s", glr_last_error());
}

/* Float32 tensors against the oracle. */
static void check_whole(const example *e)
{
    if (e->tensor.dtype != GLR_DTYPE_FLOAT32) {
        return;
    }
    reference_scaling scaling = reference_scaling_of(&e->initializer, &e->tensor);
    reference_stream stream = reference_stream_of_initializer(&e->initializer);
    for (int64_t i = 0; i < e->elements; i++) {
        float expected = scaling.shift;
        if (scaling.is_random) {
            volatile float product = reference_value(&stream, scaling.sampler, (uint64_t)i) * scaling.scale;
            expected = product + scaling.shift;
        }
        cr_assert_arr_eq(e->whole + (size_t)i * sizeof expected, &expected, sizeof expected,
                         "%s, rank %u, element %ld", glr_kind_name(e->initializer.kind), e->tensor.rank,
                         (long)i);
    }
}

/* The index, in the whole tensor, and the place, at the destination, of element number n of a box. */
static void locate(const glr_tensor *tensor, int64_t n, int64_t *index, int64_t *place)
{
    int64_t index_step = 1, packed_step = 1;
    int packed = 1;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        packed = packed && tensor->strides[a] == 0;
    }
    *index = *place = 0;
    for (uint32_t a = tensor->rank; a-- > 0;) {
        int64_t extent = tensor->part == GLR_PART_BOX ? tensor->extent[a] : tensor->shape[a];
        int64_t start = tensor->part == GLR_PART_BOX ? tensor->start[a] : 0;
        int64_t position = n % extent;
        n /= extent;
        *index += (start + position) * index_step;
        *place += position * (packed ? packed_step : tensor->strides[a]);
        index_step *= tensor->shape[a];
        packed_step *= extent;
    }
}

/* Fills a part at an odd address, and compares every byte around and in it with what should be there. */
static void check_part(glr_device *device, const example *e, const glr_tensor *part, size_t misalignment)
{
    uint64_t bytes = 0;
    int64_t count = 0;
    cr_assert_eq(glr_tensor_extent(part, &count, &bytes), GLR_OK, "%s", glr_last_error());
    const size_t around = 64, room = bytes + 2 * around + misalignment;
    unsigned char *memory = malloc(room), *expected = malloc(room);
    memset(memory, CANARY, room);
    memset(expected, CANARY, room);
    unsigned char *dst = memory + around + misalignment, *right = expected + around + misalignment;
    for (int64_t n = 0; n < count; n++) {
        int64_t index = part->first + n, place = n;
        if (part->part != GLR_PART_RANGE) {
            locate(part, n, &index, &place);
        }
        memcpy(right + (size_t)place * e->size, e->whole + (size_t)index * e->size, e->size);
    }
    cr_assert_eq(any_fill(device, &e->initializer, part, dst, bytes), GLR_OK, "%s", any_error());
    cr_assert_eq(memcmp(memory, expected, room), 0, "kind %s, dtype %s, part %d, rank %u, %ld elements",
                 glr_kind_name(e->initializer.kind), glr_dtype_name(part->dtype), (int)part->part, part->rank,
                 (long)count);
    free(memory);
    free(expected);
}

/* A range of the whole in random pieces, one call each, is the same range. */
static void check_pieces(glr_device *device, const example *e, test_random *random)
{
    unsigned char *memory = malloc((size_t)e->elements * e->size + 1);
    glr_tensor piece = e->tensor;
    piece.part = GLR_PART_RANGE;
    for (int64_t done = 0; done < e->elements; done += piece.count) {
        piece.first = done;
        piece.count = test_random_between(random, 0, e->elements - done);
        piece.count = piece.count > 0 ? piece.count : 1;
        cr_assert_eq(any_fill(device, &e->initializer, &piece, memory + (size_t)done * e->size,
                              (uint64_t)piece.count * e->size),
                     GLR_OK, "%s", any_error());
    }
    cr_assert_eq(memcmp(memory, e->whole, (size_t)e->elements * e->size), 0);
    free(memory);
}

/* Where a box is cut in two, or -1 for an axis that is too short: then it is filled as it is. */
static int64_t random_cut(test_random *random, const glr_tensor *box, uint32_t *axis)
{
    if (box->rank == 0 || test_random_between(random, 0, 3) == 0) {
        return -1;
    }
    *axis = (uint32_t)test_random_between(random, 0, box->rank - 1);
    return box->extent[*axis] > 1 ? test_random_between(random, 0, box->extent[*axis]) : -1;
}

/* Fills a box with strides in random smaller boxes, in a random order, each by a call of its own that is told
   of no more bytes than it needs. */
static void fill_box_in_pieces(glr_device *const devices[THREADS], const example *e, glr_tensor box,
                               test_random *random, unsigned char *dst)
{
    uint32_t axis = 0;
    int64_t cut = random_cut(random, &box, &axis);
    if (cut < 0) {
        uint64_t bytes;
        cr_assert_eq(glr_tensor_extent(&box, NULL, &bytes), GLR_OK, "%s", glr_last_error());
        cr_assert_eq(any_fill(devices[test_random_between(random, 0, THREADS - 1)], &e->initializer, &box,
                              bytes > 0 ? dst : NULL, bytes),
                     GLR_OK, "%s", any_error());
        return;
    }
    glr_tensor halves[2] = {box, box};
    halves[0].extent[axis] = cut;
    halves[1].start[axis] += cut;
    halves[1].extent[axis] -= cut;
    unsigned char *const places[2] = {dst, dst + (size_t)(cut * box.strides[axis]) * e->size};
    int first = (int)test_random_between(random, 0, 1);
    fill_box_in_pieces(devices, e, halves[first], random, places[first]);
    fill_box_in_pieces(devices, e, halves[1 - first], random, places[1 - first]);
}

/* A box, with strides, in pieces is the same box in one call, and the bytes between its elements stay. */
static void check_box_pieces(glr_device *const devices[THREADS], const example *e, test_random *random)
{
    glr_tensor box = e->tensor;
    random_box(random, &box);
    random_strides(random, &box);
    uint64_t bytes = 0;
    cr_assert_eq(glr_tensor_extent(&box, NULL, &bytes), GLR_OK, "%s", glr_last_error());
    if (bytes == 0) {
        return;
    }
    unsigned char *memory = malloc(bytes), *expected = malloc(bytes);
    memset(memory, CANARY, bytes);
    memset(expected, CANARY, bytes);
    cr_assert_eq(any_fill(devices[0], &e->initializer, &box, expected, bytes), GLR_OK, "%s", any_error());
    fill_box_in_pieces(devices, e, box, random, memory);
    cr_assert_eq(memcmp(memory, expected, bytes), 0, "kind %s, dtype %s, rank %u",
                 glr_kind_name(e->initializer.kind), glr_dtype_name(box.dtype), box.rank);
    free(memory);
    free(expected);
}

static void check_example(glr_device *cpu, glr_device *const devices[THREADS], test_random *random)
{
    example e = {.tensor = {.dtype = GLR_DTYPE_FLOAT32}};
    if (test_random_between(random, 0, 1)) {
        e.tensor.dtype = (glr_dtype)test_random_between(random, GLR_DTYPE_FLOAT32, GLR_DTYPE_UINT64);
        e.tensor.dtype =
            e.tensor.dtype == GLR_DTYPE_FLOAT64 && !any_has_f64() ? GLR_DTYPE_FLOAT16 : e.tensor.dtype;
    }
    e.size = glr_dtype_size(e.tensor.dtype);
    e.initializer = random_initializer(random, e.tensor.dtype);
    random_shape(random, &e.tensor);
    random_axes(random, e.tensor.rank, &e.initializer);
    make_whole(cpu, &e);
    check_whole(&e);

    glr_device *device = devices[test_random_between(random, 0, THREADS - 1)];
    glr_tensor part = e.tensor;
    if (test_random_between(random, 0, 2) == 0) {
        part.part = GLR_PART_RANGE;
        part.first = test_random_between(random, 0, e.elements);
        part.count = test_random_between(random, 0, e.elements - part.first);
    } else {
        if (test_random_between(random, 0, 3) > 0) {
            random_box(random, &part);
        }
        if (test_random_between(random, 0, 1)) {
            random_strides(random, &part);
        }
    }
    check_part(device, &e, &part, (size_t)test_random_between(random, 0, 17));
    check_pieces(device, &e, random);
    check_box_pieces(devices, &e, random);
    free(e.whole);
}

Test(parts, equal_the_same_part_of_the_whole, .timeout = 1000)
{
    test_random random = test_random_start("parts");
    glr_device *devices[THREADS], *cpu = open_cpu(1);
    for (uint32_t i = 0; i < THREADS; i++) {
        devices[i] = open_any(i + 1);
    }
    const int examples = test_is_long() ? 100000 : test_is_light() || !any_is_cpu() ? 1000 : 10000;
    for (int i = 0; i < examples; i++) {
        check_example(cpu, devices, &random);
    }
    for (int i = 0; i < THREADS; i++) {
        glr_close(devices[i]);
    }
    glr_close(cpu);
    (void)printf("parts: %d examples\n", examples);
}

/* Large enough for every thread to have chunks of its own, in every order they may come. */
Test(parts, threads_agree)
{
    enum { COUNT = 1 << 20 };
    glr_initializer initializer = glr_glorot_normal(9);
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {1024, COUNT / 1024}};
    float *one = malloc(COUNT * sizeof *one), *many = malloc(COUNT * sizeof *many);
    for (uint32_t threads = 1; threads <= THREADS; threads++) {
        glr_device *device = open_any(threads);
        cr_assert_eq(any_fill(device, &initializer, &tensor, threads == 1 ? one : many, COUNT * sizeof *one),
                     GLR_OK);
        cr_assert(threads == 1 || memcmp(one, many, COUNT * sizeof *one) == 0, "%u threads", threads);
        glr_close(device);
    }
    free(one);
    free(many);
}

/* Several threads on one handle at once, each with a tensor of its own; and a fill inside a parallel region.
 */
Test(parts, calls_at_the_same_time)
{
    enum { CALLS = 4, COUNT = 200000 };
    glr_device *device = open_any(2);
    static float alone[CALLS][COUNT], together[CALLS][COUNT];
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {COUNT}};
    int failures = 0;
    for (int i = 0; i < CALLS; i++) {
        glr_initializer initializer = glr_he_normal(i);
        failures += any_fill(device, &initializer, &tensor, alone[i], sizeof alone[i]) != GLR_OK;
    }
#pragma omp parallel for num_threads(CALLS) reduction(+ : failures)
    for (int i = 0; i < CALLS; i++) {
        glr_initializer initializer = glr_he_normal(i);
        failures += any_fill(device, &initializer, &tensor, together[i], sizeof together[i]) != GLR_OK;
    }
    cr_assert_eq(failures, 0);
    cr_assert_eq(memcmp(alone, together, sizeof alone), 0);
    glr_close(device);
}

/* A tensor of 2^56 elements: a part in its middle, addressed in three ways. */
Test(parts, of_the_largest_tensor)
{
    glr_device *device = open_any(2);
    glr_initializer initializer = glr_truncated_normal(0.0, 1.0, 3);
    glr_tensor box = {.dtype = GLR_DTYPE_FLOAT32,
                      .rank = 2,
                      .shape = {INT64_C(1) << 28, INT64_C(1) << 28},
                      .part = GLR_PART_BOX};
    box.start[0] = (INT64_C(1) << 27) + 5;
    box.start[1] = 1000;
    box.extent[0] = 1;
    box.extent[1] = 100;
    glr_tensor range = box;
    range.part = GLR_PART_RANGE;
    range.first = box.start[0] * box.shape[1] + box.start[1];
    range.count = 100;
    float by_box[100], by_range[100];
    cr_assert_eq(any_fill(device, &initializer, &box, by_box, sizeof by_box), GLR_OK, "%s", any_error());
    cr_assert_eq(any_fill(device, &initializer, &range, by_range, sizeof by_range), GLR_OK, "%s",
                 any_error());
    cr_assert_eq(memcmp(by_box, by_range, sizeof by_box), 0);
    reference_stream stream = reference_stream_of(3, 0);
    for (int i = 0; i < 100; i++) {
        float expected = reference_value(&stream, REFERENCE_TRUNCATED, (uint64_t)(range.first + i));
        cr_assert_arr_eq(&by_range[i], &expected, sizeof expected);
    }
    glr_close(device);
}

/* Where only axes of one element have strides, the part is packed; where others have, those count alone. */
Test(parts, the_stride_of_one_element_has_no_effect)
{
    static const struct {
        int64_t strides[3], equal[3];
    } rows[] = {
        {{0, 5, 0}, {0, 0, 0}}, {{0, -7, 0}, {0, 0, 0}},        {{0, INT64_MAX, 0}, {4, 4, 1}},
        {{9, 0, 2}, {9, 0, 2}}, {{1, INT64_MIN, 3}, {1, 0, 3}},
    };
    glr_device *device = open_cpu(1);
    const glr_initializer initializer = glr_glorot_uniform(3);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        float filled[32] = {0}, expected[32] = {0};
        glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 3, .shape = {3, 1, 4}}, equal = tensor;
        memcpy(tensor.strides, rows[i].strides, sizeof rows[i].strides);
        memcpy(equal.strides, rows[i].equal, sizeof rows[i].equal);
        cr_expect_eq(glr_fill(device, &initializer, &tensor, filled, sizeof filled), GLR_OK, "row %zu: %s", i,
                     glr_last_error());
        cr_assert_eq(glr_fill(device, &initializer, &equal, expected, sizeof expected), GLR_OK, "row %zu: %s",
                     i, glr_last_error());
        cr_expect_arr_eq(filled, expected, sizeof filled, "row %zu", i);
    }
    glr_close(device);
}
