/* Comma-separated values, a line for each case. The name of a peer's method may hold commas, and is in
   quotes; no text holds a quote. */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>

static const char *role_name(bench_role role)
{
    return role == BENCH_GLORAND ? "glorand" : role == BENCH_PEER ? "peer" : "yardstick";
}

static void print_case(const bench_group *group, const bench_case *c)
{
    const bench_result *result = &c->result;
    (void)printf("%s,%s,\"%s\",%s,%" PRIu64 ",%" PRIu32 ",%s,%s,%s,%s", c->name, role_name(c->role),
                 c->method, c->dtype, c->bytes, c->threads, c->isa, c->backend,
                 c->truncates ? "true" : "false", group->source != BENCH_WRITTEN ? "true" : "false");
    (void)printf(",%" PRIu32 ",%" PRIu64 ",%.6g,%.6g,%.4g", result->rounds, result->repetitions,
                 result->bytes_per_second / c->element_size, result->bytes_per_second, result->spread);
    if (result->to_memset > 0) {
        (void)printf(",%.5g", result->to_memset);
    } else {
        (void)printf(",");
    }
    if (result->to_streaming_stores > 0) {
        (void)printf(",%.5g\n", result->to_streaming_stores);
    } else {
        (void)printf(",\n");
    }
}

void bench_print_csv(const bench_report *report)
{
    (void)printf("name,role,method,dtype,bytes,threads,isa,backend,truncates,first_touch,rounds,repetitions,"
                 "values_per_second,bytes_per_second,spread,ratio_to_memset,ratio_to_streaming_stores\n");
    for (size_t i = 0; i < report->list->count; i++) {
        const bench_group *group = &report->list->groups[i];
        for (size_t k = 0; k < group->count; k++) {
            if (group->cases[k].result.measured) {
                print_case(group, &group->cases[k]);
            }
        }
    }
}
