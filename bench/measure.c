/* Interleaved rounds: each round times every case of the group once, and a case is compared with the
   yardsticks of the same round. A disturbance that is longer than a round affects both sides of a ratio.
   Rounds that other programs disturbed are left out: statistics.h has the limits. */
#include "bench.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* One timing repeats a run until it lasts this long at least, so that neither the clock's granularity (some
   tens of nanoseconds) nor the cost of reading it shows in the rate of 4 KiB. */
#define MIN_SECONDS       0.010
#define MIN_SECONDS_QUICK 0.002

typedef struct measurement {
    bench_group *group;
    void *memory; /* NULL if each timing gets its own */
    uint64_t room;
    double min_seconds;
    uint32_t rounds;
    bool keeps_disturbed;
    uint64_t repetition; /* the next one's number */
    bool was_disturbed;  /* the last timing */
} measurement;

static double now(clockid_t clock)
{
    struct timespec t;
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Threads of the case before may still spin in wait of more work: OpenMP's do so for milliseconds. */
static void let_threads_sleep(const bench_case *c)
{
    const struct timespec pause = {.tv_nsec = 10000000};
    if (c->threads > 1) {
        (void)nanosleep(&pause, NULL);
    }
}

/* Seconds of some runs of a case; 0 when one of them failed. */
static double time_runs(measurement *m, const bench_case *c, uint64_t runs)
{
    void *dst = m->memory != NULL ? m->memory : bench_map(m->room, m->group->source == BENCH_FRESH_HUGE);
    if (dst == NULL) {
        (void)fprintf(stderr, "glorand-bench: error: no memory for %s\n", c->name);
        return 0;
    }
    bool done = true;
    let_threads_sleep(c);
    double waited = bench_waited(), own = now(CLOCK_PROCESS_CPUTIME_ID), start = now(CLOCK_MONOTONIC);
    for (uint64_t i = 0; done && i < runs; i++) {
        done = c->engine->run(c, dst, m->repetition++);
    }
    double seconds = now(CLOCK_MONOTONIC) - start;
    own = now(CLOCK_PROCESS_CPUTIME_ID) - own;
    /* Several threads wait while they are woken, and leave their processors: that says nothing of others. */
    m->was_disturbed =
        c->threads == 1 && bench_taken(bench_waited() - waited, own, seconds) > BENCH_MAX_WAITED * seconds;
    if (m->memory == NULL) {
        bench_unmap(dst, m->room);
    }
    return done ? seconds : 0;
}

/* Finds how many runs last long enough; the first of them also warms everything up. */
static bool calibrate(measurement *m, bench_case *c)
{
    uint64_t runs = 1;
    double seconds = time_runs(m, c, runs);
    while (seconds > 0 && seconds < m->min_seconds && m->memory != NULL) {
        double factor = 1.2 * m->min_seconds / seconds;
        runs = factor > 10 ? 10 * runs : (uint64_t)((double)runs * factor) + 1;
        seconds = time_runs(m, c, runs);
    }
    c->result.repetitions = runs;
    return seconds > 0;
}

/* Times every open case once. */
static bool run_round(measurement *m, uint32_t round)
{
    bench_group *group = m->group;
    for (size_t i = 0; i < group->count; i++) {
        /* Each round begins with another case, so that none has always the same predecessor. */
        bench_case *c = &group->cases[(i + round) % group->count];
        if (c->timings == NULL) {
            continue;
        }
        double seconds = time_runs(m, c, c->result.repetitions);
        if (seconds <= 0) {
            return false;
        }
        double rate = (double)c->bytes * (double)c->result.repetitions / seconds;
        c->timings[round] = (bench_timing){rate, m->was_disturbed && !m->keeps_disturbed};
    }
    return true;
}

/* Marks every timing of some rounds. */
static void mark_disturbed(const measurement *m, uint32_t first, uint32_t end)
{
    for (size_t i = 0; i < m->group->count; i++) {
        for (uint32_t round = first; m->group->cases[i].timings != NULL && round < end; round++) {
            m->group->cases[i].timings[round].disturbed = true;
        }
    }
}

/* Programs on other processors share caches, memory and clocks with this one, though it waits for none of
   them. So rounds count as disturbed, too, while others keep processors busy. */
static bool run_rounds(measurement *m)
{
    bench_usage before, after;
    bool known = bench_read_usage(&before);
    uint32_t first = 0;
    for (uint32_t round = 0; round < m->rounds; round++) {
        if (!run_round(m, round)) {
            return false;
        }
        known = bench_read_usage(&after) && known;
        const bool is_long = after.time - before.time >= BENCH_MIN_SECONDS;
        if (is_long || round + 1 == m->rounds) {
            /* Those at the end may be too short to be judged by themselves. */
            if (is_long && known && !m->keeps_disturbed && bench_others(&before, &after) > BENCH_MAX_OTHERS) {
                mark_disturbed(m, first, round + 1);
            }
            first = round + 1;
            before = after;
        }
    }
    return true;
}

/* Whether enough rounds are left. */
static bool suffices(size_t kept, uint32_t rounds)
{
    return kept > 0 && (double)kept >= BENCH_MIN_KEPT * rounds;
}

/* The median of the ratios within each round; 0 if the yardstick was not measured. */
static double median_ratio(const bench_case *c, const bench_case *yardstick, uint32_t rounds, double *scratch)
{
    size_t kept =
        yardstick->timings != NULL ? bench_kept(c->timings, yardstick->timings, rounds, scratch) : 0;
    return suffices(kept, rounds) ? bench_quantile(scratch, kept, 0.5) : 0;
}

/* The first two cases of each group are its yardsticks. A case that was mostly disturbed goes to the notes.
 */
static void summarize(const measurement *m, bench_notes *notes, double *scratch)
{
    const bench_case *cases = m->group->cases;
    for (size_t i = 0; i < m->group->count; i++) {
        bench_case *c = &m->group->cases[i];
        if (c->timings == NULL) {
            continue;
        }
        bench_result *result = &c->result;
        const size_t kept = bench_kept(c->timings, NULL, m->rounds, scratch);
        result->rounds = (uint32_t)kept;
        result->disturbed = m->rounds - result->rounds;
        if (!suffices(kept, m->rounds)) {
            char reason[BENCH_REASON];
            (void)snprintf(reason, sizeof reason,
                           "other programs disturbed %" PRIu32 " of %" PRIu32 " rounds", result->disturbed,
                           m->rounds);
            bench_note_skip(notes, c->name, reason);
            continue;
        }
        result->bytes_per_second = bench_quantile(scratch, kept, 0.5);
        result->spread = (bench_quantile(scratch, kept, 0.75) - bench_quantile(scratch, kept, 0.25)) /
                         result->bytes_per_second;
        result->to_memset = median_ratio(c, &cases[0], m->rounds, scratch);
        result->to_streaming_stores = median_ratio(c, &cases[1], m->rounds, scratch);
        result->measured = true;
    }
}

/* Opens the selected cases; those that cannot be opened go to the notes. timings != NULL marks open ones. */
static bool open_cases(measurement *m, bench_notes *notes)
{
    for (size_t i = 0; i < m->group->count; i++) {
        bench_case *c = &m->group->cases[i];
        char reason[BENCH_REASON] = "";
        if (!c->selected) {
            continue;
        }
        if (!c->engine->open(c, reason)) {
            bench_note_skip(notes, c->name, reason);
            continue;
        }
        c->timings = calloc(m->rounds, sizeof *c->timings);
        if (c->timings == NULL) {
            c->engine->close(c);
            (void)fprintf(stderr, "glorand-bench: error: out of memory\n");
            return false;
        }
        m->room = c->room > m->room ? c->room : m->room;
    }
    return true;
}

static void close_cases(bench_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        bench_case *c = &group->cases[i];
        if (c->timings != NULL) {
            c->engine->close(c);
            free(c->timings);
            c->timings = NULL;
        }
    }
}

