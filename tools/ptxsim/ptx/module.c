/* A module: directives at file scope, kernels, and what callers ask of them. */
#include "parser.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void ptx_advance(ptx_parser *p) { p->token = ptx_next_token(&p->reader); }

bool ptx_accept(ptx_parser *p, const char *mark)
{
    if (!ptx_token_is(&p->token, mark)) {
        return false;
    }
    ptx_advance(p);
    return true;
}

void ptx_expect(ptx_parser *p, const char *mark)
{
    if (!ptx_accept(p, mark) && !p->failed) {
        char what[40];
        (void)snprintf(what, sizeof what, "no \"%s\" here", mark);
        ptx_fail(p, &p->token, what);
    }
}

void ptx_fail(ptx_parser *p, const ptx_token *token, const char *what)
{
    if (p->failed) {
        return;
    }
    p->failed = true;
    size_t length = strcspn(token->line_text, "\n");
    (void)snprintf(p->message, PTX_MESSAGE_SIZE, "PTX line %u: %s, at \"%.*s\": %.*s", (unsigned)token->line,
                   what, (int)(token->length < 80 ? token->length : 80), token->text,
                   (int)(length < 200 ? length : 200), token->line_text);
}

void *ptx_room(ptx_parser *p, void *items, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    size_t more = *capacity == 0 ? 64 : 2 * *capacity;
    void *grown = realloc(items, more * size);
    if (grown == NULL) {
        ptx_fail(p, &p->token, "out of memory");
        return NULL;
    }
    *capacity = more;
    return grown;
}

char *ptx_copy_of(ptx_parser *p, const ptx_token *token)
{
    char *copy = malloc(token->length + 1);
    if (copy == NULL) {
        ptx_fail(p, token, "out of memory");
        return NULL;
    }
    memcpy(copy, token->text, token->length);
    copy[token->length] = '\0';
    return copy;
}

/* Skips to the end of the line: for directives that concern debuggers and ptxas alone. */
static void skip_line(ptx_parser *p)
{
    uint32_t line = p->token.line;
    while (p->token.kind != PTX_END && p->token.line == line) {
        ptx_advance(p);
    }
}

static bool parse_file_directive(ptx_parser *p)
{
    static const char *const skipped[] = {".version", ".target", ".address_size", ".file"};
    for (size_t i = 0; i < sizeof skipped / sizeof skipped[0]; i++) {
        if (ptx_token_is(&p->token, skipped[i])) {
            skip_line(p);
            return true;
        }
    }
    return false;
}

static void parse_statement(ptx_parser *p)
{
    bool is_extern = false;
    for (;;) {
        if (ptx_accept(p, ".extern")) {
            is_extern = true;
        } else if (!ptx_accept(p, ".visible") && !ptx_accept(p, ".weak")) {
            break;
        }
    }
    ptx_token directive = p->token;
    if (ptx_accept(p, ".entry")) {
        ptx_parse_kernel(p);
    } else if (ptx_accept(p, ".shared")) {
        ptx_parse_memory_variable(p, PTX_SHARED, is_extern);
        ptx_expect(p, ";");
    } else if (!is_extern && (ptx_accept(p, ".global") || ptx_accept(p, ".const"))) {
        ptx_parse_global(p, ptx_token_is(&directive, ".const") ? PTX_CONST : PTX_GLOBAL);
        ptx_expect(p, ";");
    } else {
        ptx_fail(p, &directive, "unknown directive");
    }
}

ptx_module *ptx_load(const char *text, size_t size, ptx_memory *memory, char message[PTX_MESSAGE_SIZE])
{
    ptx_module *module = calloc(1, sizeof *module);
    char *copy = malloc(size + 1);
    message[0] = '\0';
    if (module == NULL || copy == NULL) {
        (void)snprintf(message, PTX_MESSAGE_SIZE, "out of memory");
        free(module);
        free(copy);
        return NULL;
    }
    memcpy(copy, text, size);
    copy[size] = '\0';
    module->text = copy;
    module->memory = memory;
    ptx_parser p;
    memset(&p, 0, sizeof p);
    p.reader = ptx_reader_of(copy);
    p.module = module;
    p.message = message;
    ptx_advance(&p);
    while (!p.failed && p.token.kind != PTX_END) {
        if (!parse_file_directive(&p)) {
            parse_statement(&p);
        }
    }
    ptx_clear_names(&p);
    free(p.families);
    free(p.labels);
    free(p.jumps);
    if (p.failed) {
        ptx_unload(module);
        return NULL;
    }
    return module;
}

static void free_kernel(ptx_kernel *kernel)
{
    for (uint32_t i = 0; i < kernel->variable_count; i++) {
        free(kernel->variables[i].name);
    }
    for (uint32_t i = 0; i < kernel->table_count; i++) {
        free(kernel->tables[i]);
    }
    free(kernel->tables);
    free(kernel->variables);
    free(kernel->registers);
    free(kernel->insts);
    free(kernel->name);
    free(kernel);
}

void ptx_unload(ptx_module *module)
{
    if (module == NULL) {
        return;
    }
    for (ptx_kernel *kernel = module->kernels, *next; kernel != NULL; kernel = next) {
        next = kernel->next;
        free_kernel(kernel);
    }
    for (ptx_global *global = module->globals, *next; global != NULL; global = next) {
        next = global->next;
        free(global->region->host);
        ptx_memory_remove(module->memory, global->region);
        free(global->name);
        free(global);
    }
    for (uint32_t i = 0; i < module->shared_count; i++) {
        free(module->shared[i].name);
    }
    free(module->shared);
    free(module->text);
    free(module);
}

const ptx_kernel *ptx_kernel_named(const ptx_module *module, const char *name)
{
    const ptx_kernel *kernel = module->kernels;
    while (kernel != NULL && strcmp(kernel->name, name) != 0) {
        kernel = kernel->next;
    }
    return kernel;
}

const ptx_region *ptx_variable_named(const ptx_module *module, const char *name)
{
    const ptx_global *global = module->globals;
    while (global != NULL && strcmp(global->name, name) != 0) {
        global = global->next;
    }
    return global == NULL ? NULL : global->region;
}

ptx_kernel_facts ptx_facts(const ptx_kernel *kernel)
{
    ptx_kernel_facts facts = {kernel->name, kernel->parameter_count, kernel->max_threads, 0, 0, 0, 0};
    for (uint32_t i = 0; i < kernel->variable_count; i++) {
        facts.shared_bytes += kernel->variables[i].space == PTX_SHARED ? kernel->variables[i].size : 0;
        facts.local_bytes += kernel->variables[i].space == PTX_LOCAL ? kernel->variables[i].size : 0;
    }
    for (uint32_t i = 0; i < kernel->register_count; i++) {
        facts.registers += kernel->registers[i].kind == PTX_PLAIN ? (kernel->registers[i].bytes + 3) / 4 : 0;
    }
    facts.const_bytes = kernel->module->const_bytes;
    return facts;
}

size_t ptx_parameter_size(const ptx_kernel *kernel, unsigned index)
{
    return index < kernel->parameter_count ? kernel->variables[index].size : 0;
}
