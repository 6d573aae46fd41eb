/* The list of cases. */
#ifndef BENCH_CASES_H
#define BENCH_CASES_H

#include "case.h"
#include "draw.h"
#include "options.h"

/* Lists the groups and cases of a run and marks those that the filters select, and the yardsticks of their
   groups. False when memory runs out. */
bool bench_list_cases(const bench_options *options, bench_list *list);

/* For lists of other cases. A group begins with its yardsticks. These are false when memory runs out. */
bool bench_add_yardsticks(bench_group *group);
bool bench_add_draw(bench_group *group, const bench_draw *draw, glr_dtype dtype, const char *isa,
                    const char *suffix);

/* Marks the cases that the filters select, and the yardsticks if there is any. */
void bench_select_cases(const bench_options *options, bench_group *group);

#endif
