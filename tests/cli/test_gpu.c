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
TestSuite(cuda, .init = set_up);

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

/* A matrix is refused by name, and no file made. */
Test(gpu, orthogonal_matrices)
{
    const outcome refused = run("glorand fill -i 'orthogonal(seed=1)' -n 20,30 -o m.npy --backend %s", gpu);
    char text[160];
    (void)snprintf(text, sizeof text, "orthogonal is drawn by the cpu backend alone, not by %s", gpu);
    cr_expect_eq(refused.status, 1);
    cr_expect_not_null(strstr(refused.err, text), "%s", refused.err);
    cr_expect_eq(entries(), 0);
}

/* Several pieces, of which some are drawn before standard output has taken those before. */
Test(gpu, standard_output)
{
    EXPECT_DONE("glorand fill -i random_uniform -s 5 -n 9000011 -o cpu.bin --backend cpu");
    EXPECT_DONE("glorand fill -i random_uniform -s 5 -n 9000011 -o - --backend %s | cmp - cpu.bin", gpu);
}

/* A list of tensors of every dtype, most of them shorter than a warp is wide. */
static void write_many(const char *name)
{
    static const char *const dtypes[] = {"float32", "float16",       "bfloat16",
                                         "float64", "float8_e4m3fn", "float8_e5m2"};
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    (void)fprintf(file, "{\"recipe\": \"keras\", \"tensors\": [");
    for (int i = 0; i < 300; i++) {
        (void)fprintf(file, "%s{\"name\": \"layer.%d.weight\", \"shape\": [%d, %d], \"dtype\": \"%s\"}",
                      i > 0 ? "," : "", i, 1 + i % 7, 1 + i % 53, dtypes[i % 6]);
    }
    (void)fprintf(file, "]}");
    cr_assert_eq(fclose(file), 0);
}

Test(gpu, many_small_tensors)
{
    write_many("m.json");
    expect_same("init m.json --seed 3", "safetensors");
    EXPECT_DONE("glorand verify cpu.safetensors --backend %s", gpu);
}

Test(gpu, init_and_verify)
{
    write_text("m.json", "{\"recipe\": \"keras\", \"tensors\": [{\"name\": \"a.weight\", \"shape\": [3000, "
                         "2000], \"dtype\": \"float32\"},"
                         "{\"name\": \"a.bias\", \"shape\": [2000], \"dtype\": \"float16\"},"
                         "{\"name\": \"empty.weight\", \"shape\": [0, 7], \"dtype\": \"bfloat16\"},"
                         "{\"name\": \"b.weight\", \"shape\": [77, 131], \"dtype\": \"float8_e4m3fn\"}]}");
    expect_same("init m.json --seed 3", "safetensors");
    EXPECT_DONE("glorand verify cpu.safetensors --backend %s", gpu);
    outcome wrong = run("glorand verify cpu.safetensors --spec m.json --seed 4 --backend %s", gpu);
    cr_expect_eq(wrong.status, 1);
}

/* Regions and values are written over what the device draws, by the CPU: those across pieces, and matrices
   that no GPU draws. */
