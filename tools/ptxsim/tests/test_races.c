/* Races in shared memory, and the orders in which lanes may run. */
#include "snippet.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* %r5 becomes the address of the thread's word, which holds 0; %r6 that of the next lane's word, round the
   warp. All that is done so is ordered before what comes. */
#define WORDS                                                                                                \
    BEGIN "mov.u32 %r3, shared;\nshl.b32 %r4, %r1, 2;\nadd.u32 %r5, %r3, %r4;\nadd.u32 %r6, %r2, 1;\n"       \
          "and.b32 %r6, %r6, 31;\nsub.u32 %r7, %r1, %r2;\nadd.u32 %r6, %r6, %r7;\nshl.b32 %r6, %r6, 2;\n"    \
          "add.u32 %r6, %r6, %r3;\nst.shared.u32 [%r5], 0;\nbar.sync 0;\n"

/* %p1: the lines between are for this lane alone. */
#define LANE(number, lines)                                                                                  \
    "setp.ne.u32 %p1, %r2, " #number ";\n@%p1 bra not_" #number ";\n" lines "\nnot_" #number ":\n"

/* Runs a kernel in each order; all faults' messages have a text in them, if it is not NULL. */
static void expect(const char *text, uint32_t threads, ptx_fault fault, const char *says)
{
    for (size_t i = 0; i < SCHEDULES; i++) {
        ptx_launch launch = scheduled(i);
        uint32_t words[THREADS];
        (void)kernel_run_as(&launch, text, threads, words, THREADS);
        cr_assert_eq(launch.fault, fault, "%s: %d, %s, of %s", schedules[i], (int)launch.fault,
                     launch.message, text);
        cr_assert(says == NULL || strstr(launch.message, says) != NULL, "%s: %s", schedules[i],
                  launch.message);
    }
}

/* Lanes read what their neighbours write, with something between. */
static void neighbours(const char *between, ptx_fault fault)
{
    char text[2048];
    int length =
        snprintf(text, sizeof text, "%sst.shared.u32 [%%r5], %%r2;\n%s\nld.shared.u32 %%r0, [%%r6];%s", WORDS,
                 between, END);
    cr_assert(length > 0 && (size_t)length < sizeof text);
    expect(text, 96, fault, fault == PTX_FINE ? NULL : "with no barrier between");
}

Test(races, barriers_order_lanes)
{
    neighbours("bar.warp.sync -1;", PTX_FINE);
    neighbours("bar.sync 0;", PTX_FINE);
    neighbours("setp.eq.u32 %p1, %r2, 0;\nbar.red.popc.u32 %r9, 0, %p1;", PTX_FINE);
}

Test(races, nothing_else_orders_lanes)
{
    neighbours("", PTX_RACE);
    neighbours("bar.warp.sync -1;\nst.shared.u32 [%r5], 1;", PTX_RACE);
    neighbours("setp.eq.u32 %p1, %r2, 0;\nvote.sync.ballot.b32 %r9, %p1, -1;", PTX_RACE);
    neighbours("shfl.sync.idx.b32 %r9|%p2, %r1, 3, 31, -1;", PTX_RACE);
    neighbours("redux.sync.add.u32 %r9, %r1, -1;", PTX_RACE);
    neighbours("membar.cta;", PTX_RACE);
    neighbours("fence.sc.cta;", PTX_RACE);
    neighbours("setp.lt.u32 %p1, %r2, 9;\n@%p1 bra meet;\nmov.u32 %r9, 1;\nmeet: mov.u32 %r9, 0;", PTX_RACE);
    neighbours("mov.u32 %r9, 65535;\nsetp.lt.u32 %p1, %r2, 16;\nselp.b32 %r9, 65535, -65536, %p1;\n"
               "bar.warp.sync %r9;",
               PTX_RACE); /* lanes 15 and 16, 31 and 0 */
}

