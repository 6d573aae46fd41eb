/* Instructions: guards and operands, and the opcodes that the table knows. */
#include "parser.h"

#include <string.h>

ptx_inst *ptx_emit(ptx_parser *p)
{
    static ptx_inst nowhere;
    ptx_kernel *kernel = p->kernel;
    size_t capacity = kernel->inst_capacity;
    ptx_inst *more = ptx_room(p, kernel->insts, kernel->inst_count, &capacity, sizeof *kernel->insts);
    if (more == NULL) {
        return &nowhere;
    }
    kernel->insts = more;
    kernel->inst_capacity = (uint32_t)capacity;
    ptx_inst *inst = &kernel->insts[kernel->inst_count++];
    memset(inst, 0, sizeof *inst);
    inst->guard = p->guard;
    inst->guard_negated = p->guard_negated;
    inst->text = p->opcode.line_text;
    inst->line = p->opcode.line;
    return inst;
}

void ptx_emit_lane(ptx_parser *p, ptx_lane_fn *run, uint32_t result, uint32_t count, const uint32_t *sources)
{
    ptx_inst *inst = ptx_emit(p);
    inst->lane = run;
    inst->outputs = 1;
    inst->inputs = (uint8_t)count;
    inst->reg[0] = result;
    for (uint32_t i = 0; i < count; i++) {
        inst->reg[1 + i] = sources[i];
    }
}

static uint32_t bytes_of_letter(char letter)
{
    return letter == 'p' ? 0 : letter == 'h' ? 2 : letter == 'w' ? 4 : 8;
}

static void by_table(ptx_parser *p, const ptx_op *op, const ptx_operand *operands, uint32_t count)
{
    if (count != strlen(op->shape)) {
        ptx_fail(p, &p->opcode, "another number of operands");
        return;
    }
    uint32_t sources[4] = {0};
    for (uint32_t i = 1; i < count; i++) {
        sources[i - 1] = ptx_source(p, &operands[i], bytes_of_letter(op->shape[i]));
    }
    uint32_t result = ptx_destination(p, &operands[0], bytes_of_letter(op->shape[0]));
    ptx_emit_lane(p, op->run, result, count - 1, sources);
    if (!p->failed && (strncmp(op->name, "div.", 4) == 0 || strncmp(op->name, "rem.", 4) == 0)) {
        p->kernel->insts[p->kernel->inst_count - 1].divides = strncmp(op->name, "div.rn", 6) != 0;
    }
}

/* setp.lt.and.s32 p, a, b, c is setp.lt.s32 and then and.pred. */
static bool decode_combined_setp(ptx_parser *p, const char *opcode, const ptx_operand *operands,
                                 uint32_t count)
{
    static const char *const combinations[] = {".and.", ".or.", ".xor."};
    for (size_t i = 0; i < 3 && strncmp(opcode, "setp.", 5) == 0; i++) {
        const char *place = strstr(opcode, combinations[i]);
        if (place == NULL || count != 4) {
            continue;
        }
        char name[64], combine[16] = "";
        size_t before = (size_t)(place - opcode), length = strlen(combinations[i]);
        memcpy(name, opcode, before);
        memcpy(name + before, place + length - 1, strlen(place + length - 1) + 1);
        memcpy(combine, combinations[i] + 1, length - 1);
        memcpy(combine + length - 1, "pred", 5);
        const ptx_op *test = ptx_op_named(name), *join = ptx_op_named(combine);
        if (test == NULL || join == NULL) {
            return false;
        }
        ptx_operand half[3] = {operands[0], operands[1], operands[2]};
        half[0].reg = ptx_add_register(p, 0, PTX_PLAIN, 0);
        by_table(p, test, half, 3);
        ptx_operand both[3] = {operands[0], half[0], operands[3]};
        by_table(p, join, both, 3);
        return true;
    }
    return false;
}

