/* Truncated normals between any bounds, as fills draw them: each value by a second text of the law, its
   limits, and bounds that are refused. Raw values have tests of their own: tests/core, and tests/python
   beside mpmath. */
#include "api/icdf_bounds.h"
#include "core/core.h"
#include "support/any_fill.h"
#include "support/golden.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const double infinite = (double)INFINITY;

/* ---- The law ------------------------------------------------------------------------------------------ */

/* What the tests below know of an initializer. */
typedef struct law {
    double mean, stddev, lower, upper;
    glr_bound_unit unit;
    glr_method method;
} law;

static glr_initializer initializer_of(const law *of)
{
    glr_initializer initializer =
        glr_truncated_normal_between(of->mean, of->stddev, of->lower, of->upper, of->unit, 42);
    initializer.stream = 7;
    initializer.method = of->method;
    return initializer;
}

static double deviations(const law *of, double bound)
{
    return of->unit == GLR_BOUND_ABSOLUTE ? (bound - of->mean) / of->stddev : bound;
}

static double value_of(const law *of, double bound)
{
    return of->unit == GLR_BOUND_ABSOLUTE || isinf(bound) ? bound : bound * of->stddev + of->mean;
}

/* The number of standard deviations of an element, in float32. */
static float raw_float32(const law *of, uint64_t index)
{
    const glr_key key = glr_key_of_seed(42, 7);
    const double lower = deviations(of, of->lower), upper = deviations(of, of->upper);
    if (of->method == GLR_METHOD_ICDF) {
        glr_icdf_bounds bounds;
        cr_assert_gt(glr_describe_bounds(lower, upper, &bounds), 0.0);
        const glr_block block = glr_block_at(glr_counter_at(key.base, index / 4), &key.keys);
        return glr_icdf_bounded(bounds, block.word[index % 4]);
    }
    const glr_interval between = {(float)lower, (float)upper, 0.0f};
    return glr_group_between(between, key.base, index / 4, &key.keys).value[index % 4];
}

static double raw_float64(const law *of, uint64_t index)
{
    const glr_key key = glr_key_of_seed(42, 7);
    const double lower = deviations(of, of->lower), upper = deviations(of, of->upper);
    if (of->method == GLR_METHOD_ICDF) {
        glr_icdf_bounds_f64 bounds;
        cr_assert_gt(glr_describe_bounds_f64(lower, upper, &bounds), 0.0);
        const glr_block block = glr_block_at(glr_counter_at(key.base, index / 2), &key.keys);
        const uint32_t *word = &block.word[index % 2 * 2];
        return glr_icdf_bounded_f64(bounds, word[0], word[1]);
    }
    const glr_interval_f64 between = {lower, upper, 0.0};
    const glr_f64_pair pair = glr_group_between_f64(between, key.base, index / 2, &key.keys);
    return index % 2 == 0 ? pair.first : pair.second;
}

/* Scaled and limited by comparisons. */
static float expected_float32(const law *of, uint64_t index)
{
    const float least = (float)value_of(of, of->lower), greatest = (float)value_of(of, of->upper);
    const float product = raw_float32(of, index) * (float)of->stddev;
    const float value = product + (float)of->mean;
    return value < least ? least : value > greatest ? greatest : value;
}

static double expected_float64(const law *of, uint64_t index)
{
    const double least = value_of(of, of->lower), greatest = value_of(of, of->upper);
    const double product = raw_float64(of, index) * of->stddev;
    const double value = product + of->mean;
    return value < least ? least : value > greatest ? greatest : value;
}

#define ICDF     .method = GLR_METHOD_ICDF
#define RESAMPLE .method = GLR_METHOD_RESAMPLE
#define ABSOLUTE .unit = GLR_BOUND_ABSOLUTE
#define STDDEV   .unit = GLR_BOUND_STDDEV

