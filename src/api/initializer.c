/* Initializers: the names of their kinds and choices, checks of one by itself, and constructors. */
#include "initializer.h"

#include "call.h"
#include "text_arguments.h"

#include <math.h>
#include <string.h>

#define SCALED(scale, mode, distribution)                                                                    \
    {                                                                                                        \
        scale, GLR_MODE_##mode, GLR_DISTRIBUTION_##distribution                                              \
    }

/* What a kind's values are a function of, besides its parameters and the tensor's shape. */
#define RANDOM   1U /* random numbers */
#define OF_INDEX 2U /* the element's index: core/index.h */

static const struct {
    const char *name, *class_name, *alias; /* alias may be NULL */
    glr_scaling scaling;                   /* scale 0 where it is not a named variance scaling */
    unsigned traits;
} kinds[] = {
    [GLR_KIND_ZEROS] = {"zeros", "Zeros", "zero", {0}, 0},
    [GLR_KIND_ONES] = {"ones", "Ones", "one", {0}, 0},
    [GLR_KIND_CONSTANT] = {"constant", "Constant", NULL, {0}, 0},
    [GLR_KIND_RANDOM_NORMAL] = {"random_normal", "RandomNormal", "normal", {0}, RANDOM},
    [GLR_KIND_RANDOM_UNIFORM] = {"random_uniform", "RandomUniform", "uniform", {0}, RANDOM},
    [GLR_KIND_TRUNCATED_NORMAL] = {"truncated_normal", "TruncatedNormal", NULL, {0}, RANDOM},
    [GLR_KIND_VARIANCE_SCALING] = {"variance_scaling", "VarianceScaling", NULL, {0}, RANDOM},
    [GLR_KIND_GLOROT_NORMAL] = {"glorot_normal", "GlorotNormal", NULL, SCALED(1.0, FAN_AVG, TRUNCATED_NORMAL),
                                RANDOM},
    [GLR_KIND_GLOROT_UNIFORM] = {"glorot_uniform", "GlorotUniform", NULL, SCALED(1.0, FAN_AVG, UNIFORM),
                                 RANDOM},
    [GLR_KIND_HE_NORMAL] = {"he_normal", "HeNormal", NULL, SCALED(2.0, FAN_IN, TRUNCATED_NORMAL), RANDOM},
    [GLR_KIND_HE_UNIFORM] = {"he_uniform", "HeUniform", NULL, SCALED(2.0, FAN_IN, UNIFORM), RANDOM},
    [GLR_KIND_LECUN_NORMAL] = {"lecun_normal", "LecunNormal", NULL, SCALED(1.0, FAN_IN, TRUNCATED_NORMAL),
                               RANDOM},
    [GLR_KIND_LECUN_UNIFORM] = {"lecun_uniform", "LecunUniform", NULL, SCALED(1.0, FAN_IN, UNIFORM), RANDOM},
    [GLR_KIND_LOG_ARANGE] = {"log_arange", "LogArange", NULL, {0}, OF_INDEX},
    [GLR_KIND_DT_BIAS] = {"dt_bias", "DtBias", NULL, {0}, OF_INDEX | RANDOM},
    [GLR_KIND_SINUSOIDS] = {"sinusoids", "Sinusoids", NULL, {0}, OF_INDEX},
    [GLR_KIND_SINUSOIDS_INTERLEAVED] = {"sinusoids_interleaved", "SinusoidsInterleaved", NULL, {0}, OF_INDEX},
    [GLR_KIND_IDENTITY] = {"identity", "Identity", "IdentityInitializer", {0}, OF_INDEX},
    [GLR_KIND_DIRAC] = {"dirac", "Dirac", NULL, {0}, OF_INDEX},
    [GLR_KIND_ORTHOGONAL] = {"orthogonal", "Orthogonal", "OrthogonalInitializer", {0}, RANDOM},
    [GLR_KIND_UNIT_FORGET_BIAS] = {"unit_forget_bias", "UnitForgetBias", NULL, {0}, OF_INDEX},
    [GLR_KIND_RANDOM_BYTES] = {"random_bytes", "RandomBytes", NULL, {0}, OF_INDEX | RANDOM},
};

const char *const glr_mode_names[4] = {"fan_in", "fan_out", "fan_avg", "fan_geo_avg"};
const char *const glr_distribution_names[3] = {"truncated_normal", "untruncated_normal", "uniform"};
const char *const glr_method_names[2] = {"resample", "icdf"};
const char *const glr_layout_names[2] = {"keras", "torch"};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

static int is_kind(glr_kind kind)
{
    size_t number = (size_t)kind;
    return number < KIND_COUNT && kinds[number].name != NULL;
}

const char *glr_kind_name(glr_kind kind) { return is_kind(kind) ? kinds[kind].name : "unknown initializer"; }

