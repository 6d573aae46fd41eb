/* Items of one size that are kept once, however often they are put in. */
#ifndef GLR_MODEL_INTERNED_H
#define GLR_MODEL_INTERNED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct glr_interned {
    unsigned char *items;
    uint32_t count, capacity;
    uint32_t *slots; /* a hash table: 1 + index of an item, or 0 */
    uint32_t slot_count;
} glr_interned;

/* The index of an item, the same for every item of these bytes but for unlucky ones, which stand there again.
   False when memory ran out. */
bool glr_intern(glr_interned *set, const void *item, size_t bytes, uint32_t *index);

/* Copies an item out. */
void glr_interned_get(const glr_interned *set, uint32_t index, void *item, size_t bytes);

void glr_interned_free(glr_interned *set);

#endif
