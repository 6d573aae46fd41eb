/* The samplers: from a group of elements to its four raw values, and from those to the tensor's values. The
   functions for a whole group are for one lane, where a loop may end when its lane is done. */
#ifndef GLR_CORE_SAMPLE_H
#define GLR_CORE_SAMPLE_H

#include "counter.h"
#include "icdf.h"
#include "normal.h"

/* Samplers of a plan. The numbers are part of the kernel interface. */
#define GLR_SAMPLE_CONSTANT     0 /* nothing is drawn: every value is the plan's constant */
#define GLR_SAMPLE_UNIFORM      1 /* [0, 1) */
#define GLR_SAMPLE_NORMAL       2 /* standard normal */
#define GLR_SAMPLE_TRUNCATED    3 /* standard normal, candidates outside (-2, 2) drawn again */
#define GLR_SAMPLE_ICDF         4 /* the same distribution by its inverse distribution function */
#define GLR_SAMPLE_INDEX        5 /* a law of the index: index.h */
#define GLR_SAMPLE_BOUNDED      6 /* as GLR_SAMPLE_TRUNCATED between other bounds, scaled: bounded.h */
#define GLR_SAMPLE_BOUNDED_ICDF 7 /* as GLR_SAMPLE_ICDF between other bounds, scaled */

/* Of a plan alone: no kernel draws an element of it by itself. */
#define GLR_SAMPLE_ORTHOGONAL 8

/* A sampler's four values of a block, per lane; for the truncated normal they are candidates. */
GLR_FN glr_values glr_sample_block(const glr_block *block, int sampler)
{
    if (sampler == GLR_SAMPLE_NORMAL || sampler == GLR_SAMPLE_TRUNCATED) {
        return glr_normal_of_block(block);
    }
    glr_values values;
    GLR_UNROLL
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        glr_u32 word = block->word[j];
        values.value[j] =
            sampler == GLR_SAMPLE_UNIFORM ? glr_uniform_of(word) : glr_icdf(glr_icdf_argument(word));
    }
    return values;
}

#if GLR_LANES == 1

GLR_FN glr_block glr_block_at(glr_counter counter, const glr_round_keys *keys)
{
    return glr_philox((glr_u32)counter.low, (glr_scalar)(counter.low >> 32), (glr_scalar)counter.high,
                      (glr_scalar)(counter.high >> 32), keys);
}

/* The kept values of a group that is being drawn: the first `count` of them are known. */
typedef struct glr_kept {
    glr_values values;
    uint32_t count;
} glr_kept;

/* Appends a candidate if it is not rejected and the group lacks values. Every index is a constant, so that a
   GPU keeps the values in registers. */
GLR_FN void glr_append(glr_kept *kept, glr_f32 candidate, glr_u32 rejected)
{
    int keep = kept->count < GLR_GROUP_SIZE && !rejected;
    GLR_UNROLL
    for (uint32_t i = 0; i < GLR_GROUP_SIZE; i++) {
        kept->values.value[i] = keep && kept->count == i ? candidate : kept->values.value[i];
    }
    kept->count += keep ? 1U : 0U;
}

/* The same if it lies in (-2, 2). */
GLR_FN void glr_keep(glr_kept *kept, glr_f32 candidate)
{
    glr_append(kept, candidate, glr_rejected_bit(candidate));
}

/* The same of a block's four, in order. */
GLR_FN void glr_keep_four(glr_kept *kept, const glr_values *candidates)
{
    GLR_UNROLL
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        glr_keep(kept, candidates->value[j]);
    }
}

/* Draws what a group lacks, from pair number `pair` of its blocks on. By pairs, since most groups that lack
   values lack one. A group never comes near the end of its 256 blocks (the chance is below 10^-600); if it
   did, what is missing would stay as it is. */
GLR_FN void glr_keep_from(glr_kept *kept, glr_counter base, uint64_t group, uint32_t pair,
                          const glr_round_keys *keys)
{
    for (; pair < 2 * GLR_BLOCKS_PER_GROUP && kept->count < GLR_GROUP_SIZE; pair++) {
        glr_counter counter = glr_counter_at(base, group * GLR_BLOCKS_PER_GROUP + pair / 2);
        glr_block words = glr_block_at(counter, keys);
        int second = pair % 2 != 0;
        glr_sine_cosine z =
            glr_box_muller(second ? words.word[2] : words.word[0], second ? words.word[3] : words.word[1]);
        glr_keep(kept, z.sine);
        glr_keep(kept, z.cosine);
    }
}

/* The truncated normal values of a group: the first four candidates of its blocks that lie in (-2, 2). */
GLR_FN glr_values glr_truncated_group(glr_counter base, uint64_t group, const glr_round_keys *keys)
{
    glr_kept kept = {{{0.0f, 0.0f, 0.0f, 0.0f}}, 0};
    glr_block block = glr_block_at(glr_counter_at(base, group * GLR_BLOCKS_PER_GROUP), keys);
    glr_values candidates = glr_normal_of_block(&block);
    glr_keep_four(&kept, &candidates);
    glr_keep_from(&kept, base, group, 2, keys);
    return kept.values;
}

/* The truncated normal values of a group between any bounds: the first four candidates of its blocks between
   them. Bounds that keep a tenth of the candidates leave a group unfinished with a chance below 10^-41. */
GLR_FN glr_values glr_group_between(glr_interval between, glr_counter base, uint64_t group,
                                    const glr_round_keys *keys)
{
    glr_kept kept = {{{between.missing, between.missing, between.missing, between.missing}}, 0};
    for (uint32_t i = 0; i < GLR_BLOCKS_PER_GROUP && kept.count < GLR_GROUP_SIZE; i++) {
        glr_block block = glr_block_at(glr_counter_at(base, group * GLR_BLOCKS_PER_GROUP + i), keys);
        glr_values candidates = glr_normal_of_block(&block);
        GLR_UNROLL
        for (int j = 0; j < GLR_GROUP_SIZE; j++) {
            glr_f32 candidate = candidates.value[j];
            glr_append(&kept, candidate, glr_outside_bit(candidate, between.lower, between.upper));
        }
    }
    return kept.values;
}

/* The raw values of elements 4 * group to 4 * group + 3 of a tensor. */
GLR_FN glr_values glr_sample_group(int sampler, glr_counter base, uint64_t group, const glr_round_keys *keys)
{
    if (sampler == GLR_SAMPLE_TRUNCATED) {
        return glr_truncated_group(base, group, keys);
    }
    if (sampler == GLR_SAMPLE_CONSTANT) {
        glr_values zeros = {{0.0f, 0.0f, 0.0f, 0.0f}};
        return zeros;
    }
    glr_block block = glr_block_at(glr_counter_at(base, group), keys);
    return glr_sample_block(&block, sampler);
}

#endif /* GLR_LANES == 1 */

/* raw * scale + shift, rounded twice, as TensorFlow's graph of two operations rounds. */
GLR_FN glr_f32 glr_scaled(glr_f32 raw, float scale, float shift)
{
    glr_f32 product = raw * scale;
    return product + shift;
}

/* The same, and never beyond bounds, which rounding could pass by a place. Zero is +0, whichever of the zeros
   was the greater: the difference sees to that. */
GLR_FN glr_f32 glr_scaled_between(glr_f32 raw, float scale, float shift, float lower, float upper)
{
    glr_f32 value = glr_max(glr_scaled(raw, scale, shift), glr_splat_f32(lower));
    return glr_splat_f32(0.0f) - glr_max(-value, glr_splat_f32(-upper));
}

#endif
