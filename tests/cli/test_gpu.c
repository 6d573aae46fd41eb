/* The command by OpenCL or CUDA, whatever GLORAND_TEST_BACKEND names: the same files as by the CPU. */
#include "support/files.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *gpu;

static void set_up(void)
{
    gpu = getenv("GLORAND_TEST_BACKEND");
    cr_assert_not_null(gpu);
    enter_scratch();
}

TestSuite(gpu, .init = set_up);
TestSuite(opencl, .init = enter_scratch);

#define EXPECT_DONE(...)                                                                                     \
    do {                                                                                                     \
        outcome done_ = run(__VA_ARGS__);                                                                    \
        cr_expect_eq(done_.status, 0, "%d: %s", done_.status, done_.err);                                    \
        cr_expect_str_eq(done_.err, "");                                                                     \
    } while (0)

/* Both backends write with these arguments; the files must be the same. */
static void expect_same(const char *arguments, const char *ending)
{
    EXPECT_DONE("glorand %s -o gpu.%s --backend %s", arguments, ending, gpu);
    EXPECT_DONE("glorand %s -o cpu.%s --backend cpu", arguments, ending);
    EXPECT_DONE("cmp gpu.%s cpu.%s", ending, ending);
}

/* The first is of several pieces, the last of them short; the second is a slice that is not contiguous. */
Test(gpu, fill)
{
    expect_same("fill -i glorot_normal -s 42 -n 15,1048583", "npy");
    expect_same("fill -i he_uniform -s 42 -n 3001,1000 --slice 1:,3:900 --dtype bfloat16 --threads 5",
                "safetensors");
    expect_same("fill -i lecun_normal -s 7 -n 999 --method icdf --dtype float64", "bin");
    EXPECT_DONE("glorand fill -i lecun_normal -s 7 -n 999 --method icdf --dtype float64 -o - --backend %s | "
                "cmp - cpu.bin",
                gpu);
}

Test(gpu, init_and_verify)
{
    write_text("m.json",
               "{\"tensors\": [{\"name\": \"a.weight\", \"shape\": [3000, 2000], \"dtype\": \"float32\"},"
               "{\"name\": \"a.bias\", \"shape\": [2000], \"dtype\": \"float16\"},"
               "{\"name\": \"empty.weight\", \"shape\": [0, 7], \"dtype\": \"bfloat16\"},"
               "{\"name\": \"b.weight\", \"shape\": [77, 131], \"dtype\": \"float8_e4m3fn\"}]}");
    expect_same("init m.json --seed 3", "safetensors");
    EXPECT_DONE("glorand verify cpu.safetensors --backend %s", gpu);
    outcome wrong = run("glorand verify cpu.safetensors --spec m.json --seed 4 --backend %s", gpu);
    cr_expect_eq(wrong.status, 1);
}

Test(gpu, selftest)
{
    outcome done = run("glorand devices --selftest");
    char line[32];
    (void)snprintf(line, sizeof line, "%-8s 0", gpu);
    cr_expect_eq(done.status, 0, "%s", done.err);
    cr_expect_not_null(strstr(done.out, line), "%s", done.out);
    cr_expect_not_null(strstr(done.out, "passed, 240 cases agree"), "%s", done.out);
}

Test(opencl, selftest_without_fp64)
{
    outcome one_lane = run("GLORAND_OPENCL_FORCE=one-lane,no-fp64 glorand devices --selftest");
    cr_expect_eq(one_lane.status, 0, "%s", one_lane.err);
    cr_expect_not_null(strstr(one_lane.out, "passed, 200 cases agree, 40 of float64 are refused"), "%s",
                       one_lane.out);
    outcome both = run("glorand devices --selftest --json");
    cr_expect_eq(both.status, 2);
}

Test(opencl, float64_is_refused_without_fp64)
{
    outcome refused = run(
        "GLORAND_OPENCL_FORCE=no-fp64 glorand fill -i zeros -n 4 --dtype float64 -o a.npy --backend opencl");
    cr_expect_eq(refused.status, 1);
    cr_expect_not_null(strstr(refused.err, "this OpenCL device has no fp64, so no float64"), "%s",
                       refused.err);
    cr_expect_eq(entries(), 0);
}
