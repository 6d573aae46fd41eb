/* Collective operations of the lanes of a warp, or the warps of a block. */
#include "warp.h"

#include <string.h>

bool ptx_is_together(const ptx_inst *inst)
{
    return inst->warp == ptx_barrier || inst->warp == ptx_warp_barrier || inst->warp == ptx_vote ||
           inst->warp == ptx_shuffle || inst->warp == ptx_reduce;
}

/* The lanes that have not returned. */
static uint32_t living(const ptx_warp *warp) { return warp->path[0].mask; }

/* Whether the lanes that a mask names have the same one. */
static bool agree(const uint32_t *masks, uint32_t lane, uint32_t named)
{
    for (uint32_t left = named; left != 0; left &= left - 1) {
        if (masks[__builtin_ctz(left)] != masks[lane]) {
            return false;
        }
    }
    return true;
}

/* Each lane's mask must name exactly lanes that are here, itself among them, and that name the same. */
static bool all_here(ptx_warp *warp, const uint32_t *masks, uint32_t here)
{
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        if ((here >> lane & 1) == 0) {
            continue;
        }
        uint32_t named = masks[lane] & warp->lanes;
        if ((masks[lane] & ~warp->lanes) != 0 && masks[lane] != PTX_ALL_LANES) {
            named = 0;
        }
        if ((named & ~here) != 0 || (named >> lane & 1) == 0) {
            ptx_fault_at(warp, PTX_BAD_BARRIER, lane,
                         "the mask 0x%08x names others than the lanes 0x%08x here", (unsigned)masks[lane],
                         (unsigned)here);
            return false;
        }
        if (!agree(masks, lane, named)) {
            ptx_fault_at(warp, PTX_BAD_BARRIER, lane, "the mask 0x%08x names lanes whose mask is another",
                         (unsigned)masks[lane]);
            return false;
        }
    }
    return true;
}

void ptx_barrier(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    const uint32_t *number = ptx_lanes_of(warp, inst, inst->outputs);
    if (mask != living(warp)) {
        ptx_fault_at(warp, PTX_BAD_BARRIER, PTX_LANES, "a barrier that only the lanes 0x%08x of 0x%08x meet",
                     (unsigned)mask, (unsigned)living(warp));
        return;
    }
    warp->waiting = true;
    warp->barrier = number[__builtin_ctz(mask)];
}

/* The threads that say yes at a barrier, of the warps that wait there. */
static void count_votes(const ptx_warp *warps, uint32_t count, uint32_t *yes, uint32_t *all)
{
    for (uint32_t i = 0; i < count; i++) {
        if (warps[i].depth > 0) {
            const ptx_inst *inst = warps[i].inst;
            uint32_t here = living(&warps[i]);
            uint32_t votes = inst->outputs == 0 ? 0 : *(const uint32_t *)ptx_lanes_of(&warps[i], inst, 2);
            *yes += (uint32_t)__builtin_popcount(votes & here);
            *all += (uint32_t)__builtin_popcount(here);
        }
    }
}

void ptx_give_votes(ptx_warp *warps, uint32_t count)
{
    uint32_t yes = 0, all = 0;
    count_votes(warps, count, &yes, &all);
    for (uint32_t i = 0; i < count; i++) {
        const ptx_inst *inst = warps[i].inst;
        if (warps[i].depth == 0 || inst->outputs == 0) {
            continue;
        }
        void *result = ptx_lanes_of(&warps[i], inst, 0);
        if (inst->operation == PTX_BARRIER_COUNT) {
            uint32_t lanes[PTX_LANES];
            for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
                lanes[lane] = yes;
            }
            ptx_merge(result, lanes, 4, living(&warps[i]));
        } else {
            bool outcome = inst->operation == PTX_BARRIER_ALL ? yes == all : yes > 0;
            uint32_t bits = outcome ? PTX_ALL_LANES : 0;
            ptx_merge(result, &bits, 0, living(&warps[i]));
        }
    }
}

void ptx_warp_barrier(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    const uint32_t *masks = ptx_lanes_of(warp, inst, 0);
    if (!all_here(warp, masks, mask)) {
        return;
    }
    for (uint32_t left = mask; left != 0;) {
        uint32_t group = masks[__builtin_ctz(left)] & mask;
        ptx_order_lanes(warp, group);
        left &= ~group;
    }
}

