/* The laws of the index: against mpmath's values and torch's definitions; any part of theirs, and of
   orthogonal matrices, against the whole. */
#include "support/any_fill.h"
#include "support/golden.h"
#include "support/random.h"
#include "support/reference.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- Values ------------------------------------------------------------------------------------------- */

/* One element of a tensor, as a float64 or a float32. */
static double element_of(glr_device *device, const glr_initializer *initializer, glr_tensor tensor,
                         int64_t index, glr_dtype dtype)
{
    double value = 0.0;
    float single = 0.0F;
    void *dst = dtype == GLR_DTYPE_FLOAT64 ? (void *)&value : (void *)&single;
    tensor.dtype = dtype;
    tensor.part = GLR_PART_RANGE;
    tensor.first = index;
    tensor.count = 1;
    cr_assert_eq(any_fill(device, initializer, &tensor, dst, glr_dtype_size(dtype)), GLR_OK, "%s",
                 any_error());
    return dtype == GLR_DTYPE_FLOAT64 ? value : (double)single;
}

/* Rounding, and the errors before it that docs/stream.md states. */
static void check_element(const glr_initializer *initializer, const glr_tensor *tensor, glr_device *device,
                          const json_t *pair)
{
    const int64_t index = json_integer_value(json_array_get(pair, 0));
    const double exact = strtod(json_string_value(json_array_get(pair, 1)), NULL);
    const double positions = tensor->rank > 1 ? (double)tensor->shape[tensor->rank - 2] : 0.0;
    const double before = 0x1p-54 * fmax(1.0, fabs(exact)) + 0x1p-60 * positions;
    double off = fabs(element_of(device, initializer, *tensor, index, GLR_DTYPE_FLOAT32) - exact);
    cr_expect_leq(off, 0x1p-24 * fabs(exact) + before, "%s, element %lld, float32: off by %g",
                  glr_kind_name(initializer->kind), (long long)index, off);
    if (any_has_f64()) {
        off = fabs(element_of(device, initializer, *tensor, index, GLR_DTYPE_FLOAT64) - exact);
        cr_expect_leq(off, 0x1p-52 * fabs(exact) + before, "%s, element %lld, float64: off by %g",
                      glr_kind_name(initializer->kind), (long long)index, off);
    }
}

Test(index_laws, values_of_mpmath)
{
    glr_device *device = open_any(1);
    json_t *golden = golden_read("golden/index_laws.json"), *law, *pair;
    size_t i, j, checked = 0;
    json_array_foreach(json_object_get(golden, "laws"), i, law)
    {
        const glr_initializer initializer = golden_initializer(law);
        const glr_tensor tensor = golden_tensor(law);
        json_array_foreach(json_object_get(law, "elements"), j, pair)
        {
            check_element(&initializer, &tensor, device, pair);
            checked++;
        }
    }
    cr_assert_gt(checked, 200);
    json_decref(golden);
    glr_close(device);
}

/* The first and the last of the values that are known without a calculation. */
Test(index_laws, exact_values)
{
    glr_device *device = open_any(1);
    const glr_initializer logarithms = glr_log_arange(), positions = glr_sinusoids(10000.0);
    const glr_initializer point = glr_dt_bias(1.0, 1.0, 0.0, 1);
    const glr_tensor table = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {3, 4}};
    cr_expect_eq(element_of(device, &logarithms, table, 4, GLR_DTYPE_FLOAT32), 0.0);
    cr_expect_eq(element_of(device, &positions, table, 1, GLR_DTYPE_FLOAT32), 0.0);
    cr_expect_eq(element_of(device, &positions, table, 2, GLR_DTYPE_FLOAT32), 1.0);
    /* log(e - 1) */
    cr_expect_eq(element_of(device, &point, table, 7, GLR_DTYPE_FLOAT32), (double)0.541324854612918F);
    glr_close(device);
}

/* ---- Ones on a diagonal ------------------------------------------------------------------------------- */