Test(races, both_threads_and_lines_are_named)
{
    ptx_launch launch;
    uint32_t words[THREADS];
    (void)kernel_run(WORDS LANE(3, "st.shared.u32 [shared], 5;") "bar.warp.sync 127;\n" END, 7, words,
                     THREADS, &launch);
    cr_assert_eq(launch.fault, PTX_FINE, "%s", launch.message);
    (void)kernel_run(WORDS LANE(3, "st.shared.u32 [shared], 5;") LANE(5, "ld.shared.u32 %r0, [shared];") END,
                     7, words, THREADS, &launch);
    cr_assert_eq(launch.fault, PTX_RACE);
    cr_assert_not_null(strstr(launch.message, "thread 3 has written"), "%s", launch.message);
    cr_assert_not_null(strstr(launch.message, "at PTX line 27)"), "%s", launch.message);
    cr_assert_not_null(strstr(launch.message, "thread 5, PTX line 31: ld.shared.u32"), "%s", launch.message);
}

/* Each kind of use against each other one: lane 1's first where lanes run in order. */
Test(races, uses_that_conflict)
{
    static const char *const uses[] = {"ld.shared.u32 %r0, [shared];", "st.shared.u32 [shared], 5;",
                                       "atom.shared.add.u32 %r0, [shared], 1;",
                                       "st.volatile.shared.u32 [shared], 5;"};
    static const bool conflict[4][4] = {{false, true, true, true},
                                        {true, true, true, true},
                                        {true, true, false, false},
                                        {true, true, false, false}};
    for (int a = 0; a < 4; a++) {
        for (int b = 0; b < 4; b++) {
            char text[2048];
            (void)snprintf(text, sizeof text,
                           "%ssetp.eq.u32 %%p1, %%r2, 1;\n@%%p1 %s\nsetp.eq.u32 %%p2, %%r2, 2;\n@%%p2 %s%s",
                           WORDS, uses[a], uses[b], END);
            expect(text, 32, conflict[a][b] ? PTX_RACE : PTX_FINE, NULL);
        }
    }
}

/* Reads do not hide each other: whoever writes must be ordered after all of them. */
Test(races, all_readers_count)
{
    expect(WORDS "ld.shared.u32 %r0, [shared];\nbar.warp.sync -1;\n" LANE(9, "st.shared.u32 [shared], 5;")
               END,
           32, PTX_FINE, NULL);
    expect(WORDS "ld.shared.u32 %r0, [shared];\n" LANE(9, "st.shared.u32 [shared], 5;") END, 32, PTX_RACE,
           NULL);
    expect(WORDS "ld.shared.u32 %r0, [shared];\nsetp.eq.u32 %p2, %r2, 31;\n"
                 "@!%p2 bar.warp.sync 2147483647;\n" LANE(9, "st.shared.u32 [shared], 5;") END,
           32, PTX_RACE, "thread 31");
    /* Lane 0 reads, lanes 1 and 2 are ordered, lane 1 writes. */
    expect(WORDS "setp.ge.u32 %p2, %r2, 3;\n@%p2 bra done;\nld.shared.u32 %r0, [shared];\n"
                 "setp.eq.u32 %p3, %r2, 0;\n@!%p3 bar.warp.sync 6;\n" LANE(1, "st.shared.u32 [shared], 5;")
                     END,
           32, PTX_RACE, "thread 0 has read");
}

/* From lane 0 to 1 and from 1 to 2 is from 0 to 2, if it happens in that order. */
#define HANDED_ON(first, second)                                                                             \
    WORDS LANE(                                                                                              \
        0, "st.shared.u32 [shared+4], 7;") "setp.lt.u32 %p2, %r2, 2;\nsetp.gt.u32 %p3, %r2, 0;\n" first      \
                                           "\n" second "\n" LANE(2, "ld.shared.u32 %r0, [shared+4];") END

Test(races, order_is_handed_on)
{
    expect(HANDED_ON("@%p2 bar.warp.sync 3;", "@%p3 bar.warp.sync 6;"), 3, PTX_FINE, NULL);
    expect(HANDED_ON("@%p3 bar.warp.sync 6;", "@%p2 bar.warp.sync 3;"), 3, PTX_RACE, "thread 0 has written");
}

