/* Launches: blocks one after the other, the warps of a block from barrier to barrier, and a warp's loop. */
#include "warp.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A warp that takes more steps than this is taken for one that never ends. */
#define PTX_MAX_STEPS (UINT64_C(1) << 31)

void ptx_fault_at(ptx_warp *warp, ptx_fault fault, uint32_t lane, const char *format, ...)
{
    ptx_launch *launch = warp->block->launch;
    if (launch->fault != PTX_FINE) {
        return;
    }
    launch->fault = fault;
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const ptx_inst *inst = warp->inst;
    const uint32_t *index = warp->block->index;
    char thread[32] = "";
    if (lane < PTX_LANES) {
        (void)snprintf(thread, sizeof thread, " thread %u", (unsigned)(PTX_LANES * warp->number + lane));
    }
    (void)snprintf(launch->message, sizeof launch->message,
                   "%s: %s, in block (%u, %u, %u)%s, PTX line %u: %.*s", warp->kernel->name, what,
                   (unsigned)index[0], (unsigned)index[1], (unsigned)index[2], thread,
                   inst == NULL ? 0 : (unsigned)inst->line, inst == NULL ? 0 : (int)strcspn(inst->text, "\n"),
                   inst == NULL ? "" : inst->text);
}

/* NOLINTBEGIN(bugprone-macro-parentheses): a type can not stand in parentheses. */
#define MERGE(T)                                                                                             \
    {                                                                                                        \
        T *to = lanes;                                                                                       \
        const T *from = result;                                                                              \
        _Pragma("omp simd") for (int i = 0; i < PTX_LANES; i++)                                              \
        {                                                                                                    \
            to[i] = mask >> i & 1U ? from[i] : to[i];                                                        \
        }                                                                                                    \
        break;                                                                                               \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

void ptx_merge(void *lanes, const void *result, uint32_t bytes, uint32_t mask)
{
    switch (bytes) {
    case 0: {
        uint32_t *bits = lanes;
        *bits = (*bits & ~mask) | (*(const uint32_t *)result & mask);
        break;
    }
    case 2: MERGE(uint16_t)
    case 4: MERGE(uint32_t)
    default: MERGE(uint64_t)
    }
}

/* The value of special register `which` (their order is that of registers.c). */
static uint32_t special_value(const ptx_warp *warp, uint32_t which, uint32_t lane)
{
    const ptx_block *block = warp->block;
    const ptx_launch *launch = block->launch;
    uint32_t thread = PTX_LANES * warp->number + lane, bit = UINT32_C(1) << lane;
    switch (which) {
    case 0: return thread % launch->block[0];
    case 1: return thread / launch->block[0] % launch->block[1];
    case 2: return thread / launch->block[0] / launch->block[1];
    case 3:
    case 4:
    case 5: return launch->block[which - 3];
    case 6:
    case 7:
    case 8: return block->index[which - 6];
    case 9:
    case 10:
    case 11: return launch->grid[which - 9];
    case 12: return lane;
    case 13: return warp->number;
    case 14: return (block->threads + PTX_LANES - 1) / PTX_LANES;
    case 15: return bit;
    case 16: return bit | (bit - 1);
    case 17: return bit - 1;
    case 18: return ~(bit - 1);
    default: return ~(bit | (bit - 1));
    }
}

static void fill_lanes(ptx_warp *warp, const ptx_register *r)
{
    unsigned char *lanes = warp->file + r->at;
    if (r->bytes == 0) {
        uint32_t bits = (uint32_t)r->value;
        memcpy(lanes, &bits, sizeof bits);
        return;
    }
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        uint64_t value = r->kind == PTX_CONSTANT ? r->value : special_value(warp, (uint32_t)r->value, lane);
        memcpy(lanes + (size_t)lane * r->bytes, &value, r->bytes);
    }
}

/* Registers, once for every register file. */
static void fill_constants(ptx_warp *warp)
{
    const ptx_kernel *kernel = warp->kernel;
    for (uint32_t i = 0; i < kernel->register_count; i++) {
        if (kernel->registers[i].kind == PTX_CONSTANT) {
            fill_lanes(warp, &kernel->registers[i]);
        }
    }
}