/* What torch.nn.init.dirac_ does, on indices of the layout [out, in, spatial...]. */
static int is_dirac(const int64_t *size, const int64_t *at, uint32_t spatial, int64_t groups)
{
    const int64_t per_group = size[0] / groups, least = per_group < size[1] ? per_group : size[1];
    for (uint32_t a = 2; a < 2 + spatial; a++) {
        if (at[a] != size[a] / 2) {
            return 0;
        }
    }
    for (int64_t group = 0; group < groups; group++) {
        for (int64_t d = 0; d < least; d++) {
            if (at[0] == group * per_group + d && at[1] == d) {
                return 1;
            }
        }
    }
    return 0;
}

/* The indices of an element, in the order of the layout torch. */
static void torch_indices(const glr_tensor *tensor, glr_layout layout, int64_t index, int64_t *size,
                          int64_t *at)
{
    for (uint32_t a = tensor->rank; a-- > 0; index /= tensor->shape[a]) {
        /* Keras has [spatial..., in, out]. */
        const uint32_t to = layout == GLR_LAYOUT_TORCH ? a
                            : a + 2 >= tensor->rank    ? tensor->rank - 1 - a
                                                       : a + 2;
        size[to] = tensor->shape[a];
        at[to] = index % tensor->shape[a];
    }
}

static void check_dirac(glr_device *device, glr_layout layout, int64_t groups, glr_tensor tensor)
{
    unsigned char values[4096];
    int64_t size[GLR_MAX_RANK] = {0}, at[GLR_MAX_RANK] = {0};
    glr_initializer initializer = glr_dirac(groups);
    initializer.layout = layout;
    tensor.dtype = GLR_DTYPE_INT8;
    const int64_t elements = element_count(&tensor);
    cr_assert_leq(elements, (int64_t)sizeof values);
    cr_assert_eq(any_fill(device, &initializer, &tensor, values, (uint64_t)elements), GLR_OK, "%s",
                 any_error());
    for (int64_t i = 0; i < elements; i++) {
        torch_indices(&tensor, layout, i, size, at);
        cr_expect_eq(values[i], is_dirac(size, at, tensor.rank - 2, groups), "%lld groups, element %lld",
                     (long long)groups, (long long)i);
    }
}

Test(index_laws, dirac_as_torch_defines_it)
{
    static const struct {
        int64_t groups;
        glr_tensor tensor;
    } cases[] = {
        {1, {.rank = 3, .shape = {3, 16, 5}}},      {3, {.rank = 4, .shape = {9, 2, 3, 4}}},
        {2, {.rank = 4, .shape = {4, 6, 1, 3}}},    {4, {.rank = 5, .shape = {4, 3, 2, 3, 5}}},
        {1, {.rank = 5, .shape = {8, 8, 2, 2, 2}}}, {2, {.rank = 3, .shape = {6, 5, 4}}},
    };
    glr_device *device = open_any(1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        glr_tensor keras = cases[i].tensor;
        check_dirac(device, GLR_LAYOUT_TORCH, cases[i].groups, cases[i].tensor);
        for (uint32_t a = 0; a < keras.rank; a++) { /* [spatial..., in, out] */
            keras.shape[a] = cases[i].tensor.shape[a + 2 < keras.rank ? a + 2 : keras.rank - 1 - a];
        }
        check_dirac(device, GLR_LAYOUT_KERAS, cases[i].groups, keras);
    }
    glr_close(device);
}

Test(index_laws, identity_in_every_dtype)
{
    glr_device *device = open_any(1);
    for (glr_dtype dtype = GLR_DTYPE_FLOAT32; dtype <= GLR_DTYPE_UINT64; dtype++) {
        unsigned char matrix[5 * 7 * 8], gain[8], zero[8] = {0};
        const double value = dtype == GLR_DTYPE_BOOL || dtype >= GLR_DTYPE_UINT8 ? 1.0 : -1.0;
        const glr_tensor one = {.dtype = dtype}, tensor = {.dtype = dtype, .rank = 2, .shape = {5, 7}};
        const glr_initializer constant = glr_constant(value), identity = glr_identity(value);
        const size_t size = glr_dtype_size(dtype);
        if (dtype == GLR_DTYPE_FLOAT64 && !any_has_f64()) {
            continue;
        }
        cr_assert_eq(any_fill(device, &constant, &one, gain, sizeof gain), GLR_OK, "%s", any_error());
        cr_assert_eq(any_fill(device, &identity, &tensor, matrix, sizeof matrix), GLR_OK, "%s", any_error());
        for (size_t i = 0; i < 35; i++) {
            const unsigned char *expected = i / 7 == i % 7 ? gain : zero;
            cr_expect_eq(memcmp(matrix + i * size, expected, size), 0, "%s, element %zu",
                         glr_dtype_name(dtype), i);
        }
    }
    glr_close(device);
}

