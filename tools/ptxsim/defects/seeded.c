#include "seeded.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT 2000000 /* bytes of a kernel's PTX, at most */

/* Says what is wrong. */
__attribute__((format(printf, 1, 2))) static bool refuse(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf(format, arguments);
    va_end(arguments);
    (void)printf("\n");
    return false;
}

bool kernel_cut_out(kernel_text *k, char *text, const char *name)
{
    char entry[256];
    (void)snprintf(entry, sizeof entry, ".visible .entry %s(", name);
    char *start = strstr(text, entry), *first = strstr(text, ".visible .entry");
    char *end = start == NULL ? NULL : strstr(start, "\n}\n");
    if (end == NULL) {
        return refuse("no kernel %s is in the PTX", name);
    }
    end[2] = '\0';
    k->head = text;
    k->count = 0;
    for (char *line = start; line != NULL;) {
        if (k->count == SEEDED_LINES) {
            return refuse("%s has more than %d lines", name, SEEDED_LINES);
        }
        char *next = strchr(line, '\n');
        if (next != NULL) {
            *next++ = '\0';
        }
        k->lines[k->count++] = line;
        line = next;
    }
    if (first != start) {
        *first = '\0';
    }
    return true;
}

/* The module with line `changed` replaced, and a register more in each family; 0 if it is too long. */
static size_t assemble(const kernel_text *k, size_t changed, const char *mutant, char *out)
{
    size_t length = (size_t)snprintf(out, TEXT, "%.*s\n", (int)(k->lines[0] - k->head), k->head);
    for (size_t i = 0; length < TEXT && i < k->count; i++) {
        const char *line = i == changed ? mutant : k->lines[i], *family = strchr(line, '<');
        length += (size_t)snprintf(out + length, TEXT - length, "%s\n", line);
        if (length < TEXT && strstr(line, ".reg") != NULL && family != NULL) {
            const char *percent = strchr(line, '%');
            length += (size_t)snprintf(out + length, TEXT - length, "%.*s%.*s9999;\n", (int)(percent - line),
                                       line, (int)(family - percent), percent);
        }
    }
    return length < TEXT ? length : 0;
}

/* A trial, with the kernel's values without a defect. */
typedef struct trial {
    const seeded *s;
    const kernel_text *text;
    char *ptx;
    unsigned char *few, *many, *values;
} trial;

static bool draw(const trial *t, size_t line, const char *mutant, bool many)
{
    size_t length = assemble(t->text, line, mutant, t->ptx);
    memset(t->values, 0xa5, many ? t->s->many : t->s->few);
    return length > 0 && t->s->draw(t->s, t->ptx, length, many, t->values);
}

/* Whether a use before the line of a register without a value is found. (A trap would do, but it ends a path,
   so that lanes that never go there would meet elsewhere.) */
static bool is_reached(const trial *t, size_t line)
{
    char probe[512];
    (void)snprintf(probe, sizeof probe, "mov.u32 %%r9999, %%r9999;\n%s", t->text->lines[line]);
    return !draw(t, line, probe, false) || !draw(t, line, probe, true);
}

static void try_mutant(const trial *t, size_t line, const char *mutant, mutation kind, tally *sum)
{
    sum->made++;
    for (int many = 0; many < 2; many++) {
        if (!draw(t, line, mutant, many != 0)) {
            sum->refused_or_fault++;
            return;
        }
        if (memcmp(t->values, many ? t->many : t->few, many ? t->s->many : t->s->few) != 0) {
            sum->other_values++;
            return;
        }
    }
    if (!is_reached(t, line)) {
        sum->unreached++;
        return;
    }
    sum->nothing++;
    (void)printf("%s, %s, changes nothing: %s ->%s\n", t->s->name, mutation_names[kind], t->text->lines[line],
                 mutant);
}

/* Draws the expected values, without a defect. */
static bool draw_expected(const trial *t)
{
    if (t->ptx == NULL || t->few == NULL || t->many == NULL || t->values == NULL) {
        return refuse("%s: no memory for %zu bytes of values", t->s->name, t->s->few + 2 * t->s->many);
    }
    for (int many = 0; many < 2; many++) {
        if (!draw(t, 0, t->text->lines[0], many != 0)) {
            return refuse("%s: refused or a fault without a defect, or longer than %d bytes", t->s->name,
                          TEXT);
        }
        memcpy(many ? t->many : t->few, t->values, many ? t->s->many : t->s->few);
    }
    return true;
}

static void try_kind(const trial *t, mutation kind, size_t stride, tally *sum)
{
    size_t count = 0;
    for (size_t i = 0; i < t->text->count; i++) {
        char mutant[512];
        for (unsigned v = 0; v < 8 && mutate_line(kind, v, t->text->lines[i], mutant, sizeof mutant); v++) {
            if (count++ % stride == 0) {
                try_mutant(t, i, mutant, kind, sum);
            }
        }
    }
}

bool seeded_try_all(const seeded *s, const kernel_text *text, size_t stride, tally *sums)
{
    const size_t room = s->few > s->many ? s->few : s->many;
    trial t = {s, text, malloc(TEXT), malloc(s->few), malloc(s->many), malloc(room)};
    const bool is_fine = draw_expected(&t);
    for (mutation kind = 0; is_fine && kind < MUTATIONS; kind++) {
        try_kind(&t, kind, stride, &sums[kind]);
    }
    free(t.ptx);
    free(t.few);
    free(t.many);
    free(t.values);
    return is_fine;
}

void seeded_print(const char *name, const tally *sums)
{
    for (mutation kind = 0; kind < MUTATIONS; kind++) {
        const tally *t = &sums[kind];
        (void)printf(
            "%s, %s: %u made, %u refused or faults, %u change values, %u not reached, %u change nothing\n",
            name, mutation_names[kind], t->made, t->refused_or_fault, t->other_values, t->unreached,
            t->nothing);
    }
}

bool seeded_judge(const char *name, const tally *sums, const unsigned *max)
{
    bool is_fine = true;
    for (mutation kind = 0; kind < MUTATIONS; kind++) {
        const tally *t = &sums[kind];
        if (t->nothing * 100 > (t->made + 20) * max[kind]) {
            is_fine = refuse("%s, %s: %u of %u change nothing, and at most %u %% may", name,
                             mutation_names[kind], t->nothing, t->made, max[kind]);
        }
    }
    return is_fine;
}
