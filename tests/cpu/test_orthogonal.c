/* Orthogonal matrices: that they are, in every form, that nothing but the seed decides them, and what they
   need of memory. tests/python/check_orthogonal.py compares bits with the text of docs/stream.md, and the
   distribution with SciPy's. */
#include "support/golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static void fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor, void *dst)
{
    uint64_t bytes = 0;
    cr_assert_eq(glr_tensor_extent(tensor, NULL, &bytes), GLR_OK);
    cr_assert_eq(glr_fill(device, initializer, tensor, dst, bytes), GLR_OK, "%s", glr_last_error());
}

/* ---- Orthonormal columns ------------------------------------------------------------------------------ */

/* The greatest difference of the shorter side's products from those of unit vectors. */
static double defect(const float *values, int64_t rows, int64_t columns)
{
    const int64_t shorter = rows < columns ? rows : columns, longer = rows < columns ? columns : rows;
    const int64_t step = rows < columns ? columns : 1, along = rows < columns ? 1 : columns;
    double most = 0.0;
    for (int64_t a = 0; a < shorter; a++) {
        for (int64_t b = a; b < shorter; b++) {
            double sum = a == b ? -1.0 : 0.0;
            for (int64_t i = 0; i < longer; i++) {
                sum += (double)values[a * step + i * along] * (double)values[b * step + i * along];
            }
            most = fmax(most, fabs(sum));
        }
    }
    return most;
}

Test(orthogonal, columns_or_rows_are_orthonormal)
{
    static const struct {
        glr_layout layout;
        glr_tensor tensor;
        int64_t rows, columns;
    } cases[] = {
        {GLR_LAYOUT_KERAS, {.rank = 2, .shape = {1, 1}}, 1, 1},
        {GLR_LAYOUT_KERAS, {.rank = 2, .shape = {64, 64}}, 64, 64},
        {GLR_LAYOUT_KERAS, {.rank = 2, .shape = {97, 97}}, 97, 97},
        {GLR_LAYOUT_KERAS, {.rank = 2, .shape = {300, 33}}, 300, 33},
        {GLR_LAYOUT_KERAS, {.rank = 2, .shape = {31, 500}}, 31, 500},
        {GLR_LAYOUT_KERAS, {.rank = 2, .shape = {1, 700}}, 1, 700},
        {GLR_LAYOUT_KERAS, {.rank = 4, .shape = {3, 5, 7, 40}}, 105, 40},
        {GLR_LAYOUT_KERAS, {.rank = 4, .shape = {2, 3, 4, 50}}, 24, 50},
        {GLR_LAYOUT_TORCH, {.rank = 2, .shape = {60, 70}}, 60, 70},
        {GLR_LAYOUT_TORCH, {.rank = 4, .shape = {40, 7, 3, 5}}, 40, 105},
        {GLR_LAYOUT_TORCH, {.rank = 4, .shape = {50, 4, 2, 3}}, 50, 24},
    };
    static float values[20000];
    glr_device *device = open_cpu(2);
    for (size_t i = 0; i < COUNT(cases); i++) {
        glr_tensor tensor = cases[i].tensor;
        glr_initializer initializer = glr_orthogonal(1.0, (int64_t)i);
        initializer.layout = cases[i].layout;
        tensor.dtype = GLR_DTYPE_FLOAT32;
        fill(device, &initializer, &tensor, values);
        const double off = defect(values, cases[i].rows, cases[i].columns);
        cr_expect_leq(off, 1e-6, "%lld x %lld: off by %g", (long long)cases[i].rows,
                      (long long)cases[i].columns, off);
    }
    glr_close(device);
}

/* A gain that is a power of two scales each value exactly. */
Test(orthogonal, gain)
{
    float one[12 * 9], scaled[12 * 9];
    glr_device *device = open_cpu(1);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {12, 9}};
    const glr_initializer plain = glr_orthogonal(1.0, 5), larger = glr_orthogonal(-4.0, 5);
    const glr_initializer none = glr_orthogonal(0.0, 5);
    fill(device, &plain, &tensor, one);
    fill(device, &larger, &tensor, scaled);
    for (size_t i = 0; i < COUNT(one); i++) {
        cr_expect_eq(scaled[i], -4.0F * one[i]);
    }
    fill(device, &none, &tensor, scaled);
    for (size_t i = 0; i < COUNT(one); i++) {
        cr_expect(scaled[i] == 0.0F && !signbit(scaled[i]));
    }
    glr_close(device);
}