const char *glr_kind_class_name(glr_kind kind) { return kinds[kind].class_name; }

const char *glr_law_name(size_t index)
{
    for (size_t kind = 0; kind < KIND_COUNT; kind++) {
        if (kinds[kind].name == NULL) {
            continue;
        }
        if (index == 0) {
            return kinds[kind].name;
        }
        index--;
    }
    return glr_torch_law_name(index);
}

/* A name with "V2" behind it. */
static bool is_version_2(const char *text, const char *name)
{
    const size_t length = strlen(name);
    return strncmp(text, name, length) == 0 && strcmp(text + length, "V2") == 0;
}

/* tf_keras also knows every class with "V2" behind its name, and so the functions of Glorot, He and LeCun. */
static bool is_name_of(size_t kind, const char *text)
{
    const char *name = kinds[kind].name, *class_name = kinds[kind].class_name, *alias = kinds[kind].alias;
    return strcmp(text, name) == 0 || strcmp(text, class_name) == 0 ||
           (alias != NULL && strcmp(text, alias) == 0) || is_version_2(text, class_name) ||
           (kinds[kind].scaling.scale > 0.0 && is_version_2(text, name));
}

glr_kind glr_kind_of_name(const char *name)
{
    for (size_t i = 0; name != NULL && i < KIND_COUNT; i++) {
        if (kinds[i].name != NULL && is_name_of(i, name)) {
            return (glr_kind)i;
        }
    }
    return GLR_KIND_NONE;
}

int glr_kind_scales_variance(glr_kind kind)
{
    return kind == GLR_KIND_VARIANCE_SCALING || (is_kind(kind) && kinds[kind].scaling.scale > 0.0);
}

int glr_kind_is_of_index(glr_kind kind) { return is_kind(kind) && (kinds[kind].traits & OF_INDEX) != 0; }

int glr_kind_is_random(glr_kind kind) { return is_kind(kind) && (kinds[kind].traits & RANDOM) != 0; }

glr_scaling glr_scaling_of(const glr_initializer *initializer)
{
    if (initializer->kind == GLR_KIND_VARIANCE_SCALING) {
        glr_scaling own = {initializer->scale, initializer->mode, initializer->distribution};
        return own;
    }
    return kinds[initializer->kind].scaling;
}

/* ---- Methods and layouts --------------------------------------------------------------------------- */

const char *glr_method_name(glr_method method)
{
    return (size_t)method < 2 ? glr_method_names[method] : "unknown method";
}

const char *glr_layout_name(glr_layout layout)
{
    return (size_t)layout < 2 ? glr_layout_names[layout] : "unknown layout";
}

/* The index of one of two names. */
static glr_status index_of_name(const char *what, const char *const names[2], const char *name,
                                uint32_t *index)
{
    if (name == NULL) {
        return glr_fail_null("name");
    }
    for (*index = 0; *index < 2; (*index)++) {
        if (strcmp(names[*index], name) == 0) {
            return GLR_OK;
        }
    }
    return glr_fail(GLR_ERROR_PARSE, "unknown %s '%s', expected %s or %s", what, name, names[0], names[1]);
}

glr_status glr_method_of_name(const char *name, glr_method *method)
{
    uint32_t index = 0;
    if (method == NULL) {
        return glr_fail_null("method");
    }
    const glr_status status = index_of_name("method", glr_method_names, name, &index);
    *method = status == GLR_OK ? (glr_method)index : *method;
    return status;
}

glr_status glr_layout_of_name(const char *name, glr_layout *layout)
{
    uint32_t index = 0;
    if (layout == NULL) {
        return glr_fail_null("layout");
    }
    const glr_status status = index_of_name("layout", glr_layout_names, name, &index);
    *layout = status == GLR_OK ? (glr_layout)index : *layout;
    return status;
}

/* ---- Checks ---------------------------------------------------------------------------------------- */

glr_status glr_check_kind(const glr_initializer *initializer)
{
    return is_kind(initializer->kind)
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "initializer.kind: %d is not an initializer",
                          (int)initializer->kind);
}

glr_status glr_check_seeding(const glr_initializer *initializer)
{
    return (unsigned)initializer->seeding <= GLR_SEEDING_NONE
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT,
                          "initializer.seeding: must be seeded (0), keyed (1) or unseeded (2), not %d",
                          (int)initializer->seeding);
}

glr_status glr_check_method(const char *argument, glr_method method)
{
    return method == GLR_METHOD_RESAMPLE || method == GLR_METHOD_ICDF
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "%s.method: %d is neither resample (0) nor icdf (1)", argument,
                          (int)method);
}

glr_status glr_check_layout(const char *argument, glr_layout layout)
{
    return layout == GLR_LAYOUT_KERAS || layout == GLR_LAYOUT_TORCH
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "%s.layout: %d is neither Keras's (0) nor torch's (1)",
                          argument, (int)layout);
}

