/* glorand-bench: how fast glorand fills memory, beside yardsticks and peers. */
#include "bench.h"
#include "peer.h"

#include <stdio.h>
#include <string.h>

static void print_names(const bench_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        for (size_t k = 0; k < list->groups[i].count; k++) {
            if (list->groups[i].cases[k].selected) {
                (void)puts(list->groups[i].cases[k].name);
            }
        }
    }
}

static size_t count_selected(const bench_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        for (size_t k = 0; k < list->groups[i].count; k++) {
            count += list->groups[i].cases[k].selected;
        }
    }
    return count;
}

/* Takes the cases of a peer that is not there off the list; whether there were any. */
static bool deselect(bench_list *list, const bench_peer *peer)
{
    bool any = false;
    for (size_t i = 0; i < list->count; i++) {
        for (size_t k = 0; k < list->groups[i].count; k++) {
            bench_case *c = &list->groups[i].cases[k];
            if (c->settings == peer && c->selected) {
                c->selected = false;
                any = true;
            }
        }
    }
    return any;
}

static void find_peers(const bench_options *options, bench_list *list, bench_notes *notes)
{
    for (size_t i = 0; i < bench_peer_count; i++) {
        char reason[BENCH_REASON] = "";
        if (bench_peers[i]->find != NULL && !bench_peers[i]->find(reason) && deselect(list, bench_peers[i])) {
            bench_note_skip(notes, bench_peers[i]->name, reason);
        }
    }
    for (size_t i = 0; bench_peers_left_out[i] != NULL; i += 2) {
        if (bench_is_selected(options, bench_peers_left_out[i])) {
            bench_note_skip(notes, bench_peers_left_out[i], bench_peers_left_out[i + 1]);
        }
    }
}

/* Processors that other programs may keep busy without a warning. */
#define QUIET 0.1

/* Measures the groups, and finds out whether other programs disturbed them. */
static bool measure_groups(const bench_options *options, bench_list *list, bench_notes *notes,
                           bench_machine *machine)
{
    bench_usage before, after;
    bool known = bench_read_usage(&before);
    for (size_t i = 0; i < list->count; i++) {
        if (!bench_measure(options, &list->groups[i], notes)) {
            return false;
        }
    }
    known = bench_read_usage(&after) && known;
    machine->others = known ? bench_others(&before, &after) : -1;
    if (machine->others > QUIET) {
        (void)fprintf(stderr, "glorand-bench: warning: other programs kept %.1f processors busy meanwhile\n",
                      machine->others);
    }
    return true;
}

static int measure_all(const bench_options *options, bench_list *list)
{
    static bench_notes notes;
    static bench_machine machine;
    glr_device *device = NULL;
    glr_options wanted = GLR_OPTIONS_INIT;
    wanted.backend = options->backend;
    if (glr_open(&wanted, &device) != GLR_OK) {
        return bench_fail(EXIT_FAILED, "%s", glr_last_error());
    }
    glr_close(device);
    find_peers(options, list, &notes);
    bench_describe_machine(&machine);
    if (!measure_groups(options, list, &notes, &machine)) {
        return EXIT_FAILED;
    }
    bench_report report = {options, &machine, list, &notes};
    switch (options->format) {
    case BENCH_JSON: return bench_print_json(&report) ? EXIT_DONE : EXIT_FAILED;
    case BENCH_CSV: bench_print_csv(&report); return EXIT_DONE;
    default: bench_print_table(&report); return EXIT_DONE;
    }
}

static int run(const bench_options *options, bench_list *list)
{
    if (!(options->stages ? bench_list_stages : bench_list_cases)(options, list)) {
        return bench_fail(EXIT_FAILED, "out of memory");
    }
    if (count_selected(list) == 0) {
        return bench_fail(EXIT_USAGE, "--filter: no case has such a name; see 'glorand-bench --list'");
    }
    if (options->list) {
        print_names(list);
        return EXIT_DONE;
    }
    return measure_all(options, list);
}

int main(int argc, char **argv)
{
    bench_options options;
    int status = bench_read_options(argc, argv, &options);
    if (status != EXIT_DONE) {
        return status;
    }
    bench_backend = options.backend;
    glr_device *chosen = NULL;
    if (bench_backend == GLR_BACKEND_AUTO && glr_open(NULL, &chosen) == GLR_OK) {
        bench_backend = glr_device_backend(chosen); /* which names the cases */
        glr_close(chosen);
    }
    if (options.help) {
        (void)fputs(bench_help, stdout);
    } else {
        bench_list list = {0};
        status = run(&options, &list);
        bench_free_list(&list);
    }
    bool written = fflush(stdout) == 0 && !ferror(stdout);
    if (!written && status == EXIT_DONE) {
        status = bench_fail(EXIT_FAILED, "standard output cannot be written");
    }
    return status;
}
