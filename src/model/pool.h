/* Items of one size that are kept once, however often they are put in. */
#ifndef GLR_MODEL_POOL_H
#define GLR_MODEL_POOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct glr_pool {
    unsigned char *items;
    uint32_t count, capacity;
    uint32_t *slots; /* a hash table: 1 + index of an item, or 0 */
    uint32_t slot_count;
} glr_pool;

/* The index of an item, the same for every item of these bytes but for unlucky ones, which stand there again.
   False when memory ran out. */
bool glr_pool_put(glr_pool *pool, const void *item, size_t bytes, uint32_t *index);

/* Copies an item out. */
void glr_pool_get(const glr_pool *pool, uint32_t index, void *item, size_t bytes);

void glr_pool_free(glr_pool *pool);

#endif
