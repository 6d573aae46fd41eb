/* The barriers of the kernels that ship. Their lanes may run in any order between them and draw what plain C
   draws; each barrier is needed, since without it lanes race; and the queue that they guard is emptied as
   often as it is full. The barriers are found in the PTX, each text of it that the library holds. */
#include "backend.h"
#include "gpu/args.h"
#include "launch.h"
#include "ptxsim/driver/ptxsim.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Elements of most fills; and of those that queue more on the way than a queue has places. */
#define FEW  515
#define LONG 17003

#define WARP     32
#define WARPS    (GLR_GPU_ITEMS / WARP)
#define INTERVAL 2          /* groups of each lane on the fast path between two looks at the queue */
#define QUEUED   (4 * WARP) /* places of a warp's queue */
#define BARRIERS 32
#define MAX_ROOM (1 << 20)
#define LINES    100000 /* of PTX, at most */

/* A line of PTX, and where it is: the kernel is -1 before the first one. */
typedef struct place {
    int kernel;
    uint32_t number;
    char *line;
} place;

static fill fills[MAX_FILLS + 3];
static size_t fill_count;
/* The long ones: for glr_truncated_packed, glr_truncated_narrow and glr_any. */
static const fill *fast_fill, *narrow_fill, *queued_fill;
static glr_device *cpu;

static void set_up(void)
{
    cr_assert_eq(setenv("GLORAND_ISA", "plain", 1), 0);
    cpu = open_cpu(1);
    shipped_start();
    const glr_initializer truncated = glr_truncated_normal(0.1, 0.7, 3);
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {LONG}};
    fill_count = make_fills(fills, FEW, false);
    fills[fill_count++] = fill_of(&truncated, &tensor);
    tensor.dtype = GLR_DTYPE_BFLOAT16;
    fills[fill_count++] = fill_of(&truncated, &tensor);
    tensor.dtype = GLR_DTYPE_FLOAT32;
    tensor.strides[0] = 3;
    fills[fill_count++] = fill_of(&truncated, &tensor);
    fast_fill = &fills[fill_count - 3];
    narrow_fill = &fills[fill_count - 2];
    queued_fill = &fills[fill_count - 1];
    for (size_t i = 0; i < fill_count; i++) {
        cr_assert_leq(fill_room(&fills[i]), MAX_ROOM);
    }
}

TestSuite(barriers, .init = set_up);

/* Whether a line's opcode begins so, be it guarded or not. */
static bool is_opcode(const char *line, const char *opcode)
{
    line += strspn(line, " \t");
    if (*line == '@') {
        line += strcspn(line, " \t\n");
        line += strspn(line, " \t");
    }
    return strncmp(line, opcode, strlen(opcode)) == 0;
}

/* Goes on to the next line with that opcode; false if there is none. A place begins with the text. */
static bool go_on(place *at, const char *opcode)
{
    static const char entry[] = ".visible .entry ";
    for (;;) {
        at->line += strcspn(at->line, "\n");
        if (*at->line == '\0') {
            return false;
        }
        at->line++;
        at->number++;
        if (strncmp(at->line, entry, strlen(entry)) == 0) {
            at->kernel = kernel_named(at->line + strlen(entry));
        } else if (is_opcode(at->line, opcode)) {
            return true;
        }
    }
}

static place beginning(char *text) { return (place){-1, 1, text}; }

/* bar. and barrier. are all opcodes that begin so. */
#define BARRIER "bar"

static size_t find_barriers(char *text, place found[BARRIERS])
{
    size_t count = 0;
    for (place at = beginning(text); go_on(&at, BARRIER);) {
        cr_assert(count < BARRIERS && at.kernel >= 0);
        found[count++] = at;
    }
    cr_assert_gt(count, 0);
    return count;
}

/* Calls for each PTX, in the light form for the newest, and each kernel in it that has barriers, which are
 * found[0 .. count - 1]. */
static void for_each_kernel(void (*test)(char *text, const place *found, size_t count))
{
    for (unsigned i = test_is_light() ? shipped_count() - 1 : 0; i < shipped_count(); i++) {
        place found[BARRIERS];
        char *text = shipped_ptx(i);
        const size_t all = find_barriers(text, found);
        for (size_t begin = 0, end = 0; begin < all; begin = end) {
            while (end < all && found[end].kernel == found[begin].kernel) {
                end++;
            }
            test(text, &found[begin], end - begin);
        }
        free(text);
    }
}