/* Thread 0 writes; threads of other warps read, or write after several have read. */
Test(races, barriers_of_a_warp_do_not_order_warps)
{
#define OTHER_WARPS "setp.lt.u32 %p2, %r1, 32;\n@%p2 bra done;\n"
    static const char write[] =
        WORDS "setp.ne.u32 %p1, %r1, 0;\n@%p1 bra on;\nst.shared.u32 [shared], 5;\non:\n"
              "bar.warp.sync -1;\n" OTHER_WARPS "ld.shared.u32 %r0, [shared];" END;
    expect(write, 96, PTX_RACE, "thread 0");
    expect(
        WORDS
        "setp.ne.u32 %p1, %r1, 0;\n@%p1 bra on;\nst.shared.u32 [shared], 5;\non:\nbar.sync 0;\n" OTHER_WARPS
        "ld.shared.u32 %r0, [shared];" END,
        96, PTX_FINE, NULL);
    expect(WORDS "ld.shared.u32 %r0, [shared];\nbar.warp.sync -1;\nsetp.eq.u32 %p1, %r1, 40;\n"
                 "@%p1 st.shared.u32 [shared], 5;" END,
           96, PTX_RACE, NULL);
    expect(WORDS "ld.shared.u32 %r0, [shared];\nbar.sync 0;\nsetp.eq.u32 %p1, %r1, 40;\n"
                 "@%p1 st.shared.u32 [shared], 5;" END,
           96, PTX_FINE, NULL);
}

/* Bytes beside each other are apart, in words and in what is left of them. */
Test(races, bytes_are_apart)
{
    expect(BEGIN "mov.u32 %r3, shared;\nadd.u32 %r3, %r3, %r1;\nst.shared.u8 [%r3], %r1;\n"
                 "ld.shared.u8 %r0, [%r3];" END,
           96, PTX_FINE, NULL);
    expect(BEGIN "mov.u32 %r3, shared;\nadd.u32 %r3, %r3, %r1;\nst.shared.u8 [%r3], %r1;\n"
                 "setp.ne.u32 %p1, %r1, 4;\n@%p1 bra done;\nst.shared.u32 [%r3], %r1;" END,
           32, PTX_RACE, NULL);
}

Test(races, can_be_ignored)
{
    ptx_launch launch = scheduled(0);
    uint32_t words[THREADS];
    launch.ignores_races = true;
    cr_assert_eq(kernel_run_as(&launch,
                               WORDS "st.shared.u32 [shared], %r1;\nld.shared.u32 %r0, [shared];" END,
                               THREADS, words, THREADS),
                 PTX_FINE, "%s", launch.message);
}

/* Which place each of 32 lanes gets that take numbers. */
static void places(const char *schedule, uint32_t words[THREADS])
{
    ptx_launch launch = scheduled(0);
    cr_assert(ptx_schedule_named(schedule, &launch.schedule, &launch.seed));
    cr_assert_eq(kernel_run_as(&launch,
                               WORDS "atom.shared.add.u32 %r0, [shared], 1;\nadd.u32 %r0, %r0, 1;" END, 32,
                               words, THREADS),
                 PTX_FINE, "%s", launch.message);
    uint32_t taken = 0;
    for (uint32_t i = 0; i < 32; i++) {
        taken |= UINT32_C(1) << (words[i] - 1);
    }
    cr_assert_eq(taken, UINT32_MAX, "%s", schedule);
}

Test(schedules, order_lanes)
{
    uint32_t words[THREADS], other[THREADS];
    places("forwards", words);
    places("backwards", other);
    for (uint32_t i = 0; i < 32; i++) {
        cr_assert_eq(words[i], i + 1);
        cr_assert_eq(other[i], 32 - i);
    }
    places("random:1", words);
    places("random:1", other);
    cr_assert_arr_eq(words, other, 32 * sizeof *words);
    places("random:2", other);
    cr_assert_arr_neq(words, other, 32 * sizeof *words);
    places("forwards", other);
    cr_assert_arr_neq(words, other, 32 * sizeof *words);
}