/* Keras concatenates the biases of the gates input, forget, cell and output. */
Test(index_laws, forget_gates_of_lstms)
{
    enum { ROWS = 3, UNITS = 7 };
    glr_device *device = open_any(1);
    const glr_initializer bias = glr_unit_forget_bias();
    const glr_tensor tensor = {.dtype = GLR_DTYPE_INT8, .rank = 2, .shape = {ROWS, 4 * UNITS}};
    const glr_tensor empty = {.dtype = GLR_DTYPE_INT8, .rank = 2, .shape = {ROWS, 0}};
    unsigned char values[ROWS * 4 * UNITS], *at = values;
    cr_assert_eq(any_fill(device, &bias, &tensor, values, sizeof values), GLR_OK, "%s", any_error());
    for (int row = 0; row < ROWS; row++) {
        for (int gate = 0; gate < 4; gate++) {
            for (int unit = 0; unit < UNITS; unit++) {
                cr_expect_eq(*at++, gate == 1, "gate %d, unit %d", gate, unit);
            }
        }
    }
    cr_expect_eq(any_fill(device, &bias, &empty, values, 0), GLR_OK, "%s", any_error());
    glr_close(device);
}

/* ---- Bytes -------------------------------------------------------------------------------------------- */

/* The first bytes of the blocks of a key, by Random123. */
static void expected_bytes(const glr_initializer *keyed, unsigned char *bytes, size_t count)
{
    reference_stream stream;
    memcpy(stream.key, keyed->key, sizeof stream.key);
    memcpy(stream.counter, keyed->counter, sizeof stream.counter);
    for (size_t i = 0; i < count; i++) {
        uint32_t words[4];
        reference_block(&stream, i / 16, words);
        bytes[i] = (unsigned char)(words[i % 16 / 4] >> (8 * (i % 4)) & 0xffU);
    }
}

/* Tensors of all integer dtypes are views of the same bytes, also where counters carry. */
Test(index_laws, bytes_of_blocks)
{
    enum { BYTES = 2048 };
    static const uint32_t counters[][4] = {{7, 0, 1, 2}, {0xfffffff0U, 0xffffffffU, 0xffffffffU, 0}};
    glr_device *device = open_any(1);
    for (glr_dtype dtype = GLR_DTYPE_INT8; dtype <= GLR_DTYPE_UINT64; dtype++) {
        for (size_t i = 0; i < COUNT(counters); i++) {
            unsigned char drawn[BYTES], expected[BYTES];
            const int64_t elements = BYTES / (int64_t)glr_dtype_size(dtype);
            const glr_tensor tensor = {.dtype = dtype, .rank = 1, .shape = {elements}};
            glr_initializer initializer = glr_random_bytes(0);
            initializer.seeding = GLR_SEEDING_KEY;
            initializer.key[0] = 0x01234567U;
            initializer.key[1] = 0x89abcdefU;
            memcpy(initializer.counter, counters[i], sizeof initializer.counter);
            expected_bytes(&initializer, expected, sizeof expected);
            cr_assert_eq(any_fill(device, &initializer, &tensor, drawn, sizeof drawn), GLR_OK, "%s",
                         any_error());
            cr_expect_arr_eq(drawn, expected, sizeof drawn, "%s, counter %zu", glr_dtype_name(dtype), i);
        }
    }
    glr_close(device);
}

