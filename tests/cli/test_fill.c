/* glorand fill: every format and option gives the library's values. */
#include "support/files.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

TestSuite(fill, .init = enter_scratch);

/* The end of a file are these values of the library. */
static void expect_values(const char *name, glr_initializer initializer, glr_tensor tensor)
{
    uint64_t bytes = 0;
    size_t length;
    cr_assert_eq(glr_tensor_extent(&tensor, NULL, &bytes), GLR_OK);
    unsigned char *expected = malloc(bytes + 1), *file = read_file(name, &length);
    glr_device *device = open_cpu(1);
    cr_assert_eq(glr_fill(device, &initializer, &tensor, expected, bytes), GLR_OK, "%s", glr_last_error());
    glr_close(device);
    cr_assert_geq(length, bytes, "%s", name);
    cr_expect_eq(memcmp(file + length - bytes, expected, bytes), 0, "%s has other values", name);
    free(expected);
    free(file);
}

#define EXPECT_DONE(...)                                                                                     \
    do {                                                                                                     \
        outcome done_ = run(__VA_ARGS__);                                                                    \
        cr_expect_eq(done_.status, 0, "%d: %s", done_.status, done_.err);                                    \
        cr_expect_str_eq(done_.err, "");                                                                     \
    } while (0)

Test(fill, formats)
{
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {784, 256}};
    EXPECT_DONE("glorand fill --initializer glorot_normal --seed 42 --shape 784,256 -o w.npy");
    EXPECT_DONE("glorand fill -i glorot_normal -s 42 -n 784,256 -o w.safetensors");
    EXPECT_DONE("glorand fill -i GlorotNormal -s 42 -n 784,256 -o w.bin");
    EXPECT_DONE("glorand fill -i glorot_normal -s 42 -n 784,256 -o - > raw.bin");
    expect_values("w.npy", glr_glorot_normal(42), tensor);
    expect_values("w.safetensors", glr_glorot_normal(42), tensor);
    expect_values("w.bin", glr_glorot_normal(42), tensor);
    expect_values("raw.bin", glr_glorot_normal(42), tensor);
    size_t length;
    free(read_file("w.bin", &length));
    cr_expect_eq(length, 784 * 256 * 4, "raw files hold values and nothing else");
    EXPECT_DONE("glorand verify w.safetensors");
}

Test(fill, options)
{
    glr_initializer icdf = glr_truncated_normal(0.0, 0.05, -3), torch = glr_he_uniform(1),
                    streamed = glr_he_uniform(7);
    glr_tensor f16 = {.dtype = GLR_DTYPE_FLOAT16, .rank = 1, .shape = {99}};
    glr_tensor square = {.dtype = GLR_DTYPE_FLOAT32, .rank = 4, .shape = {16, 8, 3, 3}};
    glr_tensor scalar = {.dtype = GLR_DTYPE_FLOAT32};
    icdf.method = GLR_METHOD_ICDF;
    torch.layout = GLR_LAYOUT_TORCH;
    streamed.stream = -12;
    EXPECT_DONE("glorand fill -i truncated_normal -s -3 -n 99 --dtype float16 --method icdf -o a.npy");
    expect_values("a.npy", icdf, f16);
    EXPECT_DONE("glorand fill -i he_uniform -s 1 -n 16,8,3,3 --layout torch -o b.bin --threads 2");
    expect_values("b.bin", torch, square);
    EXPECT_DONE("glorand fill -i he_uniform -s 7 --stream -12 -n '' -o c.npy --backend cpu --device 0");
    expect_values("c.npy", streamed, scalar);
    EXPECT_DONE("glorand fill -i '{\"class_name\": \"Constant\", \"config\": {\"value\": 3}}' -n 5 --dtype "
                "int64 -o d.npy");
    expect_values("d.npy", glr_constant(3), (glr_tensor){.dtype = GLR_DTYPE_INT64, .rank = 1, .shape = {5}});
    EXPECT_DONE("glorand fill -i zeros -n 0,5 -o e.npy");
    EXPECT_DONE("glorand fill -i he_normal -s 1 -n 10 --dtype float8_e4m3fn -o f.safetensors");
    expect_values("f.safetensors", glr_he_normal(1),
                  (glr_tensor){.dtype = GLR_DTYPE_FLOAT8_E4M3FN, .rank = 1, .shape = {10}});
}