static bool measure_open_cases(measurement *m, bench_notes *notes)
{
    for (size_t i = 0; i < m->group->count; i++) {
        if (m->group->cases[i].timings != NULL && !calibrate(m, &m->group->cases[i])) {
            return false;
        }
    }
    double *scratch = calloc(m->rounds, sizeof *scratch);
    bool done = scratch != NULL && run_rounds(m);
    if (done) {
        summarize(m, notes, scratch);
    }
    free(scratch);
    return done;
}

static uint32_t choose_rounds(const bench_options *options, uint64_t bytes)
{
    if (options->rounds > 0) {
        return options->rounds;
    }
    if (options->quick) {
        return 5;
    }
    return bytes <= UINT64_C(1) << 24 ? 15 : bytes <= UINT64_C(1) << 28 ? 9 : 5;
}

/* Maps the group's memory and lets its threads touch it first: they are the ones that fill it later. */
static bool map_memory(measurement *m)
{
    if (m->group->source != BENCH_WRITTEN) {
        return true;
    }
    m->memory = bench_map(m->room, false);
    if (m->memory == NULL) {
        (void)fprintf(stderr, "glorand-bench: error: no memory for %s\n", m->group->name);
        return false;
    }
    bench_case touch = m->group->cases[0];
    touch.bytes = m->room;
    return touch.engine->run(&touch, m->memory, 0);
}

static bool is_selected(const bench_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        if (group->cases[i].selected) {
            return true;
        }
    }
    return false;
}

/* Leaves a tenth of the memory that is available to others. */
static bool fits(const measurement *m, bench_notes *notes)
{
    uint64_t available = bench_memory_available();
    if (available == 0 || m->room <= available / 10 * 9) {
        return true;
    }
    char reason[BENCH_REASON];
    (void)snprintf(reason, sizeof reason, "%" PRIu64 " MiB of memory are available", available >> 20);
    bench_note_skip(notes, m->group->name, reason);
    return false;
}

bool bench_measure(const bench_options *options, bench_group *group, bench_notes *notes)
{
    if (!is_selected(group)) {
        return true;
    }
    if (isatty(STDERR_FILENO)) {
        (void)fprintf(stderr, "measuring %s\n", group->name);
    }
    measurement m = {.group = group, .room = group->bytes};
    m.min_seconds = options->quick ? MIN_SECONDS_QUICK : MIN_SECONDS;
    m.rounds = choose_rounds(options, group->bytes);
    m.keeps_disturbed = options->keep_disturbed;
    if (!fits(&m, notes)) {
        return true;
    }
    bool done = open_cases(&m, notes) && map_memory(&m) && measure_open_cases(&m, notes);
    close_cases(group);
    if (m.memory != NULL) {
        bench_unmap(m.memory, m.room);
    }
    return done;
}
