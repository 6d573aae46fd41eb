/* Races in shared memory. Two lanes that use the same bytes must be ordered, unless both read or both are
 * atomic.
 *
 * Ordering is as CUDA defines it: a barrier of the block orders all its lanes, bar.warp.sync those of its
 * mask. A vote, shuffle or reduction waits for lanes, but implies no order of memory, and neither does a
 * branch's end where lanes meet again; an atomic or volatile access does not race with another one, but hands
 * nothing over. A fence orders a lane's own accesses alone, so it makes no order between lanes here: memory
 * that is handed over by a fence and a flag is reported. So a race is found whatever the order was in which
 * the lanes happened to run, and whatever values came of it.
 *
 * That is kept as in E. Pozniansky and A. Schuster, "Efficient on-the-fly data race detection in
 * multithreaded C++ programs" (2003): each lane has a clock that its barriers advance, and knows of each lane
 * of its warp up to which time that one's uses lie before its own. Lanes of different warps are ordered by
 * the block's barriers alone, each of which begins an era: what was used in an era before needs no clock. */
#include "parser.h"
#include "warp.h"

#include <string.h>

/* Which uses a use must be ordered with. */
static const bool conflicts[PTX_USES][PTX_USES] = {
    [PTX_READS] = {[PTX_WRITES] = true, [PTX_ATOMICS] = true},
    [PTX_WRITES] = {[PTX_READS] = true, [PTX_WRITES] = true, [PTX_ATOMICS] = true},
    [PTX_ATOMICS] = {[PTX_READS] = true, [PTX_WRITES] = true},
};

static const char *const done[PTX_USES] = {"read", "written", "used atomically"};

uint32_t ptx_grain(const ptx_kernel *kernel)
{
    uint32_t grain = 8;
    for (uint32_t i = 0; i < kernel->inst_count; i++) {
        const ptx_inst *inst = &kernel->insts[i];
        if ((inst->space == PTX_SHARED || inst->space == PTX_GENERIC) && inst->bytes > 0 &&
            inst->bytes < grain) {
            grain = inst->bytes;
        }
    }
    return grain;
}

void ptx_start_clocks(ptx_warp *warp)
{
    memset(warp->seen, 0, sizeof warp->seen);
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        warp->seen[lane][lane] = 1;
    }
}

void ptx_order_lanes(ptx_warp *warp, uint32_t lanes)
{
    uint32_t joined[PTX_LANES] = {0};
    for (uint32_t left = lanes; left != 0; left &= left - 1) {
        const uint32_t *seen = warp->seen[__builtin_ctz(left)];
        for (int i = 0; i < PTX_LANES; i++) {
            joined[i] = seen[i] > joined[i] ? seen[i] : joined[i];
        }
    }
    for (uint32_t left = lanes; left != 0; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left);
        memcpy(warp->seen[lane], joined, sizeof joined);
        warp->seen[lane][lane]++;
    }
}

/* A thread of these that is not ordered before the lane, or PTX_NONE. */
static uint32_t unordered(const ptx_users *users, const ptx_warp *warp, uint32_t lane)
{
    uint32_t first = PTX_LANES * users->warp;
    if (users->lanes == 0) {
        return PTX_NONE;
    }
    if (users->warp != warp->number) {
        return first + (uint32_t)__builtin_ctz(users->lanes);
    }
    for (uint32_t left = users->lanes; left != 0; left &= left - 1) {
        uint32_t other = (uint32_t)__builtin_ctz(left);
        if (users->clock[other] > warp->seen[lane][other]) {
            return first + other;
        }
    }
    return PTX_NONE;
}

static void add_user(ptx_users *users, const ptx_warp *warp, uint32_t lane)
{
    if (users->lanes == 0 || users->warp == warp->number) {
        users->warp = warp->number;
        users->lanes |= UINT32_C(1) << lane;
        users->clock[lane] = warp->seen[lane][lane];
        users->line = warp->inst->line;
    }
}

static void forget(ptx_history *history)
{
    for (int use = 0; use < PTX_USES; use++) {
        history->users[use].lanes = 0;
    }
}

static bool is_ordered(ptx_warp *warp, const ptx_history *history, uint32_t lane, ptx_use use)
{
    for (int other = 0; other < PTX_USES; other++) {
        const ptx_users *users = &history->users[other];
        uint32_t thread = conflicts[use][other] ? unordered(users, warp, lane) : PTX_NONE;
        if (thread != PTX_NONE) {
            ptx_fault_at(
                warp, PTX_RACE, lane,
                "shared memory that thread %u has %s, with no barrier between (last %s at PTX line %u)",
                (unsigned)thread, done[other], done[other], (unsigned)users->line);
            return false;
        }
    }
    return true;
}

bool ptx_note_use(ptx_warp *warp, uint32_t lane, uint64_t at, uint32_t bytes, ptx_use use)
{
    const ptx_block *block = warp->block;
    for (uint64_t grain = at / block->grain; grain * block->grain < at + bytes; grain++) {
        ptx_history *history = &block->histories[grain];
        if (history->era != block->era) {
            history->era = block->era;
            forget(history);
        }
        if (!is_ordered(warp, history, lane, use)) {
            return false;
        }
        if (use == PTX_WRITES) {
            forget(history); /* whoever is ordered after this is ordered after those, too */
        }
        add_user(&history->users[use], warp, lane);
    }
    return true;
}
