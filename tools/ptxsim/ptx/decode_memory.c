/* ld, st, atom and red, with the modifiers that change nothing for one who runs alone. */
#include "parser.h"

#include <string.h>

typedef struct memory_form {
    ptx_space space;
    uint32_t elements, bytes;
    bool extends_sign, bits, is_strong;
    int operation; /* of an atomic; -1 if none was named */
    bool known;
} memory_form;

static bool one_of(const char *word, const char *const *list)
{
    for (; *list != NULL; list++) {
        if (strcmp(word, *list) == 0) {
            return true;
        }
    }
    return false;
}

/* Accesses that may meet others of their kind unordered. */
static const char *const strong[] = {"volatile", "relaxed", "acquire", "release", "acq_rel", NULL};

/* Caching and scopes. */
static const char *const hints[] = {"weak",
                                    "cta",
                                    "gpu",
                                    "sys",
                                    "nc",
                                    "ca",
                                    "cg",
                                    "cs",
                                    "lu",
                                    "cv",
                                    "wb",
                                    "wt",
                                    "L1::evict_normal",
                                    "L1::evict_unchanged",
                                    "L1::evict_first",
                                    "L1::evict_last",
                                    "L1::no_allocate",
                                    NULL};

static bool read_space(const char *word, ptx_space *space)
{
    static const struct {
        const char *name;
        ptx_space space;
    } spaces[] = {{"global", PTX_GLOBAL},      {"const", PTX_CONST}, {"shared", PTX_SHARED},
                  {"shared::cta", PTX_SHARED}, {"local", PTX_LOCAL}, {"param", PTX_PARAM},
                  {"param::entry", PTX_PARAM}};
    for (size_t i = 0; i < sizeof spaces / sizeof spaces[0]; i++) {
        if (strcmp(word, spaces[i].name) == 0) {
            *space = spaces[i].space;
            return true;
        }
    }
    return false;
}

static bool read_operation(const char *word, int *operation)
{
    static const struct {
        const char *name;
        int operation;
    } operations[] = {{"add", PTX_ADD},          {"exch", PTX_EXCHANGE},   {"cas", PTX_COMPARE_AND_SWAP},
                      {"and", PTX_AND},          {"or", PTX_OR},           {"xor", PTX_XOR},
                      {"min", PTX_MIN_UNSIGNED}, {"max", PTX_MAX_UNSIGNED}};
    for (size_t i = 0; i < sizeof operations / sizeof operations[0]; i++) {
        if (strcmp(word, operations[i].name) == 0) {
            *operation = operations[i].operation;
            return true;
        }
    }
    return false;
}

/* The words after "ld.", the type last. */
static memory_form read_form(const char *opcode)
{
    memory_form form = {.space = PTX_GENERIC, .elements = 1, .operation = -1};
    char words[64];
    memcpy(words, opcode, strlen(opcode) + 1);
    char *rest = NULL;
    (void)strtok_r(words, ".", &rest);
    for (char *word = strtok_r(NULL, ".", &rest); word != NULL; word = strtok_r(NULL, ".", &rest)) {
        bool is_type = false;
        uint32_t bytes = ptx_bytes_of_type(word, strlen(word), &is_type);
        form.known = false;
        if (is_type && bytes > 0) {
            form.bytes = bytes;
            form.extends_sign = word[0] == 's';
            form.bits = word[0] == 'f';
            form.known = rest == NULL || *rest == '\0';
        } else if (word[0] == 'v' && strspn(word + 1, "248") == 1 && word[2] == '\0') {
            form.elements = (uint32_t)(word[1] - '0');
        } else if (one_of(word, strong)) {
            form.is_strong = true;
        } else if (!one_of(word, hints) && !read_space(word, &form.space) &&
                   !read_operation(word, &form.operation)) {
            return form;
        }
    }
    return form;
}

/* The address as the last source, and what is added to it. */
static void take_address(ptx_parser *p, ptx_inst *inst, const ptx_operand *operand)
{
    ptx_space space = PTX_GENERIC;
    uint64_t base = 0;
    if (operand->kind != PTX_IS_ADDRESS) {
        ptx_fail(p, &p->opcode, "no address");
        return;
    }
    if (operand->has_symbol) {
        if (!ptx_symbol_address(p, &operand->symbol, &base, &space)) {
            ptx_fail(p, &operand->symbol, "unknown variable");
        } else if (space != inst->space) {
            ptx_fail(p, &operand->symbol, "a variable in another space");
        }
    }
    inst->offset = base + operand->value;
    inst->has_base = operand->has_base;
    if (operand->has_base) {
        uint32_t bytes = ptx_width(p, operand->reg);
        if (bytes != 8 && (bytes != 4 || (inst->space != PTX_SHARED && inst->space != PTX_LOCAL))) {
            ptx_fail(p, &p->opcode, "an address in a register of another width");
        }
        inst->reg[inst->outputs + inst->inputs++] = operand->reg;
    }
}

