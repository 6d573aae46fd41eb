/* The laws of torch.nn.init and of torch's layers by torch's names: gains, constructors, and arguments in
   text. Each makes an initializer of a kind that there is. */
#include "call.h"
#include "initializer.h"
#include "text_arguments.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* ---- Gains ----------------------------------------------------------------------------------------- */

/* In the order of their enumerators. */
static const char *const nonlinearity_names[] = {
    "linear",           "conv1d",  "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d",
    "conv_transpose3d", "sigmoid", "tanh",   "relu",   "leaky_relu",       "selu",
};

/* The square of the gain, which is the scale of variance scaling; NaN of what is no nonlinearity. */
static double squared_gain(glr_nonlinearity nonlinearity, double slope)
{
    switch (nonlinearity) {
    case GLR_NONLINEARITY_LINEAR:
    case GLR_NONLINEARITY_CONV1D:
    case GLR_NONLINEARITY_CONV2D:
    case GLR_NONLINEARITY_CONV3D:
    case GLR_NONLINEARITY_CONV_TRANSPOSE1D:
    case GLR_NONLINEARITY_CONV_TRANSPOSE2D:
    case GLR_NONLINEARITY_CONV_TRANSPOSE3D:
    case GLR_NONLINEARITY_SIGMOID: return 1.0;
    case GLR_NONLINEARITY_TANH: return 25.0 / 9.0;
    case GLR_NONLINEARITY_RELU: return 2.0;
    case GLR_NONLINEARITY_LEAKY_RELU: return 2.0 / (1.0 + slope * slope);
    case GLR_NONLINEARITY_SELU: return 9.0 / 16.0;
    }
    return (double)NAN;
}

static glr_status calculate_gain(glr_nonlinearity nonlinearity, double param, double *gain)
{
    if (gain == NULL) {
        return glr_fail_null("gain");
    }
    if ((size_t)nonlinearity >= COUNT(nonlinearity_names)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "nonlinearity: %d is not from 0 to %zu", (int)nonlinearity,
                        COUNT(nonlinearity_names) - 1);
    }
    if (nonlinearity == GLR_NONLINEARITY_LEAKY_RELU && !isfinite(param * param)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "param: %g is not a number with a square within double's range",
                        param);
    }
    *gain = sqrt(squared_gain(nonlinearity, param));
    return GLR_OK;
}

glr_status glr_calculate_gain(glr_nonlinearity nonlinearity, double param, double *gain)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, calculate_gain(nonlinearity, param, gain));
}

/* ---- Laws ------------------------------------------------------------------------------------------ */

/* A negative gain, whose square would not show it, is refused as a negative scale. */
static void set_xavier(glr_initializer *to, double gain)
{
    to->scale = gain * fabs(gain);
    to->mode = GLR_MODE_FAN_AVG;
}

static void set_kaiming(glr_initializer *to, double a, glr_mode mode, glr_nonlinearity nonlinearity)
{
    to->scale = squared_gain(nonlinearity, a);
    to->mode = mode;
}

/* torch draws it by kaiming_uniform with a = sqrt(5): the bounds are 1 / sqrt(fan_in), a variance of a third
   of 1 / fan_in. */
static void set_linear_weight(glr_initializer *to)
{
    to->scale = 1.0 / 3.0;
    to->mode = GLR_MODE_FAN_IN;
}

static void set_truncated(glr_initializer *to, double mean, double std, double a, double b)
{
    to->mean = mean;
    to->stddev = std;
    to->lower = a;
    to->upper = b;
    to->lower_unit = glr_unit_of_value(a);
    to->upper_unit = glr_unit_of_value(b);
}

static void set_linear_bias(glr_initializer *to, double fan_in)
{
    const double limit = 1.0 / sqrt(fan_in);
    to->minval = fan_in == 0.0 ? 0.0 : -limit;
    to->maxval = fan_in == 0.0 ? 0.0 : limit;
}

/* ---- Constructors ---------------------------------------------------------------------------------- */

