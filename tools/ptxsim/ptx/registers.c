/* Declarations of registers, and their names. */
#include "parser.h"

#include <stdlib.h>
#include <string.h>

typedef struct type_width {
    const char *type;
    uint32_t bytes;
} type_width;

static const type_width widths[] = {
    {"pred", 0}, {"b8", 1},  {"u8", 1},  {"s8", 1},  {"b16", 2}, {"u16", 2}, {"s16", 2}, {"b32", 4},
    {"u32", 4},  {"s32", 4}, {"f32", 4}, {"b64", 8}, {"u64", 8}, {"s64", 8}, {"f64", 8},
};

/* Special registers, in the order in which run.c knows them. */
static const char *const specials[] = {
    "%tid.x",   "%tid.y",       "%tid.z",       "%ntid.x",      "%ntid.y",      "%ntid.z",      "%ctaid.x",
    "%ctaid.y", "%ctaid.z",     "%nctaid.x",    "%nctaid.y",    "%nctaid.z",    "%laneid",      "%warpid",
    "%nwarpid", "%lanemask_eq", "%lanemask_le", "%lanemask_lt", "%lanemask_ge", "%lanemask_gt",
};

uint32_t ptx_bytes_of_type(const char *type, size_t length, bool *known)
{
    for (size_t i = 0; i < sizeof widths / sizeof widths[0]; i++) {
        if (strlen(widths[i].type) == length && memcmp(widths[i].type, type, length) == 0) {
            *known = true;
            return widths[i].bytes;
        }
    }
    *known = false;
    return 0;
}

uint32_t ptx_add_register(ptx_parser *p, uint32_t bytes, ptx_register_kind kind, uint64_t value)
{
    ptx_kernel *kernel = p->kernel;
    size_t capacity = kernel->register_capacity;
    ptx_register *more =
        ptx_room(p, kernel->registers, kernel->register_count, &capacity, sizeof *kernel->registers);
    if (more == NULL) {
        return 0;
    }
    kernel->registers = more;
    kernel->register_capacity = (uint32_t)capacity;
    more[kernel->register_count] = (ptx_register){kernel->file_bytes, bytes, kind, value};
    /* Each on cache lines of its own. */
    kernel->file_bytes += bytes <= 2 ? 64 : bytes * PTX_LANES;
    return kernel->register_count++;
}

uint32_t ptx_constant(ptx_parser *p, uint32_t bytes, uint64_t value)
{
    uint64_t kept = bytes == 0  ? (value != 0 ? PTX_ALL_LANES : 0)
                    : bytes < 8 ? value & ((UINT64_C(1) << (8 * bytes)) - 1)
                                : value;
    for (uint32_t i = 0; i < p->kernel->register_count; i++) {
        const ptx_register *r = &p->kernel->registers[i];
        if (r->kind == PTX_CONSTANT && r->bytes == bytes && r->value == kept) {
            return i;
        }
    }
    return ptx_add_register(p, bytes, PTX_CONSTANT, kept);
}

static void add_family(ptx_parser *p, ptx_token name, uint32_t count, uint32_t bytes)
{
    ptx_family *more = ptx_room(p, p->families, p->family_count, &p->family_capacity, sizeof *p->families);
    if (more == NULL) {
        return;
    }
    p->families = more;
    ptx_family family = {name, count, p->kernel->register_count, p->depth};
    for (uint32_t i = 0; i < (count == 0 ? 1 : count) && !p->failed; i++) {
        (void)ptx_add_register(p, bytes, PTX_PLAIN, 0);
    }
    p->families[p->family_count++] = family;
}

/* .reg .b32 %r<9>, other; */
void ptx_declare_registers(ptx_parser *p)
{
    ptx_token type = p->token;
    bool known = false;
    uint32_t bytes = ptx_bytes_of_type(type.text + 1, type.length - 1, &known);
    if (!known || bytes == 1) {
        ptx_fail(p, &type, "registers of an unknown type");
        return;
    }
    ptx_advance(p);
    do {
        ptx_token name = p->token;
        uint64_t count = 0;
        ptx_advance(p);
        if (ptx_accept(p, "<")) {
            if (!ptx_number_of(&p->token, &count) || count == 0 || count > 100000) {
                ptx_fail(p, &p->token, "not a number of registers");
            }
            ptx_advance(p);
            ptx_expect(p, ">");
        }
        add_family(p, name, (uint32_t)count, bytes);
    } while (!p->failed && ptx_accept(p, ","));
    ptx_expect(p, ";");
}

void ptx_leave_scope(ptx_parser *p)
{
    while (p->family_count > 0 && p->families[p->family_count - 1].depth == p->depth) {
        p->family_count--;
    }
    p->depth--;
}

static bool in_family(const ptx_family *family, const ptx_token *name, uint32_t *number)
{
    size_t prefix = family->name.length;
    if (name->length < prefix || memcmp(name->text, family->name.text, prefix) != 0) {
        return false;
    }
    *number = 0;
    if (family->count == 0) {
        return name->length == prefix;
    }
    for (size_t i = prefix; i < name->length; i++) {
        if (name->text[i] < '0' || name->text[i] > '9' || *number > 1000000) {
            return false;
        }
        *number = 10 * *number + (uint32_t)(name->text[i] - '0');
    }
    return name->length > prefix && *number < family->count;
}

uint32_t ptx_register_named(ptx_parser *p, const ptx_token *name)
{
    for (size_t i = p->family_count; i-- > 0;) {
        uint32_t number = 0;
        if (in_family(&p->families[i], name, &number)) {
            return p->families[i].first + number;
        }
    }
    for (uint32_t i = 0; i < sizeof specials / sizeof specials[0]; i++) {
        if (ptx_token_is(name, specials[i])) {
            for (uint32_t r = 0; r < p->kernel->register_count; r++) {
                if (p->kernel->registers[r].kind == PTX_SPECIAL && p->kernel->registers[r].value == i) {
                    return r;
                }
            }
            return ptx_add_register(p, 4, PTX_SPECIAL, i);
        }
    }
    return ptx_token_is(name, "WARP_SZ") ? ptx_constant(p, 4, PTX_LANES) : PTX_NONE;
}
