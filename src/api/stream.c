/* Seeds, streams and names. */
#include "stream.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

void glr_seed_plan(const glr_initializer *initializer, glr_plan *plan)
{
    const uint32_t *key = initializer->key, *counter = initializer->counter;
    glr_plan_set_key(plan, initializer->seeding == GLR_SEEDING_KEY
                               ? glr_key_of(key[0], key[1], (uint64_t)counter[1] << 32 | counter[0],
                                            (uint64_t)counter[3] << 32 | counter[2])
                               : glr_key_of_seed(initializer->seed, initializer->stream));
}

int64_t glr_stream_of_name(const char *name, size_t length)
{
    uint64_t hash = XXH64(name, name == NULL ? 0 : length, 0);
    return (int64_t)(hash & INT64_MAX);
}
