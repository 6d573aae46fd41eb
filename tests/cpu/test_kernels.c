/* Every kernel that this processor runs, and the AVX-512 one emulated, against plain C. */
#include "api/icdf_bounds.h"
#include "api/make_plan.h"
#include "cpu/kernel.h"
#include "support/golden.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

static void random_batch(test_random *random, glr_batch *batch)
{
    memset(batch, 0, sizeof *batch);
    batch->rows = (uint32_t)test_random_between(random, 1, GLR_BATCH_ROWS);
    for (int i = 0; i < 3; i++) {
        batch->high[i] = (uint32_t)test_random_bits(random);
    }
    for (uint32_t row = 0; row < batch->rows; row++) {
        batch->counter[row] = (uint32_t)test_random_bits(random) & 0xffffff00U;
    }
}

/* By both ways to store, at an address that is so many bytes beyond a multiple of any vector's size. */
static void compare_store(const glr_cpu_kernel *kernel, const glr_plan *plan, const glr_batch *batch,
                          uint64_t count, uint64_t beyond)
{
    static alignas(64) unsigned char drawn[sizeof batch->raw + 64], expected[sizeof batch->raw + 64];
    memset(expected, 0x3c, sizeof expected);
    glr_cpu_kernel_plain.store(plan, batch->raw, count, expected + beyond);
    for (int nontemporal = 0; nontemporal < 2; nontemporal++) {
        memset(drawn, 0x3c, sizeof drawn);
        (nontemporal ? kernel->store_nt : kernel->store)(plan, batch->raw, count, drawn + beyond);
        kernel->nt_fence();
        cr_assert_eq(memcmp(drawn, expected, sizeof drawn), 0, "%s %s %s otherwise", kernel->name,
                     nontemporal ? "stores past the caches" : "stores", glr_dtype_name(plan->dtype));
    }
}

/* Bounds of a plan, as src/api/bounded.c makes them, of which a tenth or more is kept. */
static void bound(test_random *random, glr_plan *plan)
{
    const double lower = (double)test_random_between(random, -400, 50) / 100.0;
    const double upper = lower + 0.35 + (double)test_random_between(random, 0, 600) / 100.0;
    plan->bounded = (glr_bounded){.between = {(float)lower, (float)upper, (float)lower},
                                  .scale = 0x1p-3f,
                                  .shift = 0.01f,
                                  .least = (float)(lower * 0.12),
                                  .greatest = (float)(upper * 0.125)};
    plan->bounded_f64 = (glr_bounded_f64){.between = {lower, upper, lower},
                                          .scale = 3.0,
                                          .shift = 0.5,
                                          .least = lower * 2.9,
                                          .greatest = upper * 3.0};
    cr_assert_gt(glr_describe_bounds(lower, upper, &plan->bounded.icdf), 0.0);
    cr_assert_gt(glr_describe_bounds_f64(lower, upper, &plan->bounded_f64.icdf), 0.0);
}

static double random_number(test_random *random)
{
    return ldexp((double)test_random_between(random, -(INT64_C(1) << 52), INT64_C(1) << 52), -51);
}

static void random_rows(test_random *random, glr_stripe_row *rows, int64_t count)
{
    for (int64_t i = 0; i < count; i++) {
        for (int c = 0; c < GLR_STRIPE_COLUMNS; c++) {
            rows[i].column[c] = random_number(random);
        }
    }
}

#define PANEL_ROWS 200

/* Reflections need not be ones for that. */
static void compare_panel(const glr_cpu_kernel *kernel, test_random *random)
{
    static glr_stripe_row vector[PANEL_ROWS], columns[PANEL_ROWS], expected[PANEL_ROWS];
    static glr_panel panel;
    glr_stripe_row products[2][GLR_PANEL];
    panel.vector = vector;
    panel.rows = (uint64_t)test_random_between(random, 1, PANEL_ROWS);
    random_rows(random, vector, PANEL_ROWS);
    random_rows(random, columns, PANEL_ROWS);
    random_rows(random, panel.product, GLR_PANEL);
    for (int l = 0; l < GLR_PANEL; l++) {
        panel.factor[l] = ldexp(random_number(random), -8);
    }
    memcpy(expected, columns, sizeof expected);
    kernel->multiply(vector, columns, panel.rows, products[0]);
    glr_cpu_kernel_plain.multiply(vector, columns, panel.rows, products[1]);
    cr_assert_eq(memcmp(products[0], products[1], sizeof products[0]), 0, "%s multiplies otherwise",
                 kernel->name);
    kernel->reflect(&panel, columns);
    glr_cpu_kernel_plain.reflect(&panel, expected);
    cr_assert_eq(memcmp(columns, expected, sizeof columns), 0, "%s reflects otherwise", kernel->name);
}

