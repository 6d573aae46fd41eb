#include "snippet.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#define HEAD                                                                                                 \
    ".version 9.0\n.target sm_90\n.address_size 64\n"                                                        \
    ".const .align 4 .b8 table[8] = {1, 0, 0, 0, 255, 255, 255, 255};\n"                                     \
    ".global .align 4 .u32 counter = 7;\n"

static const char frame[] =
    HEAD "%s"
         ".visible .entry k(.param .u64 out, .param .align 8 .b8 in[32])\n{\n"
         ".reg .pred %%p<9>;\n.reg .b16 %%h<9>;\n.reg .b32 %%r<99>;\n.reg .b64 %%d<99>;\n"
         ".shared .align 16 .b8 memory[64];\n.local .align 16 .b8 own[64];\n"
         "ld.param.u64 %%d1, [in];\nld.param.u64 %%d2, [in+8];\n"
         "ld.param.u64 %%d3, [in+16];\nld.param.u64 %%d4, [in+24];\n"
         "cvt.u32.u64 %%r1, %%d1;\ncvt.u32.u64 %%r2, %%d2;\n"
         "cvt.u32.u64 %%r3, %%d3;\ncvt.u32.u64 %%r4, %%d4;\n"
         "cvt.u16.u64 %%h1, %%d1;\ncvt.u16.u64 %%h2, %%d2;\ncvt.u16.u64 %%h3, %%d3;\n"
         "and.b32 %%r90, %%r1, 1;\nsetp.ne.b32 %%p1, %%r90, 0;\n"
         "and.b32 %%r90, %%r2, 1;\nsetp.ne.b32 %%p2, %%r90, 0;\n"
         "and.b32 %%r90, %%r3, 1;\nsetp.ne.b32 %%p3, %%r90, 0;\n"
         "ld.param.u64 %%d90, [out];\nmov.u32 %%r91, %%tid.x;\n"
         "mul.wide.u32 %%d91, %%r91, 8;\nadd.s64 %%d90, %%d90, %%d91;\n"
         "%s\n%s\nst.global.u64 [%%d90], %%d92;\nret;\n}\n";

static const char *ending(char result)
{
    switch (result) {
    case 'r': return "cvt.u64.u32 %d92, %r0;";
    case 'd': return "mov.b64 %d92, %d0;";
    case 'h': return "cvt.u64.u16 %d92, %h0;";
    default: return "selp.u64 %d92, 1, 0, %p0;";
    }
}

uint64_t snippet_run(const snippet *s, ptx_launch *launch)
{
    char text[8192], message[PTX_MESSAGE_SIZE];
    static uint64_t out[32];
    int length = snprintf(text, sizeof text, frame, "", s->lines, ending(s->result));
    cr_assert(length > 0 && (size_t)length < sizeof text);
    ptx_memory memory = {NULL, 0, 0};
    ptx_module *module = ptx_load(text, (size_t)length, &memory, message);
    cr_assert_not_null(module, "%s", message);
    uint64_t address = (uint64_t)(uintptr_t)out | PTX_DEVICE_BIT;
    cr_assert_not_null(
        ptx_memory_add(&memory, (ptx_region){address, sizeof out, (unsigned char *)out, PTX_GLOBAL}));
    const void *parameters[] = {&address, s->value};
    *launch =
        (ptx_launch){.kernel = ptx_kernel_named(module, "k"), .memory = &memory, .parameters = parameters};
    launch->grid[0] = launch->grid[1] = launch->grid[2] = launch->block[1] = launch->block[2] = 1;
    launch->block[0] = 32;
    launch->ignores_races = true; /* all lanes use the same memory */
    uint64_t result = 0;
    if (ptx_run(launch) == PTX_FINE) {
        result = out[0];
        for (int lane = 1; lane < 32; lane++) {
            cr_assert_eq(out[lane], result, "lane %d of %s", lane, s->lines);
        }
    }
    ptx_unload(module);
    ptx_memory_clear(&memory);
    return result;
}

const char *const schedules[SCHEDULES] = {"lockstep", "forwards", "backwards", "random:1", "random:2"};

ptx_launch scheduled(size_t number)
{
    ptx_launch launch;
    memset(&launch, 0, sizeof launch);
    cr_assert(ptx_schedule_named(schedules[number], &launch.schedule, &launch.seed));
    return launch;
}

ptx_fault kernel_run(const char *text, uint32_t threads, uint32_t *words, size_t count, ptx_launch *launch)
{
    *launch = scheduled(0);
    return kernel_run_as(launch, text, threads, words, count);
}

ptx_fault kernel_run_as(ptx_launch *launch, const char *text, uint32_t threads, uint32_t *words, size_t count)
{
    char message[PTX_MESSAGE_SIZE];
    ptx_memory memory = {NULL, 0, 0};
    ptx_module *module = ptx_load(text, strlen(text), &memory, message);
    cr_assert_not_null(module, "%s", message);
    uint64_t address = (uint64_t)(uintptr_t)words | PTX_DEVICE_BIT;
    memset(words, 0, count * sizeof *words);
    cr_assert_not_null(ptx_memory_add(
        &memory, (ptx_region){address, count * sizeof *words, (unsigned char *)words, PTX_GLOBAL}));
    const void *parameters[] = {&address};
    launch->kernel = ptx_kernel_named(module, "k");
    launch->memory = &memory;
    launch->parameters = parameters;
    launch->grid[0] = launch->grid[1] = launch->grid[2] = launch->block[1] = launch->block[2] = 1;
    launch->block[0] = threads;
    launch->max_steps = 1000000;
    ptx_fault fault = ptx_run(launch);
    ptx_unload(module);
    ptx_memory_clear(&memory);
    return fault;
}