static glr_initializer scaling_of(glr_distribution distribution, int64_t seed)
{
    glr_initializer initializer = glr_initializer_of_kind(GLR_KIND_VARIANCE_SCALING);
    initializer.distribution = distribution;
    initializer.layout = GLR_LAYOUT_TORCH;
    initializer.seed = seed;
    return initializer;
}

static glr_initializer xavier(double gain, glr_distribution distribution, int64_t seed)
{
    const glr_host host = glr_enter();
    glr_initializer initializer = scaling_of(distribution, seed);
    set_xavier(&initializer, gain);
    (void)glr_leave(&host, GLR_OK);
    return initializer;
}

static glr_initializer kaiming(double a, glr_mode mode, glr_nonlinearity nonlinearity,
                               glr_distribution distribution, int64_t seed)
{
    const glr_host host = glr_enter();
    glr_initializer initializer = scaling_of(distribution, seed);
    set_kaiming(&initializer, a, mode, nonlinearity);
    (void)glr_leave(&host, GLR_OK);
    return initializer;
}

glr_initializer glr_xavier_normal(double gain, int64_t seed)
{
    return xavier(gain, GLR_DISTRIBUTION_UNTRUNCATED_NORMAL, seed);
}

glr_initializer glr_xavier_uniform(double gain, int64_t seed)
{
    return xavier(gain, GLR_DISTRIBUTION_UNIFORM, seed);
}

glr_initializer glr_kaiming_normal(double a, glr_mode mode, glr_nonlinearity nonlinearity, int64_t seed)
{
    return kaiming(a, mode, nonlinearity, GLR_DISTRIBUTION_UNTRUNCATED_NORMAL, seed);
}

glr_initializer glr_kaiming_uniform(double a, glr_mode mode, glr_nonlinearity nonlinearity, int64_t seed)
{
    return kaiming(a, mode, nonlinearity, GLR_DISTRIBUTION_UNIFORM, seed);
}

glr_initializer glr_linear_weight(int64_t seed)
{
    glr_initializer initializer = scaling_of(GLR_DISTRIBUTION_UNIFORM, seed);
    set_linear_weight(&initializer);
    return initializer;
}

glr_initializer glr_linear_bias(int64_t fan_in, int64_t seed)
{
    const glr_host host = glr_enter();
    glr_initializer initializer = glr_initializer_of_kind(GLR_KIND_RANDOM_UNIFORM);
    initializer.seed = seed;
    set_linear_bias(&initializer, (double)fan_in);
    (void)glr_leave(&host, GLR_OK);
    return initializer;
}

glr_initializer glr_trunc_normal(double mean, double std, double a, double b, int64_t seed)
{
    glr_initializer initializer = glr_initializer_of_kind(GLR_KIND_TRUNCATED_NORMAL);
    initializer.seed = seed;
    set_truncated(&initializer, mean, std, a, b);
    return initializer;
}

/* ---- Text ------------------------------------------------------------------------------------------ */

_Static_assert(sizeof(glr_nonlinearity) == sizeof(uint32_t), "an enumeration of another size");

#define VALUE(member_name)                                                                                   \
    .name = #member_name, .member = offsetof(glr_torch_values, member_name), .form = GLR_ARGUMENT_FINITE
#define BOUND(member_name)                                                                                   \
    .name = #member_name, .member = offsetof(glr_torch_values, member_name), .form = GLR_ARGUMENT_OPEN,      \
    .needed = BOUNDS
#define CHOICE(member_name, names, choices)                                                                  \
    .name = #member_name, .member = offsetof(glr_torch_values, member_name), .form = GLR_ARGUMENT_CHOICE,    \
    .choice = (names), .count = (choices)
#define BOUNDS                                                                                               \
    "its bounds a and b, which are values: torch's -2 and 2 are not standard deviations, as "                \
    "truncated_normal's are"