static glr_status check_bound(const char *name, double bound, glr_bound_unit unit)
{
    if ((unsigned)unit > GLR_BOUND_ABSOLUTE) {
        return glr_fail(
            GLR_ERROR_ARGUMENT,
            "initializer.%s_unit: must be default (0), standard deviations (1) or absolute (2), not %d", name,
            (int)unit);
    }
    if (isnan(bound)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: nan is not a bound", name);
    }
    return unit != GLR_BOUND_DEFAULT || bound == 0.0
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %g without a unit, since %s_unit is 0", name,
                          bound, name);
}

glr_status glr_check_bounds(const glr_initializer *initializer)
{
    if (initializer->kind != GLR_KIND_TRUNCATED_NORMAL) {
        return GLR_OK;
    }
    const glr_status status = check_bound("lower", initializer->lower, initializer->lower_unit);
    return status == GLR_OK ? check_bound("upper", initializer->upper, initializer->upper_unit) : status;
}

glr_status glr_check_choices(const glr_initializer *initializer)
{
    glr_status status = glr_check_kind(initializer);
    if (status == GLR_OK) {
        status = glr_check_method("initializer", initializer->method);
    }
    if (status == GLR_OK) {
        status = glr_check_layout("initializer", initializer->layout);
    }
    if (status != GLR_OK) {
        return status;
    }
    if ((unsigned)initializer->number > GLR_NUMBER_UINT64) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "initializer.number: must be double (0), int64 (1) or uint64 (2), not %d",
                        (int)initializer->number);
    }
    status = glr_check_bounds(initializer);
    return status == GLR_OK ? glr_check_seeding(initializer) : status;
}

glr_status glr_check_axes_given(const glr_initializer *initializer)
{
    if (initializer->has_axes > 1) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.has_axes: %u is neither 0 nor 1",
                        initializer->has_axes);
    }
    if (initializer->has_axes || initializer->input_axis_count + initializer->output_axis_count == 0) {
        return GLR_OK;
    }
    const bool is_input = initializer->input_axis_count > 0;
    return glr_fail(GLR_ERROR_ARGUMENT, "initializer.has_axes: 0, but %s_axis_count is %u",
                    is_input ? "input" : "output",
                    is_input ? initializer->input_axis_count : initializer->output_axis_count);
}

/* ---- Constructors ---------------------------------------------------------------------------------- */

/* 53 bits from the first to the last that is set. */
bool glr_is_double(uint64_t magnitude)
{
    while (magnitude != 0 && (magnitude & 1U) == 0) {
        magnitude >>= 1;
    }
    return magnitude < UINT64_C(1) << 53;
}

void glr_set_integer(glr_initializer *initializer, bool negative, uint64_t magnitude)
{
    const uint64_t bits = negative ? 0 - magnitude : magnitude;
    initializer->value = 0.0;
    initializer->integer = 0;
    initializer->number = GLR_NUMBER_DOUBLE;
    if (glr_is_double(magnitude)) {
        initializer->value = negative ? -(double)magnitude : (double)magnitude;
        return;
    }
    memcpy(&initializer->integer, &bits, sizeof bits);
    initializer->number = negative || magnitude <= INT64_MAX ? GLR_NUMBER_INT64 : GLR_NUMBER_UINT64;
}

glr_initializer glr_initializer_of_kind(glr_kind kind)
{
    glr_initializer initializer = {
        .kind = kind,
        .stddev = 0.05,
        .minval = -0.05,
        .maxval = 0.05,
        .scale = 1.0,
        .mode = GLR_MODE_FAN_IN,
        .distribution = GLR_DISTRIBUTION_TRUNCATED_NORMAL,
    };
    switch (kind) {
    case GLR_KIND_DT_BIAS:
        initializer.minval = 0.001;
        initializer.maxval = 0.1;
        initializer.value = 1e-4;
        break;
    case GLR_KIND_SINUSOIDS:
    case GLR_KIND_SINUSOIDS_INTERLEAVED: initializer.scale = 10000.0; break;
    case GLR_KIND_DIRAC:
        initializer.integer = 1;
        initializer.layout = GLR_LAYOUT_TORCH;
        break;
    default: break;
    }
    return initializer;
}

static glr_initializer seeded(glr_kind kind, int64_t seed)
{
    glr_initializer initializer = glr_initializer_of_kind(kind);
    initializer.seed = seed;
    return initializer;
}

glr_initializer glr_zeros(void) { return glr_initializer_of_kind(GLR_KIND_ZEROS); }

glr_initializer glr_ones(void) { return glr_initializer_of_kind(GLR_KIND_ONES); }

