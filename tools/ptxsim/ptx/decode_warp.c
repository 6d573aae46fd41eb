/* Branches, barriers, and what the lanes of a warp do together. */
#include "parser.h"

#include <string.h>

typedef struct plain_form {
    const char *opcode;
    ptx_warp_fn *run;
    int operation;
} plain_form;

static bool listed(const char *opcode, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(opcode, list[i]) == 0) {
            return true;
        }
    }
    return false;
}

static void add_jump(ptx_parser *p, const ptx_token *name)
{
    ptx_jump *more = ptx_room(p, p->jumps, p->jump_count, &p->jump_capacity, sizeof *p->jumps);
    if (more != NULL) {
        p->jumps = more;
        p->jumps[p->jump_count++] = (ptx_jump){p->kernel->inst_count, *name};
    }
}

static bool decode_branch(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    bool is_indexed = strncmp(opcode, "brx.idx", 7) == 0;
    static const char *const branches[] = {"bra", "bra.uni", "brx.idx", "brx.idx.uni"};
    const ptx_operand *target = &operands[is_indexed ? 1 : 0];
    if (!listed(opcode, branches, 4) || count != (is_indexed ? 2U : 1U) || target->kind != PTX_IS_SYMBOL) {
        return false;
    }
    uint32_t index = is_indexed ? ptx_source(p, &operands[0], 4) : 0;
    add_jump(p, &target->symbol);
    ptx_inst *inst = ptx_emit(p);
    inst->warp = is_indexed ? ptx_branch_by_table : ptx_branch;
    inst->inputs = is_indexed ? 1 : 0;
    inst->reg[0] = index;
    inst->keeps_pc = true;
    inst->ends_path = inst->guard == PTX_NONE;
    return true;
}

static bool decode_end(ptx_parser *p, const char *opcode, uint32_t count)
{
    bool returns = strcmp(opcode, "ret") == 0 || strcmp(opcode, "exit") == 0;
    if ((!returns && strcmp(opcode, "trap") != 0) || count != 0) {
        return false;
    }
    ptx_inst *inst = ptx_emit(p);
    inst->warp = returns ? ptx_return : ptx_trap_here;
    inst->keeps_pc = true;
    inst->ends_path = inst->guard == PTX_NONE;
    return true;
}

/* Whoever runs here runs alone and finds what was stored before, so a fence has nothing to order. */
static bool decode_fence(ptx_parser *p, const char *opcode, uint32_t count)
{
    static const char *const fences[] = {
        "membar.cta",   "membar.gl",         "membar.sys",        "fence.sc.cta",      "fence.sc.gpu",
        "fence.sc.sys", "fence.acq_rel.cta", "fence.acq_rel.gpu", "fence.acq_rel.sys",
    };
    if (!listed(opcode, fences, sizeof fences / sizeof fences[0]) || count != 0) {
        return false;
    }
    ptx_emit(p)->warp = ptx_nothing;
    return true;
}

static bool decode_barrier(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    static const char *const barriers[] = {"bar.sync",         "barrier.sync", "barrier.sync.aligned",
                                           "barrier.cta.sync", "bar.cta.sync", "barrier.cta.sync.aligned"};
    if (strcmp(opcode, "bar.warp.sync") == 0 && count == 1) {
        uint32_t mask = ptx_source(p, &operands[0], 4);
        ptx_inst *inst = ptx_emit(p);
        inst->warp = ptx_warp_barrier;
        inst->inputs = 1;
        inst->reg[0] = mask;
        return true;
    }
    if (!listed(opcode, barriers, sizeof barriers / sizeof barriers[0]) || count != 1) {
        return false;
    }
    uint32_t number = ptx_source(p, &operands[0], 4);
    ptx_inst *inst = ptx_emit(p);
    inst->warp = ptx_barrier;
    inst->inputs = 1;
    inst->reg[0] = number;
    p->kernel->has_barrier = true;
    return true;
}

/* bar.red.popc.u32 d, number, p and its like: a barrier that tells how many threads of the block say yes. */
static bool decode_reducing_barrier(ptx_parser *p, const char *opcode, const ptx_operand *operands,
                                    uint32_t count)
{
    static const plain_form forms[] = {{"bar.red.popc.u32", ptx_barrier, PTX_BARRIER_COUNT},
                                       {"bar.red.and.pred", ptx_barrier, PTX_BARRIER_ALL},
                                       {"bar.red.or.pred", ptx_barrier, PTX_BARRIER_ANY}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && count == 3; i++) {
        if (strcmp(opcode, forms[i].opcode) == 0) {
            uint32_t number = ptx_source(p, &operands[1], 4), vote = ptx_source(p, &operands[2], 0);
            uint32_t result =
                ptx_destination(p, &operands[0], forms[i].operation == PTX_BARRIER_COUNT ? 4 : 0);
            ptx_inst *inst = ptx_emit(p);
            inst->warp = ptx_barrier;
            inst->operation = forms[i].operation;
            inst->outputs = 1;
            inst->inputs = 2;
            inst->reg[0] = result;
            inst->reg[1] = number;
            inst->reg[2] = vote;
            p->kernel->has_barrier = true;
            return true;
        }
    }
    return false;
}

