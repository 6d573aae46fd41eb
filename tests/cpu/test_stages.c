/* Stages hold what fills draw, whichever backend draws them; several work in turn and at once. */
#include "support/any_fill.h"
#include "support/golden.h"
#include "support/use_backend.h"

#include <criterion/criterion.h>
#include <omp.h>
#include <string.h>

#define COUNT 5003
#define BYTES (COUNT * sizeof(float))

static glr_device *device;

static void set_up(void) { device = open_any(2); }

static void tear_down(void) { glr_close(device); }

TestSuite(stages, .init = set_up, .fini = tear_down);

static glr_stage *open_stage(uint64_t bytes)
{
    glr_stage *stage = NULL;
    cr_assert_eq(glr_stage_open(device, bytes, &stage), GLR_OK, "%s", glr_last_error());
    cr_assert_not_null(stage);
    return stage;
}

static void fill(glr_stage *stage, const glr_initializer *initializer, const glr_tensor *tensor)
{
    cr_assert_eq(glr_stage_fill(stage, initializer, tensor), GLR_OK, "%s", glr_last_error());
}

static void fill_vector(glr_stage *stage, int64_t seed)
{
    const glr_initializer initializer = glr_glorot_normal(seed);
    const glr_tensor vector = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    fill(stage, &initializer, &vector);
}

static const unsigned char *wait_for(glr_stage *stage)
{
    const void *values = NULL;
    cr_assert_eq(glr_stage_wait(stage, &values), GLR_OK, "%s", glr_last_error());
    cr_assert_not_null(values);
    return values;
}

static void expect_vector(glr_stage *stage, int64_t seed)
{
    static float expected[COUNT];
    const glr_initializer initializer = glr_glorot_normal(seed);
    const glr_tensor vector = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    test_cpu_fill(&initializer, &vector, expected, sizeof expected);
    cr_expect_eq(memcmp(wait_for(stage), expected, sizeof expected), 0, "seed %ld", (long)seed);
}

static void expect_failure(glr_status is, glr_status expected, const char *message)
{
    cr_expect_eq(is, expected, "%s, not %s", glr_status_name(is), glr_status_name(expected));
    cr_expect_str_eq(glr_last_error(), message);
}

/* Zeros first, so that what lies between strided elements is known, and is not drawn. */
static void expect_as_fill(const glr_initializer *initializer, const glr_tensor *tensor)
{
    static unsigned char expected[1 << 16];
    const glr_initializer zeros = glr_zeros();
    const glr_tensor all = test_vector(GLR_DTYPE_UINT8, sizeof expected);
    uint64_t bytes = 0;
    cr_assert_eq(glr_tensor_extent(tensor, NULL, &bytes), GLR_OK, "%s", glr_last_error());
    cr_assert_leq(bytes, sizeof expected);
    memset(expected, 0, sizeof expected);
    test_cpu_fill(initializer, tensor, expected, bytes);
    glr_stage *stage = open_stage(sizeof expected);
    fill(stage, &zeros, &all);
    (void)wait_for(stage);
    fill(stage, initializer, tensor);
    cr_expect_eq(memcmp(wait_for(stage), expected, (size_t)bytes), 0, "%s of %s, part %d",
                 glr_kind_name(initializer->kind), glr_dtype_name(tensor->dtype), (int)tensor->part);
    glr_stage_close(stage);
}