/* Draws a fill, and again by plain C into memory that held the same before. False if it is another kernel's.
 */
static bool draws_alike(const fill *f, const char *schedule)
{
    static unsigned char values[MAX_ROOM], expected[MAX_ROOM];
    if (!run_fill(f, expected, values)) {
        cr_assert_str_empty(ptxsim_last_fault(), "%s: %s", schedule, ptxsim_last_fault());
        return false;
    }
    const glr_destination destination = {.memory = expected + f->before};
    cr_assert_eq(cpu->backend->fill(cpu, &f->plan, &destination, NULL), GLR_OK);
    cr_assert_arr_eq(values, expected, fill_room(f), "%s, dtype %d", schedule, (int)f->plan.dtype);
    return true;
}

/* All fills, or in the light form the packed ones, one of several others, and the long ones. */
static bool is_left_out(size_t number)
{
    const glr_runs *runs = &fills[number].plan.runs;
    const bool is_packed = runs->axes == 0 && runs->stride == 1;
    return test_is_light() && !is_packed && number % 5 != 0 && &fills[number] < fast_fill;
}

static void run_in_each_order(char *text, const place *found, size_t count)
{
    static const char *const schedules[] = {"lockstep", "forwards", "backwards", "random:1", "random:2"};
    (void)count;
    for (size_t i = 0; i < sizeof schedules / sizeof schedules[0]; i++) {
        size_t drawn = 0;
        cr_assert(ptxsim_set_schedule(schedules[i]));
        cr_assert(open_kernel(found->kernel, text, 1));
        for (size_t k = 0; k < fill_count; k++) {
            drawn += !is_left_out(k) && draws_alike(&fills[k], schedules[i]) ? 1 : 0;
        }
        close_kernel();
        cr_assert_gt(drawn, 1);
    }
}

Test(barriers, lanes_may_run_in_any_order) { for_each_kernel(run_in_each_order); }

/* Whether one of the kernel's fills meets a race. */
static bool races(const char *text, int kernel)
{
    static unsigned char values[MAX_ROOM];
    bool is_found = false;
    cr_assert(open_kernel(kernel, text, 1));
    for (size_t i = fill_count; i-- > 0 && !is_found;) { /* the long ones first */
        is_found = !run_fill(&fills[i], NULL, values) &&
                   strstr(ptxsim_last_fault(), "with no barrier between") != NULL;
    }
    close_kernel();
    return is_found;
}

static void take_each_away(char *text, const place *found, size_t count)
{
    cr_assert_not(races(text, found->kernel), "%s", ptxsim_last_fault());
    for (size_t i = 0; i < count; i++) {
        char *line = found[i].line;
        const size_t length = strcspn(line, "\n");
        char *kept = strndup(line, length);
        cr_assert_not_null(kept);
        memset(line, ' ', length);
        cr_assert(races(text, found[i].kernel), "no race without PTX line %u: %s", (unsigned)found[i].number,
                  kept);
        memcpy(line, kept, length);
        free(kept);
    }
}

Test(barriers, each_is_needed)
{
    cr_assert_not_null(freopen("/dev/null", "w", stderr)); /* the stand-in says each fault */
    for_each_kernel(take_each_away);
}

/* Counts of a warp's queue: a unit is queued if its first block has a candidate at 2 or
 * beyond. */
typedef struct queue {
    const glr_plan *plan;
    uint64_t queued, left;
    uint64_t looks; /* at how many units are left, two barriers each */
    uint64_t full;  /* looks before the end that found enough for all lanes */
} queue;

static void draw_groups(queue *q, uint64_t first, uint64_t end)
{
    for (uint64_t group = first; group < first + WARP && group < end; group++) {
        const glr_counter counter = glr_counter_at(q->plan->base, group * GLR_BLOCKS_PER_GROUP);
        const glr_block block = glr_block_at(counter, &q->plan->keys);
        const glr_values values = glr_normal_of_block(&block);
        bool lacks_one = false;
        for (int i = 0; i < GLR_GROUP_SIZE; i++) {
            lacks_one = lacks_one || fabsf(values.value[i]) >= 2.0F;
        }
        q->queued += lacks_one ? 1 : 0;
        q->left += lacks_one ? 1 : 0;
    }
}

