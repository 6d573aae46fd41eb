/* Lanes that diverge and meet again, barriers, votes, shuffles and shared memory. The tests are whole
   kernels: each thread writes one word, which a calculation here expects. */
#include "snippet.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void run(const char *text, uint32_t words[THREADS])
{
    ptx_launch launch;
    cr_assert_eq(kernel_run(text, THREADS, words, THREADS, &launch), PTX_FINE, "%s", launch.message);
}

/* The same for kernels whose words do not depend on which lanes run together. */
static void run_any(const char *text, uint32_t words[THREADS])
{
    for (size_t i = 0; i < SCHEDULES; i++) {
        ptx_launch launch = scheduled(i);
        uint32_t others[THREADS];
        cr_assert_eq(kernel_run_as(&launch, text, THREADS, others, THREADS), PTX_FINE, "%s: %s", schedules[i],
                     launch.message);
        cr_assert(i == 0 || memcmp(others, words, sizeof others) == 0, "%s", schedules[i]);
        memcpy(words, others, sizeof others);
    }
}

/* An if in an if, and the masks that lanes see there and after it. */
Test(flow, nested_branches_meet_again)
{
    uint32_t words[THREADS];
    run(BEGIN "setp.lt.u32 %p1, %r2, 8;\n@!%p1 bra other;\nand.b32 %r3, %r2, 1;\nsetp.eq.u32 %p2, %r3, 0;\n"
              "@%p2 bra even;\nactivemask.b32 %r4;\nadd.u32 %r0, %r0, %r4;\nbra.uni inner;\n"
              "even: activemask.b32 %r4;\nadd.u32 %r0, %r0, %r4;\ninner: activemask.b32 %r4;\n"
              "shl.b32 %r4, %r4, 8;\nadd.u32 %r0, %r0, %r4;\nbra.uni all;\n"
              "other: mov.u32 %r0, 3;\nall: activemask.b32 %r4;\nclz.b32 %r4, %r4;\nshl.b32 %r4, %r4, 20;\n"
              "add.u32 %r0, %r0, %r4;" END,
        words);
    for (uint32_t i = 0; i < THREADS; i++) {
        uint32_t lane = i % 32, alive = i >= 96 ? 0xfU : 0xffffffffU;
        uint32_t part = (lane % 2 == 0 ? 0x55U : 0xaaU) & alive;
        uint32_t expected = lane < 8 ? part + ((0xffU & alive) << 8) : 3;
        expected += (i >= 96 ? 28U : 0U) << 20;
        cr_assert_eq(words[i], expected, "thread %u: %x, not %x", i, words[i], expected);
    }
}

/* Every lane goes round a different number of times; a second loop inside, with a way out of both. */
Test(flow, loops_end_lane_by_lane)
{
    uint32_t words[THREADS];
    run(BEGIN
        "mov.u32 %r3, 0;\nouter: mov.u32 %r4, 0;\ninner: add.u32 %r0, %r0, 1;\nadd.u32 %r4, %r4, 1;\n"
        "setp.gt.u32 %p3, %r0, 50;\n@%p3 bra out;\nsetp.lt.u32 %p1, %r4, %r2;\n@%p1 bra inner;\n"
        "add.u32 %r3, %r3, 1;\nsetp.le.u32 %p2, %r3, %r2;\n@%p2 bra outer;\n"
        "out: activemask.b32 %r5;\npopc.b32 %r5, %r5;\nshl.b32 %r5, %r5, 16;\nadd.u32 %r0, %r0, %r5;" END,
        words);
    for (uint32_t i = 0; i < THREADS; i++) {
        uint32_t lane = i % 32, once = lane == 0 ? 1 : lane, sum = once * (lane + 1);
        cr_assert_eq(words[i], (sum > 50 ? 51 : sum) + ((i >= 96 ? 4U : 32U) << 16), "thread %u: %x", i,
                     words[i]);
    }
}

Test(flow, lanes_that_return_are_gone)
{
    uint32_t words[THREADS];
    run(BEGIN "setp.lt.u32 %p1, %r2, 3;\n@%p1 ret;\nactivemask.b32 %r0;\nbar.sync 0;" END, words);
    for (uint32_t i = 0; i < THREADS; i++) {
        uint32_t alive = i >= 96 ? 0xfU : 0xffffffffU;
        cr_assert_eq(words[i], i % 32 < 3 ? 0 : alive & ~7U, "thread %u: %x", i, words[i]);
    }
}

