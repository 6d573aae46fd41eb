/* Laws by torch's names: gains, constructors and their text, against the formulas of torch's documentation.
 */
#include "glorand/glorand.h"

#include <criterion/criterion.h>
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

#define NORMAL  GLR_DISTRIBUTION_UNTRUNCATED_NORMAL
#define UNIFORM GLR_DISTRIBUTION_UNIFORM

/* ---- Gains ------------------------------------------------------------------------------------------- */

/* As torch's calculate_gain prints them with repr. */
static const struct {
    glr_nonlinearity nonlinearity;
    const char *name;
    double slope, gain;
} gains[] = {
    {GLR_NONLINEARITY_LINEAR, "linear", 3.0, 1.0},
    {GLR_NONLINEARITY_CONV1D, "conv1d", 3.0, 1.0},
    {GLR_NONLINEARITY_CONV2D, "conv2d", 3.0, 1.0},
    {GLR_NONLINEARITY_CONV3D, "conv3d", 3.0, 1.0},
    {GLR_NONLINEARITY_CONV_TRANSPOSE1D, "conv_transpose1d", 3.0, 1.0},
    {GLR_NONLINEARITY_CONV_TRANSPOSE2D, "conv_transpose2d", 3.0, 1.0},
    {GLR_NONLINEARITY_CONV_TRANSPOSE3D, "conv_transpose3d", 3.0, 1.0},
    {GLR_NONLINEARITY_SIGMOID, "sigmoid", 3.0, 1.0},
    {GLR_NONLINEARITY_TANH, "tanh", 3.0, 1.6666666666666667},
    {GLR_NONLINEARITY_RELU, "relu", 3.0, 1.4142135623730951},
    {GLR_NONLINEARITY_LEAKY_RELU, "leaky_relu", 0.01, 1.4141428569978354},
    {GLR_NONLINEARITY_LEAKY_RELU, "leaky_relu", -0.2, 1.3867504905630728},
    {GLR_NONLINEARITY_LEAKY_RELU, "leaky_relu", 0.0, 1.4142135623730951},
    {GLR_NONLINEARITY_SELU, "selu", 3.0, 0.75},
};

Test(torch, gains)
{
    for (size_t i = 0; i < COUNT(gains); i++) {
        double gain = 0.0;
        cr_expect_eq(glr_calculate_gain(gains[i].nonlinearity, gains[i].slope, &gain), GLR_OK, "%s: %s",
                     gains[i].name, glr_last_error());
        cr_expect_eq(gain, gains[i].gain, "%s: %.17g", gains[i].name, gain);
    }
}

static void expect_no_gain(glr_nonlinearity nonlinearity, double param, const char *message)
{
    double gain = 7.0;
    cr_expect_eq(glr_calculate_gain(nonlinearity, param, &gain), GLR_ERROR_ARGUMENT, "%s", message);
    cr_expect_str_eq(glr_last_error(), message, "%s", glr_last_error());
    cr_expect_eq(gain, 7.0, "%s", message);
}

