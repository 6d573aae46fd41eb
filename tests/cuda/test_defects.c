/* Seeded defects: every one that mutants.c knows, put into every line of the kernels' PTX, one at a time.
   Each must be refused by the parser, be a fault, or change a value; what does neither is printed, and is
   counted against a limit that the comment beside it gives the reasons for. */
#include "core/core.h"
#include "mutants.h"
#include "ptx/ptx.h"
#include "session.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT  1008 /* at most, and more than one pass of the grid */
#define LONGER 64   /* times, for what the short scenes do not show */
#define SCENES 6

typedef struct kernel_text {
    char *head; /* what comes before the first kernel */
    char *lines[4000];
    size_t count;
} kernel_text;

static char *read_ptx(void)
{
    FILE *file = fopen(PTX, "rb");
    cr_assert_not_null(file);
    char *text = calloc(1, 4000000);
    cr_assert_not_null(text);
    cr_assert_gt(fread(text, 1, 4000000 - 1, file), 0);
    (void)fclose(file);
    return text;
}

/* One kernel's lines, with a register more in each family. */
static kernel_text cut_out(char *text, const char *name)
{
    kernel_text k = {text, {NULL}, 0};
    char entry[64];
    (void)snprintf(entry, sizeof entry, ".visible .entry %s(", name);
    char *start = strstr(text, entry), *first = strstr(text, ".visible .entry");
    cr_assert_not_null(start);
    char *end = strstr(start, "\n}\n");
    cr_assert_not_null(end);
    end[2] = '\0';
    for (char *line = start; line != NULL && k.count < 4000;) {
        char *next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        k.lines[k.count++] = line;
        line = next;
    }
    *(first == start ? start : first) = first == start ? *start : '\0';
    return k;
}

/* The module with line `changed` replaced. */
static size_t assemble(const kernel_text *k, size_t changed, const char *mutant, char *out, size_t size)
{
    size_t length = (size_t)snprintf(out, size, "%.*s\n", (int)(k->lines[0] - k->head), k->head);
    for (size_t i = 0; i < k->count; i++) {
        const char *line = i == changed ? mutant : k->lines[i], *family = strchr(line, '<');
        length += (size_t)snprintf(out + length, size - length, "%s\n", line);
        if (strstr(line, ".reg") != NULL && family != NULL) {
            const char *percent = strchr(line, '%');
            length += (size_t)snprintf(out + length, size - length, "%.*s%.*s9999;\n", (int)(percent - line),
                                       line, (int)(family - percent), percent);
        }
        cr_assert_lt(length, size);
    }
    return length;
}

/* What is drawn to see a defect: several sizes, samplers and counters. */
typedef struct scene {
    uint64_t count;
    glr_counter base;
    int sampler;
    float shift;
} scene;

#define CARRIES                                                                                              \
    {                                                                                                        \
        UINT64_C(0xfffffffffffffff0), 41                                                                     \
    }
#define PLAIN                                                                                                \
    {                                                                                                        \
        UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba9876543210)                                           \
    }

/* One scene's values, in memory of exactly their size. */
static bool draw_scene(const ptx_module *module, ptx_memory *memory, const char *name, const scene *s,
                       uint64_t times, float *values)
{
    request r = {glr_round_keys_of(1, 2), s->base, times * s->count, 0.75f, s->shift, s->sampler};
    uint64_t address = (uint64_t)(uintptr_t)values | PTX_DEVICE_BIT;
    const void *parameters[] = {&address, &r};
    ptx_region *region = ptx_memory_add(
        memory, (ptx_region){address, 4 * times * s->count, (unsigned char *)values, PTX_GLOBAL});
    cr_assert_not_null(region);
    ptx_launch launch = {
        .kernel = ptx_kernel_named(module, name), .memory = memory, .parameters = parameters};
    bool strides = strcmp(name, "icdf") == 0;
    launch.grid[0] = (uint32_t)(strides ? 2 : 3 * times);
    launch.block[0] = strides ? 96 : 128;
    launch.grid[1] = launch.grid[2] = launch.block[1] = launch.block[2] = 1;
    launch.most_steps = 200000 * times;
    bool fine = launch.kernel != NULL && ptx_run(&launch) == PTX_FINE;
    ptx_memory_remove(memory, region);
    return fine;
}