/* Local memory, before anything is written to it. */
static void clear_local(ptx_warp *warp)
{
    const ptx_kernel *kernel = warp->kernel;
    memset(warp->local_states, PTX_BYTE_GAP, (size_t)PTX_LANES * kernel->local_bytes);
    for (uint32_t v = 0; v < kernel->variable_count; v++) {
        const ptx_variable *variable = &kernel->variables[v];
        for (uint32_t lane = 0; variable->space == PTX_LOCAL && lane < PTX_LANES; lane++) {
            memset(warp->local_states + (size_t)lane * kernel->local_bytes + variable->at, PTX_BYTE_UNWRITTEN,
                   variable->size);
        }
    }
}

static void start_warp(ptx_warp *warp, uint32_t number)
{
    const ptx_kernel *kernel = warp->kernel;
    uint32_t left = warp->block->threads - PTX_LANES * number;
    warp->number = number;
    warp->lanes = left >= PTX_LANES ? PTX_ALL_LANES : (UINT32_C(1) << left) - 1;
    for (uint32_t i = 0; i < kernel->register_count; i++) {
        const ptx_register *r = &kernel->registers[i];
        warp->written[i] = r->kind == PTX_PLAIN ? 0 : PTX_ALL_LANES;
        if (r->kind == PTX_SPECIAL) {
            fill_lanes(warp, r);
        }
    }
    warp->path[0] = (ptx_path){0, kernel->inst_count, warp->lanes};
    warp->depth = 1;
    warp->pc = 0;
    warp->waiting = false;
    warp->steps = 0;
    warp->inst = NULL;
    warp->alive = warp->lanes;
    warp->parked = 0;
    warp->turn = warp->block->launch->schedule == PTX_FORWARDS ? PTX_LANES - 1 : 0;
    memset(warp->lane_pc, 0, sizeof warp->lane_pc);
    ptx_start_clocks(warp);
    clear_local(warp);
}

static void unwritten_source(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    for (uint32_t i = inst->outputs; i < (uint32_t)inst->outputs + inst->inputs; i++) {
        uint32_t missing = mask & ~warp->written[inst->reg[i]];
        if (missing != 0) {
            ptx_fault_at(warp, PTX_UNINITIALIZED, (uint32_t)__builtin_ctz(missing),
                         "source %u is a register that was never written", (unsigned)(i - inst->outputs + 1));
            return;
        }
    }
}

/* A quotient by 0 has no value that PTX would promise. */
static bool divides_by_0(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    uint32_t bytes = warp->kernel->registers[inst->reg[2]].bytes;
    const unsigned char *divisors = ptx_lanes_of(warp, inst, 2);
    for (uint32_t lane = 0; lane < PTX_LANES; lane++) {
        uint64_t divisor = 0;
        memcpy(&divisor, divisors + (size_t)lane * bytes, bytes);
        if ((mask >> lane & 1) != 0 && divisor == 0) {
            ptx_fault_at(warp, PTX_BAD_ARITHMETIC, lane, "divides by 0");
            return true;
        }
    }
    return false;
}

/* One instruction for the lanes in mask, which are not none. */
static inline void execute(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    uint32_t missing = 0, outputs = inst->outputs, all = outputs + inst->inputs;
    for (uint32_t i = outputs; i < all; i++) {
        missing |= ~warp->written[inst->reg[i]];
    }
    if ((missing & mask) != 0) {
        unwritten_source(warp, inst, mask);
        return;
    }
    if (inst->divides && divides_by_0(warp, inst, mask)) {
        return;
    }
    if (inst->lane != NULL) {
        unsigned char *file = warp->file;
        const void *sources[4] = {file + inst->at[1], file + inst->at[2], file + inst->at[3],
                                  file + inst->at[4]};
        if (mask == PTX_ALL_LANES) {
            inst->lane(file + inst->at[0], sources);
        } else {
            _Alignas(64) unsigned char result[8 * PTX_LANES];
            inst->lane(result, sources);
            ptx_merge(file + inst->at[0], result, warp->kernel->registers[inst->reg[0]].bytes, mask);
        }
    } else {
        inst->warp(warp, inst, mask);
    }
    for (uint32_t i = 0; i < outputs; i++) {
        warp->written[inst->reg[i]] |= mask;
    }
}

uint32_t ptx_guarded(ptx_warp *warp, const ptx_inst *inst, uint32_t mask)
{
    if ((mask & ~warp->written[inst->guard]) != 0) {
        ptx_fault_at(warp, PTX_UNINITIALIZED, PTX_LANES, "the guard was never written");
        return 0;
    }
    uint32_t bits = *(const uint32_t *)(const void *)(warp->file + warp->kernel->registers[inst->guard].at);
    return mask & (inst->guard_negated ? ~bits : bits);
}

