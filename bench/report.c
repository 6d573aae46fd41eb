/* Reports: a table for people, CSV, and JSON, which bench/report.py reads. */
#include "bench.h"
#include "peer.h"
#include "text/json.h"

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
    (void)printf(
        "Medians of the rounds; spread: interquartile range over median; x: ratio to memset and to\n"
        "streaming stores of the same rounds; left out: rounds that other programs disturbed; peers say\n"
        "whether they truncate as glorand does.\n");
}

static void print_ratio(double ratio)
{
    if (ratio > 0) {
        (void)printf(" %8.3f", ratio);
    } else {
        (void)printf(" %8s", "-");
    }
}

static void print_table_case(const bench_case *c)
{
    const bench_result *result = &c->result;
    (void)printf("%-52s %9.4f %8.3f %6.1f%%", c->name, 1e-9 * result->bytes_per_second / c->element_size,
                 1e-9 * result->bytes_per_second, 100 * result->spread);
    print_ratio(result->to_memset);
    print_ratio(result->to_streaming_stores);
    (void)printf(" %8" PRIu32 " %-6s %s\n", result->disturbed, c->isa[0] != '\0' ? c->isa : "-",
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
                (void)printf("\n%-52s %9s %8s %7s %8s %8s %8s %-6s %s\n", group->name, "Gvalue/s", "GB/s",
                             "spread", "x memset", "x stream", "left out", "isa", "truncates");
                first = false;
            }
            print_table_case(&group->cases[k]);
        }
    }
}

static const char *role_name(bench_role role)
{
    return role == BENCH_GLORAND ? "glorand" : role == BENCH_PEER ? "peer" : "yardstick";
}

static void print_csv_case(const bench_group *group, const bench_case *c)
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
        (void)printf(",%.5g", result->to_streaming_stores);
    } else {
        (void)printf(",");
    }
    (void)printf(",%" PRIu32 "\n", result->disturbed);
}

void bench_print_csv(const bench_report *report)
{
    (void)printf(
        "name,role,method,dtype,bytes,threads,isa,backend,truncates,first_touch,rounds,repetitions,"
        "values_per_second,bytes_per_second,spread,ratio_to_memset,ratio_to_streaming_stores,disturbed\n");
    for (size_t i = 0; i < report->list->count; i++) {
        const bench_group *group = &report->list->groups[i];
        for (size_t k = 0; k < group->count; k++) {
            if (group->cases[k].result.measured) {
                print_csv_case(group, &group->cases[k]);
            }
        }
    }
}

/* Lists and objects: a list's elements stand on lines of their own. */
static void begin_element(glr_text *text)
{
    if (text->length > 0 && text->bytes[text->length - 1] != '[') {
        glr_text_add(text, ",");
    }
    glr_text_add(text, "\n  {");
}

static void name(glr_text *text, const char *member)
{
    if (text->length > 0 && text->bytes[text->length - 1] != '{') {
        glr_text_comma(text);
    }
    glr_text_name(text, member);
}

static void string(glr_text *text, const char *member, const char *value)
{
    name(text, member);
    glr_text_string(text, value);
}

static void integer(glr_text *text, const char *member, uint64_t value)
{
    name(text, member);
    glr_text_int64(text, (int64_t)value);
}

static void boolean(glr_text *text, const char *member, bool value)
{
    name(text, member);
    glr_text_add(text, value ? "true" : "false");
}

/* Six digits are more than a measurement has. */
static void number(glr_text *text, const char *member, double value, bool known)
{
    char digits[32];
    (void)snprintf(digits, sizeof digits, "%.6g", value);
    name(text, member);
    glr_text_add(text, known ? digits : "null");
}

static void describe_machine(glr_text *text, const bench_report *report)
{
    const bench_machine *machine = report->machine;
    name(text, "machine");
    glr_text_add(text, "{");
    string(text, "processor", machine->processor);
    integer(text, "processors", (uint64_t)machine->processors);
    integer(text, "memory_bytes", (uint64_t)machine->memory_bytes);
    string(text, "isa", report->options->isa);
    string(text, "system", machine->system);
    string(text, "kernel", machine->kernel);
    string(text, "huge_pages", machine->huge_pages);
    number(text, "others", machine->others, machine->others >= 0);
    glr_text_add(text, "}");
}

