/* JSON for programs: bench/report.py reads it. */
#include "report.h"

#include "peer.h"

#include <glorand/glorand.h>

#include <jansson.h>
#include <stdio.h>

static json_t *unknown_below_0(double value) { return value >= 0 ? json_real(value) : json_null(); }

static json_t *describe_machine(const bench_report *report)
{
    const bench_machine *machine = report->machine;
    return json_pack("{s:s, s:I, s:I, s:s, s:s, s:s, s:s, s:o}", "processor", machine->processor,
                     "processors", (json_int_t)machine->processors, "memory_bytes",
                     (json_int_t)machine->memory_bytes, "isa", report->options->isa, "system",
                     machine->system, "kernel", machine->kernel, "huge_pages", machine->huge_pages, "others",
                     unknown_below_0(machine->others));
}

static const char *role_name(bench_role role)
{
    return role == BENCH_GLORAND ? "glorand" : role == BENCH_PEER ? "peer" : "yardstick";
}

static json_t *ratio(double value) { return value > 0 ? json_real(value) : json_null(); }

static json_t *describe_case(const bench_group *group, const bench_case *c)
{
    const bench_result *result = &c->result;
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:s, s:s, s:b, s:b, s:I, s:I, s:f, s:f, s:f, s:o, s:o}",
                     "name", c->name, "role", role_name(c->role), "method", c->method, "dtype", c->dtype,
                     "bytes", (json_int_t)c->bytes, "threads", (json_int_t)c->threads, "isa", c->isa,
                     "backend", c->backend, "truncates", (int)c->truncates, "first_touch",
                     (int)(group->source != BENCH_WRITTEN), "rounds", (json_int_t)result->rounds,
                     "repetitions", (json_int_t)result->repetitions, "values_per_second",
                     result->bytes_per_second / c->element_size, "bytes_per_second", result->bytes_per_second,
                     "spread", result->spread, "ratio_to_memset", ratio(result->to_memset),
                     "ratio_to_streaming_stores", ratio(result->to_streaming_stores));
}

static json_t *describe_results(const bench_list *list)
{
    json_t *results = json_array();
    for (size_t i = 0; i < list->count; i++) {
        const bench_group *group = &list->groups[i];
        for (size_t k = 0; k < group->count; k++) {
            if (group->cases[k].result.measured) {
                (void)json_array_append_new(results, describe_case(group, &group->cases[k]));
            }
        }
    }
    return results;
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
static json_t *describe_peers(const bench_list *list)
{
    json_t *peers = json_array();
    for (size_t i = 0; i < bench_peer_count; i++) {
        const bench_peer *peer = bench_peers[i];
        char text[BENCH_REASON] = "";
        if (!was_measured(list, peer)) {
            continue;
        }
        if (peer->describe != NULL) {
            peer->describe(text);
        }
        (void)json_array_append_new(peers, json_pack("{s:s, s:s, s:s, s:b, s:s}", "name", peer->name,
                                                     "library", peer->library, "method", peer->method,
                                                     "truncates", (int)peer->truncates, "version", text));
    }
    return peers;
}

static json_t *describe_skipped(const bench_notes *notes)
{
    json_t *skipped = json_array();
    for (size_t i = 0; i < notes->count; i++) {
        (void)json_array_append_new(
            skipped, json_pack("{s:s, s:s}", "name", notes->notes[i].name, "reason", notes->notes[i].reason));
    }
    return skipped;
}

bool bench_print_json(const bench_report *report)
{
    json_t *root =
        json_pack("{s:s, s:s, s:I, s:s, s:b, s:o, s:o, s:o, s:o}", "program", "glorand-bench", "version",
                  glr_version_string(), "stream_version", (json_int_t)glr_stream_version(), "compiler",
                  report->machine->compiler, "quick", (int)report->options->quick, "machine",
                  describe_machine(report), "results", describe_results(report->list), "peers",
                  describe_peers(report->list), "skipped", describe_skipped(report->notes));
    bool done = root != NULL && json_dumpf(root, stdout, JSON_INDENT(1) | JSON_REAL_PRECISION(6)) == 0;
    (void)putchar('\n');
    json_decref(root);
    if (!done) {
        (void)fputs("glorand-bench: error: the results cannot be written as JSON\n", stderr);
    }
    return done;
}
