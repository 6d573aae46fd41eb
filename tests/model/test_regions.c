/* glr_model_fill of tensors with regions and values, against what the header says: the tensor drawn whole,
   and over it each region, drawn as a tensor by itself and copied element by element. */
#include "glorand/model.h"
#include "support/golden.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS      400
#define MAX_AXES    4
#define MAX_REGIONS 6
#define MARGIN      64
#define GUARD       0xa5

static const glr_dtype floating[] = {GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT16,
                                     GLR_DTYPE_FLOAT64};

/* What a model's tensor must be: whole, packed, in the dtype of the parts that are compared. */
typedef struct expectation {
    glr_device *device;
    glr_model *model;
    size_t index;
    glr_tensor tensor;
    unsigned char *whole;
} expectation;

static int64_t product(const int64_t *sizes, uint32_t rank)
{
    int64_t count = 1;
    for (uint32_t a = 0; a < rank; a++) {
        count *= sizes[a];
    }
    return count;
}

/* The index of an element of a box, row-major. */
static void split(int64_t element, const int64_t *extent, uint32_t rank, int64_t *index)
{
    for (uint32_t a = rank; a-- > 0;) {
        index[a] = element % extent[a];
        element /= extent[a];
    }
}

static int64_t join(const int64_t *index, const int64_t *shape, uint32_t rank)
{
    int64_t element = 0;
    for (uint32_t a = 0; a < rank; a++) {
        element = element * shape[a] + index[a];
    }
    return element;
}

/* ---- Lists ------------------------------------------------------------------------------------------- */

/* A box, and the text of its initializer. */
typedef struct region {
    int64_t start[MAX_AXES], extent[MAX_AXES];
    const char *text;
} region;

static const char *pick(test_random *random, const char *const *texts, size_t count)
{
    return texts[test_random_between(random, 0, (int64_t)count - 1)];
}

/* An initializer that suits a shape. */
static const char *random_text(test_random *random, glr_dtype dtype, uint32_t rank)
{
    static const char *const integers[] = {"zeros", "ones", "constant(-7)", "random_bytes"};
    static const char *const vectors[] = {"zeros",
                                          "constant(0.3)",
                                          "random_normal(0, 0.02)",
                                          "truncated_normal(0, 0.5)",
                                          "random_uniform(-1, 1)",
                                          "random_normal(0, 1, seed=3)",
                                          "random_normal(0, 1, stream=5)"};
    static const char *const matrices[] = {"orthogonal", "orthogonal(2)", "glorot_uniform", "he_normal"};
    if (dtype == GLR_DTYPE_INT64) {
        return pick(random, integers, sizeof integers / sizeof integers[0]);
    }
    if (rank == 2 && test_random_between(random, 0, 3) == 0) {
        return "identity";
    }
    return rank >= 2 && test_random_between(random, 0, 1) == 0
               ? pick(random, matrices, sizeof matrices / sizeof matrices[0])
               : pick(random, vectors, sizeof vectors / sizeof vectors[0]);
}

/* Now and then nothing, and now and then all. */
static void random_box(test_random *random, const glr_tensor *tensor, int64_t *start, int64_t *extent)
{
    const int64_t kind = test_random_between(random, 0, 9);
    for (uint32_t a = 0; a < tensor->rank; a++) {
        const int64_t from = test_random_between(random, 0, tensor->shape[a]);
        const int64_t to = test_random_between(random, from, tensor->shape[a]);
        start[a] = kind == 0 ? 0 : from;
        extent[a] = kind == 0 ? tensor->shape[a] : to - from;
    }
}

/* "1:2,0:7", in which a region's stream is named. */
static void box_text(const region *box, uint32_t rank, char *text, size_t capacity)
{
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t a = 0; a < rank; a++) {
        used += (size_t)snprintf(text + used, capacity - used, "%s%" PRId64 ":%" PRId64, a > 0 ? "," : "",
                                 box->start[a], box->start[a] + box->extent[a]);
    }
}

/* The beginning of a list of one tensor, "w", with the seed 7. */
static size_t write_head(char *list, size_t capacity, const glr_tensor *tensor, glr_dtype dtype)
{
    size_t used =
        (size_t)snprintf(list, capacity, "{\"seed\": 7, \"tensors\": [{\"name\": \"w\", \"shape\": [");
    for (uint32_t a = 0; a < tensor->rank; a++) {
        used +=
            (size_t)snprintf(list + used, capacity - used, "%s%" PRId64, a > 0 ? "," : "", tensor->shape[a]);
    }
    used += (size_t)snprintf(list + used, capacity - used, "], \"dtype\": \"%s\", ", glr_dtype_name(dtype));
    return used;
}

