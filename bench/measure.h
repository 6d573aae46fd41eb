/* Measuring a group. */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "case.h"
#include "notes.h"
#include "options.h"

/* Measures the selected cases of a group; those that cannot run go to the notes. False after a message. */
bool bench_measure(const bench_options *options, bench_group *group, bench_notes *notes);

#endif
