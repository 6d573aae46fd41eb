/* Branches and their ends: the lanes of a warp on paths that separate and meet. */
#include "warp.h"

/* Lanes at their meeting point go on with those that wait there. */
void ptx_meet(ptx_warp *warp)
{
    while (warp->depth > 1 &&
           (warp->path[warp->depth - 1].mask == 0 || warp->pc == warp->path[warp->depth - 1].meet)) {
        warp->depth--;
        warp->pc = warp->path[warp->depth - 1].pc;
    }
    if (warp->depth == 1 && warp->path[0].mask == 0) {
        warp->depth = 0;
    }
}

static void push(ptx_warp *warp, uint32_t pc, uint32_t meet, uint32_t mask)
{
    if (mask == 0 || pc == meet) {
        return;
    }
    if (warp->depth == PTX_STACK) {
        ptx_fault_at(warp, PTX_RUNS_ON, PTX_LANES, "lanes separate more than %d times", PTX_STACK);
        return;
    }
    warp->path[warp->depth++] = (ptx_path){pc, meet, mask};
}

/* Leaves the topmost path waiting where its lanes meet again, unless one below waits there already. */
static void wait_at(ptx_warp *warp, uint32_t meet)
{
    ptx_path *top = &warp->path[warp->depth - 1];
    if (warp->depth > 1 && top->meet == meet) {
        warp->depth--;
    } else {
        top->pc = meet;
    }
}

void ptx_branch(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    uint32_t all = warp->path[warp->depth - 1].mask;
    if (mask == all) {
        warp->pc = inst->target;
    } else {
        uint32_t next = warp->pc + 1;
        wait_at(warp, inst->meet);
        push(warp, next, inst->meet, all & ~mask);
        push(warp, inst->target, inst->meet, mask);
        warp->pc = warp->path[warp->depth - 1].pc;
    }
}

void ptx_branch_by_table(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    const uint32_t *index = ptx_lanes_of(warp, inst, 0);
    uint32_t all = warp->path[warp->depth - 1].mask, next = warp->pc + 1, left = mask;
    wait_at(warp, inst->meet);
    push(warp, next, inst->meet, all & ~mask);
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        if ((left >> lane & 1) == 0) {
            continue;
        }
        if (index[lane] >= inst->table_size) {
            ptx_fault_at(warp, PTX_BAD_ADDRESS, lane, "branches to entry %u of %u", (unsigned)index[lane],
                         (unsigned)inst->table_size);
            return;
        }
        uint32_t together = 0;
        for (uint32_t other = lane; other < PTX_LANES; other++) {
            bool same = (left >> other & 1) != 0 && index[other] == index[lane];
            together |= (uint32_t)same << other;
        }
        left &= ~together;
        push(warp, inst->table[index[lane]], inst->meet, together);
    }
    warp->pc = warp->path[warp->depth - 1].pc;
}

void ptx_return(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    (void)inst;
    for (uint32_t i = 0; i < warp->depth; i++) {
        warp->path[i].mask &= ~mask;
    }
    warp->pc++; /* of those lanes of a guarded return that stay */
}

void ptx_trap_here(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    (void)inst;
    ptx_fault_at(warp, PTX_TRAP, (uint32_t)__builtin_ctz(mask), "trap");
}

void ptx_nothing(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    (void)warp;
    (void)inst;
    (void)mask;
}