Test(flow, branches_by_table)
{
    uint32_t words[THREADS];
    run(BEGIN "rem.u32 %r3, %r1, 3;\ntargets: .branchtargets zero, one, two;\nbrx.idx %r3, targets;\n"
              "zero: mov.u32 %r0, 10;\nbra all;\none: mov.u32 %r0, 20;\nbra all;\ntwo: mov.u32 %r0, 30;\n"
              "all: activemask.b32 %r4;\npopc.b32 %r4, %r4;\nadd.u32 %r0, %r0, %r4;" END,
        words);
    for (uint32_t i = 0; i < THREADS; i++) {
        cr_assert_eq(words[i], 10 * (i % 3 + 1) + (i >= 96 ? 4 : 32), "thread %u: %u", i, words[i]);
    }
}

/* Warps hand values to each other across a barrier; thread i reads what thread 99 - i wrote. */
Test(flow, barriers_order_shared_memory)
{
    uint32_t words[THREADS];
    run_any(
        BEGIN
        "mov.u32 %r3, shared;\nshl.b32 %r4, %r1, 2;\nadd.u32 %r5, %r3, %r4;\nmul.lo.u32 %r6, %r1, 7;\n"
        "st.shared.u32 [%r5], %r6;\nbar.sync 0;\nsub.u32 %r7, %r3, %r4;\nld.shared.u32 %r0, [%r7+396];" END,
        words);
    for (uint32_t i = 0; i < THREADS; i++) {
        cr_assert_eq(words[i], 7 * (99 - i), "thread %u: %u", i, words[i]);
    }
}

Test(flow, barriers_count_votes)
{
    uint32_t words[THREADS];
    run_any(BEGIN "rem.u32 %r3, %r1, 3;\nsetp.eq.u32 %p1, %r3, 0;\nbar.red.popc.u32 %r0, 0, %p1;\n"
                  "bar.red.or.pred %p2, 0, %p1;\nbar.red.and.pred %p3, 0, %p1;\nselp.u32 %r4, 1000, 0, %p2;\n"
                  "selp.u32 %r5, 2000, 0, %p3;\nadd.u32 %r0, %r0, %r4;\nadd.u32 %r0, %r0, %r5;" END,
            words);
    for (uint32_t i = 0; i < THREADS; i++) {
        cr_assert_eq(words[i], 34 + 1000, "thread %u: %u", i, words[i]);
    }
}

Test(flow, a_missing_barrier_is_seen)
{
    uint32_t words[THREADS];
    ptx_launch launch;
    (void)kernel_run(BEGIN
                     "mov.u32 %r3, shared;\nshl.b32 %r4, %r1, 2;\nadd.u32 %r5, %r3, %r4;\n"
                     "st.shared.u32 [%r5], %r1;\nsub.u32 %r7, %r3, %r4;\nld.shared.u32 %r0, [%r7+396];" END,
                     THREADS, words, THREADS, &launch);
    cr_assert_eq(launch.fault, PTX_UNINITIALIZED, "%s", launch.message);
}

Test(flow, warps_at_different_barriers_are_a_fault)
{
    uint32_t words[THREADS];
    ptx_launch launch;
    (void)kernel_run(BEGIN "setp.lt.u32 %p1, %r1, 32;\n@%p1 bra first;\nbar.sync 1;\nbra done;\n"
                           "first: bar.sync 0;" END,
                     THREADS, words, THREADS, &launch);
    cr_assert_eq(launch.fault, PTX_BAD_BARRIER, "%s", launch.message);
}

Test(flow, atomics_count_every_lane)
{
    uint32_t words[THREADS];
    run(BEGIN "setp.ne.u32 %p1, %r1, 0;\n@%p1 bra ready;\nst.shared.u32 [shared], 0;\nready: bar.sync 0;\n"
              "atom.shared.add.u32 %r0, [shared], 2;\nbar.sync 0;\nld.shared.u32 %r3, [shared];\n"
              "shl.b32 %r3, %r3, 16;\nadd.u32 %r0, %r0, %r3;" END,
        words);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < THREADS; i++) {
        cr_assert_eq(words[i] >> 16, 2 * THREADS);
        sum += words[i] & 0xffffU;
    }
    cr_assert_eq(sum, THREADS * (THREADS - 1)); /* each of 0, 2, 4, ... once */
}