/* Each dtype rounds what float32 has, but float64, which float32 rounds. */
Test(orthogonal, dtypes_round_the_same_matrix)
{
    enum { ELEMENTS = 40 * 35 };
    static double wide[ELEMENTS];
    static float single[ELEMENTS], constant;
    static unsigned char narrow[2 * ELEMENTS];
    glr_device *device = open_cpu(1);
    const glr_initializer initializer = glr_orthogonal(1.0, 11);
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT64, .rank = 2, .shape = {40, 35}};
    fill(device, &initializer, &tensor, wide);
    tensor.dtype = GLR_DTYPE_FLOAT32;
    fill(device, &initializer, &tensor, single);
    for (size_t i = 0; i < ELEMENTS; i++) {
        cr_assert_eq(single[i], (float)wide[i]);
    }
    for (glr_dtype dtype = GLR_DTYPE_FLOAT16; dtype <= GLR_DTYPE_FLOAT8_E5M2; dtype++) {
        const size_t size = glr_dtype_size(dtype);
        const glr_tensor one = {.dtype = dtype};
        unsigned char rounded[2];
        tensor.dtype = dtype;
        fill(device, &initializer, &tensor, narrow);
        for (size_t i = 0; i < ELEMENTS; i++) { /* a constant is rounded by other code */
            constant = single[i];
            const glr_initializer value = glr_constant((double)constant);
            fill(device, &value, &one, rounded);
            cr_assert_eq(memcmp(narrow + i * size, rounded, size), 0, "%s, element %zu",
                         glr_dtype_name(dtype), i);
        }
    }
    glr_close(device);
}

/* ---- Nothing but the seed matters --------------------------------------------------------------------- */

/* More columns than are computed at a time. */
#define ROWS    1130
#define COLUMNS 1090

static void fill_by(const char *isa, uint32_t threads, const glr_initializer *initializer, float *values)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {ROWS, COLUMNS}};
    cr_assert_eq(setenv("GLORAND_ISA", isa, 1), 0);
    glr_device *device = open_cpu(threads);
    fill(device, initializer, &tensor, values);
    glr_close(device);
}

Test(orthogonal, threads_and_instruction_sets)
{
    static float expected[ROWS * COLUMNS], values[ROWS * COLUMNS];
    static const struct {
        const char *isa;
        uint32_t threads;
    } cases[] = {{"", 1}, {"", 2}, {"", 3}, {"", 7}, {"avx2", 2}, {"avx512", 2}, {"neon", 2}};
    const glr_initializer initializer = glr_orthogonal(1.0, 3);
    fill_by("plain", 2, &initializer, expected);
    for (size_t i = 0; i < (test_is_light() ? 2 : COUNT(cases)); i++) {
#if defined(__x86_64__)
        const int is_known = strcmp(cases[i].isa, "neon") != 0;
#elif defined(__aarch64__)
        const int is_known = strncmp(cases[i].isa, "avx", 3) != 0;
#else
        const int is_known = cases[i].isa[0] == '\0';
#endif
        if (is_known) {
            fill_by(cases[i].isa, cases[i].threads, &initializer, values);
            cr_expect_eq(memcmp(values, expected, sizeof values), 0, "%s, %u threads", cases[i].isa,
                         cases[i].threads);
        }
    }
}

/* Columns from within a stripe to beyond one sweep of them, of the tall matrix and of the wide one. */
Test(orthogonal, shards_of_columns)
{
    static float whole[ROWS * COLUMNS], shard[ROWS * COLUMNS];
    glr_device *device = open_cpu(2);
    const glr_initializer initializer = glr_orthogonal(1.0, 3);
    for (int wide = 0; wide < 2; wide++) {
        const int64_t rows = wide ? COLUMNS : ROWS, columns = wide ? ROWS : COLUMNS;
        const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {rows, columns}};
        fill(device, &initializer, &tensor, whole);
        for (int64_t first = 7; first < COLUMNS; first += 541) {
            glr_tensor part = tensor;
            part.part = GLR_PART_BOX;
            part.start[wide ? 0 : 1] = first;
            part.extent[wide ? 0 : 1] = COLUMNS - first;
            part.extent[wide ? 1 : 0] = ROWS;
            fill(device, &initializer, &part, shard);
            for (int64_t i = 0; i < part.extent[0] * part.extent[1]; i++) {
                const int64_t row = part.start[0] + i / part.extent[1];
                const int64_t column = part.start[1] + i % part.extent[1];
                cr_assert_eq(shard[i], whole[row * columns + column], "%s, [%lld, %lld]",
                             wide ? "wide" : "tall", (long long)row, (long long)column);
            }
        }
    }
    glr_close(device);
}

/* ---- Scratch ------------------------------------------------------------------------------------------ */

static uint64_t scratch_of(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor)
{
    uint64_t bytes = UINT64_MAX;
    cr_assert_eq(glr_fill_scratch(device, initializer, tensor, &bytes), GLR_OK, "%s", glr_last_error());
    return bytes;
}

/* As the header says it: of m rows, 256 m bytes for each 32 columns, and 512 m. */
static void expect_scratch(glr_device *device, const glr_tensor *tensor, uint64_t m, uint64_t stripes)
{
    const glr_initializer initializer = glr_orthogonal(1.0, 3);
    const uint64_t bytes = scratch_of(device, &initializer, tensor), least = 256 * m * stripes + 512 * m;
    cr_expect(bytes >= least && bytes <= least + 18432, "%llu bytes, not %llu", (unsigned long long)bytes,
              (unsigned long long)least);
}

