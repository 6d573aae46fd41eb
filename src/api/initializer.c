/* The kinds of initializers, and their constructors. */
#include "initializer.h"

#include "dtype.h"

#include <string.h>

static const struct {
    const char *name, *class_name, *alias; /* alias may be NULL */
    glr_scaling scaling;                   /* scale 0 where it is not a named variance scaling */
} kinds[] = {
    [GLR_KIND_ZEROS] = {"zeros", "Zeros", "zero", {0}},
    [GLR_KIND_ONES] = {"ones", "Ones", "one", {0}},
    [GLR_KIND_CONSTANT] = {"constant", "Constant", NULL, {0}},
    [GLR_KIND_RANDOM_NORMAL] = {"random_normal", "RandomNormal", "normal", {0}},
    [GLR_KIND_RANDOM_UNIFORM] = {"random_uniform", "RandomUniform", "uniform", {0}},
    [GLR_KIND_TRUNCATED_NORMAL] = {"truncated_normal", "TruncatedNormal", NULL, {0}},
    [GLR_KIND_VARIANCE_SCALING] = {"variance_scaling", "VarianceScaling", NULL, {0}},
    [GLR_KIND_GLOROT_NORMAL] = {"glorot_normal",
                                "GlorotNormal",
                                NULL,
                                {1.0, GLR_MODE_FAN_AVG, GLR_DISTRIBUTION_TRUNCATED_NORMAL}},
    [GLR_KIND_GLOROT_UNIFORM] = {"glorot_uniform",
                                 "GlorotUniform",
                                 NULL,
                                 {1.0, GLR_MODE_FAN_AVG, GLR_DISTRIBUTION_UNIFORM}},
    [GLR_KIND_HE_NORMAL] = {"he_normal",
                            "HeNormal",
                            NULL,
                            {2.0, GLR_MODE_FAN_IN, GLR_DISTRIBUTION_TRUNCATED_NORMAL}},
    [GLR_KIND_HE_UNIFORM] = {"he_uniform",
                             "HeUniform",
                             NULL,
                             {2.0, GLR_MODE_FAN_IN, GLR_DISTRIBUTION_UNIFORM}},
    [GLR_KIND_LECUN_NORMAL] = {"lecun_normal",
                               "LecunNormal",
                               NULL,
                               {1.0, GLR_MODE_FAN_IN, GLR_DISTRIBUTION_TRUNCATED_NORMAL}},
    [GLR_KIND_LECUN_UNIFORM] = {"lecun_uniform",
                                "LecunUniform",
                                NULL,
                                {1.0, GLR_MODE_FAN_IN, GLR_DISTRIBUTION_UNIFORM}},
};

const char *const glr_mode_names[3] = {"fan_in", "fan_out", "fan_avg"};
const char *const glr_distribution_names[3] = {"truncated_normal", "untruncated_normal", "uniform"};

#define KIND_COUNT (sizeof kinds / sizeof kinds[0])

int glr_kind_is_valid(glr_kind kind)
{
    size_t number = (size_t)kind;
    return number < KIND_COUNT && kinds[number].name != NULL;
}

const char *glr_kind_name(glr_kind kind)
{
    return glr_kind_is_valid(kind) ? kinds[kind].name : "unknown initializer";
}

const char *glr_kind_class_name(glr_kind kind) { return kinds[kind].class_name; }

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
    return kind == GLR_KIND_VARIANCE_SCALING || (glr_kind_is_valid(kind) && kinds[kind].scaling.scale > 0.0);
}

int glr_kind_is_random(glr_kind kind)
{
    return kind != GLR_KIND_ZEROS && kind != GLR_KIND_ONES && kind != GLR_KIND_CONSTANT;
}

glr_scaling glr_scaling_of(const glr_initializer *initializer)
{
    if (initializer->kind == GLR_KIND_VARIANCE_SCALING) {
        glr_scaling own = {initializer->scale, initializer->mode, initializer->distribution};
        return own;
    }
    return kinds[initializer->kind].scaling;
}

/* ---- Constructors ------------------------------------------------------------------------------------- */

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
