/* Schedules in which the lanes of a warp run apart, as GPUs may let them since Volta: each lane goes its own
   way until it comes to an instruction that lanes do together. There it is parked until all lanes of that
   instruction's mask have come to the same one. */
#include "parser.h"
#include "warp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* So long a lane's turn is if it waits for nothing: a lane that waits for another in a loop must not keep it
   from running. */
#define LONG_TURN 65536

/* Where lanes change at random, they do within so many instructions. */
#define SHORT_TURN 8

static const char *const names[] = {"lockstep", "forwards", "backwards", "random"};

bool ptx_schedule_named(const char *text, ptx_schedule *schedule, uint64_t *seed)
{
    size_t length = strcspn(text, ":");
    char *end = NULL;
    for (int i = 0; i < (int)(sizeof names / sizeof names[0]); i++) {
        if (strlen(names[i]) == length && memcmp(text, names[i], length) == 0) {
            const char *number = text[length] == ':' ? text + length + 1 : "0";
            errno = 0;
            uint64_t value = strtoull(number, &end, 10);
            bool is_fine = errno == 0 && number[0] >= '0' && number[0] <= '9' && *end == '\0' &&
                           (i == PTX_RANDOM || text[length] == '\0');
            *schedule = is_fine ? (ptx_schedule)i : *schedule;
            *seed = is_fine ? value : *seed;
            return is_fine;
        }
    }
    return false;
}

/* A number below `bound`, by SplitMix64 of G. Steele, D. Lea and C. Flood. */
static uint32_t draw(ptx_block *block, uint32_t bound)
{
    uint64_t z = block->random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (uint32_t)(((z ^ z >> 31) >> 32) * bound >> 32);
}

uint32_t ptx_warp_in_order(ptx_block *block, uint32_t i, uint32_t count)
{
    switch (block->launch->schedule) {
    case PTX_BACKWARDS: return count - 1 - i;
    case PTX_RANDOM:
        block->first = i == 0 ? draw(block, count) : block->first;
        return (block->first + i) % count;
    default: return i;
    }
}

/* Which of these lanes runs next. */
static uint32_t choose(ptx_warp *warp, uint32_t ready)
{
    ptx_schedule schedule = warp->block->launch->schedule;
    if (schedule == PTX_RANDOM) {
        for (uint32_t skip = draw(warp->block, (uint32_t)__builtin_popcount(ready)); skip > 0; skip--) {
            ready &= ready - 1;
        }
        return (uint32_t)__builtin_ctz(ready);
    }
    uint32_t step = schedule == PTX_FORWARDS ? 1 : PTX_LANES - 1, lane = warp->turn;
    do {
        lane = (lane + step) % PTX_LANES;
    } while ((ready >> lane & 1) == 0);
    return lane;
}

/* The lanes that go on from the same pc as one path. */
static const ptx_inst *take_path(ptx_warp *warp, uint32_t lanes, uint32_t pc)
{
    warp->path[0] = (ptx_path){pc, warp->kernel->inst_count, lanes};
    warp->depth = 1;
    warp->pc = pc;
    return pc < warp->kernel->inst_count ? &warp->kernel->insts[pc] : NULL;
}

/* Whether the lane has to wait here. A mask that was never written is a fault, not something to wait for. */
static bool has_to_wait(ptx_warp *warp, const ptx_inst *inst, uint32_t lane)
{
    if (inst == NULL || !ptx_is_together(inst)) {
        return false;
    }
    warp->inst = inst;
    return (inst->guard == PTX_NONE || ptx_guarded(warp, inst, lane) != 0) &&
           (warp->written[inst->reg[ptx_mask_operand(inst)]] & lane) != 0;
}

static uint64_t take_turn(ptx_warp *warp, uint32_t number)
{
    ptx_launch *launch = warp->block->launch;
    uint32_t lane = UINT32_C(1) << number;
    uint64_t steps = 0, max = launch->schedule == PTX_RANDOM ? 1 + draw(warp->block, SHORT_TURN) : LONG_TURN;
    while (steps < max && launch->fault == PTX_FINE) {
        if (has_to_wait(warp, take_path(warp, lane, warp->lane_pc[number]), lane)) {
            warp->parked |= lane;
            break;
        }
        ptx_step(warp);
        warp->lane_pc[number] = warp->pc;
        steps++;
        if (warp->path[0].mask == 0) {
            warp->alive &= ~lane;
            break;
        }
    }
    warp->turn = number;
    return steps;
}

/* The lanes that are parked where this one is. */
static uint32_t beside(const ptx_warp *warp, uint32_t lane)
{
    uint32_t together = 0;
    for (uint32_t left = warp->parked; left != 0; left &= left - 1) {
        uint32_t other = (uint32_t)__builtin_ctz(left);
        together |= (uint32_t)(warp->lane_pc[other] == warp->lane_pc[lane]) << other;
    }
    return together;
}

/* The lanes with which a parked one waits to go on. */
static uint32_t awaited(const ptx_warp *warp, uint32_t lane)
{
    const ptx_inst *inst = &warp->kernel->insts[warp->lane_pc[lane]];
    const uint32_t *masks = ptx_lanes_of(warp, inst, ptx_mask_operand(inst));
    return inst->warp == ptx_barrier ? warp->alive : (masks[lane] & warp->lanes) | UINT32_C(1) << lane;
}

/* All lanes are parked: those go on that are complete, one group of them. */
static void release(ptx_warp *warp)
{
    for (uint32_t left = warp->parked; left != 0; left &= left - 1) {
        uint32_t lane = (uint32_t)__builtin_ctz(left), group = awaited(warp, lane);
        if ((group & ~beside(warp, lane)) != 0) {
            continue;
        }
        (void)take_path(warp, group, warp->lane_pc[lane]);
        ptx_step(warp);
        warp->parked &= ~group;
        warp->turn = warp->block->launch->schedule == PTX_FORWARDS ? PTX_LANES - 1 : 0;
        for (uint32_t freed = group; freed != 0; freed &= freed - 1) {
            warp->lane_pc[__builtin_ctz(freed)] = warp->pc;
        }
        return;
    }
    uint32_t lane = (uint32_t)__builtin_ctz(warp->parked);
    warp->inst = &warp->kernel->insts[warp->lane_pc[lane]];
    uint32_t missing = awaited(warp, lane) & ~beside(warp, lane);
    ptx_fault_at(warp, PTX_BAD_BARRIER, lane,
                 "deadlock: waits for the lanes 0x%08x, which have returned or wait elsewhere",
                 (unsigned)missing);
}

void ptx_run_apart(ptx_warp *warp, uint64_t max_steps)
{
    ptx_launch *launch = warp->block->launch;
    while (warp->alive != 0 && !warp->waiting && launch->fault == PTX_FINE) {
        uint32_t ready = warp->alive & ~warp->parked;
        if (ready != 0) {
            warp->steps += take_turn(warp, choose(warp, ready));
        } else {
            release(warp);
            warp->steps++;
        }
        if (warp->steps / PTX_LANES > max_steps) {
            ptx_fault_at(warp, PTX_RUNS_ON, PTX_LANES, "does not end");
        }
    }
    warp->depth = warp->alive != 0 ? 1 : 0;
}
