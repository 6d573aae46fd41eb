/* cvt, as one or two steps by way of 64 bits. */
#include "parser.h"

#include <stdio.h>
#include <string.h>

static void step(ptx_parser *p, ptx_lane_fn *run, uint32_t result, uint32_t source)
{
    ptx_emit_lane(p, run, result, 1, &source);
}

static bool is_float(const char *type) { return type[0] == 'f'; }

static bool is_64(const char *type) { return strcmp(type + 1, "64") == 0; }

/* The source as its type says, in 64 bits if it is an integer. */
static uint32_t widened(ptx_parser *p, const char *type, uint32_t source)
{
    ptx_lane_fn *widen = ptx_widen(type, ptx_width(p, source));
    if (widen != NULL && is_64(type)) {
        return source;
    }
    if (widen == NULL) {
        ptx_fail(p, &p->opcode, "a source too narrow for its type");
        return source;
    }
    uint32_t wide = ptx_add_register(p, 8, PTX_PLAIN, 0);
    step(p, widen, wide, source);
    return wide;
}

/* The types at the end of an opcode like "cvt.rn.f32.s32". */
static bool split_types(const char *opcode, char to[4], char from[4])
{
    const char *last = strrchr(opcode, '.');
    const char *before = last;
    while (before > opcode && before[-1] != '.') {
        before--;
    }
    size_t length = (size_t)(last - before);
    if (length == 0 || length > 3 || strlen(last + 1) > 3) {
        return false;
    }
    memcpy(to, before, length);
    to[length] = '\0';
    memcpy(from, last + 1, strlen(last + 1) + 1);
    return true;
}

bool ptx_decode_convert(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    char to[4], from[4], plain[16];
    if (strncmp(opcode, "cvt.", 4) != 0 || count != 2 || !split_types(opcode, to, from) ||
        operands[0].kind != PTX_IS_REGISTER) {
        return false;
    }
    bool known = false;
    uint32_t source_bytes = operands[1].kind == PTX_IS_REGISTER
                                ? ptx_width(p, operands[1].reg)
                                : ptx_bytes_of_type(from, strlen(from), &known);
    uint32_t result = ptx_destination(p, &operands[0], ptx_width(p, operands[0].reg));
    (void)snprintf(plain, sizeof plain, "cvt.%s.%s", to, from);
    const ptx_op *op = ptx_conversion_named(opcode + 4);
    if (op == NULL && (strcmp(plain, opcode) != 0 || is_float(to) || is_float(from))) {
        return false;
    }
    uint32_t source = ptx_source(p, &operands[1], source_bytes);
    if (op == NULL && is_64(to) && !is_64(from) && ptx_widen(from, source_bytes) != NULL) {
        step(p, ptx_widen(from, source_bytes), ptx_destination(p, &operands[0], 8), source);
        return true;
    }
    uint32_t value = is_float(from) ? source : widened(p, from, source);
    if (is_float(from) && source_bytes != (op->shape[1] == 'w' ? 4U : 8U)) {
        ptx_fail(p, &p->opcode, "a source of another width");
    }
    if (op != NULL && is_float(to)) {
        step(p, op->run, ptx_destination(p, &operands[0], op->shape[0] == 'w' ? 4 : 8), value);
        return true;
    }
    if (op != NULL) {
        uint32_t wide = ptx_add_register(p, 8, PTX_PLAIN, 0);
        step(p, op->run, wide, value);
        value = wide;
    }
    ptx_lane_fn *narrow = ptx_narrow(to, ptx_width(p, result));
    if (narrow == NULL) {
        ptx_fail(p, &p->opcode, "a result too narrow for its type");
        return true;
    }
    step(p, narrow, result, value);
    return true;
}
