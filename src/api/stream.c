/* Seeds, streams and names. */
#include "stream.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

/* The key with which TensorFlow scrambles the two seeds of its stateless operations
   (core/kernels/stateless_random_ops.cc). */
#define SCRAMBLE_KEY0 0x3ec8f720U
#define SCRAMBLE_KEY1 0x02461e29U

static uint64_t joined(uint32_t low, uint32_t high) { return (uint64_t)high << 32 | low; }

void glr_seed_plan(const glr_initializer *initializer, glr_plan *plan)
{
    if (initializer->seeding == GLR_SEEDING_KEY) {
        const uint32_t *counter = initializer->counter;
        plan->keys = glr_round_keys_of(initializer->key[0], initializer->key[1]);
        plan->base.low = joined(counter[0], counter[1]);
        plan->base.high = joined(counter[2], counter[3]);
        return;
    }
    glr_counter seeds = {(uint64_t)initializer->seed, (uint64_t)initializer->stream};
    glr_round_keys scramble = glr_round_keys_of(SCRAMBLE_KEY0, SCRAMBLE_KEY1);
    glr_block mixed = glr_block_at(seeds, &scramble);
    plan->keys = glr_round_keys_of(mixed.word[0], mixed.word[1]);
    plan->base.low = 0;
    plan->base.high = joined(mixed.word[2], mixed.word[3]);
}

int64_t glr_stream_of_name(const char *name, size_t length)
{
    uint64_t hash = XXH64(name, name == NULL ? 0 : length, 0);
    return (int64_t)(hash & INT64_MAX);
}
