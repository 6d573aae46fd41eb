/* Lists of groups and cases that grow. */
#ifndef BENCH_LIST_H
#define BENCH_LIST_H

#include "case.h"

/* Appends a group; NULL when memory runs out. Pointers to groups are valid until the next one. */
bench_group *bench_add_group(bench_list *list, uint64_t bytes, uint32_t threads, bench_source source);

/* Appends a case "WHAT/DTYPE/GROUP" + suffix that writes float32 values over the group's bytes; NULL when
   memory runs out. Pointers to cases are valid until the group's next one. */
bench_case *bench_add_case(bench_group *group, const char *what, const char *dtype, uint32_t element_size,
                           const char *suffix);

void bench_free_list(bench_list *list);

#endif
