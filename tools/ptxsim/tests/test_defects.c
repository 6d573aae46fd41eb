/* Lines with defects in them, and how many of a kernel's defects are found by what: all counted by hand. */
#include "defects/seeded.h"
#include "ptx/ptx.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The mutant that is expected, or NULL for none. */
static const struct {
    mutation kind;
    unsigned variant;
    const char *line, *mutant;
} lines[] = {
    {CHANGED_CONSTANT, 0, "\tadd.s32 \t%r1, %r2, 5;", "\tadd.s32 \t%r1, %r2, 6;"},
    {CHANGED_CONSTANT, 1, "\tadd.s32 \t%r1, %r2, 5;", NULL},
    {CHANGED_CONSTANT, 0, "mad.lo.s32 %r1, %r2, 7, -9;", "mad.lo.s32 %r1, %r2, 8, -9;"},
    {CHANGED_CONSTANT, 1, "mad.lo.s32 %r1, %r2, 7, -9;", "mad.lo.s32 %r1, %r2, 7, -10;"},
    {CHANGED_CONSTANT, 0, "mov.f32 %f1, 0f3F800000;", "mov.f32 %f1, 0f3F800100;"},
    {CHANGED_CONSTANT, 0, "ld.param.u64 %rd1, [kernel_param_0];", NULL},
    {CHANGED_CONSTANT, 0, ".reg .b32 %r<9>;", NULL},
    {SWAPPED_OPERANDS, 0, "sub.s32 %r1, %r2, %r3;", "sub.s32 %r1, %r3, %r2;"},
    {SWAPPED_OPERANDS, 0, "add.s32 %r1, %r2, %r3;", NULL},
    {SWAPPED_OPERANDS, 0, "mov.u32 %r1, %r2;", NULL},
    {SWAPPED_OPERANDS, 0, "st.global.u32 [%rd1], %r2;", NULL},
    {UNINITIALIZED_REGISTER, 0, "sub.s64 %rd1, %rd2, %rd3;", "sub.s64 %rd1, %rd9999, %rd3;"},
    {UNINITIALIZED_REGISTER, 1, "sub.s64 %rd1, %rd2, %rd3;", "sub.s64 %rd1, %rd2, %rd9999;"},
    {UNINITIALIZED_REGISTER, 2, "sub.s64 %rd1, %rd2, %rd3;", NULL},
    {UNINITIALIZED_REGISTER, 0, "st.global.u32 [%rd1], %r2;", "st.global.u32 [%rd9999], %r2;"},
    {UNINITIALIZED_REGISTER, 0, "mov.u32 %r1, %tid.x;", NULL},
    {STORE_TOO_FAR, 0, "st.global.u32 [%rd1], %r2;", "st.global.u32 [%rd1+4], %r2;"},
    {STORE_TOO_FAR, 0, "st.global.u32 [%rd1+8], %r2;", "st.global.u32 [%rd1+12], %r2;"},
    {STORE_TOO_FAR, 0, "st.global.u64 [%rd1], %rd2;", "st.global.u64 [%rd1+8], %rd2;"},
    {STORE_TOO_FAR, 0, "st.global.v4.u32 [%rd1], {%r1, %r2, %r3, %r4};",
     "st.global.v4.u32 [%rd1+16], {%r1, %r2, %r3, %r4};"},
    {STORE_TOO_FAR, 0, "ld.global.u32 %r2, [%rd1];", NULL},
    {LOST_INSTRUCTION, 0, "add.s32 %r1, %r2, 5;", ""},
    {LOST_INSTRUCTION, 0, "ret;", NULL},
    {LOST_INSTRUCTION, 0, "$L__BB0_2:", NULL},
    {LOST_GUARD, 0, "@%p1 bra $L__BB0_2;", " bra $L__BB0_2;"},
    {LOST_GUARD, 0, "bra $L__BB0_2;", NULL},
    {OTHER_OPCODE, 0, "add.rn.f32 %f1, %f2, %f3;", "sub.rn.f32 %f1, %f2, %f3;"},
    {OTHER_OPCODE, 0, "setp.lt.s32 %p1, %r2, %r3;", "setp.le.s32 %p1, %r2, %r3;"},
    {OTHER_OPCODE, 0, "mul.lo.s32 %r1, %r2, %r3;", "mul.hi.s32 %r1, %r2, %r3;"},
    {OTHER_OPCODE, 0, "ld.global.u32 %r2, [%rd1];", NULL},
};

