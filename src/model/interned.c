#include "interned.h"

#include "glorand/glorand.h"

#include <stdlib.h>
#include <string.h>

/* Slots that are tried for an item: so items that are made to collide cost little. */
#define TRIES 16

/* The slot of an item, or a free one for it; NULL if neither is near. */
static uint32_t *find_slot(const glr_interned *set, const void *item, size_t bytes)
{
    const uint64_t hash = (uint64_t)glr_stream_of_name(item, bytes);
    for (uint64_t i = 0; i < TRIES && i < set->slot_count; i++) {
        uint32_t *slot = &set->slots[(hash + i) & (set->slot_count - 1)];
        if (*slot == 0 || memcmp(set->items + (*slot - 1) * bytes, item, bytes) == 0) {
            return slot;
        }
    }
    return NULL;
}

/* Doubles the room for items, and makes a table of twice as many slots. */
static bool grow(glr_interned *set, size_t bytes)
{
    if (set->capacity > UINT32_MAX / 4) {
        return false;
    }
    const uint32_t capacity = set->capacity == 0 ? 8 : 2 * set->capacity;
    if (capacity > SIZE_MAX / bytes) {
        return false;
    }
    unsigned char *items = realloc(set->items, capacity * bytes);
    if (items == NULL) {
        return false;
    }
    set->items = items;
    uint32_t *slots = calloc(2 * (size_t)capacity, sizeof *slots);
    if (slots == NULL) {
        return false;
    }
    free(set->slots);
    set->slots = slots;
    set->capacity = capacity;
    set->slot_count = 2 * capacity;
    for (uint32_t i = 0; i < set->count; i++) {
        uint32_t *slot = find_slot(set, items + i * bytes, bytes);
        if (slot != NULL) {
            *slot = i + 1;
        }
    }
    return true;
}

bool glr_intern(glr_interned *set, const void *item, size_t bytes, uint32_t *index)
{
    uint32_t *slot = find_slot(set, item, bytes);
    if (slot != NULL && *slot != 0) {
        *index = *slot - 1;
        return true;
    }
    if (set->count == set->capacity) {
        if (!grow(set, bytes)) {
            return false;
        }
        slot = find_slot(set, item, bytes);
    }
    memcpy(set->items + set->count * bytes, item, bytes);
    *index = set->count++;
    if (slot != NULL) {
        *slot = set->count;
    }
    return true;
}

void glr_interned_get(const glr_interned *set, uint32_t index, void *item, size_t bytes)
{
    memcpy(item, set->items + index * bytes, bytes);
}

void glr_interned_free(glr_interned *set)
{
    free(set->items);
    free(set->slots);
    memset(set, 0, sizeof *set);
}