Test(torch, gains_that_there_are_not)
{
    double gain = 0.0;
    expect_no_gain((glr_nonlinearity)12, 0.0, "nonlinearity: 12 is not from 0 to 11");
    expect_no_gain((glr_nonlinearity)-1, 0.0, "nonlinearity: -1 is not from 0 to 11");
    expect_no_gain(GLR_NONLINEARITY_LEAKY_RELU, NAN,
                   "param: nan is not a number with a square within double's range");
    expect_no_gain(GLR_NONLINEARITY_LEAKY_RELU, 1e200,
                   "param: 1e+200 is not a number with a square within double's range");
    cr_expect_eq(glr_calculate_gain(GLR_NONLINEARITY_RELU, NAN, &gain), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_calculate_gain(GLR_NONLINEARITY_RELU, 0.0, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "gain: must not be NULL");
}

/* ---- Constructors ------------------------------------------------------------------------------------ */

/* A weight of torch: 5 outputs, 7 inputs, a kernel of 9. */
static const glr_tensor weight = {.dtype = GLR_DTYPE_FLOAT32, .rank = 4, .shape = {5, 7, 3, 3}};

/* The deviation of a normal or the limit of a uniform, within 4 units in the last place. */
static void expect_law(glr_initializer made, double scale, bool is_uniform, const char *what)
{
    glr_summary summary = {0};
    cr_assert_eq(glr_describe(&made, &weight, &summary), GLR_OK, "%s: %s", what, glr_last_error());
    const double got = is_uniform ? summary.upper : summary.stddev;
    cr_expect_eq(isfinite(summary.upper) != 0, is_uniform, "%s", what);
    cr_expect(summary.mean == 0.0 && summary.lower == -summary.upper, "%s", what);
    cr_expect(fabs(got - scale) <= 4.0 * 0x1p-52 * scale, "%s: %.17g, not %.17g", what, got, scale);
    cr_expect_eq(made.seed, 42, "%s", what);
}

Test(torch, laws)
{
    const glr_nonlinearity leaky = GLR_NONLINEARITY_LEAKY_RELU, relu = GLR_NONLINEARITY_RELU;
    expect_law(glr_xavier_normal(1.0, 42), sqrt(2.0 / (63 + 45)), false, "xavier_normal");
    expect_law(glr_xavier_normal(0.3, 42), 0.3 * sqrt(2.0 / (63 + 45)), false, "xavier_normal, gain");
    expect_law(glr_xavier_uniform(5.0 / 3.0, 42), 5.0 / 3.0 * sqrt(6.0 / (63 + 45)), true, "xavier_uniform");
    expect_law(glr_kaiming_normal(0.0, GLR_MODE_FAN_IN, leaky, 42), sqrt(2.0 / 63), false, "kaiming_normal");
    expect_law(glr_kaiming_normal(9.0, GLR_MODE_FAN_OUT, relu, 42), sqrt(2.0 / 45), false, "its fan_out");
    expect_law(glr_kaiming_uniform(sqrt(5.0), GLR_MODE_FAN_IN, leaky, 42), 1.0 / sqrt(63.0), true,
               "kaiming_uniform");
    expect_law(glr_kaiming_uniform(0.0, GLR_MODE_FAN_OUT, GLR_NONLINEARITY_TANH, 42),
               5.0 / 3.0 * sqrt(3.0 / 45), true, "its tanh");
    expect_law(glr_linear_weight(42), 1.0 / sqrt(63.0), true, "linear_weight");
    expect_law(glr_linear_bias(63, 42), 1.0 / sqrt(63.0), true, "linear_bias");
    expect_law(glr_linear_bias(0, 42), 0.0, true, "linear_bias without inputs");
}

/* Arguments are checked when the initializer is used, as those of every constructor. */
Test(torch, wrong_arguments)
{
    const struct {
        glr_initializer made;
        const char *message;
    } wrong[] = {
        {glr_xavier_normal(-2.0, 1), "initializer.scale: -4 is not a finite number above 0"},
        {glr_xavier_uniform(0.0, 1), "initializer.scale: 0 is not a finite number above 0"},
        {glr_xavier_uniform(NAN, 1), "initializer.scale: nan is not a finite number above 0"},
        {glr_xavier_normal(1e200, 1), "initializer.scale: inf is not a finite number above 0"},
        {glr_kaiming_normal(0.0, GLR_MODE_FAN_IN, (glr_nonlinearity)12, 1),
         "initializer.scale: nan is not a finite number above 0"},
        {glr_kaiming_uniform(1e200, GLR_MODE_FAN_IN, GLR_NONLINEARITY_LEAKY_RELU, 1),
         "initializer.scale: 0 is not a finite number above 0"},
        {glr_kaiming_uniform(0.0, (glr_mode)9, GLR_NONLINEARITY_RELU, 1),
         "initializer.mode: must be fan_in (0), fan_out (1), fan_avg (2) or fan_geo_avg (3), not 9"},
        {glr_linear_bias(-1, 1), "initializer.minval: "},
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        glr_summary summary;
        cr_expect_eq(glr_describe(&wrong[i].made, &weight, &summary), GLR_ERROR_ARGUMENT, "%zu", i);
        cr_expect_eq(strncmp(glr_last_error(), wrong[i].message, strlen(wrong[i].message)), 0, "%s",
                     glr_last_error());
    }
}

/* ---- Text -------------------------------------------------------------------------------------------- */

/* The text of what a constructor makes, which the next call overwrites. */
static const char *text_of(const glr_initializer *initializer)
{
    static char text[256];
    cr_assert_eq(glr_initializer_to_text(initializer, text, sizeof text, NULL), GLR_OK, "%s",
                 glr_last_error());
    return text;
}

static void expect_text(const char *text, glr_initializer made)
{
    glr_initializer read = {0};
    char expected[256];
    made.seeding = GLR_SEEDING_NONE;
    made.seed = 0;
    (void)snprintf(expected, sizeof expected, "%s", text_of(&made));
    cr_expect_eq(glr_initializer_from_text(text, strlen(text), NULL, 0, &read), GLR_OK, "%s: %s", text,
                 glr_last_error());
    cr_expect_str_eq(text_of(&read), expected, "%s: %s", text, expected);
}

Test(torch, texts_of_constructors)
{
    const glr_nonlinearity leaky = GLR_NONLINEARITY_LEAKY_RELU;
    expect_text("xavier_normal", glr_xavier_normal(1.0, 1));
    expect_text("xavier_normal(gain=sqrt(2))", glr_xavier_normal(sqrt(2.0), 1));
    expect_text("xavier_uniform(5/3)", glr_xavier_uniform(5.0 / 3.0, 1));
    expect_text("kaiming_normal", glr_kaiming_normal(0.0, GLR_MODE_FAN_IN, leaky, 1));
    expect_text("kaiming_uniform", glr_kaiming_uniform(0.0, GLR_MODE_FAN_IN, leaky, 1));
    expect_text("kaiming_uniform(0.2, fan_out)", glr_kaiming_uniform(0.2, GLR_MODE_FAN_OUT, leaky, 1));
    expect_text("linear_weight", glr_linear_weight(1));
    expect_text("linear_bias(8 * 3 * 3)", glr_linear_bias(72, 1));
    expect_text("trunc_normal(1, 0.5, a=0, b=2)", glr_trunc_normal(1.0, 0.5, 0.0, 2.0, 1));
    expect_text("trunc_normal(std=0.5, a=-inf, b=1/3)", glr_trunc_normal(0.0, 0.5, -INFINITY, 1.0 / 3.0, 1));
    for (size_t i = 0; i < COUNT(gains); i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "kaiming_normal(%g, nonlinearity=%s)", gains[i].slope,
                       gains[i].name);
        expect_text(text, glr_kaiming_normal(gains[i].slope, GLR_MODE_FAN_IN, gains[i].nonlinearity, 1));
    }
}

/* Whatever the caller's rounding. */
Test(torch, rounding_of_the_caller)
{
    const glr_initializer nearest[] = {
        glr_xavier_normal(0.1, 1), glr_linear_bias(63, 1),
        glr_kaiming_normal(0.1, GLR_MODE_FAN_IN, GLR_NONLINEARITY_LEAKY_RELU, 1)};
    cr_assert_eq(fesetround(FE_UPWARD), 0);
    const glr_initializer upward[] = {
        glr_xavier_normal(0.1, 1), glr_linear_bias(63, 1),
        glr_kaiming_normal(0.1, GLR_MODE_FAN_IN, GLR_NONLINEARITY_LEAKY_RELU, 1)};
    (void)fesetround(FE_TONEAREST);
    for (size_t i = 0; i < COUNT(nearest); i++) {
        cr_expect(nearest[i].scale == upward[i].scale && nearest[i].minval == upward[i].minval, "%zu", i);
    }
}
