/* The rounds of the benchmark: those that other programs disturbed are left out. */
#define _GNU_SOURCE /* for sched_setaffinity */
#include "bench/machine.h"
#include "bench/statistics.h"

#include <criterion/criterion.h>
#include <sched.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

Test(rounds, quantiles_lie_between_the_nearest_values)
{
    double values[] = {4, 1, 3, 2};
    cr_assert_eq(bench_quantile(values, 4, 0.5), 2.5);
    cr_assert_eq(bench_quantile(values, 4, 0.25), 1.75);
    cr_assert_eq(bench_quantile(values, 4, 1), 4);
}

Test(rounds, disturbed_ones_do_not_count)
{
    const bench_timing timings[] = {{10, false}, {1, true}, {12, false}, {11, false}};
    const bench_timing yardstick[] = {{20, false}, {20, false}, {2, true}, {44, false}};
    double values[4];
    cr_assert_eq(bench_kept(timings, NULL, 4, values), 3);
    cr_assert(values[0] == 10 && values[1] == 12 && values[2] == 11);
    cr_assert_eq(bench_kept(timings, yardstick, 4, values), 2);
    cr_assert(values[0] == 0.5 && values[1] == 0.25);
}

Test(rounds, others_are_what_this_program_is_not)
{
    const bench_usage before = {.all = 100, .own = 40, .time = 1000};
    const bench_usage after = {.all = 109, .own = 43, .time = 1004};
    const bench_usage alone = {
        .all = 102.9, .own = 43, .time = 1004}; /* in ticks: a little less than its own */
    cr_assert_eq(bench_others(&before, &after), 1.5);
    cr_assert_eq(bench_others(&before, &alone), 0);
    cr_assert_eq(bench_others(&before, &before), 0);
}

Test(rounds, threads_that_wait_for_each_other_are_not_disturbed)
{
    cr_assert_eq(bench_taken(0.25, 0.5, 1), 0.25);
    cr_assert_eq(bench_taken(0.5, 0.75, 1), 0.25);
    cr_assert_eq(bench_taken(0.25, 1, 1), 0);    /* two threads on one processor that is theirs alone */
    cr_assert_eq(bench_taken(0, 0.5, 1), 0);     /* nothing to do */
    cr_assert_eq(bench_taken(0.25, 1.01, 1), 0); /* another clock's grain */
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void work_until(double end)
{
    while (now() < end) {
    }
}

/* A busy program on the only processor that this one may use. */
Test(rounds, waiting_for_a_processor_is_seen)
{
    cpu_set_t set, one;
    CPU_ZERO(&set);
    CPU_ZERO(&one);
    cr_assert_eq(sched_getaffinity(0, sizeof set, &set), 0);
    for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; i++) {
        if (CPU_ISSET(i, &set)) {
            CPU_SET(i, &one);
        }
    }
    cr_assert_eq(sched_setaffinity(0, sizeof one, &one), 0);
    if (access("/proc/self/schedstat", R_OK) != 0) {
        return; /* this system does not say */
    }
    const double start = now(), before = bench_waited();
    const pid_t other = fork();
    if (other == 0) {
        work_until(start + 10);
        _exit(0);
    }
    work_until(start + 0.4);
    const double waited = bench_waited() - before, seconds = now() - start;
    (void)kill(other, SIGKILL);
    (void)waitpid(other, NULL, 0);
    cr_assert_gt(waited, 0.2 * seconds);
    cr_assert_leq(waited, seconds);
    cr_assert_gt(waited, BENCH_MAX_WAITED * seconds);
}
