/* The stages of a draw, on the CPU and on OpenCL. */
#ifndef BENCH_STAGES_H
#define BENCH_STAGES_H

#include "case.h"
#include "options.h"

/* Lists one group instead of those of bench_list_cases: draws that each do more than the one before, in each
   form that glorand's kernels have. False when memory runs out. */
bool bench_list_stages(const bench_options *options, bench_list *list);

#endif