Test(stages, hold_what_fills_draw)
{
    const glr_initializer initializers[] = {glr_he_normal(1), glr_random_normal(0.5, 2.0, 2),
                                            glr_random_uniform(-1.0, 3.0, 3), glr_ones()};
    const glr_dtype dtypes[] = {GLR_DTYPE_FLOAT32, GLR_DTYPE_FLOAT64, GLR_DTYPE_BFLOAT16,
                                GLR_DTYPE_FLOAT8_E4M3FN};
    for (size_t d = 0; d < sizeof dtypes / sizeof dtypes[0]; d++) {
        if (dtypes[d] == GLR_DTYPE_FLOAT64 && !any_has_f64()) {
            continue;
        }
        const glr_tensor tensors[] = {
            {.dtype = dtypes[d], .rank = 2, .shape = {31, 41}},
            {.dtype = dtypes[d], .rank = 2, .shape = {31, 41}, .strides = {1, 31}},
            {.dtype = dtypes[d], .rank = 2, .shape = {31, 41}, .strides = {100, 2}},
            {.dtype = dtypes[d],
             .rank = 2,
             .shape = {310, 410},
             .part = GLR_PART_RANGE,
             .first = 777,
             .count = 1234},
            {.dtype = dtypes[d],
             .rank = 2,
             .shape = {310, 410},
             .part = GLR_PART_BOX,
             .start = {7, 8},
             .extent = {11, 13}},
        };
        for (size_t i = 0; i < sizeof initializers / sizeof initializers[0]; i++) {
            for (size_t t = 0; t < sizeof tensors / sizeof tensors[0]; t++) {
                expect_as_fill(&initializers[i], &tensors[t]);
            }
        }
    }
}

Test(stages, constants_of_integers)
{
    const glr_initializer initializer = glr_constant(-5.0);
    const glr_tensor tensor = test_vector(GLR_DTYPE_INT64, 100);
    expect_as_fill(&initializer, &tensor);
}

Test(stages, a_part_of_the_stage_s_size_and_of_nothing)
{
    glr_stage *stage = open_stage(BYTES);
    const glr_initializer initializer = glr_ones();
    const glr_tensor nothing = test_vector(GLR_DTYPE_FLOAT32, 0);
    fill(stage, &initializer, &nothing);
    cr_expect_eq((uintptr_t)wait_for(stage) % 16, 0);
    fill_vector(stage, 1);
    expect_vector(stage, 1);
    glr_stage_close(stage);
}

/* The values of one are used while the other is drawn, as the header's example does. */
Test(stages, two_in_turn)
{
    glr_stage *stages[2] = {open_stage(BYTES), open_stage(BYTES)};
    enum { PARTS = 7 };
    for (int i = 0; i <= PARTS; i++) {
        if (i < PARTS) {
            fill_vector(stages[i % 2], i);
        }
        if (i > 0) {
            expect_vector(stages[(i - 1) % 2], i - 1);
        }
    }
    glr_stage_close(stages[1]);
    glr_stage_close(stages[0]);
}

Test(stages, wait_again_and_fill_without_waiting)
{
    glr_stage *stage = open_stage(BYTES);
    fill_vector(stage, 1);
    const unsigned char *first = wait_for(stage);
    cr_expect_eq(wait_for(stage), first);
    expect_vector(stage, 1);
    fill_vector(stage, 2);
    fill_vector(stage, 3);
    expect_vector(stage, 3);
    fill_vector(stage, 4); /* under way when the stage is closed */
    glr_stage_close(stage);
}

Test(stages, one_of_each_thread)
{
    enum { THREADS = 4, ROUNDS = 3 };
    static float expected[THREADS][ROUNDS][COUNT];
    const glr_tensor vector = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    int failures = 0;
    for (int i = 0; i < THREADS * ROUNDS; i++) {
        const glr_initializer initializer = glr_glorot_normal(i);
        test_cpu_fill(&initializer, &vector, expected[i / ROUNDS][i % ROUNDS], BYTES);
    }
#pragma omp parallel num_threads(THREADS) reduction(+ : failures)
    {
        const int thread = omp_get_thread_num();
        glr_stage *stage = NULL;
        const void *values = NULL;
        failures += glr_stage_open(device, BYTES, &stage) != GLR_OK;
        for (int i = 0; failures == 0 && i < ROUNDS; i++) {
            const glr_initializer initializer = glr_glorot_normal(thread * ROUNDS + i);
            failures += glr_stage_fill(stage, &initializer, &vector) != GLR_OK ||
                        glr_stage_wait(stage, &values) != GLR_OK ||
                        memcmp(values, expected[thread][i], BYTES) != 0;
        }
        glr_stage_close(stage);
    }
    cr_expect_eq(failures, 0);
}

