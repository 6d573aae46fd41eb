/* A kernel of the core, for compiling it as OpenCL C and as CUDA C: draws one group per work-item. The
   includer defines KERNEL, GLOBAL and GROUP_NUMBER. */
#include "core/core.h"

KERNEL void draw(GLOBAL float *values, glr_round_keys keys, uint64_t base_low, uint64_t base_high,
                 int sampler, float scale, float shift)
{
    uint64_t group = GROUP_NUMBER;
    glr_counter base;
    base.low = base_low;
    base.high = base_high;
    glr_values raw = glr_sample_group(sampler, base, group, &keys);
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        values[GLR_GROUP_SIZE * group + j] = glr_scaled(raw.value[j], scale, shift);
    }
}

KERNEL void draw_between(GLOBAL float *values, glr_round_keys keys, uint64_t base_low, uint64_t base_high,
                         glr_icdf_bounds bounds, glr_interval between, float scale, float shift)
{
    uint64_t group = GROUP_NUMBER;
    glr_counter base;
    base.low = base_low;
    base.high = base_high;
    glr_block block = glr_block_at(glr_counter_at(base, group), &keys);
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        glr_f32 z = glr_icdf_bounded(bounds, block.word[j]);
        values[GLR_GROUP_SIZE * group + j] = glr_scaled_between(z, scale, shift, -scale, scale);
    }
    glr_values resampled = glr_group_between(between, base, group, &keys);
    values[group] = resampled.value[0];
}

#if GLR_HAS_F64
KERNEL void draw_f64(GLOBAL double *values, glr_round_keys keys, uint64_t base_low, uint64_t base_high,
                     int sampler, double scale, double shift)
{
    uint64_t group = GROUP_NUMBER;
    glr_counter base;
    base.low = base_low;
    base.high = base_high;
    glr_f64_pair raw = glr_sample_group_f64(sampler, base, group, &keys);
    values[2 * group] = glr_scaled_f64(raw.first, scale, shift);
    values[2 * group + 1] = glr_scaled_f64(raw.second, scale, shift);
}

KERNEL void draw_between_f64(GLOBAL double *values, glr_round_keys keys, uint64_t base_low,
                             uint64_t base_high, glr_icdf_bounds_f64 bounds, glr_interval_f64 between)
{
    uint64_t group = GROUP_NUMBER;
    glr_counter base;
    base.low = base_low;
    base.high = base_high;
    glr_block block = glr_block_at(glr_counter_at(base, group), &keys);
    glr_f64_pair resampled = glr_group_between_f64(between, base, group, &keys);
    values[2 * group] = glr_icdf_bounded_f64(bounds, block.word[0], block.word[1]);
    values[2 * group + 1] = resampled.first;
}
#endif

KERNEL void round_all(GLOBAL uint32_t *codes, GLOBAL const float *values)
{
    uint64_t i = GROUP_NUMBER;
    codes[i] = glr_code_of(values[i], GLR_DTYPE_NUMBER_FLOAT16) |
               glr_code_of(values[i], GLR_DTYPE_NUMBER_FLOAT8_E4M3FN) << 16;
}
