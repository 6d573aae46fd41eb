/* Loads, stores and atomics: each lane's address is resolved to an allocation, and checked. */
#include "warp.h"

#include <inttypes.h>
#include <string.h>

/* A place that a lane reads or writes, with the states of its bytes in memories that track them. */
typedef struct place {
    unsigned char *bytes, *states;
} place;

static const char *const space_names[] = {"generic", "global", "const", "shared", "local", "param"};

static uint64_t address_of(const ptx_warp *warp, const ptx_inst *inst, uint32_t lane)
{
    if (!inst->has_base) {
        return inst->offset;
    }
    uint32_t operand = (uint32_t)inst->outputs + inst->inputs - 1;
    const void *lanes = ptx_lanes_of(warp, inst, operand);
    if (warp->kernel->registers[inst->reg[operand]].bytes == 4) {
        return (uint32_t)(inst->offset + ((const uint32_t *)lanes)[lane]); /* wraps in its own width */
    }
    return inst->offset + ((const uint64_t *)lanes)[lane];
}

static place outside(ptx_warp *warp, uint32_t lane, ptx_space space, uint64_t address, uint32_t bytes)
{
    ptx_fault_at(warp, PTX_BAD_ADDRESS, lane, "%u bytes at %s address 0x%" PRIx64 " lie in no allocation",
                 (unsigned)bytes, space_names[space], address);
    return (place){NULL, NULL};
}

/* Global and constant memory, and generic addresses that lie in no window. */
static place in_region(ptx_warp *warp, uint32_t lane, ptx_space space, uint64_t address, uint32_t bytes,
                       bool writes)
{
    ptx_region *region = warp->last;
    if (region == NULL || address - region->base >= region->size ||
        bytes > region->size - (address - region->base)) {
        region = ptx_memory_find(warp->block->launch->memory, address, bytes);
        if (region == NULL) {
            return outside(warp, lane, space, address, bytes);
        }
        warp->last = region;
    }
    bool is_const = region->space == PTX_CONST;
    if (is_const ? space == PTX_GLOBAL || writes : space == PTX_CONST) {
        return outside(warp, lane, space, address, bytes);
    }
    return (place){region->host + (address - region->base), NULL};
}

/* Memory whose bytes have states. */
static place in_variables(ptx_warp *warp, uint32_t lane, ptx_space space, uint64_t address, bool writes)
{
    const ptx_inst *inst = warp->inst;
    uint32_t bytes = (uint32_t)inst->bytes * inst->elements;
    ptx_block *block = warp->block;
    const ptx_kernel *kernel = warp->kernel;
    uint64_t at = address, size = space == PTX_PARAM ? kernel->param_bytes : kernel->local_bytes;
    place found = {block->params, block->param_states};
    if (space == PTX_LOCAL) {
        found = (place){warp->local + (size_t)lane * kernel->local_bytes,
                        warp->local_states + (size_t)lane * kernel->local_bytes};
    } else if (space == PTX_SHARED) {
        found = (place){block->shared, block->shared_states};
        size = block->shared_total;
        if (at >= PTX_DYNAMIC_SHARED) {
            at = at - PTX_DYNAMIC_SHARED + block->static_bytes;
        } else {
            size = block->static_bytes;
        }
    }
    if (at >= size || bytes > size - at) {
        return outside(warp, lane, space, address, bytes);
    }
    found.bytes += at;
    found.states += at;
    for (uint32_t i = 0; i < bytes; i++) {
        if (found.states[i] == PTX_BYTE_GAP) {
            return outside(warp, lane, space, address, bytes);
        }
    }
    ptx_use use = inst->is_strong ? PTX_ATOMICS : writes ? PTX_WRITES : PTX_READS;
    if (space == PTX_SHARED && block->histories != NULL && !ptx_note_use(warp, lane, at, bytes, use)) {
        return (place){NULL, NULL};
    }
    return found;
}