/* The first and the last integer, and what all are on average, by Python's integers. */
Test(index_laws, bytes_described)
{
    static const struct {
        glr_dtype dtype;
        double lower, upper, mean, stddev;
    } cases[] = {
        {GLR_DTYPE_INT8, -128.0, 127.0, -0.5, 73.90027063549903},
        {GLR_DTYPE_UINT8, 0.0, 255.0, 127.5, 73.90027063549903},
        {GLR_DTYPE_INT16, -32768.0, 32767.0, -0.5, 18918.61361860324},
        {GLR_DTYPE_UINT32, 0.0, 4294967295.0, 2147483647.5, 1239850262.2531195},
        {GLR_DTYPE_INT64, -0x1p63, 0x1p63, -0.5, 5.325116328314171e18},
        {GLR_DTYPE_UINT64, 0.0, 0x1p64, 0x1p63, 5.325116328314171e18},
    };
    const glr_initializer initializer = glr_random_bytes(1);
    for (size_t i = 0; i < COUNT(cases); i++) {
        const glr_tensor tensor = {.dtype = cases[i].dtype, .rank = 1, .shape = {5}};
        glr_summary summary;
        cr_assert_eq(glr_describe(&initializer, &tensor, &summary), GLR_OK, "%s", glr_last_error());
        cr_expect_eq(summary.lower, cases[i].lower, "%s: %.17g", glr_dtype_name(tensor.dtype), summary.lower);
        cr_expect_eq(summary.upper, cases[i].upper, "%s: %.17g", glr_dtype_name(tensor.dtype), summary.upper);
        cr_expect_eq(summary.mean, cases[i].mean, "%s: %.17g", glr_dtype_name(tensor.dtype), summary.mean);
        cr_expect_float_eq(summary.stddev, cases[i].stddev, 1e-15 * cases[i].stddev, "%s: %.17g",
                           glr_dtype_name(tensor.dtype), summary.stddev);
    }
}

/* ---- Parts -------------------------------------------------------------------------------------------- */

typedef struct example {
    glr_initializer initializer;
    uint32_t rank;
    int64_t shape[4];
} example;

/* Larger than what a thread takes at a time, and of few elements; matrices come last, which the CPU alone
   draws. */
#define MATRICES 4

static size_t make_examples(example *examples)
{
    glr_initializer of_torch = glr_orthogonal(1.0, 7);
    of_torch.layout = GLR_LAYOUT_TORCH;
    const example made[] = {
        {glr_log_arange(), 2, {1031, 130}},
        {glr_log_arange(), 1, {977}},
        {glr_dt_bias(0.001, 0.1, 1e-4, 7), 3, {5, 103, 7}},
        {glr_sinusoids(10000.0), 3, {2, 211, 18}},
        {glr_sinusoids_interleaved(500.0), 2, {301, 26}},
        {glr_identity(0.7), 2, {61, 67}},
        {glr_dirac(3), 4, {9, 5, 3, 4}},
        {glr_unit_forget_bias(), 2, {7, 116}},
        {glr_orthogonal(0.7, 7), 2, {301, 71}},
        {glr_orthogonal(1.0, 7), 3, {5, 7, 67}},
        {of_torch, 4, {40, 7, 3, 5}},
        {of_torch, 4, {150, 4, 2, 3}},
    };
    memcpy(examples, made, sizeof made);
    return any_is_cpu() ? COUNT(made) : COUNT(made) - MATRICES;
}

static glr_tensor random_part(test_random *random, const example *e, glr_dtype dtype)
{
    glr_tensor tensor = {.dtype = dtype, .rank = e->rank};
    memcpy(tensor.shape, e->shape, sizeof e->shape);
    const int64_t elements = element_count(&tensor);
    tensor.part = test_random_between(random, 0, 1) ? GLR_PART_BOX : GLR_PART_RANGE;
    tensor.first = test_random_between(random, 0, elements - 1);
    tensor.count = test_random_between(random, 1, elements - tensor.first);
    int64_t stride = 1;
    const int apart = test_random_between(random, 0, 1) && tensor.part == GLR_PART_BOX;
    for (uint32_t a = e->rank; a-- > 0;) {
        tensor.start[a] = test_random_between(random, 0, e->shape[a] - 1);
        tensor.extent[a] = test_random_between(random, 1, e->shape[a] - tensor.start[a]);
        tensor.strides[a] = apart ? stride : 0;
        stride = stride * tensor.extent[a] + 1;
    }
    return tensor;
}