void ptx_step(ptx_warp *warp)
{
    const ptx_launch *launch = warp->block->launch;
    if (warp->pc >= warp->kernel->inst_count) {
        ptx_fault_at(warp, PTX_BAD_ADDRESS, PTX_LANES, "runs past the end of the kernel");
        return;
    }
    const ptx_inst *inst = &warp->kernel->insts[warp->pc];
    uint32_t mask = warp->path[warp->depth - 1].mask;
    warp->inst = inst;
    mask = inst->guard == PTX_NONE ? mask : ptx_guarded(warp, inst, mask);
    bool skipped = mask == 0;
    if (!skipped) {
        execute(warp, inst, mask);
        if (inst->line < launch->line_count) {
            launch->lines[inst->line]++;
        }
    }
    warp->pc += skipped || !inst->keeps_pc ? 1 : 0;
}

static void run_lockstep(ptx_warp *warp, uint64_t max_steps)
{
    const ptx_launch *launch = warp->block->launch;
    while (warp->depth > 0 && !warp->waiting && launch->fault == PTX_FINE) {
        ptx_step(warp);
        ptx_meet(warp);
        if (++warp->steps > max_steps) {
            ptx_fault_at(warp, PTX_RUNS_ON, PTX_LANES, "does not end");
        }
    }
}

/* Until the warp waits at a barrier, or all its lanes have returned, or a fault. */
static void run_warp(ptx_warp *warp)
{
    const ptx_launch *launch = warp->block->launch;
    uint64_t max = launch->max_steps == 0 ? PTX_MAX_STEPS : launch->max_steps;
    const uint64_t before = warp->steps;
    warp->waiting = false;
    if (launch->schedule == PTX_LOCKSTEP) {
        run_lockstep(warp, max);
    } else {
        ptx_run_apart(warp, max);
    }
    warp->block->steps += warp->steps - before;
}

/* All warps that have not ended must wait at the same barrier; then they go on. True if there are any. */
static bool pass_barrier(ptx_warp *warps, uint32_t count)
{
    ptx_warp *first = NULL;
    for (uint32_t i = 0; i < count; i++) {
        if (warps[i].depth == 0) {
            continue;
        }
        if (first != NULL &&
            (warps[i].barrier != first->barrier || warps[i].inst->operation != first->inst->operation)) {
            ptx_fault_at(&warps[i], PTX_BAD_BARRIER, PTX_LANES, "warps wait at barriers %u and %u",
                         (unsigned)first->barrier, (unsigned)warps[i].barrier);
            return false;
        }
        first = first == NULL ? &warps[i] : first;
    }
    ptx_give_votes(warps, count);
    warps[0].block->era++; /* what was before lies before what comes */
    return first != NULL;
}

/* Warps of a kernel without barriers run one after the other in the same registers. */
static void run_block(ptx_warp *warps, uint32_t count, bool one_by_one)
{
    ptx_launch *launch = warps[0].block->launch;
    if (one_by_one) {
        for (uint32_t i = 0; i < count && launch->fault == PTX_FINE; i++) {
            start_warp(&warps[0], ptx_warp_in_order(warps[0].block, i, count));
            run_warp(&warps[0]);
        }
        return;
    }
    for (uint32_t i = 0; i < count; i++) {
        start_warp(&warps[i], i);
    }
    do {
        for (uint32_t i = 0; i < count && launch->fault == PTX_FINE; i++) {
            ptx_warp *warp = &warps[ptx_warp_in_order(warps[0].block, i, count)];
            if (warp->depth > 0) {
                run_warp(warp);
            }
        }
    } while (launch->fault == PTX_FINE && pass_barrier(warps, count));
}

static void clear_shared(ptx_block *block, const ptx_kernel *kernel)
{
    memset(block->shared_states, PTX_BYTE_GAP, block->shared_total);
    block->era++;
    for (uint32_t v = 0; v < kernel->variable_count; v++) {
        const ptx_variable *variable = &kernel->variables[v];
        if (variable->space == PTX_SHARED && variable->size > 0) {
            memset(block->shared_states + variable->at, PTX_BYTE_UNWRITTEN, variable->size);
        }
    }
    memset(block->shared_states + block->static_bytes, PTX_BYTE_UNWRITTEN,
           block->shared_total - block->static_bytes);
}