/* Both methods, where resample keeps enough; values that round past a bound; open sides. */
static const law laws[] = {
    {0.0, 1.0, -3.0, 3.0, STDDEV, RESAMPLE},          {0.0, 1.0, -3.0, 3.0, STDDEV, ICDF},
    {0.5, 0.02, -1.0, 2.5, STDDEV, RESAMPLE},         {0.5, 0.02, -1.0, 2.5, STDDEV, ICDF},
    {0.0, 0.02, -0.01, 0.07, ABSOLUTE, RESAMPLE},     {0.0, 0.02, -0.01, 0.07, ABSOLUTE, ICDF},
    {1e6, 0.01, 1e6, 1e6 + 0.1, ABSOLUTE, ICDF},      {-5.0, 0.1, -infinite, 0.0, STDDEV, RESAMPLE},
    {-5.0, 0.1, -infinite, 0.0, STDDEV, ICDF},        {0.0, 1.0, 5.0, infinite, STDDEV, ICDF},
    {0.0, 3e38, -0.8, 0.7, STDDEV, RESAMPLE},         {0.0, 1e-44, -2.9, 2.9, STDDEV, ICDF},
    {0.0, 1.0, 0.5, 0.9, ABSOLUTE, RESAMPLE},         {0.25, 0.0, -3.0, 3.0, STDDEV, ICDF},
    {0.25, 0.0, -infinite, infinite, ABSOLUTE, ICDF}, {1.0, 0.1, 0.8, 1.2, ABSOLUTE, RESAMPLE},
    {1.0, 0.1, -infinite, infinite, ABSOLUTE, ICDF},
};

static glr_tensor tensor_of(glr_dtype dtype, int64_t count)
{
    glr_tensor tensor = {.dtype = dtype, .rank = 1, .shape = {count}};
    return tensor;
}

/* Intervals of which resample keeps less than a quarter are for float32 alone. */
static bool has_float64(const law *of)
{
    return any_has_f64() && (of->method == GLR_METHOD_ICDF || of->lower != 0.5);
}

/* Computing each value once more takes the time. */
static int64_t count_here(void) { return any_is_interpreted() ? 1003 : any_is_cpu() ? 100003 : 20003; }

Test(bounded, float32_by_the_law)
{
    glr_device *device = open_any(2);
    const glr_tensor tensor = tensor_of(GLR_DTYPE_FLOAT32, count_here());
    float *values = malloc((size_t)tensor.shape[0] * sizeof *values);
    for (size_t i = 0; i < COUNT(laws); i++) {
        const glr_initializer initializer = initializer_of(&laws[i]);
        cr_assert_eq(any_fill(device, &initializer, &tensor, values, (size_t)tensor.shape[0] * 4), GLR_OK,
                     "%s", any_error());
        for (int64_t j = 0; j < tensor.shape[0]; j++) {
            const float expected = expected_float32(&laws[i], (uint64_t)j);
            cr_assert_eq(glr_bits_of(values[j]), glr_bits_of(expected), "law %zu, element %lld: %a, not %a",
                         i, (long long)j, (double)values[j], (double)expected);
        }
    }
    free(values);
    glr_close(device);
}

Test(bounded, float64_by_the_law)
{
    glr_device *device = open_any(2);
    const glr_tensor tensor = tensor_of(GLR_DTYPE_FLOAT64, count_here());
    double *values = malloc((size_t)tensor.shape[0] * sizeof *values);
    for (size_t i = 0; i < COUNT(laws); i++) {
        if (!has_float64(&laws[i])) {
            continue;
        }
        const glr_initializer initializer = initializer_of(&laws[i]);
        cr_assert_eq(any_fill(device, &initializer, &tensor, values, (size_t)tensor.shape[0] * 8), GLR_OK,
                     "%s", any_error());
        for (int64_t j = 0; j < tensor.shape[0]; j++) {
            const double expected = expected_float64(&laws[i], (uint64_t)j);
            cr_assert_eq(glr_bits_of_f64(values[j]), glr_bits_of_f64(expected),
                         "law %zu, element %lld: %a, not %a", i, (long long)j, values[j], expected);
        }
    }
    free(values);
    glr_close(device);
}

