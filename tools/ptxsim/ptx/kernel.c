/* A kernel: its parameters, its body's declarations and labels, and where its branches lead. */
#include "parser.h"

#include <stdlib.h>
#include <string.h>

#define PTX_MAX_THREADS 1024

static void parse_parameters(ptx_parser *p)
{
    if (!ptx_accept(p, "(") || ptx_accept(p, ")")) {
        return;
    }
    do {
        ptx_expect(p, ".param");
        ptx_parse_memory_variable(p, PTX_PARAM, false);
    } while (!p->failed && ptx_accept(p, ","));
    ptx_expect(p, ")");
    p->kernel->parameter_count = p->kernel->variable_count;
}

/* .maxntid 256, 1, 1 and hints for ptxas. */
static void parse_limits(ptx_parser *p)
{
    static const char *const hints[] = {".minnctapersm", ".maxnreg", ".maxnctapersm"};
    while (!p->failed && !ptx_token_is(&p->token, "{")) {
        ptx_token directive = p->token;
        bool threads = ptx_token_is(&directive, ".maxntid") || ptx_token_is(&directive, ".reqntid");
        bool known = threads;
        for (size_t i = 0; i < sizeof hints / sizeof hints[0]; i++) {
            known = known || ptx_token_is(&directive, hints[i]);
        }
        if (!known) {
            ptx_fail(p, &directive, "unknown directive of a kernel");
        }
        ptx_advance(p);
        uint64_t product = 1, number = 0;
        do {
            if (!ptx_number_of(&p->token, &number)) {
                ptx_fail(p, &p->token, "not a number");
            }
            product *= number;
            ptx_advance(p);
        } while (!p->failed && ptx_accept(p, ","));
        if (threads && product < p->kernel->max_threads) {
            p->kernel->max_threads = (uint32_t)product;
        }
    }
}

static ptx_label *label_named(ptx_parser *p, const ptx_token *name)
{
    for (size_t i = 0; i < p->label_count; i++) {
        ptx_token *other = &p->labels[i].name;
        if (other->length == name->length && memcmp(other->text, name->text, name->length) == 0) {
            return &p->labels[i];
        }
    }
    return NULL;
}

/* .branchtargets $L1, $L2; */
static void parse_targets(ptx_parser *p, ptx_label *label)
{
    size_t capacity = 0;
    do {
        ptx_token *more = ptx_room(p, label->targets, label->target_count, &capacity, sizeof *more);
        if (more == NULL) {
            return;
        }
        label->targets = more;
        label->targets[label->target_count++] = p->token;
        ptx_advance(p);
    } while (!p->failed && ptx_accept(p, ","));
    ptx_expect(p, ";");
}

static void add_label(ptx_parser *p, const ptx_token *name)
{
    ptx_label *more = ptx_room(p, p->labels, p->label_count, &p->label_capacity, sizeof *p->labels);
    if (more == NULL) {
        return;
    }
    p->labels = more;
    if (label_named(p, name) != NULL) {
        ptx_fail(p, name, "a label that is there already");
        return;
    }
    ptx_label *label = &p->labels[p->label_count++];
    *label = (ptx_label){*name, p->kernel->inst_count, NULL, 0};
    if (ptx_accept(p, ".branchtargets")) {
        parse_targets(p, label);
    }
}

static void parse_body_line(ptx_parser *p)
{
    if (ptx_accept(p, "{")) {
        p->depth++;
    } else if (ptx_accept(p, "}")) {
        ptx_leave_scope(p);
    } else if (ptx_accept(p, ".reg")) {
        ptx_declare_registers(p);
    } else if (ptx_accept(p, ".shared") || ptx_token_is(&p->token, ".local")) {
        bool is_local = ptx_accept(p, ".local");
        ptx_parse_memory_variable(p, is_local ? PTX_LOCAL : PTX_SHARED, false);
        ptx_expect(p, ";");
    } else if (ptx_accept(p, ".loc") || ptx_accept(p, ".pragma")) {
        uint32_t line = p->token.line;
        while (p->token.kind != PTX_END && p->token.line == line) {
            ptx_advance(p);
        }
    } else if (p->token.kind == PTX_WORD && p->reader.at[0] == ':') {
        ptx_token name = p->token;
        ptx_advance(p);
        ptx_advance(p);
        add_label(p, &name);
    } else {
        ptx_parse_instruction(p);
    }
}

