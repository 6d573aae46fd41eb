/* The parts of glorand-bench: its options, its cases, measuring them, reports. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "case.h"
#include "engines.h"
#include "machine.h"

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
    bool keep_disturbed; /* whether all rounds count */
    uint32_t rounds;     /* 0: as many as suit the size */
    uint32_t threads;    /* of the cases with all threads */
    const char *isa;     /* the widest instruction set that glorand may use */
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

/* Lists the groups and cases of a run and marks those that the filters select, and the yardsticks of their
   groups. False when memory runs out. */
bool bench_list_cases(const bench_options *options, bench_list *list);

/* Lists one group instead of those of bench_list_cases: draws that each do more than the one before, in each
   form that glorand's kernels have. False when memory runs out. */
bool bench_list_stages(const bench_options *options, bench_list *list);

/* Measures the selected cases of a group; those that cannot run go to the notes. False after a message. */
bool bench_measure(const bench_options *options, bench_group *group, bench_notes *notes);

/* Reports on standard output. */
typedef struct bench_report {
    const bench_options *options;
    const bench_machine *machine;
    const bench_list *list;
    const bench_notes *notes;
} bench_report;

void bench_print_table(const bench_report *report);
void bench_print_csv(const bench_report *report);

/* False after a message. */
bool bench_print_json(const bench_report *report);

#endif
