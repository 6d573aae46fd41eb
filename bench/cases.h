/* The list of cases. */
#ifndef BENCH_CASES_H
#define BENCH_CASES_H

#include "case.h"
#include "options.h"

/* Lists the groups and cases of a run and marks those that the filters select, and the yardsticks of their
   groups. False when there is no memory. */
bool bench_list_cases(const bench_options *options, bench_list *list);

#endif
