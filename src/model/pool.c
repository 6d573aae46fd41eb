#include "pool.h"

#include "glorand/glorand.h"

#include <stdlib.h>
#include <string.h>

/* Slots that are tried for an item: so items that are made to collide cost little. */
#define TRIES 16

/* The slot of an item, or a free one for it; NULL if neither is near. */
static uint32_t *find_slot(const glr_pool *pool, const void *item, size_t bytes)
{
    const uint64_t hash = (uint64_t)glr_stream_of_name(item, bytes);
    for (uint64_t i = 0; i < TRIES && i < pool->slot_count; i++) {
        uint32_t *slot = &pool->slots[(hash + i) & (pool->slot_count - 1)];
        if (*slot == 0 || memcmp(pool->items + (*slot - 1) * bytes, item, bytes) == 0) {
            return slot;
        }
    }
    return NULL;
}

/* Doubles the room for items, and makes a table of twice as many slots. */
static bool grow(glr_pool *pool, size_t bytes)
{
    if (pool->capacity > UINT32_MAX / 4) {
        return false;
    }
    const uint32_t capacity = pool->capacity == 0 ? 8 : 2 * pool->capacity;
    if (capacity > SIZE_MAX / bytes) {
        return false;
    }
    unsigned char *items = realloc(pool->items, capacity * bytes);
    if (items == NULL) {
        return false;
    }
    pool->items = items;
    uint32_t *slots = calloc(2 * (size_t)capacity, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(pool->slots);
    pool->slots = slots;
    pool->capacity = capacity;
    pool->slot_count = 2 * capacity;
    for (uint32_t i = 0; i < pool->count; i++) {
        uint32_t *slot = find_slot(pool, items + i * bytes, bytes);
        if (slot != NULL) {
            *slot = i + 1;
        }
    }
    return true;
}

bool glr_pool_put(glr_pool *pool, const void *item, size_t bytes, uint32_t *index)
{
    uint32_t *slot = find_slot(pool, item, bytes);
    if (slot != NULL && *slot != 0) {
        *index = *slot - 1;
        return true;
    }
    if (pool->count == pool->capacity) {
        if (!grow(pool, bytes)) {
            return false;
        }
        slot = find_slot(pool, item, bytes);
    }
    memcpy(pool->items + pool->count * bytes, item, bytes);
    *index = pool->count++;
    if (slot != NULL) {
        *slot = pool->count;
    }
    return true;
}

void glr_pool_get(const glr_pool *pool, uint32_t index, void *item, size_t bytes)
{
    memcpy(item, pool->items + index * bytes, bytes);
}

void glr_pool_free(glr_pool *pool)
{
    free(pool->items);
    free(pool->slots);
    memset(pool, 0, sizeof *pool);
}
