/* Operands: registers, numbers, symbols, addresses in brackets, vectors in braces. */
#include "parser.h"

#include <string.h>

uint32_t ptx_width(const ptx_parser *p, uint32_t reg) { return p->kernel->registers[reg].bytes; }

static uint64_t parse_number(ptx_parser *p)
{
    bool negative = ptx_accept(p, "-");
    uint64_t value = 0;
    if (!ptx_number_of(&p->token, &value)) {
        ptx_fail(p, &p->token, "not a number");
    }
    ptx_advance(p);
    return negative ? 0 - value : value;
}

/* A name: of a register, or else of a variable or label. */
static void parse_name(ptx_parser *p, ptx_operand *operand)
{
    operand->reg = ptx_register_named(p, &p->token);
    if (operand->reg == PTX_NONE) {
        operand->has_symbol = true;
        operand->symbol = p->token;
    }
    ptx_advance(p);
}

static void parse_address(ptx_parser *p, ptx_operand *operand)
{
    operand->kind = PTX_IS_ADDRESS;
    if (p->token.kind == PTX_WORD) {
        parse_name(p, operand);
        operand->has_base = operand->reg != PTX_NONE;
    }
    if (operand->has_base || operand->has_symbol) {
        if (ptx_accept(p, "+") || ptx_token_is(&p->token, "-")) {
            operand->value = parse_number(p);
        }
    } else {
        operand->value = parse_number(p);
    }
    ptx_expect(p, "]");
}

static void parse_vector(ptx_parser *p, ptx_operand *operand)
{
    operand->kind = PTX_IS_VECTOR;
    do {
        if (operand->items == PTX_MAX_VECTOR) {
            ptx_fail(p, &p->token, "too long a vector");
            return;
        }
        struct ptx_item *item = &operand->item[operand->items++];
        item->kind = PTX_IS_REGISTER;
        if (ptx_token_is(&p->token, "_")) {
            item->kind = PTX_IS_SINK;
            ptx_advance(p);
        } else if (p->token.kind == PTX_WORD) {
            item->reg = ptx_register_named(p, &p->token);
            if (item->reg == PTX_NONE) {
                ptx_fail(p, &p->token, "unknown register");
            }
            ptx_advance(p);
        } else {
            item->kind = PTX_IS_NUMBER;
            item->value = parse_number(p);
        }
    } while (!p->failed && ptx_accept(p, ","));
    ptx_expect(p, "}");
}

/* The rest of a register or a symbol outside brackets: the other half of a pair, or an offset. */
static void parse_rest_of_name(ptx_parser *p, ptx_operand *operand)
{
    if (operand->kind == PTX_IS_SYMBOL && ptx_accept(p, "+")) {
        operand->value = parse_number(p);
    } else if (ptx_accept(p, "|")) {
        operand->second = ptx_register_named(p, &p->token);
        if (operand->second == PTX_NONE) {
            ptx_fail(p, &p->token, "unknown register");
        }
        ptx_advance(p);
    }
}

ptx_operand ptx_parse_operand(ptx_parser *p)
{
    ptx_operand operand;
    memset(&operand, 0, sizeof operand);
    operand.reg = operand.second = PTX_NONE;
    operand.negated = ptx_accept(p, "!");
    if (ptx_accept(p, "[")) {
        parse_address(p, &operand);
    } else if (ptx_accept(p, "{")) {
        parse_vector(p, &operand);
    } else if (ptx_token_is(&p->token, "_")) {
        operand.kind = PTX_IS_SINK;
        ptx_advance(p);
    } else if (p->token.kind == PTX_WORD) {
        parse_name(p, &operand);
        operand.kind = operand.has_symbol ? PTX_IS_SYMBOL : PTX_IS_REGISTER;
        parse_rest_of_name(p, &operand);
    } else {
        operand.kind = PTX_IS_NUMBER;
        operand.value = parse_number(p);
    }
    return operand;
}

static uint32_t negated_source(ptx_parser *p, uint32_t reg)
{
    if (ptx_width(p, reg) != 0) {
        ptx_fail(p, &p->opcode, "! before an operand that is not a predicate");
        return 0;
    }
    uint32_t result = ptx_add_register(p, 0, PTX_PLAIN, 0);
    ptx_emit_lane(p, ptx_op_named("not.pred")->run, result, 1, &reg);
    return result;
}

uint32_t ptx_source(ptx_parser *p, const ptx_operand *operand, uint32_t bytes)
{
    if (operand->kind == PTX_IS_NUMBER) {
        return ptx_constant(p, bytes, operand->value);
    }
    if (operand->kind == PTX_IS_SYMBOL) {
        uint64_t address = 0;
        ptx_space space = PTX_GENERIC;
        if (!ptx_symbol_address(p, &operand->symbol, &address, &space)) {
            ptx_fail(p, &operand->symbol, "unknown name");
        } else if (bytes < 4 || (bytes == 4 && space != PTX_SHARED && space != PTX_LOCAL)) {
            ptx_fail(p, &operand->symbol, "an address in too narrow a register");
        }
        return ptx_constant(p, bytes, address + operand->value);
    }
    if (operand->kind != PTX_IS_REGISTER || operand->second != PTX_NONE) {
        ptx_fail(p, &p->opcode, "an operand of another kind");
        return 0;
    }
    if (ptx_width(p, operand->reg) != bytes) {
        ptx_fail(p, &p->opcode, "a source of another width");
    }
    return operand->negated ? negated_source(p, operand->reg) : operand->reg;
}

uint32_t ptx_destination(ptx_parser *p, const ptx_operand *operand, uint32_t bytes)
{
    if (operand->kind == PTX_IS_SINK) {
        return ptx_add_register(p, bytes, PTX_PLAIN, 0);
    }
    if (operand->kind != PTX_IS_REGISTER || operand->second != PTX_NONE || operand->negated) {
        ptx_fail(p, &p->opcode, "a result of another kind");
        return 0;
    }
    if (ptx_width(p, operand->reg) != bytes || p->kernel->registers[operand->reg].kind != PTX_PLAIN) {
        ptx_fail(p, &p->opcode, "a result of another width");
    }
    return operand->reg;
}
