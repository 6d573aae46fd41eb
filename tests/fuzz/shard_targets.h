/* The three ways in which shard.h cuts, each as a target of its own; fuzz_shard.c chooses one. */
#ifndef GLR_TEST_FUZZ_SHARD_TARGETS_H
#define GLR_TEST_FUZZ_SHARD_TARGETS_H

#include "bytes.h"
#include "check.h"
#include "glorand/shard.h"

/* Elements, ranks and pieces of what is compared one by one; beyond that, only what can be added up is. */
#define FUZZ_SMALL ((int64_t)2048)

/* Placements: glr_shard_shape, glr_shard_pieces, glr_piece_tensor. */
void fuzz_shard_placements(fuzz_bytes *bytes);

/* Fused query, key and value: glr_shard_qkv. */
void fuzz_shard_qkv(fuzz_bytes *bytes);

/* Flat buffers: glr_shard_flat. */
void fuzz_shard_flat(fuzz_bytes *bytes);

/* Memory of exactly so many structs, so that the sanitizers see what is written beyond. */
static inline void *fuzz_room(size_t count, size_t size)
{
    void *room = calloc(count + (count == 0), size);
    CHECK(room != NULL);
    return room;
}

/* A number that is likely to be wrong, by much or by little. */
static inline int64_t fuzz_wild(fuzz_bytes *bytes)
{
    return fuzz_byte(bytes) & 1U ? fuzz_number(bytes) : (int64_t)fuzz_below(bytes, 6);
}

/* A number that is small, or, one in 16, any. */
static inline int64_t fuzz_extent(fuzz_bytes *bytes, uint32_t below)
{
    return fuzz_is_wild(bytes) ? fuzz_wild(bytes) : fuzz_below(bytes, below);
}

/* The same, from 1 on. */
static inline int64_t fuzz_count(fuzz_bytes *bytes, uint32_t most)
{
    return fuzz_is_wild(bytes) ? fuzz_wild(bytes) : 1 + fuzz_below(bytes, most);
}

#endif
