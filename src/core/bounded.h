/* Truncated normals between bounds other than 2 standard deviations: samplers whose values are the tensor's
   own, since a value may not lie beyond a bound when it has been scaled. */
#ifndef GLR_CORE_BOUNDED_H
#define GLR_CORE_BOUNDED_H

#include "double_bounded.h"
#include "icdf_bounded.h"
#include "sample.h"

/* What the samplers need to know. */
typedef struct glr_bounded {
    glr_icdf_bounds icdf;  /* GLR_SAMPLE_BOUNDED_ICDF */
    glr_interval between;  /* GLR_SAMPLE_BOUNDED */
    float scale, shift;    /* from standard deviations to values */
    float least, greatest; /* of the values */
} glr_bounded;

/* The value of a number of standard deviations. */
GLR_FN glr_f32 glr_bounded_value(glr_f32 raw, const glr_bounded *bounded)
{
    return glr_scaled_between(raw, bounded->scale, bounded->shift, bounded->least, bounded->greatest);
}

/* The values of a block by the inverse distribution function, per lane. */
GLR_FN glr_values glr_bounded_block(const glr_block *block, const glr_bounded *bounded)
{
    glr_values values;
    GLR_UNROLL
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        values.value[j] = glr_bounded_value(glr_icdf_bounded(bounded->icdf, block->word[j]), bounded);
    }
    return values;
}

#if GLR_LANES == 1

GLR_FN int glr_is_bounded(int sampler)
{
    return sampler == GLR_SAMPLE_BOUNDED || sampler == GLR_SAMPLE_BOUNDED_ICDF;
}

/* The values of elements 4 * group to 4 * group + 3 of a tensor. */
GLR_FN glr_values glr_bounded_group(int sampler, const glr_bounded *bounded, glr_counter base, uint64_t group,
                                    const glr_round_keys *keys)
{
    if (sampler == GLR_SAMPLE_BOUNDED_ICDF) {
        glr_block block = glr_block_at(glr_counter_at(base, group), keys);
        return glr_bounded_block(&block, bounded);
    }
    glr_values values = glr_group_between(bounded->between, base, group, keys);
    GLR_UNROLL
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        values.value[j] = glr_bounded_value(values.value[j], bounded);
    }
    return values;
}

#endif

#if GLR_HAS_F64

/* The same of float64. */
typedef struct glr_bounded_f64 {
    glr_icdf_bounds_f64 icdf;
    glr_interval_f64 between;
    double scale, shift;
    double least, greatest;
} glr_bounded_f64;

GLR_FN glr_f64 glr_bounded_value_f64(glr_f64 raw, const glr_bounded_f64 *bounded)
{
    glr_f64 value = glr_scaled_f64(raw, bounded->scale, bounded->shift);
    value = glr_max_f64(value, glr_splat_f64(bounded->least));
    return glr_splat_f64(0.0) - glr_max_f64(-value, glr_splat_f64(-bounded->greatest));
}

/* The two values of a block's words by the inverse distribution function, per lane. */
GLR_FN glr_f64_pair glr_bounded_words_f64(const glr_u64 word[4], const glr_bounded_f64 *bounded)
{
    glr_f64_pair values;
    values.first = glr_bounded_value_f64(glr_icdf_bounded_f64(bounded->icdf, word[0], word[1]), bounded);
    values.second = glr_bounded_value_f64(glr_icdf_bounded_f64(bounded->icdf, word[2], word[3]), bounded);
    return values;
}

#if GLR_LANES == 1

/* The values of elements 2 * group and 2 * group + 1 of a tensor. */
GLR_FN glr_f64_pair glr_bounded_group_f64(int sampler, const glr_bounded_f64 *bounded, glr_counter base,
                                          uint64_t group, const glr_round_keys *keys)
{
    if (sampler == GLR_SAMPLE_BOUNDED_ICDF) {
        glr_block block = glr_block_at(glr_counter_at(base, group), keys);
        const glr_u64 words[4] = {block.word[0], block.word[1], block.word[2], block.word[3]};
        return glr_bounded_words_f64(words, bounded);
    }
    glr_f64_pair values = glr_group_between_f64(bounded->between, base, group, keys);
    values.first = glr_bounded_value_f64(values.first, bounded);
    values.second = glr_bounded_value_f64(values.second, bounded);
    return values;
}

#endif

#endif

#endif