Test(fill, text_form)
{
    glr_initializer keyed = glr_random_uniform(-1.0, 0.5, 0);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT64, .rank = 2, .shape = {30, 20}};
    keyed.seeding = GLR_SEEDING_KEY;
    keyed.key[0] = 1;
    keyed.key[1] = 2;
    keyed.counter[3] = 4;
    EXPECT_DONE("glorand fill -i 'random_normal(0, 0.02/sqrt(2*12))' -s 3 -n 30,20 --dtype float64 -o a.npy");
    expect_values("a.npy", glr_random_normal(0.0, 0.02 / sqrt(2.0 * 12.0), 3), tensor);
    EXPECT_DONE(
        "glorand fill -i 'variance_scaling(2, distribution=untruncated_normal, seed=5)' -n 30,20 --dtype "
        "float64 -o b.safetensors");
    expect_values("b.safetensors",
                  glr_variance_scaling(2.0, GLR_MODE_FAN_IN, GLR_DISTRIBUTION_UNTRUNCATED_NORMAL, 5), tensor);
    EXPECT_DONE(
        "glorand fill -i 'uniform(-1, .5, key=[1, 2], counter=[0, 0, 0, 4])' -n 30,20 --dtype float64 "
        "-o c.bin");
    expect_values("c.bin", keyed, tensor);
    EXPECT_DONE("glorand verify b.safetensors");
    EXPECT_DONE("glorand fill -i 'he_normal(key=[1, 2], counter=[0, 0, 5, 0])' -n 30,20 -o d.safetensors");
    EXPECT_DONE("glorand verify d.safetensors");
}

/* Files keep bounds: verify draws from what is in their metadata. */
Test(fill, bounds)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {30, 20}};
    const glr_initializer deviations =
        glr_truncated_normal_between(0.1, 0.02, -3.0, 0.5, GLR_BOUND_STDDEV, 3);
    glr_initializer mixed = deviations, open = glr_truncated_normal(0.0, 1.0, 3);
    mixed.upper_unit = GLR_BOUND_ABSOLUTE;
    open.upper = INFINITY;
    open.upper_unit = GLR_BOUND_STDDEV;
    EXPECT_DONE("glorand fill -i 'truncated_normal(0.1, 0.02, -3s, 0.5s)' -s 3 -n 30,20 -o a.npy");
    expect_values("a.npy", deviations, tensor);
    EXPECT_DONE("glorand fill -i 'truncated_normal(0.1, 0.02, -3s, 1/2)' -s 3 -n 30,20 -o b.safetensors");
    expect_values("b.safetensors", mixed, tensor);
    EXPECT_DONE("glorand verify b.safetensors");
    EXPECT_DONE("glorand fill -i 'truncated_normal(0, 1, upper=inf)' -s 3 -n 30,20 -o c.safetensors");
    expect_values("c.safetensors", open, tensor);
    EXPECT_DONE("glorand verify c.safetensors");
    EXPECT_DONE("glorand fill -i 'trunc_normal(0, 1, -1, 2, seed=3)' -n 30,20 -o d.safetensors");
    expect_values("d.safetensors", glr_trunc_normal(0.0, 1.0, -1.0, 2.0, 3), tensor);
    EXPECT_DONE("glorand verify d.safetensors");
    EXPECT_DONE(
        "glorand fill -i '{\"class_name\": \"TruncatedNormal\", \"config\": {\"mean\": 0.1, \"stddev\": "
        "0.02, \"lower\": -3, \"lower_unit\": \"stddev\", \"upper\": 0.5, \"upper_unit\": \"absolute\", "
        "\"seed\": 3}}' -n 30,20 -o e.safetensors");
    expect_values("e.safetensors", mixed, tensor);
    EXPECT_DONE("glorand verify e.safetensors");
}

/* Only the last two draw numbers: the others need no seed, and none is printed. */
Test(fill, laws_of_the_index)
{
    const glr_tensor matrix = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {30, 20}};
    const glr_tensor kernel = {.dtype = GLR_DTYPE_INT8, .rank = 3, .shape = {6, 4, 3}};
    EXPECT_DONE("glorand fill -i log_arange -n 30,20 -o a.npy");
    expect_values("a.npy", glr_log_arange(), matrix);
    EXPECT_DONE("glorand fill -i 'sinusoids(500)' -n 30,20 -o b.npy");
    expect_values("b.npy", glr_sinusoids(500.0), matrix);
    EXPECT_DONE("glorand fill -i sinusoids_interleaved -n 30,20 -o c.npy");
    expect_values("c.npy", glr_sinusoids_interleaved(10000.0), matrix);
    EXPECT_DONE("glorand fill -i 'identity(0.5)' -n 30,20 -o d.safetensors");
    expect_values("d.safetensors", glr_identity(0.5), matrix);
    EXPECT_DONE("glorand verify d.safetensors");
    EXPECT_DONE("glorand fill -i 'dirac(groups=2)' -n 6,4,3 --dtype int8 -o e.npy");
    expect_values("e.npy", glr_dirac(2), kernel);
    EXPECT_DONE("glorand fill -i 'dt_bias(0.001, 0.1)' -s 3 -n 30,20 -o f.safetensors");
    expect_values("f.safetensors", glr_dt_bias(0.001, 0.1, 1e-4, 3), matrix);
    EXPECT_DONE("glorand verify f.safetensors");
    EXPECT_DONE("glorand fill -i random_bytes -s 3 -n 6,4,3 --dtype int8 -o g.safetensors");
    expect_values("g.safetensors", glr_random_bytes(3), kernel);
    EXPECT_DONE("glorand verify g.safetensors");
}