static glr_model *resolve_list(const char *list, size_t length)
{
    glr_model *model = NULL;
    cr_assert_eq(glr_model_from_list(list, length, NULL, 0, &model), GLR_OK, "%s: %s", list,
                 glr_last_error());
    cr_assert_eq(glr_model_resolve(model, NULL), GLR_OK, "%s: %s", list, glr_last_error());
    return model;
}

static glr_model *make_model(const glr_tensor *tensor, const char *text, const region *regions, int count)
{
    char list[4096], slice[256];
    size_t used = write_head(list, sizeof list, tensor, tensor->dtype);
    used +=
        (size_t)snprintf(list + used, sizeof list - used, "\"initializer\": \"%s\", \"regions\": [", text);
    for (int i = 0; i < count; i++) {
        box_text(&regions[i], tensor->rank, slice, sizeof slice);
        used += (size_t)snprintf(list + used, sizeof list - used,
                                 "%s{\"slice\": \"%s\", \"initializer\": \"%s\"}", i > 0 ? "," : "", slice,
                                 regions[i].text);
    }
    used += (size_t)snprintf(list + used, sizeof list - used, "]}]}");
    cr_assert_lt(used, sizeof list);
    return resolve_list(list, used);
}

/* ---- Expectations ------------------------------------------------------------------------------------ */

/* Draws a tensor by itself, in the stream of a name unless the text has a stream or a seed; to be freed. */
static unsigned char *draw(glr_device *device, const glr_tensor *tensor, const char *text, const char *name)
{
    glr_initializer initializer;
    uint64_t bytes = 0;
    const glr_tensor whole = {.dtype = tensor->dtype, .rank = tensor->rank};
    glr_tensor itself = whole;
    memcpy(itself.shape, tensor->shape, sizeof itself.shape);
    cr_assert_eq(glr_initializer_from_text(text, strlen(text), NULL, 0, &initializer), GLR_OK);
    if (initializer.seeding == GLR_SEEDING_NONE) {
        initializer.seeding = GLR_SEEDING_SEED;
        initializer.seed = 7;
        if (strstr(text, "stream") == NULL) {
            initializer.stream = glr_stream_of_name(name, strlen(name));
        }
    }
    cr_assert_eq(glr_tensor_extent(&itself, NULL, &bytes), GLR_OK);
    unsigned char *values = malloc(bytes + 1);
    cr_assert_eq(glr_fill(device, &initializer, &itself, values, bytes), GLR_OK, "%s", glr_last_error());
    return values;
}

static void copy_region(const expectation *all, const region *box)
{
    const size_t size = glr_dtype_size(all->tensor.dtype);
    const uint32_t rank = all->tensor.rank;
    char slice[256], name[300];
    glr_tensor itself = {.dtype = all->tensor.dtype, .rank = rank};
    int64_t index[MAX_AXES];
    memcpy(itself.shape, box->extent, sizeof box->extent);
    box_text(box, rank, slice, sizeof slice);
    (void)snprintf(name, sizeof name, "w[%s]", slice);
    unsigned char *values = draw(all->device, &itself, box->text, name);
    for (int64_t i = 0; i < product(box->extent, rank); i++) {
        split(i, box->extent, rank, index);
        for (uint32_t a = 0; a < rank; a++) {
            index[a] += box->start[a];
        }
        memcpy(all->whole + (size_t)join(index, all->tensor.shape, rank) * size, values + (size_t)i * size,
               size);
    }
    free(values);
}

/* Memory for a part, with what it must be after a fill. */
typedef struct canvas {
    unsigned char *found, *expected; /* with margins */
    size_t bytes;
} canvas;

static canvas make_canvas(uint64_t bytes)
{
    const size_t all = (size_t)bytes + 2 * MARGIN;
    const canvas made = {malloc(all), malloc(all), (size_t)bytes};
    memset(made.found, GUARD, all);
    memset(made.expected, GUARD, all);
    return made;
}

