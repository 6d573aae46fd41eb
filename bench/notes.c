#include "notes.h"

#include <stdio.h>
#include <string.h>

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