Test(orthogonal, scratch)
{
    glr_device *device = open_cpu(2);
    glr_tensor tensor = {.dtype = GLR_DTYPE_BFLOAT16, .rank = 2, .shape = {4096, 4096}};
    const glr_initializer normal = glr_he_normal(1), orthogonal = glr_orthogonal(1.0, 1);
    cr_expect_eq(scratch_of(device, &normal, &tensor), 0);
    expect_scratch(device, &tensor, 4096, 32);
    tensor.part = GLR_PART_BOX; /* columns 31 to 64, of three stripes */
    tensor.start[1] = 31;
    tensor.extent[0] = 4096;
    tensor.extent[1] = 34;
    expect_scratch(device, &tensor, 4096, 3);
    tensor.extent[0] = 1; /* as much for one row */
    expect_scratch(device, &tensor, 4096, 3);
    tensor.extent[0] = 0;
    cr_expect_eq(scratch_of(device, &orthogonal, &tensor), 0);
    const glr_tensor wide = {.dtype = GLR_DTYPE_FLOAT32,
                             .rank = 2,
                             .shape = {100, 5000},
                             .part = GLR_PART_RANGE,
                             .first = 4999, /* the last of row 0, and rows 1 to 32 */
                             .count = 160001};
    expect_scratch(device, &wide, 5000, 2);
    glr_close(device);
}

Test(orthogonal, scratch_of_wrong_arguments)
{
    glr_device *device = open_cpu(1);
    uint64_t bytes = 5;
    const glr_initializer initializer = glr_orthogonal(NAN, 1), good = glr_orthogonal(1.0, 1);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {4, 4}};
    cr_expect_eq(glr_fill_scratch(device, &initializer, &tensor, &bytes), GLR_ERROR_ARGUMENT);
    cr_expect_eq(glr_fill_scratch(NULL, &good, &tensor, &bytes), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "device: must not be NULL");
    cr_expect_eq(glr_fill_scratch(device, NULL, &tensor, &bytes), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "initializer: must not be NULL");
    cr_expect_eq(glr_fill_scratch(device, &good, NULL, &bytes), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "tensor: must not be NULL");
    cr_expect_eq(glr_fill_scratch(device, &good, &tensor, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "bytes: must not be NULL");
    cr_expect_eq(bytes, 5);
    glr_close(device);
}

/* More than an address space holds: refused, and nothing is written. */
Test(orthogonal, too_much_memory)
{
    float value = 5.0F;
    glr_device *device = open_cpu(1);
    const glr_initializer initializer = glr_orthogonal(1.0, 1);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32,
                               .rank = 2,
                               .shape = {INT64_C(1) << 32, 65536},
                               .part = GLR_PART_RANGE,
                               .first = 65535,
                               .count = 1};
    glr_tensor several = tensor;
    several.count = 2; /* of two rows, so of all columns */
    uint64_t bytes = 0;
    cr_expect_eq(glr_fill_scratch(device, &initializer, &several, &bytes), GLR_OK);
    cr_expect_gt(bytes, UINT64_C(1) << 45);
    if (sizeof(void *) == 8 && !test_is_light()) { /* sanitizers have limits of their own */
        cr_expect_eq(glr_fill(device, &initializer, &tensor, &value, sizeof value), GLR_ERROR_MEMORY, "%s",
                     glr_last_error());
        cr_expect_not_null(strstr(glr_last_error(), "out of memory for "), "%s", glr_last_error());
        cr_expect_eq(value, 5.0F);
    }
    glr_close(device);
}

/* ---- Summary ------------------------------------------------------------------------------------------ */

/* An entry of a matrix of m rows has variance gain^2 / m, since the squares of a column sum to gain^2. */
Test(orthogonal, description)
{
    static float values[500 * 300];
    glr_summary summary;
    glr_device *device = open_cpu(2);
    const glr_initializer initializer = glr_orthogonal(-2.0, 1);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {300, 500}};
    cr_assert_eq(glr_describe(&initializer, &tensor, &summary), GLR_OK);
    fill(device, &initializer, &tensor, values);
    const size_t elements = COUNT(values);
    const double count = (double)elements;
    double squares = 0.0, sum = 0.0;
    for (size_t i = 0; i < COUNT(values); i++) {
        sum += (double)values[i];
        squares += (double)values[i] * (double)values[i];
        cr_assert(values[i] >= -2.0F && values[i] <= 2.0F);
    }
    cr_expect(summary.mean == 0.0 && summary.lower == -2.0 && summary.upper == 2.0);
    cr_expect_float_eq(summary.stddev, sqrt(squares / count), 1e-6);
    cr_expect_lt(fabs(sum) / count, 5.0 * summary.stddev / sqrt(count));
    glr_close(device);
}