/* The 16- and 8-bit types hold the float32 value rounded. */
Test(bounded, narrow_types)
{
    static const glr_dtype dtypes[] = {GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT16, GLR_DTYPE_FLOAT8_E4M3FN,
                                       GLR_DTYPE_FLOAT8_E5M2};
    glr_device *device = open_any(2);
    enum { ELEMENTS = 517 };
    float values[ELEMENTS];
    for (size_t i = 0; i < COUNT(laws) * COUNT(dtypes); i++) {
        const glr_dtype dtype = dtypes[i % COUNT(dtypes)];
        const glr_initializer initializer = initializer_of(&laws[i / COUNT(dtypes)]);
        glr_tensor tensor = tensor_of(GLR_DTYPE_FLOAT32, ELEMENTS);
        unsigned char stored[ELEMENTS * 2];
        uint32_t codes[ELEMENTS];
        const size_t size = glr_dtype_size(dtype);
        cr_assert_eq(any_fill(device, &initializer, &tensor, values, sizeof values), GLR_OK);
        tensor.dtype = dtype;
        cr_assert_eq(any_fill(device, &initializer, &tensor, stored, ELEMENTS * size), GLR_OK);
        glr_encode(values, ELEMENTS, (uint32_t)dtype, codes);
        for (size_t j = 0; j < ELEMENTS; j++) {
            cr_assert_arr_eq(stored + j * size, &codes[j], size, "law %zu, %s, element %zu",
                             i / COUNT(dtypes), glr_dtype_name(dtype), j);
        }
    }
    glr_close(device);
}

/* ---- Parts -------------------------------------------------------------------------------------------- */

/* A box of a matrix, transposed, is the whole's. */
Test(bounded, boxes_are_the_wholes)
{
    enum { ROWS = 33, COLUMNS = 65, FIRST_ROW = 5, FIRST_COLUMN = 3, HEIGHT = 21, WIDTH = 50 };
    glr_device *device = open_any(2);
    float whole[ROWS][COLUMNS], box[WIDTH][HEIGHT];
    for (size_t i = 0; i < COUNT(laws); i++) {
        const glr_initializer initializer = initializer_of(&laws[i]);
        glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {ROWS, COLUMNS}};
        cr_assert_eq(any_fill(device, &initializer, &tensor, whole, sizeof whole), GLR_OK);
        tensor.part = GLR_PART_BOX;
        tensor.start[0] = FIRST_ROW;
        tensor.start[1] = FIRST_COLUMN;
        tensor.extent[0] = HEIGHT;
        tensor.extent[1] = WIDTH;
        tensor.strides[0] = 1;
        tensor.strides[1] = HEIGHT;
        cr_assert_eq(any_fill(device, &initializer, &tensor, box, sizeof box), GLR_OK);
        for (int row = 0; row < HEIGHT; row++) {
            for (int column = 0; column < WIDTH; column++) {
                cr_assert_eq(glr_bits_of(box[column][row]),
                             glr_bits_of(whole[FIRST_ROW + row][FIRST_COLUMN + column]), "law %zu", i);
            }
        }
    }
    glr_close(device);
}

/* A key and a counter near its end, where blocks carry into the upper words. */
Test(bounded, carries)
{
    glr_device *device = open_any(1);
    const glr_tensor tensor = tensor_of(GLR_DTYPE_FLOAT32, 64);
    for (size_t i = 0; i < COUNT(laws); i++) {
        glr_initializer initializer = initializer_of(&laws[i]);
        const uint32_t counter[4] = {UINT32_MAX - 300, UINT32_MAX, 5, 6};
        float values[64], one;
        initializer.seeding = GLR_SEEDING_KEY;
        initializer.key[0] = 1;
        memcpy(initializer.counter, counter, sizeof counter);
        cr_assert_eq(any_fill(device, &initializer, &tensor, values, sizeof values), GLR_OK);
        for (int64_t j = 0; j < 64; j++) {
            glr_tensor element = tensor;
            element.part = GLR_PART_RANGE;
            element.first = j;
            element.count = 1;
            cr_assert_eq(any_fill(device, &initializer, &element, &one, sizeof one), GLR_OK);
            cr_assert_eq(glr_bits_of(one), glr_bits_of(values[j]), "law %zu, element %lld", i, (long long)j);
        }
    }
    glr_close(device);
}

