#include "commands.h"

#include "gpu_case.h"

#include <stdlib.h>

/* Upper bound of the memory for cases of a size: a strided case takes less than two rows for one. */
static uint64_t room_of(uint64_t size) { return 2 * size; }

bool session_open(session *s, const gpu *g, const arguments *a)
{
    const uint64_t max = gpu_free_memory(g) / 20 * 19 / SIZE_UNIT * SIZE_UNIT;
    *s = (session){.g = g, .a = a, .begun = gpu_now()};
    for (size_t i = 0; i < a->size_count; i++) {
        const uint64_t wanted = a->sizes[i] == SIZE_LARGEST ? max : room_of(a->sizes[i]);
        s->room = wanted > s->room ? wanted : s->room;
    }
    s->room = s->room < max ? s->room : max;
    /* Free memory may be fragmented. */
    while (s->room >= SIZE_UNIT && g->cuMemAlloc_v2(&s->memory, (size_t)s->room) != CUDA_SUCCESS) {
        s->memory = 0;
        s->room = s->room / 10 * 9 / SIZE_UNIT * SIZE_UNIT;
    }
    return s->memory != 0;
}

void session_close(session *s)
{
    if (s->memory != 0) {
        (void)s->g->cuMemFree_v2(s->memory);
        s->memory = 0;
    }
}

FILE *session_details(session *s)
{
    s->details = open_memstream(&s->text, &s->length);
    if (s->details == NULL) {
        (void)fprintf(stderr, "glorand-gpu-bench: error: no memory on the host\n");
    }
    return s->details;
}

void session_print_details(session *s)
{
    if (fclose(s->details) == 0 && s->length > 0) {
        (void)printf("\n```text\n%s```\n", s->text);
    }
    free(s->text);
}

bool session_is_over(const session *s) { return gpu_now() - s->begun >= s->a->seconds; }

void session_show(const session *s, const char *what, const char *size)
{
    (void)fprintf(stderr, "%s: %s after %.1f s\n", what, size, gpu_now() - s->begun);
}
