/* Faults that a GPU passes over in silence, and PTX that the interpreter does not know. */
#include "snippet.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

typedef struct fault_case {
    const char *lines;
    ptx_fault fault;
    const char *says;
} fault_case;

/* %d90 is the address of this lane's 8 bytes of output, of 32 * 8 in all; %r91 is its number. */
static const fault_case faults[] = {
    {"add.u32 %r0, %r1, %r80;", PTX_UNINITIALIZED, "source 2 is a register that was never written"},
    {"mov.u64 %d0, %d80;", PTX_UNINITIALIZED, "never written"},
    {"@%p8 mov.u32 %r0, 1;", PTX_UNINITIALIZED, "the guard was never written"},
    {"setp.eq.u32 %p4, %r91, 3; @%p4 mov.u32 %r80, 1; mov.u32 %r0, %r80;", PTX_UNINITIALIZED, "thread 0"},
    {"ld.shared.u32 %r0, [memory];", PTX_UNINITIALIZED, "memory that was never written"},
    {"ld.local.u32 %r0, [own+4];", PTX_UNINITIALIZED, "memory that was never written"},
    {"st.shared.u32 [memory], %r1; ld.shared.u64 %d0, [memory];", PTX_UNINITIALIZED, "never written"},
    {"atom.shared.add.u32 %r0, [memory], 1;", PTX_UNINITIALIZED, "never written"},
    {"st.global.u32 [%d90+252], %r1;", PTX_BAD_ADDRESS, "4 bytes at global address"},
    {"st.global.u32 [%d90+-8], %r1;", PTX_BAD_ADDRESS, "thread 0"},
    {"mov.u64 %d80, 64; ld.global.u32 %r0, [%d80];", PTX_BAD_ADDRESS, "lie in no allocation"},
    {"st.shared.u32 [memory+64], %r1;", PTX_BAD_ADDRESS, "shared address"},
    {"st.shared.u32 [memory+-4], %r1;", PTX_BAD_ADDRESS, "shared address"},
    {"st.local.u32 [own+64], %r1;", PTX_BAD_ADDRESS, "local address"},
    {"ld.param.u32 %r0, [in+32];", PTX_BAD_ADDRESS, "param address"},
    {"mov.u64 %d80, table; st.global.u32 [%d80], %r1;", PTX_BAD_ADDRESS, "global address"},
    {"mov.u64 %d80, table; ld.const.u32 %r0, [%d80+8];", PTX_BAD_ADDRESS, "const address"},
    {"mov.u64 %d80, counter; ld.const.u32 %r0, [%d80];", PTX_BAD_ADDRESS, "const address"},
    {"st.global.u32 [%d90+2], %r1;", PTX_MISALIGNED, "is not a multiple of 4"},
    {"st.global.v2.u64 [%d90+8], {%d1, %d2};", PTX_MISALIGNED, "is not a multiple of 16"},
    {"setp.lt.u32 %p4, %r91, 5; @%p4 bar.sync 0;", PTX_BAD_BARRIER, "only the lanes 0x0000001f"},
    {"setp.lt.u32 %p4, %r91, 5; @%p4 vote.sync.ballot.b32 %r0, %p1, -1;", PTX_BAD_BARRIER, "0xffffffff"},
    {"setp.lt.u32 %p4, %r91, 5; @%p4 bar.warp.sync 63;", PTX_BAD_BARRIER, "0x0000003f"},
    {"bar.warp.sync 1;", PTX_BAD_BARRIER, "thread 1"},
    {"mov.u32 %r80, 0; div.u32 %r0, %r1, %r80;", PTX_BAD_ARITHMETIC, "divides by 0"},
    {"mov.u64 %d80, 0; rem.s64 %d0, %d1, %d80;", PTX_BAD_ARITHMETIC, "divides by 0"},
    {"trap;", PTX_TRAP, "trap"},
};

Test(strict, faults_are_found_and_described)
{
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        char lines[512];
        (void)snprintf(lines, sizeof lines, "mov.u32 %%r0, 0; %s", faults[i].lines);
        snippet s = {lines, 'r', {1, 2, 3, 4}};
        ptx_launch launch;
        (void)snippet_run(&s, &launch);
        cr_assert_eq(launch.fault, faults[i].fault, "%s: %d, %s", faults[i].lines, (int)launch.fault,
                     launch.message);
        cr_assert_not_null(strstr(launch.message, faults[i].says), "%s: %s", faults[i].lines, launch.message);
        cr_assert_not_null(strstr(launch.message, "PTX line"), "%s", launch.message);
    }
}