static void compare(const canvas *made, const glr_tensor *part)
{
    cr_expect_eq(memcmp(made->found, made->expected, made->bytes + 2 * MARGIN), 0,
                 "%s of rank %u, part %d, %zu bytes", glr_dtype_name(part->dtype), part->rank,
                 (int)part->part, made->bytes);
    free(made->found);
    free(made->expected);
}

/* Fills a part, and compares it with the same elements of the whole. */
static void expect_range(const expectation *all, int64_t first, int64_t count)
{
    const size_t size = glr_dtype_size(all->tensor.dtype);
    glr_tensor part = all->tensor;
    part.part = GLR_PART_RANGE;
    part.first = first;
    part.count = count;
    const canvas made = make_canvas((uint64_t)count * size);
    memcpy(made.expected + MARGIN, all->whole + (size_t)first * size, (size_t)count * size);
    cr_expect_eq(glr_model_fill(all->device, all->model, all->index, &part, made.found + MARGIN, made.bytes),
                 GLR_OK, "%s", glr_last_error());
    compare(&made, &part);
}

/* Elements of a box's memory, and its packed strides where it has none. */
static uint64_t reach_of(const glr_tensor *part, const int64_t *extent, int64_t *strides)
{
    int64_t reach = 0, step = 1;
    bool is_packed = true;
    for (uint32_t a = 0; a < part->rank; a++) { /* that of an axis of one element says nothing */
        is_packed = is_packed && (part->strides[a] == 0 || extent[a] == 1);
    }
    for (uint32_t a = part->rank; a-- > 0;) {
        strides[a] = is_packed ? step : part->strides[a];
        reach += extent[a] > 1 ? (extent[a] - 1) * strides[a] : 0;
        step *= extent[a];
    }
    return product(extent, part->rank) > 0 ? (uint64_t)reach + 1 : 0;
}

static void expect_box(const expectation *all, const glr_tensor *part)
{
    const size_t size = glr_dtype_size(part->dtype);
    const int64_t *extent = part->part == GLR_PART_BOX ? part->extent : part->shape;
    int64_t strides[MAX_AXES] = {0}, index[MAX_AXES] = {0};
    const canvas made = make_canvas(reach_of(part, extent, strides) * size);
    for (int64_t i = 0; i < product(extent, part->rank); i++) {
        int64_t place = 0;
        split(i, extent, part->rank, index);
        for (uint32_t a = 0; a < part->rank; a++) {
            place += extent[a] > 1 ? index[a] * strides[a] : 0;
            index[a] += part->part == GLR_PART_BOX ? part->start[a] : 0;
        }
        memcpy(made.expected + MARGIN + (size_t)place * size,
               all->whole + (size_t)join(index, part->shape, part->rank) * size, size);
    }
    cr_expect_eq(glr_model_fill(all->device, all->model, all->index, part, made.found + MARGIN, made.bytes),
                 GLR_OK, "%s", glr_last_error());
    compare(&made, part);
}

/* Strides of axes in any order, with gaps; those of axes with one element are any. */
static void give_strides(test_random *random, glr_tensor *part)
{
    const int64_t *extent = part->part == GLR_PART_BOX ? part->extent : part->shape;
    const bool has_gaps = test_random_between(random, 0, 2) > 0;
    uint32_t order[MAX_AXES] = {0, 1, 2, 3};
    int64_t step = 1;
    for (uint32_t a = 0; a < part->rank; a++) {
        const uint32_t other = (uint32_t)test_random_between(random, a, part->rank - 1);
        const uint32_t swapped = order[a];
        order[a] = order[other];
        order[other] = swapped;
    }
    for (uint32_t i = 0; i < part->rank; i++) {
        const uint32_t a = order[i];
        part->strides[a] = extent[a] == 1 ? test_random_between(random, -3, 3) : has_gaps ? step : 0;
        step = step * (extent[a] > 0 ? extent[a] : 1) + test_random_between(random, 0, 2);
    }
}

static void expect_parts(test_random *random, const expectation *all)
{
    const int64_t count = product(all->tensor.shape, all->tensor.rank);
    glr_tensor part = all->tensor;
    expect_box(all, &part);
    give_strides(random, &part);
    expect_box(all, &part);
    for (int i = 0; i < 3; i++) {
        glr_tensor box = all->tensor;
        box.part = GLR_PART_BOX;
        random_box(random, &box, box.start, box.extent);
        expect_box(all, &box);
        give_strides(random, &box);
        expect_box(all, &box);
        const int64_t first = test_random_between(random, 0, count);
        expect_range(all, first, test_random_between(random, 0, count - first));
    }
    expect_range(all, 0, count);
}