static uint32_t target_of(ptx_parser *p, const ptx_token *name)
{
    const ptx_label *label = label_named(p, name);
    if (label == NULL || label->targets != NULL) {
        ptx_fail(p, name, "no label of this name");
        return 0;
    }
    return label->inst;
}

/* A table of targets for an indexed branch; the kernel keeps it. */
static void resolve_table(ptx_parser *p, ptx_inst *inst, const ptx_token *name)
{
    const ptx_label *label = label_named(p, name);
    ptx_kernel *kernel = p->kernel;
    if (label == NULL || label->targets == NULL) {
        ptx_fail(p, name, "no table of targets of this name");
        return;
    }
    uint32_t **tables = realloc(kernel->tables, (kernel->table_count + 1) * sizeof *tables);
    uint32_t *table = malloc(label->target_count * sizeof *table);
    if (tables != NULL) {
        kernel->tables = tables;
    }
    if (tables == NULL || table == NULL) {
        ptx_fail(p, name, "out of memory");
        free(table);
        return;
    }
    tables[kernel->table_count++] = table;
    for (uint32_t i = 0; i < label->target_count; i++) {
        table[i] = target_of(p, &label->targets[i]);
    }
    inst->table = table;
    inst->table_size = label->target_count;
}

static void resolve(ptx_parser *p)
{
    ptx_kernel *kernel = p->kernel;
    for (size_t i = 0; i < p->jump_count && !p->failed; i++) {
        ptx_inst *inst = &kernel->insts[p->jumps[i].inst];
        if (inst->warp == ptx_branch_by_table) {
            resolve_table(p, inst, &p->jumps[i].name);
        } else {
            inst->target = target_of(p, &p->jumps[i].name);
        }
    }
    for (uint32_t i = 0; i < kernel->inst_count; i++) {
        ptx_inst *inst = &kernel->insts[i];
        for (uint32_t k = 0; k < (uint32_t)inst->outputs + inst->inputs; k++) {
            inst->at[k] = kernel->registers[inst->reg[k]].at;
        }
    }
}

void ptx_clear_names(ptx_parser *p)
{
    for (size_t i = 0; i < p->label_count; i++) {
        free(p->labels[i].targets);
    }
    p->family_count = p->label_count = p->jump_count = 0;
    p->kernel = NULL;
}

/* Shared variables at file scope; those without a size are dynamic shared memory, which all begin where it
 * does. */
static void add_shared_of_module(ptx_parser *p)
{
    for (uint32_t i = 0; i < p->module->shared_count; i++) {
        const ptx_variable *shared = &p->module->shared[i];
        ptx_token name = {PTX_WORD, shared->name, strlen(shared->name), 0, ""};
        uint32_t bytes = p->kernel->shared_bytes;
        ptx_variable *added = ptx_add_variable(p, &name, PTX_SHARED, shared->size, shared->at);
        if (added != NULL && shared->size == 0) {
            added->at = PTX_DYNAMIC_SHARED;
            p->kernel->shared_bytes = bytes;
        }
    }
}

void ptx_parse_kernel(ptx_parser *p)
{
    ptx_token name = p->token;
    ptx_kernel *kernel = calloc(1, sizeof *kernel);
    if (kernel == NULL) {
        ptx_fail(p, &name, "out of memory");
        return;
    }
    kernel->module = p->module;
    kernel->max_threads = PTX_MAX_THREADS;
    kernel->next = p->module->kernels;
    p->module->kernels = kernel;
    p->kernel = kernel;
    kernel->name = ptx_copy_of(p, &name);
    ptx_advance(p);
    parse_parameters(p);
    parse_limits(p);
    add_shared_of_module(p);
    ptx_expect(p, "{");
    p->depth = 1;
    while (!p->failed && p->depth > 0) {
        parse_body_line(p);
    }
    if (!p->failed) {
        resolve(p);
    }
    if (!p->failed && !ptx_find_meetings(kernel)) {
        ptx_fail(p, &name, "out of memory");
    }
    ptx_clear_names(p);
}
