/* Variables: of the module in global and constant memory, of a kernel in parameter, shared and local memory.
 */
#include "parser.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint32_t aligned(uint32_t at, uint32_t align) { return (at + align - 1) / align * align; }

ptx_variable *ptx_add_variable(ptx_parser *p, const ptx_token *name, ptx_space space, uint32_t size,
                               uint32_t align)
{
    ptx_kernel *kernel = p->kernel;
    size_t capacity = kernel->variable_capacity;
    ptx_variable *more =
        ptx_room(p, kernel->variables, kernel->variable_count, &capacity, sizeof *kernel->variables);
    if (more == NULL) {
        return NULL;
    }
    kernel->variables = more;
    kernel->variable_capacity = (uint32_t)capacity;
    uint32_t *bytes = space == PTX_PARAM    ? &kernel->param_bytes
                      : space == PTX_SHARED ? &kernel->shared_bytes
                                            : &kernel->local_bytes;
    /* The gap before the first one keeps 0 from being an address. */
    uint32_t at = aligned(*bytes + PTX_GAP, align < 16 ? 16 : align);
    *bytes = at + size;
    ptx_variable *variable = &kernel->variables[kernel->variable_count++];
    *variable = (ptx_variable){ptx_copy_of(p, name), space, at, size};
    return variable;
}

/* Parses the type before a variable's name: ".align 8 .b8", ".u64 .ptr .global .align 16" and the like. */
static uint32_t parse_type(ptx_parser *p, uint32_t *align)
{
    uint32_t bytes = 0;
    *align = 0;
    while (!p->failed && p->token.kind == PTX_WORD && p->token.text[0] == '.') {
        ptx_token word = p->token;
        ptx_advance(p);
        bool known = false;
        if (ptx_token_is(&word, ".align")) {
            uint64_t value = 0;
            if (!ptx_number_of(&p->token, &value) || value == 0 || value > 4096) {
                ptx_fail(p, &p->token, "not an alignment");
            }
            *align = bytes != 0 ? *align : (uint32_t)value; /* after .ptr it is that of what it points to */
            ptx_advance(p);
        } else if (!ptx_token_is(&word, ".ptr") && !ptx_token_is(&word, ".global")) {
            bytes = ptx_bytes_of_type(word.text + 1, word.length - 1, &known);
            if (!known || bytes == 0) {
                ptx_fail(p, &word, "unknown type or attribute of a variable");
            }
        }
    }
    *align = *align == 0 ? bytes : *align;
    return bytes;
}

/* The name and the number of bytes of its elements: "name", "name[4]", "name[]". */
static uint64_t parse_extent(ptx_parser *p, uint32_t element, ptx_token *name)
{
    *name = p->token;
    if (p->token.kind != PTX_WORD) {
        ptx_fail(p, &p->token, "no name of a variable");
    }
    ptx_advance(p);
    uint64_t size = element;
    while (!p->failed && ptx_accept(p, "[")) {
        uint64_t count = 0;
        if (p->token.kind == PTX_NUMBER) {
            if (!ptx_number_of(&p->token, &count) || count > UINT32_MAX || size > UINT32_MAX) {
                ptx_fail(p, &p->token, "not an extent");
            }
            ptx_advance(p);
        }
        size *= count;
        ptx_expect(p, "]");
    }
    if (size > UINT32_MAX / 2) {
        ptx_fail(p, name, "a variable of more than 2 GiB");
    }
    return size;
}

void ptx_parse_memory_variable(ptx_parser *p, ptx_space space, bool is_extern)
{
    uint32_t align = 0;
    uint32_t element = parse_type(p, &align);
    ptx_token name;
    uint64_t size = parse_extent(p, element, &name);
    if (is_extern && (space != PTX_SHARED || size != 0)) {
        ptx_fail(p, &name, "an external variable that is not dynamic shared memory");
    }
    if (p->kernel != NULL) {
        (void)ptx_add_variable(p, &name, space, (uint32_t)size, align);
        return;
    }
    ptx_module *module = p->module;
    ptx_variable *more = realloc(module->shared, (module->shared_count + 1) * sizeof *more);
    if (more == NULL) {
        ptx_fail(p, &name, "out of memory");
        return;
    }
    module->shared = more;
    more[module->shared_count++] = (ptx_variable){ptx_copy_of(p, &name), space, align, (uint32_t)size};
}

/* The numbers in the braces, little-endian, one element after the other. */
static void parse_initializer(ptx_parser *p, unsigned char *bytes, uint64_t size, uint32_t element)
{
    bool braces = ptx_accept(p, "{");
    uint64_t at = 0;
    do {
        bool negative = ptx_accept(p, "-");
        uint64_t value = 0;
        if (!ptx_number_of(&p->token, &value) || at + element > size) {
            ptx_fail(p, &p->token, "not a number, or too many, in an initializer");
            return;
        }
        ptx_advance(p);
        value = negative ? 0 - value : value;
        memcpy(bytes + at, &value, element);
        at += element;
    } while (!p->failed && ptx_accept(p, ","));
    if (braces) {
        ptx_expect(p, "}");
    }
}

static ptx_region *allocate(ptx_parser *p, const ptx_token *name, uint64_t size, ptx_space space)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes = (size_t)(size + page - 1) / page * page;
    void *host = aligned_alloc(page, bytes == 0 ? page : bytes);
    if (host == NULL) {
        ptx_fail(p, name, "out of memory");
        return NULL;
    }
    memset(host, 0, size);
    ptx_region region = {(uint64_t)(uintptr_t)host | PTX_DEVICE_BIT, size, host, space};
    ptx_region *added = ptx_memory_add(p->module->memory, region);
    if (added == NULL) {
        free(host);
        ptx_fail(p, name, "out of memory");
    }
    return added;
}

void ptx_parse_global(ptx_parser *p, ptx_space space)
{
    uint32_t align = 0;
    uint32_t element = parse_type(p, &align);
    ptx_token name;
    uint64_t size = parse_extent(p, element, &name);
    ptx_region *region = p->failed ? NULL : allocate(p, &name, size, space);
    ptx_global *global = calloc(1, sizeof *global);
    if (region == NULL || global == NULL) {
        ptx_fail(p, &name, "out of memory");
        free(global);
        return;
    }
    *global = (ptx_global){ptx_copy_of(p, &name), region, p->module->globals};
    p->module->globals = global;
    p->module->const_bytes += space == PTX_CONST ? (uint32_t)size : 0;
    if (ptx_accept(p, "=")) {
        parse_initializer(p, region->host, size, element);
    }
}

bool ptx_symbol_address(ptx_parser *p, const ptx_token *name, uint64_t *address, ptx_space *space)
{
    for (uint32_t i = 0; i < p->kernel->variable_count; i++) {
        const ptx_variable *variable = &p->kernel->variables[i];
        if (variable->name != NULL && ptx_token_is(name, variable->name)) {
            *address = variable->at;
            *space = variable->space;
            return true;
        }
    }
    for (const ptx_global *global = p->module->globals; global != NULL; global = global->next) {
        if (global->name != NULL && ptx_token_is(name, global->name)) {
            *address = global->region->base;
            *space = global->region->space;
            return true;
        }
    }
    return false;
}