static const glr_argument of_xavier[] = {{VALUE(gain)}};
static const glr_argument of_kaiming[] = {
    {VALUE(a)},
    {CHOICE(mode, glr_mode_names, 2)}, /* fan_in and fan_out */
    {CHOICE(nonlinearity, nonlinearity_names, COUNT(nonlinearity_names))},
};
static const glr_argument of_bias[] = {
    {VALUE(fan_in), .needed = "fan_in, the layer's inputs, which the bias's own shape does not tell"},
};
static const glr_argument of_truncated[] = {
    {VALUE(mean)},
    {VALUE(std)},
    {BOUND(a)},
    {BOUND(b)},
};

/* Numbers may be NaN, of captures without a value, and then nothing is wrong with them. */

static const char *make_xavier(const glr_torch_values *values, glr_initializer *to, size_t *wrong)
{
    set_xavier(to, values->gain);
    *wrong = 0;
    return to->scale <= 0.0 || isinf(to->scale) ? "above 0 with a square within double's range" : NULL;
}

static const char *make_kaiming(const glr_torch_values *values, glr_initializer *to, size_t *wrong)
{
    set_kaiming(to, values->a, values->mode, values->nonlinearity);
    *wrong = 0;
    return to->scale == 0.0 ? "a number with a square within double's range" : NULL;
}

static const char *make_weight(const glr_torch_values *values, glr_initializer *to, size_t *wrong)
{
    (void)values;
    (void)wrong;
    set_linear_weight(to);
    return NULL;
}

static const char *make_bias(const glr_torch_values *values, glr_initializer *to, size_t *wrong)
{
    set_linear_bias(to, values->fan_in);
    *wrong = 0;
    return values->fan_in < 0.0 || trunc(values->fan_in) < values->fan_in ? "an integer of at least 0" : NULL;
}

static const char *make_truncated(const glr_torch_values *values, glr_initializer *to, size_t *wrong)
{
    (void)wrong;
    set_truncated(to, values->mean, values->std, values->a, values->b);
    return NULL;
}

#define SCALING(what, how, distribution_name)                                                                \
    .arguments = (what), .count = COUNT(what), .make = (how), .kind = GLR_KIND_VARIANCE_SCALING,             \
    .distribution = GLR_DISTRIBUTION_##distribution_name, .layout = GLR_LAYOUT_TORCH

static const glr_torch_law laws[] = {
    {"xavier_normal", SCALING(of_xavier, make_xavier, UNTRUNCATED_NORMAL)},
    {"xavier_uniform", SCALING(of_xavier, make_xavier, UNIFORM)},
    {"kaiming_normal", SCALING(of_kaiming, make_kaiming, UNTRUNCATED_NORMAL)},
    {"kaiming_uniform", SCALING(of_kaiming, make_kaiming, UNIFORM)},
    {"linear_weight", .make = make_weight, .kind = GLR_KIND_VARIANCE_SCALING,
     .distribution = GLR_DISTRIBUTION_UNIFORM, .layout = GLR_LAYOUT_TORCH},
    {"linear_bias", .arguments = of_bias, .count = COUNT(of_bias), .make = make_bias,
     .kind = GLR_KIND_RANDOM_UNIFORM},
    {"trunc_normal", .arguments = of_truncated, .count = COUNT(of_truncated), .make = make_truncated,
     .kind = GLR_KIND_TRUNCATED_NORMAL},
};

const glr_torch_law *glr_torch_law_of_name(const char *name)
{
    for (size_t i = 0; i < COUNT(laws); i++) {
        if (strcmp(name, laws[i].name) == 0) {
            return &laws[i];
        }
    }
    return NULL;
}

const char *glr_torch_law_name(size_t index) { return index < COUNT(laws) ? laws[index].name : NULL; }

glr_initializer glr_torch_begin(const glr_torch_law *law, glr_torch_values *values)
{
    const glr_torch_values defaults = {
        .gain = 1.0, .std = 1.0, .mode = GLR_MODE_FAN_IN, .nonlinearity = GLR_NONLINEARITY_LEAKY_RELU};
    glr_initializer initializer = glr_initializer_of_kind(law->kind);
    initializer.distribution = law->distribution;
    initializer.layout = law->layout;
    initializer.seeding = GLR_SEEDING_NONE;
    *values = defaults;
    return initializer;
}
