/* From a seed and a stream to a Philox key and a base counter. */
#ifndef GLR_CORE_SEED_H
#define GLR_CORE_SEED_H

#include "sample.h"

/* What a tensor is drawn from: the rounds' keys and the counter of its first block. */
typedef struct glr_key {
    glr_round_keys keys;
    glr_counter base;
} glr_key;

#if GLR_LANES == 1

/* The key with which TensorFlow scrambles the two seeds of its stateless operations
   (core/kernels/stateless_random_ops.cc). */
#define GLR_SCRAMBLE_KEY0 0x3ec8f720U
#define GLR_SCRAMBLE_KEY1 0x02461e29U

GLR_FN glr_key glr_key_of(uint32_t key0, uint32_t key1, uint64_t counter_low, uint64_t counter_high)
{
    glr_key key;
    key.keys = glr_round_keys_of(key0, key1);
    key.base.low = counter_low;
    key.base.high = counter_high;
    return key;
}

GLR_FN glr_key glr_key_of_seed(int64_t seed, int64_t stream)
{
    glr_counter seeds;
    seeds.low = (uint64_t)seed;
    seeds.high = (uint64_t)stream;
    const glr_round_keys scramble = glr_round_keys_of(GLR_SCRAMBLE_KEY0, GLR_SCRAMBLE_KEY1);
    const glr_block mixed = glr_block_at(seeds, &scramble);
    return glr_key_of(mixed.word[0], mixed.word[1], 0, (uint64_t)mixed.word[3] << 32 | mixed.word[2]);
}

#endif /* GLR_LANES == 1 */

#endif