void ptx_active_mask(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    uint32_t *result = ptx_lanes_of(warp, inst, 0);
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        result[lane] = mask >> lane & 1 ? mask : result[lane];
    }
}

/* The lanes of a mask that share lane's mask. */
static uint32_t group_of(const uint32_t *masks, uint32_t lane, uint32_t here) { return masks[lane] & here; }

void ptx_vote(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    const uint32_t votes = *(const uint32_t *)ptx_lanes_of(warp, inst, 1);
    const uint32_t *masks = ptx_lanes_of(warp, inst, 2);
    uint32_t *result = ptx_lanes_of(warp, inst, 0);
    if (!all_here(warp, masks, mask)) {
        return;
    }
    uint32_t bits = 0, ballots[PTX_LANES] = {0};
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        if ((mask >> lane & 1) == 0) {
            continue;
        }
        uint32_t group = group_of(masks, lane, mask), yes = votes & group;
        bool outcome = inst->operation == PTX_VOTE_ALL   ? yes == group
                       : inst->operation == PTX_VOTE_ANY ? yes != 0
                                                         : yes == group || yes == 0;
        bits |= (uint32_t)outcome << lane;
        ballots[lane] = yes;
    }
    if (inst->operation == PTX_VOTE_BALLOT) {
        ptx_merge(result, ballots, 4, mask);
    } else {
        ptx_merge(result, &bits, 0, mask);
    }
}

/* Which lane a shuffle reads, and whether it is in range; `c` holds the clamp and the segments' mask. */
static uint32_t shuffled_from(int operation, uint32_t lane, uint32_t b, uint32_t c, bool *in_range)
{
    uint32_t clamp = c & 31U, segment = c >> 8 & 31U;
    uint32_t max = (lane & segment) | (clamp & ~segment), min = lane & segment;
    b &= 31U;
    uint32_t from = 0;
    switch (operation) {
    case PTX_SHUFFLE_UP:
        *in_range = (int32_t)(lane - b) >= (int32_t)max;
        from = lane - b;
        break;
    case PTX_SHUFFLE_DOWN:
        from = lane + b;
        *in_range = from <= max;
        break;
    case PTX_SHUFFLE_BUTTERFLY:
        from = lane ^ b;
        *in_range = from <= max;
        break;
    default:
        from = min | (b & ~segment);
        *in_range = from <= max;
        break;
    }
    return *in_range ? from : lane;
}

void ptx_shuffle(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    const uint32_t *value = ptx_lanes_of(warp, inst, 2), *b = ptx_lanes_of(warp, inst, 3),
                   *c = ptx_lanes_of(warp, inst, 4), *masks = ptx_lanes_of(warp, inst, 5);
    if (!all_here(warp, masks, mask)) {
        return;
    }
    uint32_t result[PTX_LANES] = {0}, bits = 0;
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        if ((mask >> lane & 1) == 0) {
            continue;
        }
        bool in_range = false;
        uint32_t from = shuffled_from(inst->operation, lane, b[lane], c[lane], &in_range);
        if ((group_of(masks, lane, mask) >> from & 1) == 0) {
            ptx_fault_at(warp, PTX_BAD_BARRIER, lane, "reads lane %u, which is not here", (unsigned)from);
            return;
        }
        result[lane] = value[from];
        bits |= (uint32_t)in_range << lane;
    }
    ptx_merge(ptx_lanes_of(warp, inst, 0), result, 4, mask);
    ptx_merge(ptx_lanes_of(warp, inst, 1), &bits, 0, mask);
}

void ptx_reduce(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    const uint32_t *value = ptx_lanes_of(warp, inst, 1), *masks = ptx_lanes_of(warp, inst, 2);
    if (!all_here(warp, masks, mask)) {
        return;
    }
    uint32_t result[PTX_LANES] = {0};
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        uint32_t group = mask >> lane & 1 ? group_of(masks, lane, mask) : 0;
        for (uint32_t other = 0, first = 1; other < PTX_LANES; other++) {
            if ((group >> other & 1) != 0) {
                result[lane] = first ? value[other] : ptx_combine_words(inst, result[lane], value[other]);
                first = 0;
            }
        }
    }
    ptx_merge(ptx_lanes_of(warp, inst, 0), result, 4, mask);
}