glr_initializer glr_constant(double value)
{
    glr_initializer initializer = glr_initializer_of_kind(GLR_KIND_CONSTANT);
    initializer.value = value;
    return initializer;
}

glr_initializer glr_constant_int64(int64_t value)
{
    glr_initializer initializer = glr_initializer_of_kind(GLR_KIND_CONSTANT);
    const uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    glr_set_integer(&initializer, value < 0, magnitude);
    return initializer;
}

glr_initializer glr_constant_uint64(uint64_t value)
{
    glr_initializer initializer = glr_initializer_of_kind(GLR_KIND_CONSTANT);
    glr_set_integer(&initializer, false, value);
    return initializer;
}

glr_initializer glr_random_normal(double mean, double stddev, int64_t seed)
{
    glr_initializer initializer = seeded(GLR_KIND_RANDOM_NORMAL, seed);
    initializer.mean = mean;
    initializer.stddev = stddev;
    return initializer;
}

glr_initializer glr_random_uniform(double minval, double maxval, int64_t seed)
{
    glr_initializer initializer = seeded(GLR_KIND_RANDOM_UNIFORM, seed);
    initializer.minval = minval;
    initializer.maxval = maxval;
    return initializer;
}

glr_initializer glr_truncated_normal(double mean, double stddev, int64_t seed)
{
    glr_initializer initializer = seeded(GLR_KIND_TRUNCATED_NORMAL, seed);
    initializer.mean = mean;
    initializer.stddev = stddev;
    return initializer;
}

glr_initializer glr_truncated_normal_between(double mean, double stddev, double lower, double upper,
                                             glr_bound_unit unit, int64_t seed)
{
    glr_initializer initializer = glr_truncated_normal(mean, stddev, seed);
    initializer.lower = lower;
    initializer.upper = upper;
    initializer.lower_unit = initializer.upper_unit = unit;
    return initializer;
}

glr_initializer glr_variance_scaling(double scale, glr_mode mode, glr_distribution distribution, int64_t seed)
{
    glr_initializer initializer = seeded(GLR_KIND_VARIANCE_SCALING, seed);
    initializer.scale = scale;
    initializer.mode = mode;
    initializer.distribution = distribution;
    return initializer;
}

glr_initializer glr_glorot_normal(int64_t seed) { return seeded(GLR_KIND_GLOROT_NORMAL, seed); }
glr_initializer glr_glorot_uniform(int64_t seed) { return seeded(GLR_KIND_GLOROT_UNIFORM, seed); }
glr_initializer glr_he_normal(int64_t seed) { return seeded(GLR_KIND_HE_NORMAL, seed); }
glr_initializer glr_he_uniform(int64_t seed) { return seeded(GLR_KIND_HE_UNIFORM, seed); }
glr_initializer glr_lecun_normal(int64_t seed) { return seeded(GLR_KIND_LECUN_NORMAL, seed); }
glr_initializer glr_lecun_uniform(int64_t seed) { return seeded(GLR_KIND_LECUN_UNIFORM, seed); }

glr_initializer glr_log_arange(void) { return glr_initializer_of_kind(GLR_KIND_LOG_ARANGE); }

glr_initializer glr_dt_bias(double dt_min, double dt_max, double dt_init_floor, int64_t seed)
{
    glr_initializer initializer = seeded(GLR_KIND_DT_BIAS, seed);
    initializer.minval = dt_min;
    initializer.maxval = dt_max;
    initializer.value = dt_init_floor;
    return initializer;
}

/* A kind whose only parameter is its scale. */
static glr_initializer of_scale(glr_kind kind, double scale)
{
    glr_initializer initializer = glr_initializer_of_kind(kind);
    initializer.scale = scale;
    return initializer;
}

glr_initializer glr_sinusoids(double max_timescale) { return of_scale(GLR_KIND_SINUSOIDS, max_timescale); }

glr_initializer glr_sinusoids_interleaved(double max_timescale)
{
    return of_scale(GLR_KIND_SINUSOIDS_INTERLEAVED, max_timescale);
}

glr_initializer glr_identity(double gain) { return of_scale(GLR_KIND_IDENTITY, gain); }

glr_initializer glr_dirac(int64_t groups)
{
    glr_initializer initializer = glr_initializer_of_kind(GLR_KIND_DIRAC);
    initializer.integer = groups;
    return initializer;
}

glr_initializer glr_orthogonal(double gain, int64_t seed)
{
    glr_initializer initializer = seeded(GLR_KIND_ORTHOGONAL, seed);
    initializer.scale = gain;
    return initializer;
}

glr_initializer glr_unit_forget_bias(void) { return glr_initializer_of_kind(GLR_KIND_UNIT_FORGET_BIAS); }

glr_initializer glr_random_bytes(int64_t seed) { return seeded(GLR_KIND_RANDOM_BYTES, seed); }