/* ---- Two standard deviations --------------------------------------------------------------------------- */

/* -2 and 2 draw what the initializer without bounds does, whatever they are given in. */
Test(bounded, two_standard_deviations_as_ever)
{
    glr_device *device = open_any(1);
    const law given[] = {
        {0.0, 0.02, -2.0, 2.0, STDDEV, RESAMPLE},     {0.0, 0.02, -2.0, 2.0, STDDEV, ICDF},
        {0.0, 0.02, -0.04, 0.04, ABSOLUTE, RESAMPLE}, {0.0, 0.02, -0.04, 0.04, ABSOLUTE, ICDF},
        {0.7, 0.1, -2.0, 2.0, STDDEV, ICDF},          {0.5, 0.25, 0.0, 1.0, ABSOLUTE, ICDF}};
    for (size_t i = 0; i < 2 * COUNT(given); i++) {
        const law *of = &given[i / 2];
        const glr_dtype dtype = i % 2 == 0 || !any_has_f64() ? GLR_DTYPE_FLOAT32 : GLR_DTYPE_FLOAT64;
        const glr_tensor tensor = tensor_of(dtype, 1000);
        const glr_initializer bounded = initializer_of(of);
        glr_initializer plain = glr_truncated_normal(of->mean, of->stddev, 42);
        unsigned char values[2][8000];
        plain.stream = 7;
        plain.method = of->method;
        cr_assert_eq(any_fill(device, &bounded, &tensor, values[0], sizeof values[0]), GLR_OK);
        cr_assert_eq(any_fill(device, &plain, &tensor, values[1], sizeof values[1]), GLR_OK);
        cr_assert_arr_eq(values[0], values[1], 1000 * glr_dtype_size(dtype), "law %zu", i / 2);
    }
    glr_close(device);
}

/* So does one of them given as a value that rounding does not pass, whatever rounding makes of the other. */
Test(bounded, one_bound_by_default)
{
    glr_device *device = open_any(1);
    const double upper[] = {2.077, 3.1479999999999997}, mean[] = {1.055, 0.034}, stddev[] = {0.511, 1.557};
    for (size_t i = 0; i < COUNT(upper); i++) {
        const glr_tensor tensor = tensor_of(GLR_DTYPE_FLOAT32, 1000);
        glr_initializer plain = glr_truncated_normal(mean[i], stddev[i], 1);
        plain.method = GLR_METHOD_ICDF;
        glr_initializer bounded = plain;
        float values[2][1000];
        bounded.upper = upper[i];
        bounded.upper_unit = GLR_BOUND_ABSOLUTE;
        cr_assert_eq(any_fill(device, &bounded, &tensor, values[0], sizeof values[0]), GLR_OK);
        cr_assert_eq(any_fill(device, &plain, &tensor, values[1], sizeof values[1]), GLR_OK);
        cr_expect_arr_eq(values[0], values[1], sizeof values[0], "case %zu", i);
    }
    glr_close(device);
}

/* ---- Limits -------------------------------------------------------------------------------------------- */

/* Where a value lies beyond a bound by rounding alone it becomes the bound, also with 2 standard deviations.
 */