/* Element number n of a part: its index in the whole, and its place at the destination. */
static void locate(const glr_tensor *part, int64_t n, int64_t *index, int64_t *place)
{
    int64_t step = 1;
    *index = part->first + n;
    *place = n;
    if (part->part != GLR_PART_BOX) {
        return;
    }
    const int packed = part->strides[part->rank - 1] == 0;
    *index = 0;
    *place = packed ? n : 0;
    for (uint32_t a = part->rank; a-- > 0; step *= part->shape[a]) {
        const int64_t at = n % part->extent[a];
        n /= part->extent[a];
        *index += (part->start[a] + at) * step;
        *place += packed ? 0 : at * part->strides[a];
    }
}

static void check_part(glr_device *device, const example *e, const glr_tensor *part,
                       const unsigned char *whole)
{
    int64_t elements, index, place;
    uint64_t bytes;
    const size_t size = glr_dtype_size(part->dtype);
    cr_assert_eq(glr_tensor_extent(part, &elements, &bytes), GLR_OK);
    unsigned char *values = malloc(bytes);
    cr_assert_eq(any_fill(device, &e->initializer, part, values, bytes), GLR_OK, "%s", any_error());
    for (int64_t n = 0; n < elements; n++) {
        locate(part, n, &index, &place);
        cr_assert_eq(memcmp(values + place * (int64_t)size, whole + index * (int64_t)size, size), 0,
                     "%s, %s, element %lld", glr_kind_name(e->initializer.kind), glr_dtype_name(part->dtype),
                     (long long)index);
    }
    free(values);
}

/* The whole is drawn by one thread of the CPU. */
static void check_parts(glr_device *device, glr_device *cpu, const example *e, glr_dtype dtype,
                        test_random *random)
{
    glr_tensor tensor = {.dtype = dtype, .rank = e->rank};
    memcpy(tensor.shape, e->shape, sizeof e->shape);
    const uint64_t bytes = (uint64_t)element_count(&tensor) * glr_dtype_size(dtype);
    unsigned char *whole = malloc(bytes);
    cr_assert_eq(glr_fill(cpu, &e->initializer, &tensor, whole, bytes), GLR_OK, "%s", glr_last_error());
    if (!any_is_interpreted()) {
        check_part(device, e, &tensor, whole);
    }
    for (int i = 0; i < (any_is_interpreted() ? 1 : 6); i++) {
        glr_tensor part = random_part(random, e, dtype);
        if (any_is_interpreted() && part.part == GLR_PART_RANGE && part.count > 500) {
            part.count = 500;
        }
        check_part(device, e, &part, whole);
    }
    free(whole);
}

Test(index_laws, parts_of_bytes)
{
    static const glr_dtype dtypes[] = {GLR_DTYPE_INT8, GLR_DTYPE_UINT16, GLR_DTYPE_INT32, GLR_DTYPE_UINT64};
    test_random random = test_random_start("bytes");
    glr_device *device = open_any(4), *cpu = open_cpu(1);
    const example bytes = {glr_random_bytes(7), 3, {131, 103, 7}};
    for (size_t i = 0; i < COUNT(dtypes); i++) {
        check_parts(device, cpu, &bytes, dtypes[i], &random);
    }
    glr_close(cpu);
    glr_close(device);
}

Test(index_laws, parts_of_the_whole)
{
    test_random random = test_random_start("index laws");
    glr_device *device = open_any(4), *cpu = open_cpu(1);
    example examples[16];
    const size_t count = make_examples(examples);
    for (size_t i = 0; i < count; i++) {
        for (glr_dtype dtype = GLR_DTYPE_FLOAT32; dtype <= GLR_DTYPE_FLOAT8_E5M2; dtype++) {
            if (dtype != GLR_DTYPE_FLOAT64 || any_has_f64()) {
                check_parts(device, cpu, &examples[i], dtype, &random);
            }
        }
    }
    glr_close(cpu);
    glr_close(device);
}
