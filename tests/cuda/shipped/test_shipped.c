/* Seeded defects in the kernels that ship, whose PTX is taken out of the library: each is launched as the
   backend launches it, in the stand-in's driver, with fills of every sampler, dtype and layout. glr_check is
   left out: it draws nothing, and tests/cuda/backend/test_errors.c changes it. */
#include "cuda/device.h"
#include "launch.h"
#include "ptxsim/defects/seeded.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Elements of each fill: within one tile, and over several that a thread block draws in turn. */
#define FEW  515
#define MANY 5003

#define MAX_RESIDENT_BLOCKS 2

static fill fills[2][MAX_FILLS];
static bool is_chosen[MAX_FILLS]; /* whether the fill is the kernel's that has the defects */
static size_t fill_count[2];

static bool draw(const seeded *s, const char *ptx, size_t length, bool many, unsigned char *values)
{
    (void)length; /* the text ends with a 0 */
    bool fine = open_kernel((int)*(const glr_gpu_kernel *)s->settings, ptx, MAX_RESIDENT_BLOCKS);
    for (size_t i = 0; fine && i < fill_count[many]; i++) {
        const fill *f = &fills[many][i];
        if (is_chosen[i]) {
            fine = run_fill(f, NULL, values);
            values += fill_room(f);
        }
    }
    close_kernel();
    return fine;
}

/* Which fills the backend gives to a kernel: those that can be launched where no other kernel is. */
static void choose_fills(glr_gpu_kernel kernel, const char *ptx, seeded *s)
{
    static unsigned char values[1 << 20];
    s->few = s->many = 0;
    cr_assert(open_kernel((int)kernel, ptx, MAX_RESIDENT_BLOCKS));
    for (size_t i = 0; i < fill_count[1]; i++) {
        cr_assert_lt(fill_room(&fills[1][i]), sizeof values);
        is_chosen[i] = run_fill(&fills[1][i], NULL, values);
        s->many += is_chosen[i] ? fill_room(&fills[1][i]) : 0;
        s->few += is_chosen[i] && i < fill_count[0] ? fill_room(&fills[0][i]) : 0;
    }
    close_kernel();
    cr_assert_gt(s->few, 0, "%s draws no fill", s->name);
}

static void set_up(void)
{
    cr_assert_eq(setenv("PTXSIM_STEPS", "300000", 1), 0);
    shipped_start();
    cr_assert_not_null(freopen("/dev/null", "w", stderr)); /* the stand-in says each fault */
    fill_count[0] = make_fills(fills[0], FEW, false);
    fill_count[1] = make_fills(fills[1], MANY, true);
}

TestSuite(shipped, .init = set_up);

/* Of a hundred that are made, how many may change nothing, though they are reached. Registers without a value
   and stores too far are found always. The rest is in code that another path makes good, or that cannot
   matter: a lower bit of a correction that rounding takes away; `or` where the bits are apart; < for <= where
   equality never comes, as with the high half of a quotient; a shortcut that is not taken, or is where it
   need not be (vectors for aligned elements, 32 bits for 64 in a division); and in the queued kernel a first
   pass whose wrong values look rejected and are drawn again. The arithmetic is instantiated once for each
   unit that is drawn at a time, so that a copy sees but a part of the values. What is not reached divides
   numbers beyond 2^32, of parts that no test can draw, or is a loop that nvcc unrolled for more elements than
   a group has.
 */
static const unsigned max[MUTATIONS] = {25, 5, 0, 0, 6, 50, 25};

/* The same of the kernels for 16 and 8 bits, which round away 13 bits of each value and more: among them what
   swapped operands of a correction change. The kernels of float32 show all bits of the same arithmetic. */
static const unsigned max_narrow[MUTATIONS] = {25, 15, 0, 0, 6, 50, 25};

/* Every defect, or in short forms one of several. */
static size_t stride(void) { return !test_is_proof() ? 1200 : test_is_long() ? 1 : 60; }

static void try_kernel(glr_gpu_kernel kernel, tally *all)
{
    static kernel_text cut;
    char *text = shipped_ptx(shipped_count() - 1);
    tally sums[MUTATIONS] = {{0, 0, 0, 0, 0}};
    seeded s = {.name = glr_gpu_kernel_names[kernel], .draw = draw, .settings = &kernel};
    choose_fills(kernel, text, &s);
    cr_assert(kernel_cut_out(&cut, text, s.name));
    cr_assert(seeded_try_all(&s, &cut, stride(), sums));
    seeded_print(s.name, sums);
    for (int kind = 0; kind < MUTATIONS; kind++) {
        all[kind].made += sums[kind].made;
        all[kind].refused_or_fault += sums[kind].refused_or_fault;
        all[kind].other_values += sums[kind].other_values;
        all[kind].unreached += sums[kind].unreached;
        all[kind].nothing += sums[kind].nothing;
    }
    free(text);
}

static bool is_narrow(int kernel)
{
    return kernel >= GLR_GPU_KERNEL_UNIFORM_NARROW && kernel <= GLR_GPU_KERNEL_ICDF_NARROW;
}

/* Judged together: the short form makes few of a kind in each kernel. */
Test(shipped, kernels)
{
    tally narrow[MUTATIONS] = {{0, 0, 0, 0, 0}}, others[MUTATIONS] = {{0, 0, 0, 0, 0}};
    for (int kernel = 0; kernel < GLR_GPU_KERNELS; kernel++) {
        if (kernel != GLR_GPU_KERNEL_CHECK) {
            try_kernel((glr_gpu_kernel)kernel, is_narrow(kernel) ? narrow : others);
        }
    }
    seeded_print("kernels for 16 and 8 bits", narrow);
    seeded_print("the others", others);
    const bool is_fine = seeded_judge("kernels for 16 and 8 bits", narrow, max_narrow);
    cr_assert(seeded_judge("the others", others, max) && is_fine);
}
