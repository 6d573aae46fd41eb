/* The allocations that kernels can reach, in order of their addresses. */
#include "ptx.h"

#include <stdlib.h>
#include <string.h>

/* How many regions begin at or below the address. */
static size_t regions_up_to(const ptx_memory *memory, uint64_t address)
{
    size_t low = 0, high = memory->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (memory->regions[middle]->base <= address) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

ptx_region *ptx_memory_add(ptx_memory *memory, ptx_region region)
{
    if (memory->count == memory->capacity) {
        size_t capacity = memory->capacity == 0 ? 16 : 2 * memory->capacity;
        ptx_region **more = realloc(memory->regions, capacity * sizeof(void *));
        if (more == NULL) {
            return NULL;
        }
        memory->regions = more;
        memory->capacity = capacity;
    }
    ptx_region *added = malloc(sizeof *added);
    if (added == NULL) {
        return NULL;
    }
    *added = region;
    size_t place = regions_up_to(memory, region.base);
    memmove(&memory->regions[place + 1], &memory->regions[place], (memory->count - place) * sizeof(void *));
    memory->regions[place] = added;
    memory->count++;
    return added;
}

void ptx_memory_remove(ptx_memory *memory, ptx_region *region)
{
    size_t after = regions_up_to(memory, region->base);
    memmove(&memory->regions[after - 1], &memory->regions[after], (memory->count - after) * sizeof(void *));
    memory->count--;
    free(region);
}

void ptx_memory_clear(ptx_memory *memory)
{
    for (size_t i = 0; i < memory->count; i++) {
        free(memory->regions[i]);
    }
    free(memory->regions);
    *memory = (ptx_memory){NULL, 0, 0};
}

ptx_region *ptx_memory_find(const ptx_memory *memory, uint64_t address, uint64_t bytes)
{
    size_t after = regions_up_to(memory, address);
    if (after == 0) {
        return NULL;
    }
    ptx_region *region = memory->regions[after - 1];
    uint64_t inside = address - region->base;
    return inside < region->size && bytes <= region->size - inside ? region : NULL;
}