Test(stages, wrong_arguments)
{
    glr_stage *stage = (glr_stage *)(void *)device; /* a value that a failure must replace */
    const glr_initializer ones = glr_ones();
    const glr_tensor vector = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    const void *values = device;
    expect_failure(glr_stage_open(device, 1, NULL), GLR_ERROR_ARGUMENT, "stage: must not be NULL");
    expect_failure(glr_stage_open(NULL, 1, &stage), GLR_ERROR_ARGUMENT, "device: must not be NULL");
    cr_expect_null(stage);
    stage = (glr_stage *)(void *)device;
    expect_failure(glr_stage_open(device, 0, &stage), GLR_ERROR_ARGUMENT, "bytes: 0 is less than 1");
    cr_expect_null(stage);
    stage = (glr_stage *)(void *)device;
    cr_expect_eq(glr_stage_open(device, UINT64_MAX, &stage), GLR_ERROR_MEMORY);
    cr_expect_null(stage);
    glr_stage_close(NULL);
    stage = open_stage(BYTES);
    expect_failure(glr_stage_fill(NULL, &ones, &vector), GLR_ERROR_ARGUMENT, "stage: must not be NULL");
    expect_failure(glr_stage_fill(stage, NULL, &vector), GLR_ERROR_ARGUMENT, "initializer: must not be NULL");
    expect_failure(glr_stage_fill(stage, &ones, NULL), GLR_ERROR_ARGUMENT, "tensor: must not be NULL");
    expect_failure(glr_stage_wait(stage, NULL), GLR_ERROR_ARGUMENT, "values: must not be NULL");
    expect_failure(glr_stage_wait(NULL, &values), GLR_ERROR_ARGUMENT, "stage: must not be NULL");
    cr_expect_null(values);
    values = device;
    expect_failure(glr_stage_wait(stage, &values), GLR_ERROR_ARGUMENT,
                   "stage: holds no values, since no fill of it has succeeded");
    cr_expect_null(values);
    glr_stage_close(stage);
}

/* What is refused leaves the values of the fill before. */
Test(stages, wrong_fills_change_nothing)
{
    glr_stage *stage = open_stage(BYTES);
    glr_initializer initializer = glr_he_normal(1);
    glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT + 1);
    fill_vector(stage, 5);
    expect_failure(glr_stage_fill(stage, &initializer, &tensor), GLR_ERROR_TOO_SMALL,
                   "stage: 20012 bytes are fewer than the 20016 that the part needs");
    tensor = test_vector(GLR_DTYPE_INT32, COUNT);
    cr_expect_eq(glr_stage_fill(stage, &initializer, &tensor), GLR_ERROR_UNSUPPORTED);
    tensor = test_vector(GLR_DTYPE_FLOAT32, -1);
    cr_expect_eq(glr_stage_fill(stage, &initializer, &tensor), GLR_ERROR_SHAPE);
    tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    tensor.reserved[0] = 1;
    cr_expect_eq(glr_stage_fill(stage, &initializer, &tensor), GLR_ERROR_ARGUMENT);
    tensor.reserved[0] = 0;
    tensor.part = GLR_PART_RANGE;
    tensor.count = 10;
    initializer.seeding = GLR_SEEDING_NONE;
    cr_expect_eq(glr_stage_fill(stage, &initializer, &tensor), GLR_ERROR_UNSEEDED);
    expect_vector(stage, 5);
    glr_stage_close(stage);
}

/* A whole tensor takes the next seed of the global sequence, one for each fill that is not refused. */
Test(stages, unseeded)
{
    float expected[COUNT];
    glr_initializer unseeded = glr_he_normal(0), resolved[2];
    const glr_tensor vector = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    const glr_tensor large = test_vector(GLR_DTYPE_FLOAT32, COUNT + 1);
    unseeded.seeding = GLR_SEEDING_NONE;
    glr_set_seed(11);
    for (int i = 0; i < 2; i++) {
        cr_assert_eq(glr_resolve(&unseeded, &resolved[i]), GLR_OK);
    }
    glr_set_seed(11);
    glr_stage *stage = open_stage(BYTES);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(glr_stage_fill(stage, &unseeded, &large), GLR_ERROR_TOO_SMALL);
        fill(stage, &unseeded, &vector);
        test_cpu_fill(&resolved[i], &vector, expected, sizeof expected);
        cr_expect_eq(memcmp(wait_for(stage), expected, sizeof expected), 0, "%d", i);
    }
    glr_stage_close(stage);
}
