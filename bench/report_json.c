/* JSON for programs: bench/report.py reads it. */
#include "report.h"

#include "peer.h"
#include "text/json.h"

#include <glorand/glorand.h>

#include <stdio.h>

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

static const char *role_name(bench_role role)
{
    return role == BENCH_GLORAND ? "glorand" : role == BENCH_PEER ? "peer" : "yardstick";
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