Test(bounded, never_beyond_a_bound)
{
    glr_device *device = open_any(2);
    test_random random = test_random_start("never_beyond");
    enum { ELEMENTS = 4096 };
    float values[ELEMENTS];
    const glr_tensor tensor = tensor_of(GLR_DTYPE_FLOAT32, ELEMENTS);
    for (int i = 0; i < (any_is_interpreted() ? 20 : 400); i++) {
        const double mean =
            ldexp((double)test_random_between(&random, 1, 1000), (int)test_random_between(&random, 0, 20));
        const double stddev =
            ldexp((double)test_random_between(&random, 1, 1000), -(int)test_random_between(&random, 0, 20));
        law of = {mean, stddev, mean - 2.0 * stddev, mean + 2.0 * stddev, ABSOLUTE, ICDF};
        of.method = i % 2 == 0 ? GLR_METHOD_ICDF : GLR_METHOD_RESAMPLE;
        of.upper = i % 3 == 0 ? mean + 0.7 * stddev : of.upper;
        const glr_initializer initializer = initializer_of(&of);
        cr_assert_eq(any_fill(device, &initializer, &tensor, values, sizeof values), GLR_OK, "%s",
                     any_error());
        for (int j = 0; j < ELEMENTS; j++) {
            cr_assert(values[j] >= (float)of.lower && values[j] <= (float)of.upper,
                      "mean %a, stddev %a: %a is not from %a to %a", mean, stddev, (double)values[j],
                      of.lower, of.upper);
        }
    }
    glr_close(device);
}

/* Zeros are +0, whatever the mean and the bounds are. */
Test(bounded, no_negative_zero_from_bounds)
{
    glr_device *device = open_any(1);
    const law given[] = {{-0.0, 0.0, -1.0, 1.0, STDDEV, RESAMPLE},
                         {-0.0, 1.0, -1.0, -0.0, ABSOLUTE, ICDF},
                         {1e-30, 1e-45, -0.0, infinite, ABSOLUTE, ICDF}};
    float values[256];
    for (size_t i = 0; i < COUNT(given); i++) {
        const glr_initializer initializer = initializer_of(&given[i]);
        const glr_tensor tensor = tensor_of(GLR_DTYPE_FLOAT32, 256);
        cr_assert_eq(any_fill(device, &initializer, &tensor, values, sizeof values), GLR_OK, "%s",
                     any_error());
        for (int j = 0; j < 256; j++) {
            cr_assert_neq(glr_bits_of(values[j]), 0x80000000U, "law %zu, element %d", i, j);
        }
    }
    glr_close(device);
}

/* ---- Errors -------------------------------------------------------------------------------------------- */

static void expect_refused(const law *of, glr_dtype dtype, glr_status status, const char *word)
{
    const glr_initializer initializer = initializer_of(of);
    const glr_tensor tensor = tensor_of(dtype, 4);
    glr_summary summary;
    cr_expect_eq(glr_describe(&initializer, &tensor, &summary), status, "[%g, %g]: %s", of->lower, of->upper,
                 glr_last_error());
    cr_expect_neq(strstr(glr_last_error(), word), NULL, "'%s' is not in: %s", word, glr_last_error());
}