/* mov.b64 d, {a, b} and mov.b64 {a, b}, d. */
static bool decode_packing(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    bool is_64 = strcmp(opcode, "mov.b64") == 0;
    if ((!is_64 && strcmp(opcode, "mov.b32") != 0) || count != 2) {
        return false;
    }
    uint32_t whole = is_64 ? 8 : 4;
    const ptx_operand *to = &operands[0], *from = &operands[1];
    if (from->kind == PTX_IS_VECTOR && (from->items == 2 || (from->items == 4 && is_64))) {
        uint32_t sources[4];
        for (uint32_t i = 0; i < from->items; i++) {
            ptx_operand item = {.kind = from->item[i].kind, .second = PTX_NONE};
            item.reg = from->item[i].reg;
            item.value = from->item[i].value;
            sources[i] = ptx_source(p, &item, whole / from->items);
        }
        const char *name = from->items == 4 ? "pack4.b64" : is_64 ? "pack.b64" : "pack.b32";
        ptx_emit_lane(p, ptx_op_named(name)->run, ptx_destination(p, to, whole), from->items, sources);
        return true;
    }
    if (to->kind == PTX_IS_VECTOR && to->items == 2) {
        uint32_t source = ptx_source(p, from, whole);
        for (uint32_t i = 0; i < 2; i++) {
            ptx_operand item = {.kind = to->item[i].kind, .second = PTX_NONE};
            item.reg = to->item[i].reg;
            const char *name = is_64 ? (i == 0 ? "low.b64" : "high.b64") : i == 0 ? "low.b32" : "high.b32";
            ptx_emit_lane(p, ptx_op_named(name)->run, ptx_destination(p, &item, whole / 2), 1, &source);
        }
        return true;
    }
    return false;
}

/* cvta: addresses in a space of their own become generic ones, or the other way round. */
static bool decode_cvta(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    static const struct {
        const char *name;
        uint64_t added;
    } forms[] = {
        {"cvta.global.u64", 0},
        {"cvta.to.global.u64", 0},
        {"cvta.const.u64", 0},
        {"cvta.to.const.u64", 0},
        {"cvta.shared.u64", PTX_SHARED_WINDOW},
        {"cvta.to.shared.u64", 0 - PTX_SHARED_WINDOW},
        {"cvta.local.u64", PTX_LOCAL_WINDOW},
        {"cvta.to.local.u64", 0 - PTX_LOCAL_WINDOW},
        {"cvta.param.u64", PTX_PARAM_WINDOW},
        {"cvta.to.param.u64", 0 - PTX_PARAM_WINDOW},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0] && count == 2; i++) {
        if (strcmp(opcode, forms[i].name) == 0) {
            uint32_t sources[2] = {ptx_source(p, &operands[1], 8), ptx_constant(p, 8, forms[i].added)};
            ptx_emit_lane(p, ptx_op_named("add.u64")->run, ptx_destination(p, &operands[0], 8), 2, sources);
            return true;
        }
    }
    return false;
}

static void decode(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    const ptx_op *op = ptx_op_named(opcode);
    if (decode_packing(p, opcode, operands, count)) {
        return;
    }
    if (op != NULL) {
        by_table(p, op, operands, count);
        return;
    }
    if (!decode_combined_setp(p, opcode, operands, count) && !decode_cvta(p, opcode, operands, count) &&
        !ptx_decode_convert(p, opcode, operands, count) && !ptx_decode_memory(p, opcode, operands, count) &&
        !ptx_decode_warp(p, opcode, operands, count)) {
        ptx_fail(p, &p->opcode, "unknown opcode or modifier, or operands that do not fit it");
    }
}

static void parse_guard(ptx_parser *p)
{
    p->guard = PTX_NONE;
    p->guard_negated = false;
    if (ptx_accept(p, "@")) {
        p->guard_negated = ptx_accept(p, "!");
        p->guard = ptx_register_named(p, &p->token);
        if (p->guard == PTX_NONE || ptx_width(p, p->guard) != 0) {
            ptx_fail(p, &p->token, "a guard that is not a predicate");
        }
        ptx_advance(p);
    }
}

void ptx_parse_instruction(ptx_parser *p)
{
    p->opcode = p->token;
    parse_guard(p);
    char opcode[64];
    if (p->token.kind != PTX_WORD || p->token.length >= sizeof opcode) {
        ptx_fail(p, &p->token, "not an instruction");
        return;
    }
    p->opcode = p->token;
    memcpy(opcode, p->token.text, p->token.length);
    opcode[p->token.length] = '\0';
    ptx_advance(p);
    ptx_operand operands[6];
    uint32_t count = 0;
    while (!p->failed && !ptx_token_is(&p->token, ";")) {
        if (count == sizeof operands / sizeof operands[0] || (count > 0 && !ptx_accept(p, ","))) {
            ptx_fail(p, &p->token, "not the end of an instruction");
            return;
        }
        operands[count++] = ptx_parse_operand(p);
    }
    ptx_expect(p, ";");
    if (!p->failed) {
        decode(p, opcode, operands, count);
    }
}