static place resolve(ptx_warp *warp, const ptx_inst *inst, uint32_t lane, bool writes)
{
    uint64_t address = address_of(warp, inst, lane);
    uint32_t bytes = (uint32_t)inst->bytes * inst->elements;
    ptx_space space = inst->space;
    if ((address & (bytes - 1)) != 0) {
        ptx_fault_at(warp, PTX_MISALIGNED, lane, "address 0x%" PRIx64 " is not a multiple of %u", address,
                     (unsigned)bytes);
        return (place){NULL, NULL};
    }
    if (space == PTX_GENERIC) {
        static const ptx_space windows[] = {PTX_GENERIC, PTX_SHARED, PTX_LOCAL, PTX_PARAM};
        uint64_t window = address >> 56;
        space = window < 4 ? windows[window] : PTX_GENERIC;
        address -= space == PTX_GENERIC ? 0 : window << 56;
    }
    if (space == PTX_PARAM && writes) {
        return outside(warp, lane, space, address, bytes);
    }
    return space == PTX_SHARED || space == PTX_LOCAL || space == PTX_PARAM
               ? in_variables(warp, lane, space, address, writes)
               : in_region(warp, lane, space, address, bytes, writes);
}

static bool is_written(ptx_warp *warp, const place *at, uint32_t bytes, uint32_t lane)
{
    for (uint32_t i = 0; at->states != NULL && i < bytes; i++) {
        if (at->states[i] != PTX_BYTE_WRITTEN) {
            ptx_fault_at(warp, PTX_UNINITIALIZED, lane, "reads memory that was never written");
            return false;
        }
    }
    return true;
}

/* An element in a register, extended to its width. */
static void put(void *lanes, uint32_t width, uint32_t lane, const unsigned char *from, uint32_t bytes,
                bool extends_sign)
{
    uint64_t value = 0;
    memcpy(&value, from, bytes);
    if (extends_sign && bytes < 8 && value >> (8 * bytes - 1) != 0) {
        value |= ~UINT64_C(0) << (8 * bytes);
    }
    memcpy((unsigned char *)lanes + (size_t)lane * width, &value, width);
}

/* All lanes load the same: an address without a register, as parameters have. */
static void load_for_all(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    uint32_t lane = (uint32_t)__builtin_ctz(mask);
    place at = resolve(warp, inst, lane, false);
    if (at.bytes == NULL || !is_written(warp, &at, (uint32_t)inst->bytes * inst->elements, lane)) {
        return;
    }
    for (uint32_t i = 0; i < inst->elements; i++) {
        uint32_t width = warp->kernel->registers[inst->reg[i]].bytes;
        _Alignas(64) unsigned char lanes[8 * PTX_LANES];
        put(lanes, width, 0, at.bytes + (size_t)i * inst->bytes, inst->bytes, inst->extends_sign);
        for (size_t filled = width; filled < (size_t)width * PTX_LANES; filled *= 2) {
            memcpy(lanes + filled, lanes, filled);
        }
        ptx_merge(ptx_lanes_of(warp, inst, i), lanes, width, mask);
    }
}

void ptx_do_load(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    if (!inst->has_base && inst->space != PTX_LOCAL && inst->space != PTX_SHARED) {
        load_for_all(warp, inst, mask);
        return;
    }
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        if ((mask >> lane & 1) == 0) {
            continue;
        }
        place at = resolve(warp, inst, lane, false);
        if (at.bytes == NULL || !is_written(warp, &at, (uint32_t)inst->bytes * inst->elements, lane)) {
            return;
        }
        for (uint32_t i = 0; i < inst->elements; i++) {
            put(ptx_lanes_of(warp, inst, i), warp->kernel->registers[inst->reg[i]].bytes, lane,
                at.bytes + (size_t)i * inst->bytes, inst->bytes, inst->extends_sign);
        }
    }
}