Test(gpu, regions_and_values)
{
    write_text(
        "m.json",
        "{\"seed\": 7, \"dtype\": \"float32\", \"tensors\": [{\"name\": \"wte\", \"shape\": [4500, 1000], "
        "\"initializer\": \"random_normal(0, 0.02)\", \"regions\": [{\"slice\": \"2000:4400,5:700\", "
        "\"initializer\": \"random_uniform(2, 3)\"}, {\"slice\": \"0:1\", \"initializer\": \"zeros\"}, "
        "{\"slice\": \"4100:4200,:30\", \"initializer\": \"orthogonal\"}]}, {\"name\": \"table\", \"shape\": "
        "[2, 2], \"dtype\": \"bfloat16\", \"values\": [1, 0.1, -2, 1e-40]}, {\"name\": \"last\", \"shape\": "
        "[70], \"dtype\": \"float16\", \"initializer\": \"random_uniform\"}]}");
    expect_same("init m.json", "safetensors");
    EXPECT_DONE("glorand verify cpu.safetensors --backend %s", gpu);
    EXPECT_DONE("glorand verify gpu.safetensors --spec m.json --backend cpu");
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

/* A failed call of the driver ends the command with a message, status 1 and no file; where the call only
   makes it faster, the file is the same. The first two of most calls are the check at opening. None of these
   errors ends the context: after one that does, the first to meet it may be another thread in another call.
 */
Test(cuda, calls_that_fail)
{
    static const struct {
        const char *function;
        int first, last; /* calls of which each is to fail */
        int error;
        const char *message; /* NULL: it does without */
    } cases[] = {
        {"cuMemAlloc_v2", 2, 4, 2, "CUDA: cuMemAlloc returned CUDA_ERROR_OUT_OF_MEMORY (2)"},
        {"cuStreamCreate", 2, 4, 2, "CUDA: cuStreamCreate returned CUDA_ERROR_OUT_OF_MEMORY (2)"},
        {"cuMemHostAlloc", 1, 3, 2, NULL},
        {"cuMemFreeHost", 1, 3, 1, NULL},
        {"cuStreamDestroy_v2", 1, 4, 400, NULL},
        {"cuLaunchKernel", 3, 6, 701,
         "CUDA: cuLaunchKernel returned CUDA_ERROR_LAUNCH_OUT_OF_RESOURCES (701)"},
        {"cuMemcpyDtoHAsync_v2", 3, 6, 1, "CUDA: cuMemcpyDtoHAsync returned CUDA_ERROR_INVALID_VALUE (1)"},
        {"cuStreamSynchronize", 3, 6, 400,
         "CUDA: cuStreamSynchronize returned CUDA_ERROR_INVALID_HANDLE (400)"},
    };
    write_many("m.json");
    EXPECT_DONE("glorand init m.json --seed 3 -o cpu.safetensors --backend cpu");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int nth = cases[i].first; nth <= cases[i].last; nth++) {
            outcome done = run("PTXSIM_FAIL=%s:%d:%d glorand init m.json --seed 3 -o gpu.safetensors "
                               "--backend cuda",
                               cases[i].function, nth, cases[i].error);
            if (cases[i].message == NULL) {
                cr_expect_eq(done.status, 0, "%s, call %d: %s", cases[i].function, nth, done.err);
                EXPECT_DONE("cmp gpu.safetensors cpu.safetensors && rm gpu.safetensors");
                continue;
            }
            cr_expect_eq(done.status, 1, "%s, call %d: %d", cases[i].function, nth, done.status);
            cr_expect_not_null(strstr(done.err, cases[i].message), "%s, call %d: %s", cases[i].function, nth,
                               done.err);
            cr_expect_eq(entries(), 2, "%s, call %d", cases[i].function, nth);
        }
    }
}

/* The same when it writes to standard output, and when it verifies. */
Test(cuda, calls_that_fail_without_a_file)
{
    static const char *const functions[] = {"cuLaunchKernel", "cuMemcpyDtoHAsync_v2", "cuStreamSynchronize"};
    EXPECT_DONE("glorand fill -i random_uniform -s 5 -n 77 -o a.safetensors --backend cpu");
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        outcome failed = run("PTXSIM_FAIL=%s:3:719 glorand fill -i random_uniform -s 5 -n 77 -o - "
                             "--backend cuda",
                             functions[i]);
        cr_expect_eq(failed.status, 1, "%s", failed.out);
        cr_expect_str_eq(failed.out, "");
        cr_expect_not_null(strstr(failed.err, "returned CUDA_ERROR_LAUNCH_FAILED (719)"), "%s", failed.err);
        failed = run("PTXSIM_FAIL=%s:3:719 glorand verify a.safetensors --backend cuda", functions[i]);
        cr_expect_eq(failed.status, 1);
        cr_expect_not_null(strstr(failed.err, "returned CUDA_ERROR_LAUNCH_FAILED (719)"), "%s", failed.err);
    }
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