/* With a barrier, and without: then warps run one after the other from their first line to their last. */
Test(schedules, order_warps)
{
    static const char *const kernels[] = {
        WORDS "atom.shared.add.u32 %r0, [shared], 1;" END,
        BEGIN "ld.param.u64 %d3, [out];\natom.global.add.u32 %r0, [%d3], 1;" END,
    };
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        ptx_launch launch = scheduled(2);
        uint32_t words[THREADS];
        cr_assert_eq(kernel_run_as(&launch, kernels[i], THREADS, words, THREADS), PTX_FINE, "%s",
                     launch.message);
        for (uint32_t thread = 0; thread < THREADS; thread++) {
            cr_assert_eq(words[thread], THREADS - 1 - thread, "thread %u: %u", thread, words[thread]);
        }
    }
}

/* The values of a kernel with a race depend on the order: lane 0 writes, the others read. */
Test(schedules, show_a_race_in_values)
{
    static const uint32_t expected[SCHEDULES] = {7, 7, 0};
    for (size_t i = 0; i < 3; i++) {
        ptx_launch launch = scheduled(i);
        uint32_t words[THREADS];
        launch.ignores_races = true;
        (void)kernel_run_as(&launch,
                            WORDS LANE(0, "st.shared.u32 [shared], 7;") "ld.shared.u32 %r0, [shared];" END,
                            32, words, THREADS);
        cr_assert_eq(launch.fault, PTX_FINE, "%s", launch.message);
        cr_assert_eq(words[9], expected[i], "%s: %u", schedules[i], words[9]);
    }
}

/* The sum of a warp's words, halved lane by lane; and each lane's own way round a loop before that. */
Test(schedules, change_nothing_in_a_correct_kernel)
{
    static const char step[] =
        "setp.lt.u32 %p1, %r2, %r8;\nshl.b32 %r9, %r8, 2;\nadd.u32 %r9, %r5, %r9;\n"
        "@%p1 ld.shared.u32 %r10, [%r9];\n@%p1 ld.shared.u32 %r11, [%r5];\n"
        "@%p1 add.u32 %r11, %r11, %r10;\n@%p1 st.shared.u32 [%r5], %r11;\nbar.warp.sync -1;\n"
        "shr.u32 %r8, %r8, 1;\nsetp.ne.u32 %p2, %r8, 0;\n@%p2 bra step;\n";
    char text[2048];
    (void)snprintf(
        text, sizeof text, "%s%s%s%s%s", WORDS,
        "mov.u32 %r12, 0;\nloop: add.u32 %r12, %r12, 1;\nsetp.le.u32 %p3, %r12, %r2;\n@%p3 bra loop;\n"
        "st.shared.u32 [%r5], %r12;\nbar.warp.sync -1;\nmov.u32 %r8, 16;\nstep:\n",
        step,
        "sub.u32 %r13, %r4, %r4;\nsub.u32 %r13, %r1, %r2;\nshl.b32 %r13, %r13, 2;\n"
        "add.u32 %r13, %r13, %r3;\nld.shared.u32 %r0, [%r13];",
        END);
    for (size_t i = 0; i < SCHEDULES; i++) {
        ptx_launch launch = scheduled(i);
        uint32_t words[THREADS];
        (void)kernel_run_as(&launch, text, 96, words, THREADS);
        cr_assert_eq(launch.fault, PTX_FINE, "%s: %s", schedules[i], launch.message);
        for (uint32_t thread = 0; thread < 96; thread++) {
            cr_assert_eq(words[thread], 32 * 33 / 2, "%s: %u", schedules[i], words[thread]);
        }
    }
}

/* Lane 0 sets what the others wait for in a loop: which waits for ever where lanes run in lockstep, as it did
   before Volta. */