/* A float32 or word in a register of its own width. */
static void store_words(const ptx_warp *warp, const ptx_inst *inst, uint32_t lane, unsigned char *to)
{
    for (uint32_t i = 0; i < inst->elements; i++) {
        const uint32_t *lanes = ptx_lanes_of(warp, inst, i);
        memcpy(to + 4 * (size_t)i, &lanes[lane], 4);
    }
}

/* The register may be wider than the element: its low bytes are stored. */
static void store_any(const ptx_warp *warp, const ptx_inst *inst, uint32_t lane, unsigned char *to)
{
    for (uint32_t i = 0; i < inst->elements; i++) {
        const unsigned char *lanes = ptx_lanes_of(warp, inst, i);
        uint32_t width = warp->kernel->registers[inst->reg[i]].bytes;
        memcpy(to + (size_t)i * inst->bytes, lanes + (size_t)lane * width, inst->bytes);
    }
}

void ptx_do_store(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    bool words = inst->bytes == 4;
    for (uint32_t i = 0; i < inst->elements; i++) {
        words = words && warp->kernel->registers[inst->reg[i]].bytes == 4;
    }
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        if ((mask >> lane & 1) == 0) {
            continue;
        }
        place at = resolve(warp, inst, lane, true);
        if (at.bytes == NULL) {
            return;
        }
        if (words) {
            store_words(warp, inst, lane, at.bytes);
        } else {
            store_any(warp, inst, lane, at.bytes);
        }
        if (at.states != NULL) {
            memset(at.states, PTX_BYTE_WRITTEN, (size_t)inst->bytes * inst->elements);
        }
    }
}

static uint64_t combined(const ptx_inst *inst, uint64_t old, uint64_t value, uint64_t other)
{
    int64_t old_signed = inst->bytes == 4 ? (int32_t)old : (int64_t)old;
    int64_t value_signed = inst->bytes == 4 ? (int32_t)value : (int64_t)value;
    switch (inst->operation) {
    case PTX_ADD: return old + value;
    case PTX_EXCHANGE: return value;
    case PTX_COMPARE_AND_SWAP: return old == value ? other : old;
    case PTX_AND: return old & value;
    case PTX_OR: return old | value;
    case PTX_XOR: return old ^ value;
    case PTX_MIN_UNSIGNED: return old < value ? old : value;
    case PTX_MAX_UNSIGNED: return old > value ? old : value;
    case PTX_MIN_SIGNED: return old_signed < value_signed ? old : value;
    default: return old_signed > value_signed ? old : value;
    }
}

/* Lane after lane, as some order of a GPU's would be. */
void ptx_do_atomic(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        if ((mask >> lane & 1) == 0) {
            continue;
        }
        place at = resolve(warp, inst, lane, true);
        if (at.bytes == NULL || !is_written(warp, &at, inst->bytes, lane)) {
            return;
        }
        uint64_t old = 0, value[2] = {0, 0};
        memcpy(&old, at.bytes, inst->bytes);
        uint32_t values = inst->operation == PTX_COMPARE_AND_SWAP ? 2 : 1;
        for (uint32_t i = 0; i < values; i++) {
            const unsigned char *lanes = ptx_lanes_of(warp, inst, inst->outputs + i);
            memcpy(&value[i], lanes + (size_t)lane * inst->bytes, inst->bytes);
        }
        uint64_t made = combined(inst, old, value[0], value[1]);
        memcpy(at.bytes, &made, inst->bytes);
        if (inst->outputs > 0) {
            memcpy((unsigned char *)ptx_lanes_of(warp, inst, 0) + (size_t)lane * inst->bytes, &old,
                   inst->bytes);
        }
    }
}

/* As an atomic combines, for redux. */
uint32_t ptx_combine_words(const ptx_inst *inst, uint32_t a, uint32_t b)
{
    ptx_inst words = *inst;
    words.bytes = 4;
    return (uint32_t)combined(&words, a, b, 0);
}