static void copy_parameters(ptx_block *block, const ptx_kernel *kernel)
{
    memset(block->param_states, PTX_BYTE_GAP, kernel->param_bytes);
    for (uint32_t i = 0; i < kernel->parameter_count; i++) {
        const ptx_variable *parameter = &kernel->variables[i];
        memcpy(block->params + parameter->at, block->launch->parameters[i], parameter->size);
        memset(block->param_states + parameter->at, PTX_BYTE_WRITTEN, parameter->size);
    }
}

static void run_grid(ptx_block *block, ptx_warp *warps, uint32_t count, bool one_by_one)
{
    ptx_launch *launch = block->launch;
    for (uint32_t z = 0; z < launch->grid[2]; z++) {
        for (uint32_t y = 0; y < launch->grid[1]; y++) {
            for (uint32_t x = 0; x < launch->grid[0] && launch->fault == PTX_FINE; x++) {
                block->index[0] = x;
                block->index[1] = y;
                block->index[2] = z;
                clear_shared(block, launch->kernel);
                run_block(warps, count, one_by_one);
            }
        }
    }
}

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

/* Hands out pieces of one allocation. */
static unsigned char *take(unsigned char **room, size_t bytes)
{
    unsigned char *piece = *room;
    *room += rounded(bytes);
    return piece;
}

static void lay_out(ptx_block *block, ptx_warp *warps, uint32_t count, unsigned char *room)
{
    const ptx_kernel *kernel = block->launch->kernel;
    block->params = take(&room, kernel->param_bytes);
    block->param_states = take(&room, kernel->param_bytes);
    block->shared = take(&room, block->shared_total);
    block->shared_states = take(&room, block->shared_total);
    for (uint32_t i = 0; i < count; i++) {
        warps[i].block = block;
        warps[i].kernel = kernel;
        warps[i].file = take(&room, kernel->file_bytes);
        warps[i].written = (uint32_t *)(void *)take(&room, kernel->register_count * sizeof(uint32_t));
        warps[i].local = take(&room, (size_t)PTX_LANES * kernel->local_bytes);
        warps[i].local_states = take(&room, (size_t)PTX_LANES * kernel->local_bytes);
        fill_constants(&warps[i]);
    }
}

ptx_fault ptx_run(ptx_launch *launch)
{
    const ptx_kernel *kernel = launch->kernel;
    ptx_block block = {.launch = launch, .random = launch->seed, .grain = ptx_grain(kernel)};
    launch->fault = PTX_FINE;
    launch->message[0] = '\0';
    block.threads = launch->block[0] * launch->block[1] * launch->block[2];
    block.static_bytes = (kernel->shared_bytes + 2 * PTX_GAP - 1) / PTX_GAP * PTX_GAP; /* aligned for all */
    block.shared_total = block.static_bytes + launch->dynamic_shared;
    uint32_t count = (block.threads + PTX_LANES - 1) / PTX_LANES;
    bool one_by_one = !kernel->has_barrier;
    uint32_t files = one_by_one ? 1 : count;
    size_t of_warp = rounded(kernel->file_bytes) + rounded(kernel->register_count * sizeof(uint32_t)) +
                     2 * rounded((size_t)PTX_LANES * kernel->local_bytes);
    size_t of_block = 2 * rounded(kernel->param_bytes) + 2 * rounded(block.shared_total);
    size_t grains = launch->ignores_races ? 0 : block.shared_total / block.grain + 1;
    unsigned char *room = aligned_alloc(64, rounded(of_block + files * of_warp + 64));
    ptx_warp *warps = calloc(files, sizeof *warps);
    block.histories = grains == 0 ? NULL : calloc(grains, sizeof *block.histories);
    if (room == NULL || warps == NULL || (grains > 0 && block.histories == NULL)) {
        launch->fault = PTX_NO_MEMORY;
        (void)snprintf(launch->message, sizeof launch->message, "%s: no memory to run it", kernel->name);
    } else {
        memset(room, 0, of_block + files * of_warp);
        lay_out(&block, warps, files, room);
        copy_parameters(&block, kernel);
        run_grid(&block, warps, count, one_by_one);
    }
    launch->steps = block.steps;
    free(block.histories);
    free(warps);
    free(room);
    return launch->fault;
}