static void finish(queue *q, uint64_t at_least)
{
    for (q->looks++; q->left >= at_least; q->looks++) {
        q->full += at_least == WARP ? 1 : 0;
        q->left -= q->left < WARP ? q->left : WARP;
    }
}

/* A warp's way through a fill that one thread block draws: first the groups in tiles. */
static void draw_tiles(queue *q, uint32_t warp, uint64_t end)
{
    for (uint64_t first = WARP * warp; first < end; first += INTERVAL * GLR_GPU_ITEMS) {
        for (uint64_t i = 0; i < INTERVAL; i++) {
            draw_groups(q, first + i * GLR_GPU_ITEMS, end);
        }
        finish(q, WARP);
    }
}

/* Then the remainder, and what is left in the queue. */
static void draw_remainder(queue *q, uint32_t warp, uint64_t begin, uint64_t end)
{
    for (uint64_t first = begin;; first += GLR_GPU_ITEMS) {
        draw_groups(q, first + WARP * warp, end);
        finish(q, first < end ? WARP : 1);
        if (first >= end) {
            return;
        }
    }
}

/* How often a kernel's lines with an opcode were run: each for a lane alone, or where lanes meet, for all of
 * them. */
static uint64_t runs_of(char *text, int kernel, const uint64_t lines[LINES], const char *opcode)
{
    uint64_t sum = 0;
    for (place at = beginning(text); go_on(&at, opcode);) {
        cr_assert_lt(at.number, LINES);
        sum += at.kernel == kernel ? lines[at.number] : 0;
    }
    return sum;
}

static void count_lines(const char *text, int kernel, const fill *f, uint64_t lines[LINES])
{
    memset(lines, 0, LINES * sizeof *lines);
    cr_assert(ptxsim_set_schedule("forwards"));
    cr_assert(open_kernel(kernel, text, 1));
    ptxsim_count_lines(lines, LINES);
    cr_assert(draws_alike(f, "forwards"));
    ptxsim_count_lines(NULL, 0);
    close_kernel();
}

/* How often barriers are met, and how many units are queued and taken out, against what queues of plain C
   come to. More units are queued in tiles, and after them, than a queue has places: if it were not emptied
   between, values would be lost. */
static void fill_queues(char *text, const place *found, size_t count)
{
    static uint64_t lines[LINES];
    const int kernel = found->kernel;
    const bool is_fast = kernel != kernel_named("glr_any");
    const fill *f = queued_fill;
    if (is_fast) {
        f = kernel == kernel_named("glr_truncated_packed") ? fast_fill : narrow_fill;
    }
    const uint64_t groups = (LONG + GLR_GROUP_SIZE - 1) / GLR_GROUP_SIZE, whole = LONG / GLR_GROUP_SIZE;
    const uint64_t in_tiles = is_fast ? whole / GLR_GPU_UNITS * GLR_GPU_UNITS : 0;
    uint64_t barriers = 0, queued = 0;
    (void)count;
    for (uint32_t warp = 0; warp < WARPS; warp++) {
        queue q = {.plan = &f->plan};
        draw_tiles(&q, warp, in_tiles);
        cr_assert(q.queued > QUEUED || !is_fast, "warp %u queues %llu in tiles", (unsigned)warp,
                  (unsigned long long)q.queued);
        draw_remainder(&q, warp, in_tiles, groups);
        cr_assert(q.queued > QUEUED && q.full > 0, "warp %u queues %llu", (unsigned)warp,
                  (unsigned long long)q.queued);
        barriers += 1 + 2 * q.looks; /* one after the queue was made empty */
        queued += q.queued;
    }
    count_lines(text, kernel, f, lines);
    cr_assert_eq(runs_of(text, kernel, lines, BARRIER), barriers);
    cr_assert_eq(runs_of(text, kernel, lines, "atom.shared.add"), queued);
    cr_assert_eq(runs_of(text, kernel, lines, "ld.shared.v4"), queued);
}

Test(barriers, full_queues_are_emptied_on_the_way) { for_each_kernel(fill_queues); }