static bool draw(const char *name, const char *text, size_t length, const scene *scenes, uint64_t times,
                 float *values)
{
    char message[PTX_MESSAGE_SIZE];
    ptx_memory memory = {NULL, 0, 0};
    ptx_module *module = ptx_load(text, length, &memory, message);
    memset(values, 0xa5, times * SCENES * COUNT * sizeof(float));
    bool fine = module != NULL;
    for (size_t i = 0; fine && i < SCENES && scenes[i].count > 0; i++) {
        fine = draw_scene(module, &memory, name, &scenes[i], times, values + i * times * COUNT);
    }
    ptx_unload(module);
    ptx_memory_clear(&memory);
    return fine;
}

typedef struct tally {
    unsigned made, refused_or_fault, other_values, nothing;
} tally;

/* What a kernel without a defect gives. */
typedef struct answers {
    _Alignas(16) float few[SCENES * COUNT];
    _Alignas(16) float many[LONGER * SCENES * COUNT];
} answers;

static void try_mutant(const char *name, const scene *scenes, const kernel_text *k, size_t i,
                       const char *mutant, mutation kind, const answers *right, tally *t)
{
    static char text[400000];
    static _Alignas(16) float values[LONGER * SCENES * COUNT];
    size_t length = assemble(k, i, mutant, text, sizeof text);
    t->made++;
    if (!draw(name, text, length, scenes, 1, values)) {
        t->refused_or_fault++;
    } else if (memcmp(values, right->few, sizeof right->few) != 0 ||
               !draw(name, text, length, scenes, LONGER, values) ||
               memcmp(values, right->many, sizeof right->many) != 0) {
        t->other_values++;
    } else {
        t->nothing++;
        (void)printf("%s, %s, changes nothing: %s ->%s\n", name, mutation_names[kind], k->lines[i], mutant);
    }
}

static void try_all(const char *name, const scene *scenes, const unsigned allowed[MUTATIONS])
{
    char *text = read_ptx();
    kernel_text k = cut_out(text, name);
    static char whole[400000];
    static answers right;
    size_t length = assemble(&k, 0, k.lines[0], whole, sizeof whole);
    cr_assert(draw(name, whole, length, scenes, 1, right.few), "%s", name);
    cr_assert(draw(name, whole, length, scenes, LONGER, right.many), "%s", name);
    for (mutation kind = 0; kind < MUTATIONS; kind++) {
        tally t = {0, 0, 0, 0};
        for (size_t i = 0; i < k.count; i++) {
            char mutant[512];
            for (unsigned v = 0; v < 8 && mutate_line(kind, v, k.lines[i], mutant, sizeof mutant); v++) {
                try_mutant(name, scenes, &k, i, mutant, kind, &right, &t);
            }
        }
        (void)printf("%s, %s: %u made, %u refused or faults, %u change values, %u change nothing\n", name,
                     mutation_names[kind], t.made, t.refused_or_fault, t.other_values, t.nothing);
        cr_expect_leq(t.nothing, allowed[kind], "%s, %s", name, mutation_names[kind]);
    }
    free(text);
}

Test(defects, icdf)
{
    static const scene scenes[SCENES] = {{1003, CARRIES, 0, 0.125f}, {1002, PLAIN, 0, 0.0f},
                                         {1001, PLAIN, 0, 0.0f},     {1000, PLAIN, 0, 0.0f},
                                         {2, PLAIN, 0, 0.0f},        {3, PLAIN, 0, 0.0f}};
    static const unsigned allowed[MUTATIONS] = {0};
    try_all("icdf", scenes, allowed);
}

Test(defects, queued)
{
    static const scene scenes[SCENES] = {
        {1000, CARRIES, 0, 0.125f}, {1000, PLAIN, 0, 0.0f}, {516, PLAIN, 0, 0.0f}};
    static const unsigned allowed[MUTATIONS] = {0};
    try_all("queued", scenes, allowed);
}

Test(defects, sample)
{
    static const scene scenes[SCENES] = {
        {1003, CARRIES, GLR_SAMPLE_TRUNCATED, 0.125f}, {1002, PLAIN, GLR_SAMPLE_NORMAL, 0.0f},
        {1001, PLAIN, GLR_SAMPLE_UNIFORM, 0.0f},       {1000, PLAIN, GLR_SAMPLE_ICDF, 0.0f},
        {900, CARRIES, GLR_SAMPLE_NORMAL, 0.0f},       {7, PLAIN, GLR_SAMPLE_CONSTANT, 0.5f}};
    static const unsigned allowed[MUTATIONS] = {0};
    try_all("sample", scenes, allowed);
}