static void compare(const glr_cpu_kernel *kernel, int batches)
{
    static const int samplers[] = {GLR_SAMPLE_UNIFORM, GLR_SAMPLE_NORMAL,  GLR_SAMPLE_TRUNCATED,
                                   GLR_SAMPLE_ICDF,    GLR_SAMPLE_BOUNDED, GLR_SAMPLE_BOUNDED_ICDF};
    test_random random = test_random_start(kernel->name);
    static glr_batch drawn, expected;
    for (int i = 0; i < batches; i++) {
        glr_initializer initializer = glr_glorot_normal((int64_t)test_random_bits(&random));
        glr_plan plan = {.scale = 0x1p-3f, .shift = 0.01f, .scale_f64 = 3.0, .shift_f64 = 0.5};
        plan.sampler = samplers[test_random_between(&random, 0, sizeof samplers / sizeof samplers[0] - 1)];
        bound(&random, &plan);
        plan.dtype = (glr_dtype)test_random_between(&random, GLR_DTYPE_FLOAT32, GLR_DTYPE_FLOAT8_E5M2);
        glr_seed_plan(&initializer, &plan);
        random_batch(&random, &drawn);
        expected = drawn;
        kernel->sample(&plan, &drawn);
        glr_cpu_kernel_plain.sample(&plan, &expected);
        cr_assert_eq(memcmp(drawn.raw, expected.raw, expected.rows * sizeof expected.raw[0]), 0,
                     "%s draws sampler %d otherwise", kernel->name, plan.sampler);
        compare_store(kernel, &plan, &expected, (uint64_t)test_random_between(&random, 0, 2 * expected.rows),
                      (uint64_t)test_random_between(&random, 0, 63));
    }
    for (int i = 0; i < batches / 20; i++) {
        compare_panel(kernel, &random);
    }
    cr_assert(glr_cpu_kernel_agrees(kernel));
}

#ifdef GLR_HAVE_X86_KERNELS

extern const glr_cpu_kernel glr_cpu_kernel_emulated; /* AVX-512, through SIMDe */

Test(kernels, avx2)
{
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        compare(&glr_cpu_kernel_avx2, test_is_light() ? 100 : 1000);
    }
}

Test(kernels, avx512)
{
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
        compare(&glr_cpu_kernel_avx512, test_is_light() ? 100 : 1000);
    }
}

Test(kernels, avx512_emulated)
{
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
        compare(&glr_cpu_kernel_emulated, test_is_light() ? 100 : 1000);
    }
}

#endif

#ifdef GLR_HAVE_NEON_KERNEL

Test(kernels, neon) { compare(&glr_cpu_kernel_neon, test_is_light() ? 100 : 1000); }

#endif

Test(kernels, the_environment_caps_the_choice)
{
    const glr_cpu_kernel *kernel;
    cr_assert_eq(setenv("GLORAND_ISA", "plain", 1), 0);
    cr_assert_eq(glr_cpu_choose_kernel(&kernel), GLR_OK);
    cr_expect_str_eq(kernel->name, "plain");
#ifdef GLR_HAVE_X86_KERNELS
    cr_assert_eq(setenv("GLORAND_ISA", "avx2", 1), 0);
    cr_assert_eq(glr_cpu_choose_kernel(&kernel), GLR_OK);
    cr_expect_str_neq(kernel->name, "avx512");
#endif
}

Test(kernels, an_unknown_cap_is_refused)
{
    glr_device *device = NULL;
    const glr_options options = {.backend = GLR_BACKEND_CPU};
    cr_assert_eq(setenv("GLORAND_ISA", "sse9", 1), 0);
    cr_expect_eq(glr_open(&options, &device), GLR_ERROR_ARGUMENT);
    cr_expect_not_null(strstr(glr_last_error(), "GLORAND_ISA: 'sse9' is not one of"), "%s", glr_last_error());
    cr_expect_null(device);
    glr_device_info infos[16];
    size_t count;
    cr_assert_eq(glr_devices(infos, 16, &count), GLR_OK);
    for (size_t i = 0; i < count; i++) {
        if (infos[i].backend == GLR_BACKEND_CPU) {
            cr_expect_eq(infos[i].available, 0);
            cr_expect_not_null(strstr(infos[i].reason, "sse9"));
        }
    }
    cr_assert_eq(setenv("GLORAND_ISA", "", 1), 0); /* as good as unset */
    cr_expect_eq(glr_open(&options, &device), GLR_OK);
    glr_close(device);
}

static glr_dtype wrong_dtype;

static void wrong_sample(const glr_plan *plan, glr_batch *batch)
{
    glr_cpu_kernel_plain.sample(plan, batch);
    if (plan->sampler == GLR_SAMPLE_NORMAL && plan->dtype == wrong_dtype) {
        ((unsigned char *)batch->raw[3])[9] ^= 1;
    }
}

static void wrong_reflect(const glr_panel *panel, glr_stripe_row *columns)
{
    glr_cpu_kernel_plain.reflect(panel, columns);
    columns[panel->rows - 1].column[GLR_STRIPE_COLUMNS - 1] *= 1.0 + 0x1p-52;
}

/* The check at opening refuses a kernel with one wrong value, and plain C in another rounding direction. */
Test(kernels, the_self_check_can_fail)
{
    glr_cpu_kernel wrong = {.name = "wrong", .sample = wrong_sample, .reflect = glr_cpu_kernel_plain.reflect};
    wrong_dtype = GLR_DTYPE_FLOAT32;
    cr_expect_not(glr_cpu_kernel_agrees(&wrong));
    wrong_dtype = GLR_DTYPE_FLOAT64;
    cr_expect_not(glr_cpu_kernel_agrees(&wrong));
    wrong_dtype = GLR_DTYPE_BOOL;
    cr_expect(glr_cpu_kernel_agrees(&wrong));
    wrong.reflect = wrong_reflect;
    cr_expect_not(glr_cpu_kernel_agrees(&wrong));
    cr_expect(glr_cpu_plain_is_right());
}