static void describe_case(glr_text *text, const bench_group *group, const bench_case *c)
{
    const bench_result *result = &c->result;
    begin_element(text);
    string(text, "name", c->name);
    string(text, "role", role_name(c->role));
    string(text, "method", c->method);
    string(text, "dtype", c->dtype);
    integer(text, "bytes", (uint64_t)c->bytes);
    integer(text, "threads", (uint64_t)c->threads);
    string(text, "isa", c->isa);
    string(text, "backend", c->backend);
    boolean(text, "truncates", c->truncates);
    boolean(text, "first_touch", group->source != BENCH_WRITTEN);
    integer(text, "rounds", (uint64_t)result->rounds);
    integer(text, "disturbed", (uint64_t)result->disturbed);
    integer(text, "repetitions", (uint64_t)result->repetitions);
    number(text, "values_per_second", result->bytes_per_second / c->element_size, true);
    number(text, "bytes_per_second", result->bytes_per_second, true);
    number(text, "spread", result->spread, true);
    number(text, "ratio_to_memset", result->to_memset, result->to_memset > 0);
    number(text, "ratio_to_streaming_stores", result->to_streaming_stores, result->to_streaming_stores > 0);
    glr_text_add(text, "}");
}

static void describe_results(glr_text *text, const bench_list *list)
{
    name(text, "results");
    glr_text_add(text, "[");
    for (size_t i = 0; i < list->count; i++) {
        const bench_group *group = &list->groups[i];
        for (size_t k = 0; k < group->count; k++) {
            if (group->cases[k].result.measured) {
                describe_case(text, group, &group->cases[k]);
            }
        }
    }
    glr_text_add(text, "]");
}

static bool was_measured(const bench_list *list, const bench_peer *peer)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t k = 0; k < list->groups[i].count; k++) {
            const bench_case *c = &list->groups[i].cases[k];
            if (c->settings == peer && c->result.measured) {
                return true;
            }
        }
    }
    return false;
}

/* The peers that were measured; those that were not are among what was skipped. */
static void describe_peers(glr_text *text, const bench_list *list)
{
    name(text, "peers");
    glr_text_add(text, "[");
    for (size_t i = 0; i < bench_peer_count; i++) {
        const bench_peer *peer = bench_peers[i];
        char version[BENCH_REASON] = "";
        if (!was_measured(list, peer)) {
            continue;
        }
        if (peer->describe != NULL) {
            peer->describe(version);
        }
        begin_element(text);
        string(text, "name", peer->name);
        string(text, "library", peer->library);
        string(text, "method", peer->method);
        boolean(text, "truncates", peer->truncates);
        string(text, "version", version);
        glr_text_add(text, "}");
    }
    glr_text_add(text, "]");
}

static void describe_skipped(glr_text *text, const bench_notes *notes)
{
    name(text, "skipped");
    glr_text_add(text, "[");
    for (size_t i = 0; i < notes->count; i++) {
        begin_element(text);
        string(text, "name", notes->notes[i].name);
        string(text, "reason", notes->notes[i].reason);
        glr_text_add(text, "}");
    }
    glr_text_add(text, "]");
}

bool bench_print_json(const bench_report *report)
{
    glr_text text = {.spaced = true};
    glr_text_add(&text, "{");
    string(&text, "program", "glorand-bench");
    string(&text, "version", glr_version_string());
    integer(&text, "stream_version", glr_stream_version());
    string(&text, "compiler", report->machine->compiler);
    boolean(&text, "quick", report->options->quick);
    describe_machine(&text, report);
    describe_results(&text, report->list);
    describe_peers(&text, report->list);
    describe_skipped(&text, report->notes);
    glr_text_add(&text, "}\n");
    bool done =
        !text.out_of_memory && !text.not_utf8 && fwrite(text.bytes, 1, text.length, stdout) == text.length;
    glr_text_free(&text);
    if (!done) {
        (void)fputs("glorand-bench: error: the results cannot be written as JSON\n", stderr);
    }
    return done;
}