/* Modes of shfl on a full warp, the words of the first one. */
static void shuffled(const char *mode, uint32_t expected(uint32_t lane))
{
    char text[2048];
    uint32_t words[THREADS];
    (void)snprintf(text, sizeof text,
                   "%sadd.u32 %%r3, %%r2, 100;\nsetp.ge.u32 %%p1, %%r1, 96;\n@%%p1 bra done;\n"
                   "shfl.sync.%s;\nselp.u32 %%r4, 1000, 0, %%p2;\nadd.u32 %%r0, %%r0, %%r4;%s",
                   BEGIN, mode, END);
    run_any(text, words);
    for (uint32_t i = 0; i < 96; i++) {
        cr_assert_eq(words[i], expected(i % 32), "%s, lane %u: %u", mode, i % 32, words[i]);
    }
}

static uint32_t up_5(uint32_t lane) { return lane >= 5 ? 1100 + lane - 5 : 100 + lane; }
static uint32_t down_5(uint32_t lane) { return lane + 5 < 32 ? 1100 + lane + 5 : 100 + lane; }
static uint32_t flipped(uint32_t lane) { return 1100 + (lane ^ 9U); }
static uint32_t third(uint32_t lane)
{
    (void)lane;
    return 1103;
}
/* Segments of 8 lanes. */
static uint32_t third_of_8(uint32_t lane) { return 1100 + (lane & 24U) + 3; }

Test(flow, shuffles)
{
    shuffled("up.b32 %r0|%p2, %r3, 5, 0, -1", up_5);
    shuffled("down.b32 %r0|%p2, %r3, 5, 31, -1", down_5);
    shuffled("bfly.b32 %r0|%p2, %r3, 9, 31, -1", flipped);
    shuffled("idx.b32 %r0|%p2, %r3, 3, 31, -1", third);
    shuffled("idx.b32 %r0|%p2, %r3, 3, 6175, -1", third_of_8);
}

Test(flow, votes)
{
    uint32_t words[THREADS];
    run_any(BEGIN
            "setp.lt.u32 %p1, %r2, 3;\nvote.sync.ballot.b32 %r0, %p1, -1;\nvote.sync.any.pred %p2, %p1, -1;\n"
            "vote.sync.all.pred %p3, !%p1, -1;\nvote.sync.uni.pred %p4, %p1, -1;\nselp.u32 %r3, 16, 0, %p2;\n"
            "selp.u32 %r4, 32, 0, %p3;\nselp.u32 %r5, 64, 0, %p4;\nadd.u32 %r0, %r0, %r3;\n"
            "add.u32 %r0, %r0, %r4;\nadd.u32 %r0, %r0, %r5;" END,
            words);
    for (uint32_t i = 0; i < THREADS; i++) {
        cr_assert_eq(words[i], 7 + 16, "thread %u: %u", i, words[i]);
    }
}

Test(flow, reductions)
{
    uint32_t words[THREADS];
    run_any(BEGIN
            "redux.sync.add.u32 %r3, %r2, -1;\nredux.sync.max.u32 %r4, %r2, -1;\nshl.b32 %r4, %r4, 16;\n"
            "add.u32 %r0, %r3, %r4;" END,
            words);
    cr_assert_eq(words[5], 496 + (31U << 16));
    cr_assert_eq(words[99], 6 + (3U << 16));
}

Test(flow, what_does_not_end_is_stopped)
{
    uint32_t words[THREADS];
    ptx_launch launch;
    memset(&launch, 0, sizeof launch);
    (void)kernel_run(
        BEGIN "again: add.u32 %r0, %r0, 1;\nsetp.ne.u32 %p1, %r0, -1;\n@%p1 bra again;\nbra again;" END, 1,
        words, THREADS, &launch);
    cr_assert_eq(launch.fault, PTX_RUNS_ON, "%s", launch.message);
    (void)kernel_run(BEGIN "again: bar.sync 0;\nbra again;" END, 64, words, THREADS, &launch);
    cr_assert_eq(launch.fault, PTX_RUNS_ON, "%s", launch.message);
}