Test(bounded, bounds_that_are_refused)
{
    const double nan = (double)NAN;
    const struct {
        law of;
        glr_status status;
        const char *word;
    } refused[] = {
        {{0.0, 1.0, nan, 2.0, STDDEV, ICDF}, GLR_ERROR_ARGUMENT, "initializer.lower: nan"},
        {{0.0, 1.0, -1.0, nan, ABSOLUTE, ICDF}, GLR_ERROR_ARGUMENT, "initializer.upper: nan"},
        {{0.0, 1.0, 1.0, 1.0, STDDEV, ICDF}, GLR_ERROR_ARGUMENT, "initializer.lower: 1 is not below"},
        {{0.0, 1.0, 2.0, -2.0, ABSOLUTE, RESAMPLE}, GLR_ERROR_ARGUMENT, "not below the upper bound, -2"},
        {{0.0, 1.0, infinite, infinite, STDDEV, ICDF}, GLR_ERROR_ARGUMENT, "initializer.lower: inf"},
        {{0.0, 0.0, -1.0, 1.0, ABSOLUTE, ICDF}, GLR_ERROR_ARGUMENT, "initializer.stddev: 0"},
        {{0.0, 1.0, 40.0, infinite, STDDEV, ICDF},
         GLR_ERROR_UNSUPPORTED,
         "from 40 to inf standard deviations"},
        {{0.0, 1.0, -infinite, -11.5, STDDEV, ICDF}, GLR_ERROR_UNSUPPORTED, "less than 2^-100"},
        {{0.0, 1e-3, 1.0, 2.0, ABSOLUTE, ICDF}, GLR_ERROR_UNSUPPORTED, "from 1000 to 2000"},
        {{0.0, 1.0, 2.0, 3.0, STDDEV, RESAMPLE}, GLR_ERROR_UNSUPPORTED, "icdf draws these bounds"},
    };
    for (size_t i = 0; i < COUNT(refused); i++) {
        expect_refused(&refused[i].of, GLR_DTYPE_FLOAT32, refused[i].status, refused[i].word);
        expect_refused(&refused[i].of, GLR_DTYPE_FLOAT64, refused[i].status, refused[i].word);
    }
    /* A tenth in float32, a quarter in float64. */
    const law fifth = {0.0, 1.0, -0.25, 0.25, STDDEV, RESAMPLE};
    const glr_initializer initializer = initializer_of(&fifth);
    const glr_tensor tensor = tensor_of(GLR_DTYPE_FLOAT32, 4);
    glr_summary summary;
    cr_expect_eq(glr_describe(&initializer, &tensor, &summary), GLR_OK);
    expect_refused(&fifth, GLR_DTYPE_FLOAT64, GLR_ERROR_UNSUPPORTED, "less than 0.25");
}

/* ---- Descriptions ---------------------------------------------------------------------------------------
 */

/* Moments by their formulas with 60 digits (mpmath 1.3). */
Test(bounded, described)
{
    static const struct {
        double lower, upper, mean, stddev;
    } known[] = {
        {-2.0, 2.0, 0.0, 0.87962566103423975},
        {-3.0, 3.0, 0.0, 0.98657839255810862},
        {-1.0, 2.5, 0.26874984562492136, 0.7652213016445635},
        {0.5, 0.9, 0.69072833802869554, 0.11493929420482243},
        {5.0, INFINITY, 5.1865039671258421, 0.18082155462530518},
        {-INFINITY, 0.0, -0.79788456080286536, 0.60281027498908697},
        {-INFINITY, INFINITY, 0.0, 1.0},
        {-0.001, 0.001, 0.0, 0.00057735023069960838},
        {3.0, 3.001, 3.0004997499583791, 0.00028867506480999215},
        {11.0, INFINITY, 11.089465029715172, 0.08877320311426756},
        {-6.0, -5.0, -5.1831470904771735, 0.17161710511625307},
    };
    for (size_t i = 0; i < COUNT(known); i++) {
        const law of = {0.5, 2.0, known[i].lower, known[i].upper, STDDEV, ICDF};
        const glr_initializer initializer = initializer_of(&of);
        const glr_tensor tensor = tensor_of(GLR_DTYPE_FLOAT32, 4);
        glr_summary summary;
        cr_assert_eq(glr_describe(&initializer, &tensor, &summary), GLR_OK, "%s", glr_last_error());
        cr_expect_float_eq((summary.mean - 0.5) / 2.0, known[i].mean, 1e-9 * fmax(1.0, fabs(known[i].mean)));
        cr_expect_float_eq(summary.stddev / 2.0, known[i].stddev, 1e-7 * known[i].stddev);
        cr_expect_eq(summary.lower, known[i].lower * 2.0 + 0.5);
        cr_expect_eq(summary.upper, known[i].upper * 2.0 + 0.5);
    }
}