/* Lines that must not be taken for ones that are known. */
static const char *const unknown[] = {
    "add.f32 %r0, %r1, %r2;", /* without .rn, ptxas may contract it */
    "mul.f32 %r0, %r1, %r2;",
    "sub.f64 %d0, %d1, %d2;",
    "add.rn.ftz.f32 %r0, %r1, %r2;",
    "add.rz.f32 %r0, %r1, %r2;",
    "fma.rn.sat.f32 %r0, %r1, %r2, %r3;",
    "sqrt.approx.f32 %r0, %r1;",
    "ex2.approx.ftz.f32 %r0, %r1;",
    "lg2.approx.f32 %r0, %r1;",
    "sin.approx.f32 %r0, %r1;",
    "cvt.rz.f32.s32 %r0, %r1;",
    "cvt.f32.s32 %r0, %r1;",
    "cvt.rn.s32.f32 %r0, %r1;",
    "cvt.sat.u8.u32 %h0, %r1;",
    "add.sat.s32 %r0, %r1, %r2;",
    "add.u128 %d0, %d1, %d2;",
    "mad.lo.cc.u32 %r0, %r1, %r2, %r3;",
    "prmt.b32.f4e %r0, %r1, %r2, %r3;",
    "setp.lt.f32 %p0|%p4, %r1, %r2;",
    "ld.global.nonsense.u32 %r0, [%d90];",
    "ld.global.v3.u32 {%r0, %r1, %r2}, [%d90];",
    "atom.global.inc.u32 %r0, [%d90], 1;",
    "vote.ballot.b32 %r0, %p1;",
    "bar.sync 0, 64;",
    "mov.u32 %r0, %clock;",
    "call foo;",
    "frobnicate.u32 %r0;",
    /* Operands that do not fit. */
    "add.u32 %r0, %r1;",
    "add.u32 %r0, %r1, %d2;",
    "add.u32 %d0, %r1, %r2;",
    "mov.u32 %r0, %r99;",
    "mov.u32 %r0, %nothing;",
    "mov.u32 %tid.x, %r1;",
    "mov.u32 %r0, table;",
    "@%r1 mov.u32 %r0, 1;",
    "ld.global.u64 %r0, [%d90];",
    "ld.global.f32 %d0, [%d90];",
    "ld.shared.u32 %r0, [own];",
    "bra nowhere;",
    "st.global.v2.u32 [%d90], {%r1};",
};

static const char before[] =
    ".version 9.0\n.target sm_90\n.address_size 64\n.const .b8 table[4];\n"
    ".visible .entry k(.param .u64 in)\n{\n.reg .pred %p<9>;\n.reg .b16 %h<9>;\n"
    ".reg .b32 %r<99>;\n.reg .b64 %d<99>;\n.local .b8 own[8];\nld.param.u64 %d90, [in];\n";

Test(strict, what_is_not_known_is_an_error_that_quotes_the_line)
{
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        char text[2048];
        char message[PTX_MESSAGE_SIZE];
        ptx_memory memory = {NULL, 0, 0};
        (void)snprintf(text, sizeof text, "%s%s\nret;\n}\n", before, unknown[i]);
        cr_assert_null(ptx_load(text, strlen(text), &memory, message), "%s", unknown[i]);
        cr_assert_not_null(strstr(message, unknown[i]), "%s: %s", unknown[i], message);
        cr_assert_not_null(strstr(message, "PTX line"), "%s", message);
        ptx_memory_clear(&memory);
    }
}

static const char *const bad_modules[] = {
    ".visible .func f() { ret; }",
    ".tex .u64 t;",
    ".extern .global .u32 x;",
    ".const .b8 x[2] = {1, 2, 3};",
    ".visible .entry k() .reqnctapercluster 2 { ret; }",
    ".visible .entry k(.param .u64 x { ret; }",
    ".visible .entry k() { ret;",
    ".visible .entry k() { l: ret; l: ret; }",
    ".visible .entry k() { .reg .b128 %q<2>; ret; }",
    ".visible .entry k() { \"text\" }",
    "}",
};

Test(strict, bad_modules_are_refused)
{
    for (size_t i = 0; i < sizeof bad_modules / sizeof bad_modules[0]; i++) {
        char message[PTX_MESSAGE_SIZE];
        ptx_memory memory = {NULL, 0, 0};
        cr_assert_null(ptx_load(bad_modules[i], strlen(bad_modules[i]), &memory, message), "%s",
                       bad_modules[i]);
        cr_assert_eq(memory.count, 0);
        ptx_memory_clear(&memory);
    }
}