/* A matrix of more bytes than a piece is drawn at once, by as many threads as there may be. */
Test(fill, orthogonal_matrices)
{
    const glr_tensor matrix = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {700, 600}};
    glr_tensor part = {.dtype = GLR_DTYPE_FLOAT64, .rank = 3, .shape = {40, 30, 20}, .part = GLR_PART_BOX};
    const int64_t start[] = {5, 1, 3}, extent[] = {30, 29, 7};
    glr_initializer of_torch = glr_orthogonal(2.0, 4);
    of_torch.layout = GLR_LAYOUT_TORCH;
    memcpy(part.start, start, sizeof start);
    memcpy(part.extent, extent, sizeof extent);
    EXPECT_DONE("glorand fill -i orthogonal -s 3 -n 700,600 --threads 2 -o a.safetensors");
    expect_values("a.safetensors", glr_orthogonal(1.0, 3), matrix);
    EXPECT_DONE("glorand verify a.safetensors");
    EXPECT_DONE("glorand fill -i 'Orthogonal(seed=3)' -n 700,600 -o - > b.bin");
    expect_values("b.bin", glr_orthogonal(1.0, 3), matrix);
    EXPECT_DONE("glorand fill -i 'orthogonal(2, seed=4, layout=torch)' -n 40,30,20 --dtype float64 "
                "--slice 5:35,1:,3:10 -o c.safetensors");
    expect_values("c.safetensors", of_torch, part);
    EXPECT_DONE("glorand verify c.safetensors");
    EXPECT_DONE("glorand fill -i unit_forget_bias -n 8 --dtype bool -o d.npy");
    expect_values("d.npy", glr_unit_forget_bias(),
                  (glr_tensor){.dtype = GLR_DTYPE_BOOL, .rank = 1, .shape = {8}});
}

Test(fill, slices)
{
    glr_tensor part = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {784, 256}, .part = GLR_PART_BOX};
    part.start[0] = 10;
    part.extent[0] = 90;
    part.start[1] = 200;
    part.extent[1] = 56;
    EXPECT_DONE("glorand fill -i glorot_normal -s 42 -n 784,256 --slice 10:100,-56: -o w.safetensors");
    expect_values("w.safetensors", glr_glorot_normal(42), part);
    EXPECT_DONE("glorand verify w.safetensors");
}

/* More than one window of 64 MiB, whole and as a box that must be cut along two axes. */
Test(fill, large_parts_in_pieces)
{
    glr_tensor whole = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {5001, 4999}},
               box = {.dtype = GLR_DTYPE_FLOAT32, .rank = 3};
    EXPECT_DONE("glorand fill -i he_normal -s 8 -n 5001,4999 --method icdf -o w.npy");
    glr_initializer initializer = glr_he_normal(8);
    initializer.method = GLR_METHOD_ICDF;
    expect_values("w.npy", initializer, whole);
    box.shape[0] = 3;
    box.shape[1] = 2;
    box.shape[2] = 20000000;
    box.part = GLR_PART_BOX;
    box.extent[0] = box.extent[1] = 1;
    box.start[0] = 1;
    box.start[2] = 7;
    box.extent[2] = 19999000;
    EXPECT_DONE(
        "glorand fill -i he_normal -s 8 -n 3,2,20000000 --method icdf --slice 1:2,0:1,7:19999007 -o w.bin");
    expect_values("w.bin", initializer, box);
}

Test(fill, a_seed_from_the_system_is_printed_and_recorded)
{
    outcome first = run("glorand fill -i he_normal -n 4 -o a.safetensors"),
            second = run("glorand fill -i he_normal -n 4 -o b.npy");
    cr_expect(first.status == 0 && second.status == 0);
    long long seed = 0;
    cr_expect_eq(sscanf(first.err, "glorand: seed %lld (from the operating system)\n", &seed), 1, "%s",
                 first.err);
    cr_expect_str_neq(first.err, second.err);
    expect_values("a.safetensors", glr_he_normal(seed),
                  (glr_tensor){.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {4}});
    cr_expect_eq(run("glorand verify a.safetensors").status, 0);
    outcome zeros = run("glorand fill -i zeros -n 4 -o c.npy");
    cr_expect_str_eq(zeros.err, "", "zeros need no seed");
}

Test(fill, a_reader_that_goes_away)
{
    outcome result =
        run("{ glorand fill -i he_normal -s 1 -n 100000000 -o -; echo $? > status; } | head -c 10 > head");
    cr_expect_not_null(strstr(result.err, "standard output: Broken pipe"), "%s", result.err);
    size_t length;
    unsigned char *status = read_file("status", &length);
    cr_expect_str_eq((char *)status, "1\n");
    free(status);
}

Test(fill, progress)
{
    outcome quiet = run("glorand fill -i he_normal -s 1 -n 1000 -o a.npy"),
            always = run("glorand fill -i he_normal -s 1 -n 1000 -o a.npy --progress always");
    cr_expect_str_eq(quiet.err, "", "standard error is not a terminal here");
    cr_expect_not_null(strstr(always.err, "100%"), "%s", always.err);
    cr_expect_not_null(strstr(always.err, "GB/s"), "%s", always.err);
    cr_expect_str_eq(run("glorand fill -i he_normal -s 1 -n 1000 -o a.npy --progress never").err, "");
}
