/* Reports on standard output. */
#ifndef BENCH_REPORT_H
#define BENCH_REPORT_H

#include "case.h"
#include "machine.h"
#include "notes.h"
#include "options.h"

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
