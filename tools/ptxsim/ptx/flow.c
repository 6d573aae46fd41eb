/* Where lanes that a branch separates meet again: at the branch's immediate post-dominator, the first
   instruction that all ways from it to the kernel's end go through. Found as by Cooper, Harvey and Kennedy,
   "A simple, fast dominance algorithm" (2001), on the reversed graph of instructions. */
#include "parser.h"

#include <stdlib.h>

typedef struct flow {
    const ptx_kernel *kernel;
    uint32_t end;      /* the node after the last instruction: the kernel's end */
    uint32_t *first;   /* of each node's predecessors in `before`; end + 2 of them */
    uint32_t *before;  /* predecessors */
    uint32_t *order;   /* nodes in reverse postorder of the reversed graph, the end first */
    uint32_t *place;   /* of a node in that order; PTX_NONE if the end can not be reached from it */
    uint32_t *meeting; /* the node's immediate post-dominator */
    uint32_t *stack;
    uint32_t reached;
} flow;

/* Calls with every node that may follow node n. */
static uint32_t successor(const flow *f, uint32_t n, uint32_t which, bool *is_one)
{
    const ptx_inst *inst = &f->kernel->insts[n];
    bool falls_through = !inst->ends_path;
    *is_one = true;
    if (falls_through && which == 0) {
        return n + 1;
    }
    which -= falls_through ? 1 : 0;
    if (inst->warp == ptx_branch && which == 0) {
        return inst->target;
    }
    if (inst->warp == ptx_branch_by_table && which < inst->table_size) {
        return inst->table[which];
    }
    if ((inst->warp == ptx_return || inst->warp == ptx_trap_here) && which == 0) {
        return f->end;
    }
    *is_one = false;
    return 0;
}

/* Lists the predecessors; `count` of a pass before tells how many each node has. */
static uint32_t count_edges(const flow *f)
{
    uint32_t edges = 0;
    bool is_one = false;
    for (uint32_t n = 0; n < f->end; n++) {
        for (uint32_t i = 0; (void)successor(f, n, i, &is_one), is_one; i++) {
            edges++;
        }
    }
    return edges;
}

static void list_predecessors(flow *f)
{
    bool is_one = false;
    for (uint32_t n = 0; n < f->end; n++) {
        for (uint32_t i = 0, s; s = successor(f, n, i, &is_one), is_one; i++) {
            f->first[s + 1]++;
        }
    }
    for (uint32_t n = 0; n <= f->end; n++) {
        f->first[n + 1] += f->first[n];
        f->place[n] = f->first[n]; /* the next free entry, for now */
    }
    for (uint32_t n = 0; n < f->end; n++) {
        for (uint32_t i = 0, s; s = successor(f, n, i, &is_one), is_one; i++) {
            f->before[f->place[s]++] = n;
        }
    }
}

/* Depth first from the end along predecessors. `meeting` serves as the count of predecessors done. */
static void find_order(flow *f)
{
    uint32_t depth = 0, next = f->end + 1;
    for (uint32_t n = 0; n <= f->end; n++) {
        f->place[n] = PTX_NONE;
        f->meeting[n] = f->first[n];
    }
    f->stack[depth++] = f->end;
    f->place[f->end] = 0;
    while (depth > 0) {
        uint32_t n = f->stack[depth - 1];
        if (f->meeting[n] == f->first[n + 1]) {
            f->order[--next] = n;
            depth--;
            continue;
        }
        uint32_t before = f->before[f->meeting[n]++];
        if (f->place[before] == PTX_NONE) {
            f->place[before] = 0;
            f->stack[depth++] = before;
        }
    }
    f->reached = f->end + 1 - next;
    for (uint32_t i = 0; i < f->reached; i++) {
        f->order[i] = f->order[next + i];
        f->place[f->order[i]] = i;
    }
}

static uint32_t common(const flow *f, uint32_t a, uint32_t b)
{
    while (a != b) {
        while (f->place[a] > f->place[b]) {
            a = f->meeting[a];
        }
        while (f->place[b] > f->place[a]) {
            b = f->meeting[b];
        }
    }
    return a;
}

static void find_post_dominators(flow *f)
{
    for (uint32_t n = 0; n <= f->end; n++) {
        f->meeting[n] = PTX_NONE;
    }
    f->meeting[f->end] = f->end;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 1; i < f->reached; i++) {
            uint32_t n = f->order[i], meeting = PTX_NONE;
            bool is_one = false;
            for (uint32_t k = 0, s; s = successor(f, n, k, &is_one), is_one; k++) {
                if (f->place[s] != PTX_NONE && f->meeting[s] != PTX_NONE) {
                    meeting = meeting == PTX_NONE ? s : common(f, meeting, s);
                }
            }
            changed = changed || meeting != f->meeting[n];
            f->meeting[n] = meeting;
        }
    }
}

bool ptx_find_meetings(ptx_kernel *kernel)
{
    flow f = {.kernel = kernel, .end = kernel->inst_count};
    size_t nodes = (size_t)f.end + 2;
    uint32_t edges = count_edges(&f);
    uint32_t *room = calloc(5 * nodes + edges + 1, sizeof *room);
    if (room == NULL) {
        return false;
    }
    f.first = room;
    f.order = room + nodes;
    f.place = room + 2 * nodes;
    f.meeting = room + 3 * nodes;
    f.stack = room + 4 * nodes;
    f.before = room + 5 * nodes;
    list_predecessors(&f);
    find_order(&f);
    find_post_dominators(&f);
    for (uint32_t n = 0; n < f.end; n++) {
        /* From where the end can not be reached, lanes meet there, that is never. */
        kernel->insts[n].meet = f.meeting[n] == PTX_NONE ? f.end : f.meeting[n];
    }
    free(room);
    return true;
}
