/* A host that has changed its floating-point mode before it loads OpenCL: the driver's threads are made in
 * that mode, and it is theirs when kernels run, unless the driver sets another. Then either the values are
 * right, or the device is refused. */
#include "support.h"

#include "support/golden.h"

#include <criterion/criterion.h>
#include <fenv.h>
#include <stdlib.h>
#include <string.h>

#ifdef __SSE__
#include <xmmintrin.h>
#endif

#define COUNT 5000

/* Also such whose scale or whose values are subnormal. */
static const struct {
    const char *name;
    glr_kind kind;
    double low, high; /* minval and maxval, or mean and stddev */
    glr_dtype dtype;
} cases[] = {
    {"uniform", GLR_KIND_RANDOM_UNIFORM, -0.3, 0.7, GLR_DTYPE_FLOAT32},
    {"a subnormal scale", GLR_KIND_RANDOM_UNIFORM, 0, 1e-40, GLR_DTYPE_FLOAT32},
    {"subnormal values", GLR_KIND_TRUNCATED_NORMAL, 0, 2e-38, GLR_DTYPE_FLOAT32},
    {"subnormal values, untruncated", GLR_KIND_RANDOM_NORMAL, 0, 2e-38, GLR_DTYPE_FLOAT32},
    {"float64", GLR_KIND_TRUNCATED_NORMAL, 0, 0.1, GLR_DTYPE_FLOAT64},
    {"subnormal float64", GLR_KIND_TRUNCATED_NORMAL, 0, 2e-308, GLR_DTYPE_FLOAT64},
    {"float16", GLR_KIND_TRUNCATED_NORMAL, 0, 1e-6, GLR_DTYPE_FLOAT16},
    {"subnormal bfloat16", GLR_KIND_TRUNCATED_NORMAL, 0, 2e-38, GLR_DTYPE_BFLOAT16},
};

static glr_initializer initializer_of(size_t i)
{
    return cases[i].kind == GLR_KIND_RANDOM_UNIFORM  ? glr_random_uniform(cases[i].low, cases[i].high, 1)
           : cases[i].kind == GLR_KIND_RANDOM_NORMAL ? glr_random_normal(cases[i].low, cases[i].high, 1)
                                                     : glr_truncated_normal(cases[i].low, cases[i].high, 1);
}

/* All is done in the host's mode, but for the values that are expected. */
static fenv_t usual;

static void draw_right(const glr_initializer *initializer, const glr_tensor *tensor, void *right,
                       size_t bytes)
{
    fenv_t hosts;
    cr_assert_eq(fegetenv(&hosts), 0);
    cr_assert_eq(fesetenv(&usual), 0);
    test_cpu_fill(initializer, tensor, right, bytes);
    cr_assert_eq(fesetenv(&hosts), 0);
}

static void expect_right(glr_device *device, test_cl cl, size_t i)
{
    static unsigned char drawn[8 * COUNT], right[8 * COUNT];
    const size_t bytes = COUNT * glr_dtype_size(cases[i].dtype);
    glr_initializer initializer = initializer_of(i);
    glr_tensor tensor = {.dtype = cases[i].dtype, .rank = 1, .shape = {COUNT}};
    glr_opencl_memory memory = {.buffer = test_cl_buffer(cl, CL_MEM_READ_WRITE, bytes)};
    draw_right(&initializer, &tensor, right, bytes);
    cr_assert_eq(glr_opencl_fill(device, &initializer, &tensor, &memory, cl.queue, 0, NULL, NULL), GLR_OK,
                 "%s: %s", cases[i].name, glr_last_error());
    cr_assert_eq(clFinish(cl.queue), CL_SUCCESS);
    test_cl_read(cl, memory.buffer, 0, bytes, drawn);
    cr_expect_arr_eq(drawn, right, bytes, "%s", cases[i].name);
    (void)clReleaseMemObject(memory.buffer);
}

/* In the mode that is set now, with one of PoCL's drivers: threads of its own, or the caller's. */
static void check_mode(const char *driver)
{
    glr_device *device = NULL;
    cr_assert_eq(setenv("POCL_DEVICES", driver, 1), 0);
    test_cl cl = test_cl_open();
    glr_status status = glr_opencl_open(cl.context, cl.device, &device);
    if (status == GLR_OK) {
        for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
            expect_right(device, cl, i);
        }
        glr_close(device);
    } else {
        cr_expect_eq(status, GLR_ERROR_DEVICE);
        cr_expect_not_null(strstr(glr_last_error(), "check failed"), "%s", glr_last_error());
    }
    test_cl_close(cl);
    cr_assert_eq(fesetenv(&usual), 0);
}

static void keep_usual(void) { cr_assert_eq(fegetenv(&usual), 0); }

TestSuite(modes, .init = keep_usual);

#define MODE(name, change)                                                                                   \
    Test(modes, name)                                                                                        \
    {                                                                                                        \
        change;                                                                                              \
        check_mode("pthread");                                                                               \
    }                                                                                                        \
    Test(modes, name##_in_the_callers_thread)                                                                \
    {                                                                                                        \
        change;                                                                                              \
        check_mode("basic");                                                                                 \
    }

MODE(nearest, (void)0)
MODE(downward, (void)fesetround(FE_DOWNWARD))
MODE(upward, (void)fesetround(FE_UPWARD))
MODE(towards_zero, (void)fesetround(FE_TOWARDZERO))
#ifdef __SSE__
MODE(flushed_results, _mm_setcsr(_mm_getcsr() | 0x8000U))
MODE(flushed_operands, _mm_setcsr(_mm_getcsr() | 0x40U))
#endif
