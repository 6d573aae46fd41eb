/* A case: one thing that is timed. Cases that are compared with each other, because they write as many bytes
   with as many threads, form a group, which has yardsticks of its own. */
#ifndef BENCH_CASE_H
#define BENCH_CASE_H

#include "statistics.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where the memory of a timing comes from. */
typedef enum bench_source {
    BENCH_WRITTEN,   /* written before by as many threads */
    BENCH_FRESH,     /* a mapping of its own that was never written: a first touch */
    BENCH_FRESH_HUGE /* likewise, with huge pages if the system gives them on request */
} bench_source;

typedef enum bench_role { BENCH_GLORAND, BENCH_YARDSTICK, BENCH_PEER } bench_role;

#define BENCH_NAME   96
#define BENCH_REASON 192

typedef struct bench_case bench_case;

/* How cases of one kind run. A run must not depend on the repetition except in which values it draws. */
typedef struct bench_engine {
    bool (*open)(bench_case *c, char reason[BENCH_REASON]); /* makes c->state; false, and why, if it cannot */
    bool (*run)(const bench_case *c, void *dst, uint64_t repetition); /* false after a message */
    void (*close)(bench_case *c);
} bench_engine;

/* Results of the rounds. Ratios are 0 where there was nothing to compare with. */
typedef struct bench_result {
    bool measured;
    uint32_t rounds;            /* that count */
    uint32_t disturbed;         /* rounds left out, since other programs disturbed them */
    uint64_t repetitions;       /* runs within one timing */
    double bytes_per_second;    /* median of the rounds */
    double spread;              /* interquartile range over the median */
    double to_memset;           /* median of the ratios within each round */
    double to_streaming_stores; /* likewise */
} bench_result;

struct bench_case {
    char name[BENCH_NAME];
    bench_role role;
    const char *method;    /* "resample", or what the peer does */
    const char *dtype;     /* as glr_dtype_name gives it */
    const char *isa;       /* instruction set, where it was chosen; or "" */
    const char *backend;   /* of glorand; or "" */
    bool truncates;        /* whether values lie between bounds */
    uint32_t element_size; /* bytes */
    uint32_t threads;      /* at most */
    uint64_t bytes;        /* written by one run */
    uint64_t room;         /* of the destination: more than `bytes` if there are gaps */
    uint32_t run_length;   /* of a slice of columns: its width; 0 for a whole tensor */
    bool strided;          /* of a slice: whether the destination has gaps, too */
    bool selected;         /* by the filters */
    const void *settings;  /* of the engine's cases; not owned */
    const bench_engine *engine;
    void *state;           /* of the engine, between open and close */
    bench_timing *timings; /* of each round, while the group is measured */
    bench_result result;
};

typedef struct bench_group {
    char name[BENCH_NAME / 2]; /* "16MiB/2t", for example: how the names of its cases go on */
    uint64_t bytes;
    uint32_t threads;
    bench_source source;
    bench_case *cases;
    size_t count, capacity;
} bench_group;

typedef struct bench_list {
    bench_group *groups;
    size_t count, capacity;
} bench_list;

/* Appends a group; NULL when memory runs out. Pointers to groups are valid until the next one. */
bench_group *bench_add_group(bench_list *list, uint64_t bytes, uint32_t threads, bench_source source);

/* Appends a case "WHAT/DTYPE/GROUP" + suffix that writes float32 values over the group's bytes; NULL when
   memory runs out. Pointers to cases are valid until the group's next one. */
bench_case *bench_add_case(bench_group *group, const char *what, const char *dtype, uint32_t element_size,
                           const char *suffix);

void bench_free_list(bench_list *list);

/* Notes about what was not measured. */
typedef struct bench_note {
    char name[BENCH_NAME], reason[BENCH_REASON];
} bench_note;

#define BENCH_MAX_NOTES 512

typedef struct bench_notes {
    bench_note notes[BENCH_MAX_NOTES];
    size_t count;
} bench_notes;

/* Says on stderr that something was left out, and why, and keeps it for the report; each name once. */
void bench_note_skip(bench_notes *notes, const char *name, const char *reason);

/* For engines that need nothing opened. */
bool bench_open_nothing(bench_case *c, char reason[BENCH_REASON]);
void bench_close_nothing(bench_case *c);

#endif
