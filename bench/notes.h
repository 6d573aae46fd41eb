/* Notes about what was not measured. */
#ifndef BENCH_NOTES_H
#define BENCH_NOTES_H

#include "case.h"

typedef struct bench_note {
    char name[BENCH_NAME], reason[BENCH_REASON];
} bench_note;

#define BENCH_MAX_NOTES 64

typedef struct bench_notes {
    bench_note notes[BENCH_MAX_NOTES];
    size_t count;
} bench_notes;

/* Says on stderr that something was left out, and why, and keeps it for the report; each name once. */
void bench_note_skip(bench_notes *notes, const char *name, const char *reason);

#endif
