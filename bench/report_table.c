/* The table for people. */
#include "report.h"

#include <glorand/glorand.h>

#include <inttypes.h>
#include <stdio.h>

static void print_machine(const bench_report *report)
{
    const bench_machine *machine = report->machine;
    (void)printf("glorand %s, %s, built by %s\n", glr_version_string(), report->options->isa,
                 machine->compiler);
    (void)printf("%s, %" PRIu32 " processors, %" PRIu64 " MiB of memory; %s, %s; huge pages: %s\n",
                 machine->processor, machine->processors, machine->memory_bytes >> 20, machine->system,
                 machine->kernel, machine->huge_pages[0] != '\0' ? machine->huge_pages : "unknown");
    (void)printf("Medians of the rounds; spread: interquartile range over median; x: ratio to memset and to\n"
                 "streaming stores of the same rounds; peers say whether they truncate as glorand does.\n");
}

static void print_ratio(double ratio)
{
    if (ratio > 0) {
        (void)printf(" %8.3f", ratio);
    } else {
        (void)printf(" %8s", "-");
    }
}

static void print_case(const bench_case *c)
{
    const bench_result *result = &c->result;
    (void)printf("%-52s %9.4f %8.3f %6.1f%%", c->name, 1e-9 * result->bytes_per_second / c->element_size,
                 1e-9 * result->bytes_per_second, 100 * result->spread);
    print_ratio(result->to_memset);
    print_ratio(result->to_streaming_stores);
    (void)printf(" %-6s %s\n", c->isa[0] != '\0' ? c->isa : "-",
                 c->role == BENCH_YARDSTICK ? "-"
                 : c->truncates             ? "yes"
                                            : "no");
}

void bench_print_table(const bench_report *report)
{
    print_machine(report);
    for (size_t i = 0; i < report->list->count; i++) {
        const bench_group *group = &report->list->groups[i];
        bool first = true;
        for (size_t k = 0; k < group->count; k++) {
            if (!group->cases[k].result.measured) {
                continue;
            }
            if (first) {
                (void)printf("\n%-52s %9s %8s %7s %8s %8s %-6s %s\n", group->name, "Gvalue/s", "GB/s",
                             "spread", "x memset", "x stream", "isa", "truncates");
                first = false;
            }
            print_case(&group->cases[k]);
        }
    }
}
