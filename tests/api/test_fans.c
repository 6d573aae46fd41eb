/* Fans, standard deviations and bounds, against numbers worked out by hand. */
#include "glorand/glorand.h"

#include <criterion/criterion.h>
#include <math.h>

static glr_summary describe(glr_initializer initializer, glr_tensor tensor)
{
    glr_summary summary = {0};
    tensor.dtype = GLR_DTYPE_BFLOAT16;
    cr_assert_eq(glr_describe(&initializer, &tensor, &summary), GLR_OK, "%s", glr_last_error());
    return summary;
}

static void expect_fans(glr_initializer initializer, glr_tensor tensor, double in, double out)
{
    glr_summary summary = describe(initializer, tensor);
    cr_expect_eq(summary.fan_in, in, "fan_in %g, not %g", summary.fan_in, in);
    cr_expect_eq(summary.fan_out, out, "fan_out %g, not %g", summary.fan_out, out);
}

#define SHAPE(...)                                                                                           \
    (glr_tensor)                                                                                             \
    {                                                                                                        \
        .rank = sizeof((int64_t[]){__VA_ARGS__}) / sizeof(int64_t), .shape = { __VA_ARGS__ }                 \
    }

Test(fans, by_rank)
{
    glr_initializer keras = glr_glorot_normal(0), torch = keras;
    torch.layout = GLR_LAYOUT_TORCH;
    expect_fans(keras, (glr_tensor){.rank = 0}, 1, 1);
    expect_fans(keras, SHAPE(7), 7, 7);
    expect_fans(keras, SHAPE(784, 256), 784, 256);
    expect_fans(keras, SHAPE(3, 3, 64, 128), 576, 1152);
    expect_fans(keras, SHAPE(5, 0, 4), 0, 20);
    expect_fans(torch, SHAPE(7), 7, 7);
    expect_fans(torch, SHAPE(256, 784), 784, 256);
    expect_fans(torch, SHAPE(128, 64, 3, 3), 576, 1152);
}

Test(fans, by_axes)
{
    glr_initializer init = glr_glorot_normal(0);
    init.has_axes = 1;
    init.input_axis_count = 1;
    init.input_axes[0] = 0;
    init.output_axis_count = 2;
    init.output_axes[0] = 1;
    init.output_axes[1] = -1;
    expect_fans(init, SHAPE(64, 8, 16), 64, 128);

    glr_initializer experts = glr_glorot_normal(0);
    experts.batch_axis_count = 1;
    experts.batch_axes[0] = 0;
    expect_fans(experts, SHAPE(8, 28, 40), 28, 40);
    experts.layout = GLR_LAYOUT_TORCH;
    expect_fans(experts, SHAPE(8, 40, 28, 3), 84, 120);
    experts.batch_axes[0] = -1;
    expect_fans(experts, SHAPE(40, 8), 40, 40);
}

static glr_initializer with_axes(uint32_t inputs, uint32_t outputs)
{
    glr_initializer init = glr_glorot_normal(0);
    init.has_axes = 1;
    init.input_axis_count = inputs;
    init.output_axis_count = outputs;
    return init;
}

/* As Keras's compute_fans; tests/python/check_keras.py compares values with Keras's. */
Test(fans, empty_repeated_and_shared_axes)
{
    glr_initializer init = with_axes(0, 0);
    expect_fans(init, SHAPE(64, 8), 1, 1);
    init.batch_axis_count = 1;
    expect_fans(init, SHAPE(64, 8), 1, 1);
    expect_fans(with_axes(1, 0), SHAPE(64, 8), 64, 1);
    expect_fans(with_axes(0, 1), SHAPE(64, 8), 1, 64);
    expect_fans(with_axes(2, 1), SHAPE(64, 8), 4096, 64); /* axis 0 twice, and among both */
    init = with_axes(2, 2);
    init.input_axes[1] = -2;
    init.output_axes[0] = init.output_axes[1] = -1;
    expect_fans(init, SHAPE(64, 8), 4096, 64);
    init = with_axes(16, 0);
    expect_fans(init, SHAPE(8, 2), 0x1p48, 1);
    expect_fans(init, SHAPE(0, 2), 0, 1);
}

Test(fans, of_the_whole_tensor_not_of_the_part)
{
    glr_tensor tensor = SHAPE(784, 256);
    tensor.part = GLR_PART_BOX;
    tensor.extent[0] = 1;
    tensor.extent[1] = 1;
    expect_fans(glr_glorot_normal(0), tensor, 784, 256);
}

static void expect_near(double got, double expected, const char *what)
{
    cr_expect(fabs(got - expected) <= 1e-15 * fabs(expected), "%s: %.17g, not %.17g", what, got, expected);
}

Test(fans, deviations_and_bounds)
{
    const double truncated = 0.87962566103423978;
    glr_tensor tensor = SHAPE(784, 256);
    glr_summary s = describe(glr_glorot_normal(0), tensor);
    expect_near(s.stddev, sqrt(2.0 / 1040.0), "glorot_normal");
    expect_near(s.upper, 2.0 * sqrt(2.0 / 1040.0) / truncated, "its bound");
    cr_expect_eq(s.lower, -s.upper);
    expect_near(describe(glr_he_normal(0), tensor).stddev, sqrt(2.0 / 784.0), "he_normal");
    expect_near(describe(glr_lecun_normal(0), tensor).stddev, sqrt(1.0 / 784.0), "lecun_normal");
    expect_near(describe(glr_glorot_uniform(0), tensor).upper, sqrt(6.0 / 1040.0), "glorot_uniform");
    expect_near(describe(glr_he_uniform(0), tensor).upper, sqrt(6.0 / 784.0), "he_uniform");
    expect_near(describe(glr_lecun_uniform(0), tensor).upper, sqrt(3.0 / 784.0), "lecun_uniform");

    s = describe(glr_variance_scaling(1.7, GLR_MODE_FAN_OUT, GLR_DISTRIBUTION_UNTRUNCATED_NORMAL, 0), tensor);
    expect_near(s.stddev, sqrt(1.7 / 256.0), "variance_scaling");
    cr_expect(isinf(s.upper) && isinf(s.lower));
    expect_near(
        describe(glr_variance_scaling(4.0, GLR_MODE_FAN_AVG, GLR_DISTRIBUTION_UNTRUNCATED_NORMAL, 0), tensor)
            .stddev,
        sqrt(4.0 / 520.0), "the average");
    expect_near(
        describe(glr_variance_scaling(4.0, GLR_MODE_FAN_GEO_AVG, GLR_DISTRIBUTION_UNIFORM, 0), tensor).upper,
        sqrt(12.0 / 448.0), "the geometric mean of 784 and 256, 28 times 16");

    s = describe(glr_truncated_normal(0.25, 0.5, 0), tensor);
    cr_expect(s.mean == 0.25 && s.lower == -0.75 && s.upper == 1.25);
    expect_near(s.stddev, 0.5 * truncated, "truncated_normal");
    s = describe(glr_random_uniform(-1.0, 3.0, 0), tensor);
    cr_expect(s.mean == 1.0 && s.lower == -1.0 && s.upper == 3.0);
    expect_near(s.stddev, 4.0 / sqrt(12.0), "random_uniform");
    s = describe(glr_constant(2.5), tensor);
    cr_expect(s.mean == 2.5 && s.stddev == 0.0 && s.lower == 2.5 && s.upper == 2.5);
    /* An empty fan counts as 1. */
    expect_near(describe(glr_he_uniform(0), SHAPE(0, 5)).upper, sqrt(6.0), "a zero dimension");
}
