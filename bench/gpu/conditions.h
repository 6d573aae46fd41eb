/* Fills under conditions that programs meet: busy streams, graphs, memory of other kinds, contexts of their
 * own. */
#ifndef BENCH_GPU_CONDITIONS_H
#define BENCH_GPU_CONDITIONS_H

#include "gpu.h"

typedef enum outcome { OUTCOME_EQUAL, OUTCOME_DIFFERENT, OUTCOME_SKIPPED } outcome;

/* How long conditions last. */
typedef struct effort {
    uint64_t bytes;   /* of a fill, 4 KiB at least */
    unsigned fills;   /* of each stream that is busy */
    unsigned replays; /* of a graph */
} effort;

typedef struct condition {
    const char *name;
    /* Sets why, unless it is OUTCOME_EQUAL; details as for gpu_check. */
    outcome (*run)(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON]);
} condition;

/* The fills whose hashes every build is held to (tests/hashes): parts, strides, carries of the counter, all
 * dtypes. */
outcome hashed_fills(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON]);

extern const condition conditions[];
extern const size_t condition_count;

#endif