static ptx_inst memory_inst(const memory_form *form)
{
    ptx_inst inst;
    memset(&inst, 0, sizeof inst);
    inst.space = form->space;
    inst.bytes = (uint8_t)form->bytes;
    inst.elements = (uint8_t)form->elements;
    inst.extends_sign = form->extends_sign;
    inst.is_strong = form->is_strong || form->operation >= 0;
    inst.operation = form->operation;
    return inst;
}

static void emit_copy(ptx_parser *p, const ptx_inst *inst)
{
    ptx_inst *emitted = ptx_emit(p);
    ptx_inst made = *inst;
    made.guard = emitted->guard;
    made.guard_negated = emitted->guard_negated;
    made.text = emitted->text;
    made.line = emitted->line;
    *emitted = made;
}

/* A register of at least the element's width, or exactly that for floats. */
static void check_width(ptx_parser *p, const memory_form *form, uint32_t reg)
{
    uint32_t bytes = ptx_width(p, reg);
    if (bytes < form->bytes || (form->bits && bytes != form->bytes)) {
        ptx_fail(p, &p->opcode, "a register too narrow for the type");
    }
}

static uint32_t item_register(ptx_parser *p, const memory_form *form, const ptx_operand *value, uint32_t i,
                              bool loads)
{
    bool is_vector = value->kind == PTX_IS_VECTOR;
    ptx_operand item = *value;
    if (is_vector) {
        item = (ptx_operand){.kind = value->item[i].kind, .second = PTX_NONE};
        item.reg = value->item[i].reg;
        item.value = value->item[i].value;
    }
    uint32_t bytes = form->bytes < 2 ? 2 : form->bytes;
    if (item.kind == PTX_IS_REGISTER) {
        bytes = ptx_width(p, item.reg);
        check_width(p, form, item.reg);
    }
    return loads ? ptx_destination(p, &item, bytes) : ptx_source(p, &item, bytes);
}

static void decode_transfer(ptx_parser *p, const memory_form *form, const ptx_operand *operands, bool loads)
{
    const ptx_operand *value = &operands[loads ? 0 : 1];
    ptx_inst inst = memory_inst(form);
    inst.warp = loads ? ptx_do_load : ptx_do_store;
    if ((value->kind == PTX_IS_VECTOR ? value->items : 1) != form->elements) {
        ptx_fail(p, &p->opcode, "another number of elements");
        return;
    }
    for (uint32_t i = 0; i < form->elements; i++) {
        inst.reg[i] = item_register(p, form, value, i, loads);
    }
    inst.outputs = loads ? (uint8_t)form->elements : 0;
    inst.inputs = loads ? 0 : (uint8_t)form->elements;
    take_address(p, &inst, &operands[loads ? 1 : 0]);
    emit_copy(p, &inst);
}

/* atom d, [a], b, c and red [a], b. */
static void decode_atomic(ptx_parser *p, const memory_form *form, const ptx_operand *operands, bool gives)
{
    ptx_inst inst = memory_inst(form);
    uint32_t values = form->operation == PTX_COMPARE_AND_SWAP ? 2 : 1;
    const ptx_operand *address = &operands[gives ? 1 : 0];
    inst.warp = ptx_do_atomic;
    if (form->extends_sign && form->operation == PTX_MIN_UNSIGNED) {
        inst.operation = PTX_MIN_SIGNED;
    } else if (form->extends_sign && form->operation == PTX_MAX_UNSIGNED) {
        inst.operation = PTX_MAX_SIGNED;
    }
    inst.outputs = gives ? 1 : 0;
    if (gives) {
        inst.reg[0] = ptx_destination(p, &operands[0], form->bytes);
    }
    for (uint32_t i = 0; i < values; i++) {
        inst.reg[inst.outputs + inst.inputs++] = ptx_source(p, &address[1 + i], form->bytes);
    }
    take_address(p, &inst, address);
    emit_copy(p, &inst);
}

bool ptx_decode_memory(ptx_parser *p, const char *opcode, const ptx_operand *operands, uint32_t count)
{
    bool loads = strncmp(opcode, "ld.", 3) == 0, stores = strncmp(opcode, "st.", 3) == 0;
    bool gives = strncmp(opcode, "atom.", 5) == 0, reduces = strncmp(opcode, "red.", 4) == 0;
    if (!loads && !stores && !gives && !reduces) {
        return false;
    }
    memory_form form = read_form(opcode);
    bool is_atomic = gives || reduces;
    if (!form.known || is_atomic != (form.operation >= 0)) {
        return false;
    }
    if (!is_atomic) {
        if (count != 2) {
            return false;
        }
        decode_transfer(p, &form, operands, loads);
        return true;
    }
    uint32_t wanted = (gives ? 3U : 2U) + (form.operation == PTX_COMPARE_AND_SWAP ? 1U : 0U);
    if (count != wanted || form.elements != 1 || form.bytes < 4 || form.bits) {
        return false;
    }
    decode_atomic(p, &form, operands, gives);
    return true;
}
