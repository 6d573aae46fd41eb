/* Constructors of initializers. */
#include "dtype.h"

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