Test(schedules, let_each_lane_come_to_its_turn)
{
    for (size_t i = 0; i < SCHEDULES; i++) {
        ptx_launch launch = scheduled(i);
        uint32_t words[THREADS];
        (void)kernel_run_as(&launch,
                            WORDS
                            "setp.ne.u32 %p2, %r2, 0;\n@%p2 bra wait;\nst.volatile.shared.u32 [shared], 5;\n"
                            "bra done;\nwait: ld.volatile.shared.u32 %r0, [shared];\n"
                            "setp.eq.u32 %p3, %r0, 0;\n@%p3 bra wait;" END,
                            32, words, THREADS);
        cr_assert_eq(launch.fault, i == 0 ? PTX_RUNS_ON : PTX_FINE, "%s: %s", schedules[i], launch.message);
    }
}

Test(schedules, report_deadlocks)
{
    expect(BEGIN LANE(1, "ret;") "bar.warp.sync 3;" END, 2, PTX_BAD_BARRIER, "0x0000000");
    expect(BEGIN
           "setp.lt.u32 %p1, %r2, 16;\n@%p1 bra low;\nbar.warp.sync -1;\nbra done;\nlow: bar.sync 0;" END,
           32, PTX_BAD_BARRIER, "0x");
    expect(BEGIN "add.u32 %r3, %r2, 2;\nbar.warp.sync %r3;" END, 2, PTX_BAD_BARRIER, NULL);
    for (size_t i = 1; i < SCHEDULES; i++) {
        ptx_launch launch = scheduled(i);
        uint32_t words[THREADS];
        (void)kernel_run_as(&launch, BEGIN LANE(1, "ret;") "bar.warp.sync 3;" END, 2, words, THREADS);
        cr_assert_not_null(strstr(launch.message, "deadlock: waits for the lanes 0x00000002"), "%s: %s",
                           schedules[i], launch.message);
        cr_assert_not_null(strstr(launch.message, "thread 0, PTX line 18: bar.warp.sync 3"), "%s: %s",
                           schedules[i], launch.message);
    }
}

/* Lane 0 says 3, lane 1 says 2: each name lanes that are here. */
Test(schedules, masks_must_agree)
{
    expect(BEGIN "mov.u32 %r3, 3;\n" LANE(1, "mov.u32 %r3, 2;") "bar.warp.sync %r3;" END, 2, PTX_BAD_BARRIER,
           NULL);
}

Test(schedules, have_names)
{
    static const char *const wrong[] = {
        "",           "random:", "random:x", "random:1x", "random:18446744073709551616",
        "forwards:1", "forward", "Lockstep"};
    ptx_schedule schedule = PTX_BACKWARDS;
    uint64_t seed = 5;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        cr_assert_not(ptx_schedule_named(wrong[i], &schedule, &seed), "%s", wrong[i]);
        cr_assert(schedule == PTX_BACKWARDS && seed == 5);
    }
    cr_assert(ptx_schedule_named("random:12", &schedule, &seed));
    cr_assert(schedule == PTX_RANDOM && seed == 12);
}

/* The loop of lanes 0 to 9 is run ten times for the warp, and 55 times for its lanes. */
Test(schedules, lines_are_counted)
{
    for (size_t i = 0; i < SCHEDULES; i++) {
        ptx_launch launch = scheduled(i);
        uint32_t words[THREADS];
        uint64_t lines[20] = {0};
        launch.lines = lines;
        launch.line_count = 20;
        (void)kernel_run_as(
            &launch, BEGIN "loop: add.u32 %r0, %r0, 1;\nsetp.le.u32 %p1, %r0, %r2;\n@%p1 bra loop;" END, 10,
            words, THREADS);
        cr_assert_eq(launch.fault, PTX_FINE, "%s", launch.message);
        cr_assert_eq(lines[14], i == 0 ? 10 : 55, "%s: %u", schedules[i], (unsigned)lines[14]);
        cr_assert_eq(lines[0], 0);
    }
}
