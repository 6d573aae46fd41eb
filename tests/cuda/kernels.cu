/* Kernels for the tests of the interpreter and the stand-in: the core as a CUDA backend would use it. */
#include "core/core.h"

#define GROUP_NUMBER (blockIdx.x * (uint64_t)blockDim.x + threadIdx.x)
#define GROUPS       (gridDim.x * (uint64_t)blockDim.x)

/* A run of elements: what every kernel below draws. */
typedef struct request {
    glr_round_keys keys;
    glr_counter base;
    uint64_t count; /* of values */
    float scale, shift;
    int sampler;
} request;

/* The words of Philox, one block a thread. */
extern "C" __global__ void philox(uint4 *words, const __grid_constant__ request r)
{
    uint64_t group = GROUP_NUMBER;
    if (group < r.count / 4) {
        glr_block block = glr_block_at(glr_counter_at(r.base, group), &r.keys);
        words[group] = make_uint4(block.word[0], block.word[1], block.word[2], block.word[3]);
    }
}

/* Grid-stride, 128-bit stores, a ragged tail. */
extern "C" __global__ void __launch_bounds__(256) icdf(float *values, const __grid_constant__ request r)
{
    for (uint64_t group = GROUP_NUMBER; 4 * group < r.count; group += GROUPS) {
        glr_block block = glr_block_at(glr_counter_at(r.base, group), &r.keys);
        float v[4];
        GLR_UNROLL
        for (int j = 0; j < 4; j++) {
            v[j] = glr_scaled(glr_icdf(glr_icdf_argument(block.word[j])), r.scale, r.shift);
        }
        if (4 * group + 4 <= r.count) {
            *(float4 *)(values + 4 * group) = make_float4(v[0], v[1], v[2], v[3]);
        } else {
            for (uint64_t i = 4 * group; i < r.count; i++) {
                values[i] = v[i - 4 * group];
            }
        }
    }
}

/* Every sampler; in the truncated one, lanes reject on their own. */
extern "C" __global__ void sample(float *values, const __grid_constant__ request r)
{
    uint64_t group = GROUP_NUMBER;
    if (4 * group >= r.count) {
        return;
    }
    glr_values raw = glr_sample_group(r.sampler, r.base, group, &r.keys);
    for (int j = 0; j < GLR_GROUP_SIZE && 4 * group + j < r.count; j++) {
        values[4 * group + j] = glr_scaled(raw.value[j], r.scale, r.shift);
    }
}

extern "C" __global__ void sample_f64(double *values, const __grid_constant__ request r)
{
    uint64_t group = GROUP_NUMBER;
    if (2 * group >= r.count) {
        return;
    }
    glr_f64_pair raw = glr_sample_group_f64(r.sampler, r.base, group, &r.keys);
    values[2 * group] = glr_scaled_f64(raw.first, r.scale, r.shift);
    if (2 * group + 1 < r.count) {
        values[2 * group + 1] = glr_scaled_f64(raw.second, r.scale, r.shift);
    }
}

/* float16 in the low half, float8 in the next byte. */
extern "C" __global__ void round_all(uint32_t *codes, const float *values, uint64_t count)
{
    uint64_t i = GROUP_NUMBER;
    if (i < count) {
        codes[i] = glr_code_of(values[i], GLR_DTYPE_NUMBER_FLOAT16) |
                   glr_code_of(values[i], GLR_DTYPE_NUMBER_FLOAT8_E4M3FN) << 16;
    }
}

/* The truncated normal with rejected groups queued in shared memory, so that lanes stay full. */
extern "C" __global__ void __launch_bounds__(128) queued(float4 *values, const __grid_constant__ request r)
{
    __shared__ uint32_t queue[128];
    __shared__ uint32_t queued_count;
    if (threadIdx.x == 0) {
        queued_count = 0;
    }
    __syncthreads();
    uint64_t first = blockIdx.x * (uint64_t)blockDim.x, group = first + threadIdx.x, groups = r.count / 4;
    bool rejected = false;
    if (group < groups) {
        glr_block block = glr_block_at(glr_counter_at(r.base, group * GLR_BLOCKS_PER_GROUP), &r.keys);
        glr_values v = glr_normal_of_block(&block);
        rejected = (glr_rejected_bit(v.value[0]) | glr_rejected_bit(v.value[1]) |
                    glr_rejected_bit(v.value[2]) | glr_rejected_bit(v.value[3])) != 0;
        if (!rejected) {
            values[group] = make_float4(
                glr_scaled(v.value[0], r.scale, r.shift), glr_scaled(v.value[1], r.scale, r.shift),
                glr_scaled(v.value[2], r.scale, r.shift), glr_scaled(v.value[3], r.scale, r.shift));
        }
    }
    uint32_t lane = threadIdx.x & 31, votes = __ballot_sync(0xffffffffU, rejected), start = 0;
    if (lane == 0 && votes != 0) {
        start = atomicAdd(&queued_count, (uint32_t)__popc(votes));
    }
    start = __shfl_sync(0xffffffffU, start, 0);
    if (rejected) {
        queue[start + __popc(votes & ((1U << lane) - 1))] = threadIdx.x;
    }
    __syncthreads();
    if (threadIdx.x < queued_count) {
        group = first + queue[threadIdx.x];
        glr_values v = glr_truncated_group(r.base, group, &r.keys);
        values[group] =
            make_float4(glr_scaled(v.value[0], r.scale, r.shift), glr_scaled(v.value[1], r.scale, r.shift),
                        glr_scaled(v.value[2], r.scale, r.shift), glr_scaled(v.value[3], r.scale, r.shift));
    }
}
