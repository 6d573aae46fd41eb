#include "case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Makes room for one element more; false when memory runs out. */
static bool grow(void **elements, size_t count, size_t *capacity, size_t size)
{
    if (count < *capacity) {
        return true;
    }
    size_t wanted = *capacity > 0 ? 2 * *capacity : 16;
    void *larger = realloc(*elements, wanted * size);
    if (larger == NULL) {
        return false;
    }
    *elements = larger;
    *capacity = wanted;
    return true;
}

/* "4KiB", "16MiB", "1GiB". */
static void size_text(uint64_t bytes, char *text, size_t capacity)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB"};
    size_t unit = 0;
    while (unit < 3 && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    (void)snprintf(text, capacity, "%" PRIu64 "%s", bytes, units[unit]);
}

bench_group *bench_add_group(bench_list *list, uint64_t bytes, uint32_t threads, bench_source source)
{
    void *groups = list->groups;
    if (!grow(&groups, list->count, &list->capacity, sizeof *list->groups)) {
        return NULL;
    }
    list->groups = groups;
    bench_group *group = &list->groups[list->count++];
    memset(group, 0, sizeof *group);
    group->bytes = bytes;
    group->threads = threads;
    group->source = source;
    static const char *const suffixes[] = {"", "/first-touch", "/first-touch-huge"};
    char size[32];
    size_text(bytes, size, sizeof size);
    (void)snprintf(group->name, sizeof group->name, "%s/%" PRIu32 "t%s", size, threads, suffixes[source]);
    return group;
}

bench_case *bench_add_case(bench_group *group, const char *what, const char *dtype, uint32_t element_size,
                           const char *suffix)
{
    void *cases = group->cases;
    if (!grow(&cases, group->count, &group->capacity, sizeof *group->cases)) {
        return NULL;
    }
    group->cases = cases;
    bench_case *c = &group->cases[group->count++];
    memset(c, 0, sizeof *c);
    (void)snprintf(c->name, sizeof c->name, "%s/%s/%s%s", what, dtype, group->name, suffix);
    c->method = what;
    c->dtype = dtype;
    c->isa = "";
    c->backend = "";
    c->element_size = element_size;
    c->threads = group->threads;
    c->bytes = group->bytes;
    c->room = group->bytes;
    return c;
}

void bench_free_list(bench_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        free(list->groups[i].cases);
    }
    free(list->groups);
    memset(list, 0, sizeof *list);
}

void bench_note_skip(bench_notes *notes, const char *name, const char *reason)
{
    for (size_t i = 0; i < notes->count; i++) {
        if (strcmp(notes->notes[i].name, name) == 0) {
            return;
        }
    }
    (void)fprintf(stderr, "glorand-bench: left out: %s: %s\n", name, reason);
    if (notes->count < BENCH_MAX_NOTES) {
        bench_note *note = &notes->notes[notes->count++];
        (void)snprintf(note->name, sizeof note->name, "%s", name);
        (void)snprintf(note->reason, sizeof note->reason, "%s", reason);
    }
}

bool bench_open_nothing(bench_case *c, char reason[BENCH_REASON])
{
    (void)c;
    (void)reason;
    return true;
}

void bench_close_nothing(bench_case *c) { (void)c; }
