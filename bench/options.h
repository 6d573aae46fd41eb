/* The program's options. */
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include <glorand/glorand.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* it failed while running */
    EXIT_USAGE = 2   /* bad usage; nothing was measured */
};

#define BENCH_MAX_FILTERS 64

typedef enum bench_format { BENCH_TABLE, BENCH_JSON, BENCH_CSV } bench_format;

typedef struct bench_options {
    bench_format format;
    bool quick, stages, list, help;
    uint32_t rounds;  /* 0: as many as suit the size */
    uint32_t threads; /* of the cases with all threads */
    const char *isa;  /* the widest instruction set that glorand may use */
    glr_backend_kind backend;
    const char *filters[BENCH_MAX_FILTERS];
    size_t filter_count;
} bench_options;

extern const char bench_help[];

/* Reads the command line; EXIT_DONE, or EXIT_USAGE after a message. */
int bench_read_options(int argc, char **argv, bench_options *options);

/* Prints "glorand-bench: error: ..." and returns the status. */
__attribute__((format(printf, 2, 3))) int bench_fail(int status, const char *format, ...);

/* Whether the filters let a name through: all do if there is none. */
bool bench_is_selected(const bench_options *options, const char *name);

#endif