Test(defects, lines_become_what_is_written_here)
{
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char mutant[100] = "";
        bool is_made = mutate_line(lines[i].kind, lines[i].variant, lines[i].line, mutant, sizeof mutant);
        cr_expect_eq(is_made, lines[i].mutant != NULL, "%s: %s", lines[i].line, mutant);
        if (is_made && lines[i].mutant != NULL) {
            cr_expect_str_eq(mutant, lines[i].mutant, "%s: %s", lines[i].line, mutant);
        }
    }
}

#define FEW  20
#define MANY 40

/* A module of two kernels. The first cannot be parsed, so it must be left out. The second writes 3 i + 1 to
 * word i of `count`, with further lines before its store.
 */
#define MODULE(further)                                                                                      \
    ".version 8.0\n.target sm_80\n.address_size 64\n\n"                                                      \
    ".visible .entry other(.param .u64 out)\n{\n\tunknown;\n\tret;\n}\n\n"                                   \
    ".visible .entry line(\n\t.param .u64 out,\n\t.param .u32 count\n)\n{\n"                                 \
    "\t.reg .pred \t%p<3>;\n\t.reg .b32 \t%r<8>;\n\t.reg .b64 \t%rd<4>;\n\n"                                 \
    "\tld.param.u64 \t%rd1, [out];\n\tld.param.u32 \t%r1, [count];\n"                                        \
    "\tmov.u32 \t%r2, %tid.x;\n\tsetp.ge.u32 \t%p1, %r2, %r1;\n\t@%p1 bra \tdone;\n"                         \
    "\tmul.wide.u32 \t%rd2, %r2, 4;\n\tadd.s64 \t%rd3, %rd1, %rd2;\n\tmad.lo.s32 \t%r3, %r2, 3, "            \
    "1;\n" further "\tst.global.u32 \t[%rd3], %r3;\ndone:\n\tret;\n}\n"

static bool draw(const seeded *s, const char *ptx, size_t length, bool many, unsigned char *values)
{
    char message[PTX_MESSAGE_SIZE];
    ptx_memory memory = {NULL, 0, 0};
    ptx_module *module = ptx_load(ptx, length, &memory, message);
    uint64_t address = (uint64_t)(uintptr_t)values | PTX_DEVICE_BIT;
    uint32_t count = many ? MANY : FEW;
    const void *parameters[] = {&address, &count};
    ptx_launch launch = {.memory = &memory,
                         .grid = {1, 1, 1},
                         .block = {2 * MANY, 1, 1},
                         .parameters = parameters,
                         .max_steps = 1000};
    bool fine = module != NULL &&
                ptx_memory_add(&memory, (ptx_region){address, many ? s->many : s->few, values, PTX_GLOBAL});
    launch.kernel = fine ? ptx_kernel_named(module, s->name) : NULL;
    fine = launch.kernel != NULL && ptx_run(&launch) == PTX_FINE;
    ptx_unload(module);
    ptx_memory_clear(&memory);
    return fine;
}

/* Tries one of `stride` defects of each kind in the kernel `line`. */
static bool try_all(const char *module, size_t stride, tally sums[MUTATIONS])
{
    static kernel_text kernel;
    const seeded s = {"line", draw, NULL, FEW * sizeof(uint32_t), MANY * sizeof(uint32_t)};
    char *text = strdup(module);
    cr_assert_not_null(text);
    memset(sums, 0, MUTATIONS * sizeof *sums);
    cr_assert(kernel_cut_out(&kernel, text, "line"));
    bool is_fine = seeded_try_all(&s, &kernel, stride, sums);
    free(text);
    return is_fine;
}

static void expect(const tally *found, const tally *expected)
{
    for (int kind = 0; kind < MUTATIONS; kind++) {
        cr_expect_arr_eq(&found[kind], &expected[kind], sizeof *found,
                         "%s: %u made, %u faults, %u values, %u unreached, %u nothing", mutation_names[kind],
                         found[kind].made, found[kind].refused_or_fault, found[kind].other_values,
                         found[kind].unreached, found[kind].nothing);
    }
}