/* ---- Tests ------------------------------------------------------------------------------------------- */

static glr_tensor random_tensor(test_random *random, glr_dtype dtype)
{
    glr_tensor tensor = {.dtype = dtype, .rank = (uint32_t)test_random_between(random, 0, MAX_AXES)};
    for (uint32_t a = 0; a < tensor.rank; a++) {
        tensor.shape[a] = test_random_between(random, test_random_between(random, 0, 9) > 0, 7);
    }
    return tensor;
}

Test(regions, as_copied_element_by_element)
{
    static const glr_dtype listed[] = {GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16, GLR_DTYPE_INT64};
    test_random random = test_random_start("regions");
    glr_device *device = open_cpu(2);
    for (int round = 0; round < ROUNDS; round++) {
        const glr_dtype dtype = listed[round % 3];
        expectation all = {.device = device, .tensor = random_tensor(&random, dtype)};
        region regions[MAX_REGIONS] = {{.text = NULL}};
        const int count = (int)test_random_between(&random, 0, MAX_REGIONS);
        const char *text = random_text(&random, dtype, all.tensor.rank);
        for (int i = 0; i < count; i++) {
            random_box(&random, &all.tensor, regions[i].start, regions[i].extent);
            regions[i].text = random_text(&random, dtype, all.tensor.rank);
        }
        all.model = make_model(&all.tensor, text, regions, count);
        if (dtype != GLR_DTYPE_INT64) { /* a part may have another dtype than the list */
            all.tensor.dtype = floating[test_random_between(&random, 0, 3)];
        }
        all.whole = draw(device, &all.tensor, text, "w");
        for (int i = 0; i < count; i++) {
            copy_region(&all, &regions[i]);
        }
        expect_parts(&random, &all);
        free(all.whole);
        glr_model_free(all.model);
    }
    glr_close(device);
}

/* The regions alone, over what a stage has drawn of a part. */
Test(regions, over_a_stage)
{
    static const region regions[] = {{{1, 0}, {1, 6}, "zeros"}, {{0, 2}, {5, 2}, "random_normal(0, 1)"}};
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {5, 6}};
    const glr_tensor part = {.dtype = GLR_DTYPE_FLOAT32,
                             .rank = 2,
                             .shape = {5, 6},
                             .part = GLR_PART_BOX,
                             .start = {1, 1},
                             .extent = {3, 4}};
    glr_device *device = open_cpu(1);
    glr_model *model = make_model(&tensor, "random_uniform(2, 3)", regions, 2);
    glr_model_tensor found;
    glr_stage *stage = NULL;
    const void *drawn;
    float over[12], whole[12];
    cr_assert_eq(glr_model_get(model, 0, &found), GLR_OK);
    cr_expect_eq(found.regions, 2);
    cr_assert_eq(glr_stage_open(device, sizeof over, &stage), GLR_OK);
    cr_assert_eq(glr_stage_fill(stage, &found.initializer, &part), GLR_OK);
    cr_assert_eq(glr_stage_wait(stage, &drawn), GLR_OK);
    memcpy(over, drawn, sizeof over);
    cr_expect(over[0] >= 2 && over[11] >= 2, "nothing of the regions is drawn yet");
    cr_assert_eq(glr_model_fill_regions(device, model, 0, &part, over, sizeof over), GLR_OK);
    cr_assert_eq(glr_model_fill(device, model, 0, &part, whole, sizeof whole), GLR_OK);
    cr_expect_eq(memcmp(over, whole, sizeof over), 0);
    cr_expect(over[0] == 0 && over[3] == 0 && over[1] != 0, "the second region is drawn over the first");
    glr_stage_close(stage);
    glr_model_free(model);
    glr_close(device);
}