static bool decode_vote(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    static const plain_form forms[] = {{"vote.sync.all.pred", ptx_vote, PTX_VOTE_ALL},
                                       {"vote.sync.any.pred", ptx_vote, PTX_VOTE_ANY},
                                       {"vote.sync.uni.pred", ptx_vote, PTX_VOTE_UNI},
                                       {"vote.sync.ballot.b32", ptx_vote, PTX_VOTE_BALLOT}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && count == 3; i++) {
        if (strcmp(opcode, forms[i].opcode) == 0) {
            uint32_t vote = ptx_source(p, &operands[1], 0), mask = ptx_source(p, &operands[2], 4);
            uint32_t result = ptx_destination(p, &operands[0], forms[i].operation == PTX_VOTE_BALLOT ? 4 : 0);
            ptx_inst *inst = ptx_emit(p);
            inst->warp = ptx_vote;
            inst->operation = forms[i].operation;
            inst->outputs = 1;
            inst->inputs = 2;
            inst->reg[0] = result;
            inst->reg[1] = vote;
            inst->reg[2] = mask;
            return true;
        }
    }
    return false;
}

/* shfl.sync.mode.b32 d|p, a, b, c, mask: p says whether the lane named is in range. */
static bool decode_shuffle(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    static const plain_form forms[] = {{"shfl.sync.up.b32", ptx_shuffle, PTX_SHUFFLE_UP},
                                       {"shfl.sync.down.b32", ptx_shuffle, PTX_SHUFFLE_DOWN},
                                       {"shfl.sync.bfly.b32", ptx_shuffle, PTX_SHUFFLE_BUTTERFLY},
                                       {"shfl.sync.idx.b32", ptx_shuffle, PTX_SHUFFLE_INDEX}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && count == 5; i++) {
        if (strcmp(opcode, forms[i].opcode) != 0) {
            continue;
        }
        ptx_operand result = operands[0];
        uint32_t in_range = result.second != PTX_NONE ? result.second : ptx_add_register(p, 0, PTX_PLAIN, 0);
        result.second = PTX_NONE;
        uint32_t regs[6] = {ptx_destination(p, &result, 4), in_range};
        for (uint32_t k = 1; k < 5; k++) {
            regs[1 + k] = ptx_source(p, &operands[k], 4);
        }
        ptx_inst *inst = ptx_emit(p);
        inst->warp = ptx_shuffle;
        inst->operation = forms[i].operation;
        inst->outputs = 2;
        inst->inputs = 4;
        memcpy(inst->reg, regs, sizeof regs);
        return true;
    }
    return false;
}

static bool decode_reduce(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    static const plain_form forms[] = {{"redux.sync.add.u32", ptx_reduce, PTX_ADD},
                                       {"redux.sync.add.s32", ptx_reduce, PTX_ADD},
                                       {"redux.sync.and.b32", ptx_reduce, PTX_AND},
                                       {"redux.sync.or.b32", ptx_reduce, PTX_OR},
                                       {"redux.sync.xor.b32", ptx_reduce, PTX_XOR},
                                       {"redux.sync.min.u32", ptx_reduce, PTX_MIN_UNSIGNED},
                                       {"redux.sync.max.u32", ptx_reduce, PTX_MAX_UNSIGNED},
                                       {"redux.sync.min.s32", ptx_reduce, PTX_MIN_SIGNED},
                                       {"redux.sync.max.s32", ptx_reduce, PTX_MAX_SIGNED}};
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && count == 3; i++) {
        if (strcmp(opcode, forms[i].opcode) == 0) {
            uint32_t regs[3] = {ptx_destination(p, &operands[0], 4), ptx_source(p, &operands[1], 4),
                                ptx_source(p, &operands[2], 4)};
            ptx_inst *inst = ptx_emit(p);
            inst->warp = ptx_reduce;
            inst->operation = forms[i].operation;
            inst->outputs = 1;
            inst->inputs = 2;
            memcpy(inst->reg, regs, sizeof regs);
            return true;
        }
    }
    return false;
}

bool ptx_decode_warp(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    if (strcmp(opcode, "activemask.b32") == 0 && count == 1) {
        uint32_t result = ptx_destination(p, &operands[0], 4);
        ptx_inst *inst = ptx_emit(p);
        inst->warp = ptx_active_mask;
        inst->outputs = 1;
        inst->reg[0] = result;
        return true;
    }
    return decode_branch(p, opcode, operands, count) || decode_end(p, opcode, count) ||
           decode_fence(p, opcode, count) || decode_barrier(p, opcode, operands, count) ||
           decode_reducing_barrier(p, opcode, operands, count) || decode_vote(p, opcode, operands, count) ||
           decode_shuffle(p, opcode, operands, count) || decode_reduce(p, opcode, operands, count);
}