/* Made, refused or faults, other values, unreached, nothing. */
Test(defects, each_is_found)
{
    static const tally expected[MUTATIONS] = {
        [CHANGED_CONSTANT] = {3, 1, 2, 0, 0},       /* a stride of 5 bytes; 4 i + 1, 3 i + 2 */
        [SWAPPED_OPERANDS] = {2, 1, 1, 0, 0},       /* those outside store; i + 3 */
        [UNINITIALIZED_REGISTER] = {8, 8, 0, 0, 0}, /* 2, 1, 2, 1 and 2 sources */
        [STORE_TOO_FAR] = {1, 1, 0, 0, 0},
        [LOST_INSTRUCTION] = {9, 8, 1, 0, 0}, /* the store leaves memory as it was */
        [LOST_GUARD] = {1, 0, 1, 0, 0},       /* nobody stores */
        [OTHER_OPCODE] = {2, 2, 0, 0, 0},     /* one more stores; out - 4 i */
    };
    static const unsigned none[MUTATIONS] = {0};
    tally sums[MUTATIONS];
    cr_assert(try_all(MODULE(""), 1, sums));
    expect(sums, expected);
    cr_expect(seeded_judge("line", sums, none));
}

/* The first, third and so on of each kind. */
Test(defects, one_of_two)
{
    static const tally expected[MUTATIONS] = {
        [CHANGED_CONSTANT] = {2, 1, 1, 0, 0},       /* 4, 1 */
        [SWAPPED_OPERANDS] = {1, 1, 0, 0, 0},       /* setp */
        [UNINITIALIZED_REGISTER] = {4, 4, 0, 0, 0}, /* of 8 */
        [STORE_TOO_FAR] = {1, 1, 0, 0, 0},
        [LOST_INSTRUCTION] = {5, 4, 1, 0, 0}, /* ld, mov, bra, add, st */
        [LOST_GUARD] = {1, 0, 1, 0, 0},
        [OTHER_OPCODE] = {1, 1, 0, 0, 0}, /* setp */
    };
    tally sums[MUTATIONS];
    cr_assert(try_all(MODULE(""), 2, sums));
    expect(sums, expected);
}

Test(defects, what_only_many_values_show)
{
    tally sums[MUTATIONS];
    cr_assert(try_all(MODULE("\tmin.u32 \t%r3, %r3, 100;\n"), 1, sums));
    cr_expect_eq(sums[CHANGED_CONSTANT].made, 4);
    cr_expect_eq(sums[CHANGED_CONSTANT].other_values, 3);
    cr_expect_eq(sums[LOST_INSTRUCTION].other_values, 2);
}

/* The first line is run and no matter; the last is jumped over, unless the jump is lost. */
Test(defects, what_changes_nothing_is_counted)
{
    static const tally expected[MUTATIONS] = {
        [CHANGED_CONSTANT] = {5, 1, 2, 1, 1},       [SWAPPED_OPERANDS] = {2, 1, 1, 0, 0},
        [UNINITIALIZED_REGISTER] = {8, 8, 0, 0, 0}, [STORE_TOO_FAR] = {1, 1, 0, 0, 0},
        [LOST_INSTRUCTION] = {12, 8, 1, 1, 2},      [LOST_GUARD] = {1, 0, 1, 0, 0},
        [OTHER_OPCODE] = {2, 2, 0, 0, 0},
    };
    tally sums[MUTATIONS];
    unsigned max[MUTATIONS] = {[CHANGED_CONSTANT] = 4, [LOST_INSTRUCTION] = 7};
    cr_assert(try_all(MODULE("\tmov.u32 \t%r4, 7;\n\tbra \tover;\n\tmov.u32 \t%r5, 9;\nover:\n"), 1, sums));
    expect(sums, expected);
    cr_expect(seeded_judge("line", sums, max)); /* 1 of 5 + 20 is 4 %, 2 of 12 + 20 are 6.25 % */
    max[CHANGED_CONSTANT] = 3;
    cr_expect_not(seeded_judge("line", sums, max));
    max[CHANGED_CONSTANT] = 4;
    max[LOST_INSTRUCTION] = 6;
    cr_expect_not(seeded_judge("line", sums, max));
}

Test(defects, what_cannot_be_tried_is_refused)
{
    static kernel_text kernel;
    tally sums[MUTATIONS];
    char text[] = MODULE("");
    cr_expect_not(kernel_cut_out(&kernel, text, "lines"));
    cr_expect_not(try_all(MODULE("\tadd.s32 \t%r3, %r3, %r7;\n"), 1, sums)); /* a register without a value */
    cr_expect_eq(sums[CHANGED_CONSTANT].made, 0);
}