/* Only a region that is drawn whole needs room, and only where the part meets it. */
Test(regions, scratch)
{
    static const region regions[] = {{{0, 0}, {3, 3}, "orthogonal"}};
    glr_tensor part = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {5, 6}};
    glr_device *device = open_cpu(1);
    glr_model *model = make_model(&part, "zeros", regions, 1);
    const glr_initializer orthogonal = glr_orthogonal(1.0, 1);
    const glr_tensor alone = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {3, 3}};
    uint64_t expected = 0, bytes = 0;
    cr_assert_eq(glr_fill_scratch(device, &orthogonal, &alone, &expected), GLR_OK);
    cr_expect_gt(expected, 0);
    cr_expect_eq(glr_model_fill_scratch(device, model, 0, NULL, &bytes), GLR_OK);
    cr_expect_eq(bytes, expected);
    part.part = GLR_PART_RANGE;
    part.first = 3 * 6;
    part.count = 12;
    cr_expect_eq(glr_model_fill_scratch(device, model, 0, &part, &bytes), GLR_OK);
    cr_expect_eq(bytes, 0);
    glr_model_free(model);
    glr_close(device);
}

/* ---- Values ------------------------------------------------------------------------------------------ */

/* Values that every floating-point dtype here rounds, and such that are kept. */
static const double numbers[] = {0.0, -0.0, 1.0, -2.5, 1.0 / 3.0, 1e-39, 3e38, 65519.0, INFINITY, NAN};

#define NUMBERS (sizeof numbers / sizeof numbers[0])

/* A number in a dtype: rounded to float32, and that to bfloat16, to nearest, ties to even. */
static void encode(double number, glr_dtype dtype, unsigned char *element)
{
    const float single = (float)number;
    const int64_t integer = dtype == GLR_DTYPE_INT64 ? (int64_t)number : 0;
    uint32_t bits;
    memcpy(&bits, &single, sizeof bits);
    const uint16_t upper = isnan(number) ? 0x7fc0 : (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    switch (dtype) {
    case GLR_DTYPE_FLOAT64: memcpy(element, &number, sizeof number); break;
    case GLR_DTYPE_INT64: memcpy(element, &integer, sizeof integer); break;
    case GLR_DTYPE_BFLOAT16: memcpy(element, &upper, sizeof upper); break;
    default: memcpy(element, &single, sizeof single);
    }
}

/* A number of the test for an element; integers for integers. */
static double random_number(test_random *random, glr_dtype dtype)
{
    return dtype == GLR_DTYPE_INT64
               ? (double)test_random_between(random, -(INT64_C(1) << 53), INT64_C(1) << 53)
               : numbers[test_random_between(random, 0, NUMBERS - 1)];
}

static size_t write_number(char *text, size_t capacity, double number)
{
    const int used = isfinite(number) ? snprintf(text, capacity, "%.17g", number)
                                      : snprintf(text, capacity, isnan(number) ? "NaN" : "Infinity");
    return (size_t)used;
}

/* Makes the list, and the whole in the dtype of the parts. */
static void make_values(test_random *random, glr_dtype dtype, expectation *all)
{
    static char list[1 << 17];
    const glr_tensor *tensor = &all->tensor;
    const int64_t count = product(tensor->shape, tensor->rank);
    const size_t size = glr_dtype_size(tensor->dtype);
    size_t used = write_head(list, sizeof list, tensor, dtype);
    used += (size_t)snprintf(list + used, sizeof list - used, "\"values\": [");
    all->whole = malloc((size_t)count * size + 1);
    for (int64_t i = 0; i < count; i++) {
        const double number = random_number(random, dtype);
        used += (size_t)snprintf(list + used, sizeof list - used, i > 0 ? "," : "");
        used += number == 0.0 && signbit(number) ? (size_t)snprintf(list + used, sizeof list - used, "-0.0")
                                                 : write_number(list + used, sizeof list - used, number);
        encode(number, tensor->dtype, all->whole + (size_t)i * size);
    }
    used += (size_t)snprintf(list + used, sizeof list - used, "]}]}");
    all->model = resolve_list(list, used);
}

Test(regions, values_are_those_of_the_list)
{
    static const glr_dtype listed[] = {GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16, GLR_DTYPE_INT64};
    static const glr_dtype others[] = {GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT64};
    test_random random = test_random_start("values");
    glr_device *device = open_cpu(2);
    for (int round = 0; round < ROUNDS; round++) {
        const glr_dtype dtype = listed[round % 3];
        expectation all = {.device = device, .tensor = random_tensor(&random, dtype)};
        if (dtype != GLR_DTYPE_INT64) {
            all.tensor.dtype = others[test_random_between(&random, 0, 2)];
        }
        make_values(&random, dtype, &all);
        expect_parts(&random, &all);
        free(all.whole);
        glr_model_free(all.model);
    }
    glr_close(device);
}
