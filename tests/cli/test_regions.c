/* glorand init and verify of lists with regions and values. */
#include "support/files.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(regions, .init = enter_scratch, .timeout = 300);

/* Regions that lie across pieces of 1 MiB, one of which is drawn whole, and a part of such a tensor. */
static const char list[] =
    "{\"seed\": 7, \"dtype\": \"float32\", \"tensors\": ["
    "{\"name\": \"wte\", \"shape\": [1100, 768], \"initializer\": \"random_normal(0, 0.02)\", \"regions\": "
    "[{\"slice\": \"300:900,5:700\", \"initializer\": \"random_uniform(2, 3)\"}, {\"slice\": \"0:1\", "
    "\"initializer\": \"zeros\"}, {\"slice\": \":,767:\", \"initializer\": \"constant(0.5)\"}]}, "
    "{\"name\": \"part\", \"shape\": [900, 800], \"dtype\": \"bfloat16\", \"slice\": \"100:,3:\", "
    "\"initializer\": "
    "\"zeros\", \"regions\": [{\"slice\": \"50:850,2:9\", \"initializer\": \"he_normal\"}]}, "
    "{\"name\": \"gate\", \"shape\": [700, 600], \"initializer\": \"ones\", \"regions\": [{\"slice\": "
    "\"600:650,:50\", "
    "\"initializer\": \"orthogonal\"}]}, "
    "{\"name\": \"table\", \"shape\": [2, 3], \"values\": [1, 0.1, -2, 3e38, 1e-45, 7]}, "
    "{\"name\": \"steps\", \"shape\": [], \"dtype\": \"int64\", \"values\": [9007199254740993]}]}";

/* A matrix, and a box of it that has a stream of its own: all of it, or a region. */
typedef struct painted {
    const char *name, *text;
    int64_t rows, columns, from[2], to[2];
} painted;

/* By glr_fill alone, with strides: what the header of model.h says of regions. */
static void paint(const painted *box, glr_dtype dtype, int64_t seed, unsigned char *whole)
{
    const size_t size = glr_dtype_size(dtype);
    const glr_tensor tensor = {.dtype = dtype,
                               .rank = 2,
                               .shape = {box->to[0] - box->from[0], box->to[1] - box->from[1]},
                               .strides = {box->columns, 1}};
    const size_t offset = (size_t)(box->from[0] * box->columns + box->from[1]) * size;
    glr_initializer initializer;
    glr_device *device = open_cpu(2);
    cr_assert_eq(glr_initializer_from_text(box->text, strlen(box->text), NULL, 0, &initializer), GLR_OK);
    initializer.seeding = GLR_SEEDING_SEED;
    initializer.seed = seed;
    initializer.stream = glr_stream_of_name(box->name, strlen(box->name));
    cr_assert_eq(glr_fill(device, &initializer, &tensor, whole + offset,
                          (uint64_t)(box->rows * box->columns) * size - offset),
                 GLR_OK, "%s", glr_last_error());
    glr_close(device);
}

/* The boxes of the list's first and third tensor. */
static const painted wte[] = {
    {"wte", "random_normal(0, 0.02)", 1100, 768, {0, 0}, {1100, 768}},
    {"wte[300:900,5:700]", "random_uniform(2, 3)", 1100, 768, {300, 5}, {900, 700}},
    {"wte[0:1,0:768]", "zeros", 1100, 768, {0, 0}, {1, 768}},
    {"wte[0:1100,767:768]", "constant(0.5)", 1100, 768, {0, 767}, {1100, 768}},
};
static const painted gate[] = {
    {"gate", "ones", 700, 600, {0, 0}, {700, 600}},
    {"gate[600:650,0:50]", "orthogonal", 700, 600, {600, 0}, {650, 50}},
};
static const painted part[] = {
    {"part", "zeros", 900, 800, {0, 0}, {900, 800}},
    {"part[50:850,2:9]", "he_normal", 900, 800, {50, 2}, {850, 9}},
};

/* Paints a whole, to be freed. */
static unsigned char *paint_all(const painted *boxes, size_t count, glr_dtype dtype, int64_t seed)
{
    unsigned char *whole = malloc((size_t)(boxes[0].rows * boxes[0].columns) * glr_dtype_size(dtype));
    cr_assert_not_null(whole);
    for (size_t i = 0; i < count; i++) {
        paint(&boxes[i], dtype, seed, whole);
    }
    return whole;
}

/* Whether a file has these bytes, so many before its end. */
static void expect_bytes(const char *name, size_t before_end, const void *bytes, size_t length)
{
    size_t file_length;
    unsigned char *file = read_file(name, &file_length);
    cr_assert_gt(file_length, before_end);
    cr_expect_eq(memcmp(file + file_length - before_end, bytes, length), 0, "%s, %zu before its end", name,
                 before_end);
    free(file);
}

/* The file of the list. */
static void expect_file(const char *name, glr_dtype dtype, glr_dtype part_dtype, int64_t seed)
{
    const size_t size = glr_dtype_size(dtype), part_size = glr_dtype_size(part_dtype);
    const size_t gate_at = 8 + 6 * size + (size_t)700 * 600 * size,
                 part_at = gate_at + (size_t)800 * 797 * part_size;
    unsigned char *whole = paint_all(gate, sizeof gate / sizeof gate[0], dtype, seed);
    expect_bytes(name, gate_at, whole, (size_t)700 * 600 * size);
    free(whole);
    whole = paint_all(part, sizeof part / sizeof part[0], part_dtype, seed);
    for (size_t row = 0; row < 800; row++) { /* the list's slice, packed */
        memmove(whole + row * 797 * part_size, whole + ((row + 100) * 800 + 3) * part_size, 797 * part_size);
    }
    expect_bytes(name, part_at, whole, (size_t)800 * 797 * part_size);
    free(whole);
    whole = paint_all(wte, sizeof wte / sizeof wte[0], dtype, seed);
    expect_bytes(name, part_at + (size_t)1100 * 768 * size, whole, (size_t)1100 * 768 * size);
    free(whole);
}

static void expect_done(const char *command)
{
    const outcome done = run("%s", command);
    cr_expect_eq(done.status, 0, "%s: %s%s", command, done.out, done.err);
    cr_expect_str_eq(done.err, "");
}

Test(regions, as_each_region_is_drawn_alone)
{
    write_text("m.json", list);
    expect_done("glorand init m.json -o m.safetensors --threads 1");
    expect_file("m.safetensors", GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16, 7);
    expect_done("glorand init m.json -o t.safetensors --threads 5 && cmp m.safetensors t.safetensors");
    expect_done("glorand verify m.safetensors --threads 3");
    expect_done("glorand verify m.safetensors --spec m.json --threads 1");
    cr_expect_eq(run("glorand verify m.safetensors --spec m.json --seed 8").status, 1);
}

Test(regions, in_another_dtype)
{
    write_text("m.json", list);
    expect_done("glorand init m.json -o m.safetensors --dtype float64 --seed 3");
    expect_file("m.safetensors", GLR_DTYPE_FLOAT64, GLR_DTYPE_FLOAT64, 3);
    expect_done("glorand verify m.safetensors");
    const outcome narrow = run("glorand init m.json -o n.safetensors --dtype float8_e8m0fnu");
    cr_expect_eq(narrow.status, 2);
    cr_expect_not(exists("n.safetensors"));
}

/* The tensor's own is all that the list says of it. */
Test(regions, rules_drop_them)
{
    write_text("m.json", list);
    write_text("plain.json",
               "{\"seed\": 7, \"dtype\": \"float32\", \"tensors\": [{\"name\": \"wte\", \"shape\": [1100, "
               "768], \"initializer\": \"random_normal(0, 1)\"}, {\"name\": \"table\", \"shape\": [2, 3], "
               "\"initializer\": \"ones\"}]}");
    expect_done("glorand init plain.json -o p.safetensors");
    expect_done(
        "glorand init m.json -o m.safetensors --rule 'wte=random_normal(0, 1)' --rule table=ones --rule "
        "'*=skip' && cmp p.safetensors m.safetensors");
    expect_done(
        "glorand verify p.safetensors --spec m.json --rule 'wte=random_normal(0, 1)' --rule table=ones "
        "--rule '*=skip'");
}

Test(regions, plan)
{
    write_text("m.json", list);
    const outcome plan = run("glorand init m.json --plan --rule 'part=ones' | tr -s ' '");
    cr_expect_not_null(strstr(plan.out,
                              "\nwte [1100, 768] float32 random_normal 1100 768 0.02 3379200 its own, and 3 "
                              "regions\n"),
                       "%s", plan.out);
    cr_expect_not_null(strstr(plan.out, "\npart [800, 797] bfloat16 ones 900 800 0 1275200 rule: part\n"),
                       "%s", plan.out);
    cr_expect_not_null(strstr(plan.out, " its own, and 1 region\n"), "%s", plan.out);
    cr_expect_not_null(strstr(plan.out, "\ntable [2, 3] float32 values 24 its own\n"), "%s", plan.out);
    cr_expect_not_null(strstr(plan.out, "\n5 tensors, "), "%s", plan.out);
}

/* Flips the lowest bit of a byte, so many bytes before the end of a file. */
static void flip(const char *name, size_t before_end)
{
    size_t length;
    unsigned char *bytes = read_file(name, &length);
    bytes[length - before_end] ^= 1U;
    write_file(name, bytes, length);
    free(bytes);
}

Test(regions, verify_finds_what_was_changed)
{
    static const size_t after_gate = 24 + 8, gate_bytes = (size_t)700 * 600 * 4;
    write_text("m.json", list);
    expect_done("glorand init m.json -o m.safetensors");
    flip("m.safetensors", 8);              /* the integer */
    flip("m.safetensors", 8 + 24 - 4 * 4); /* [1, 1] of the table */
    flip("m.safetensors", after_gate + gate_bytes - 4 * (620 * 600 + 7));
    const outcome found = run("glorand verify m.safetensors");
    cr_expect_eq(found.status, 1);
    cr_expect_not_null(strstr(found.out, ": tensor gate: element [620, 7], number 372007 of it, is 0x"), "%s",
                       found.out);
    cr_expect_not_null(
        strstr(found.out, ": tensor table: element [1, 1], number 4 of it, is 0x00000000, not 0x00000001"),
        "%s", found.out);
    cr_expect_not_null(
        strstr(found.out,
               ": tensor steps: element [], number 0 of it, is 0x0020000000000000, not 0x0020000000000001"),
        "%s", found.out);
    cr_expect_str_eq(found.err, "glorand: error: m.safetensors: 3 of 5 tensors differ\n");
}

/* ---- Lists that are refused -------------------------------------------------------------------------- */

#define TENSOR(...)                                                                                          \
    "{\"tensors\": [{\"name\": \"a\", \"shape\": [2, 3], \"dtype\": \"int8\", " __VA_ARGS__ "}]}"
#define REGIONS(...) TENSOR("\"initializer\": \"zeros\", \"regions\": [{" __VA_ARGS__ "}]")
#define VALUES(...)  TENSOR("\"values\": [" __VA_ARGS__ "]")
#define FORM         "tensors[0].regions[0]: not of the form {\"slice\": ..., \"initializer\": ...}"

static const struct {
    const char *list, *message;
} refused[] = {
    {TENSOR("\"initializer\": \"zeros\", \"regions\": 1"), "tensors[0].regions: must be a list, not 1"},
    {TENSOR("\"initializer\": \"zeros\", \"regions\": [1]"), FORM},
    {TENSOR("\"initializer\": \"zeros\", \"regions\": [[\"0:1\", \"ones\"]]"), FORM},
    {TENSOR("\"initializer\": \"zeros\", \"regions\": [null]"), FORM},
    {TENSOR("\"regions\": []"), "tensors[0].regions: the tensor needs an initializer of its own beside them"},
    {TENSOR("\"initializer\": \"skip\", \"regions\": []"),
     "tensors[0].regions: the tensor needs an initializer of its own beside them"},
    {TENSOR("\"values\": [1, 2, 3, 4, 5, 6], \"regions\": []"),
     "tensors[0].regions: the tensor needs an initializer of its own beside them"},
    {REGIONS("\"slice\": \"0:1\""), FORM},
    {REGIONS("\"slice\": 1, \"initializer\": \"ones\""), FORM},
    {REGIONS("\"slice\": \"0:1\", \"initializer\": null"), FORM},
    {REGIONS("\"slice\": \"0:1\", \"initializer\": \"ones\", \"stream\": 1"), FORM},
    {REGIONS("\"slice\": \"0:3\", \"initializer\": \"ones\""),
     "tensors[0].regions[0].slice: 0:3 is outside axis 0 of 2"},
    {REGIONS("\"slice\": \":,:,:\", \"initializer\": \"ones\""),
     "tensors[0].regions[0].slice: ':,:,:' has more axes than the tensor, whose rank is 2"},
    {REGIONS("\"slice\": \"0:1\", \"initializer\": \"skip\""),
     "tensors[0].regions[0].initializer: a region has an initializer, and is not skipped"},
    {REGIONS("\"slice\": \"0:1\", \"initializer\": \"keep\""),
     "tensors[0].regions[0].initializer: keep: a list of tensors has no values to keep"},
    {REGIONS("\"slice\": \"0:1\", \"initializer\": 7"), "tensors[0].regions[0].initializer: "},
    {REGIONS("\"slice\": \"0:1,1:3\", \"initializer\": \"he_normal\""), "tensor a[0:1,1:3]: "},
    {REGIONS("\"slice\": \"0:1\", \"initializer\": \"constant(300)\""),
     "tensor a[0:1,0:3]: initializer.value: 300 is not a value of int8"},
    {TENSOR("\"values\": {}"), "tensors[0].values: must be a list of the tensor's elements, not an object"},
    {TENSOR("\"values\": [1, 2, 3, 4, 5, 6], \"initializer\": \"zeros\""),
     "tensors[0]: has both values and an initializer"},
    {VALUES("1, 2, 3, 4, 5"), "tensors[0].values: 5 values for 6 elements"},
    {VALUES("1, 2, 3, 4, 5, 6, 7"), "tensors[0].values: 7 values for 6 elements"},
    {VALUES("1, 2, 3, 4, 5, \"6\""), "tensors[0].values[5]: must be a number, not \"6\""},
    {VALUES("1, 2, 3, 4, 5, [6]"), "tensors[0].values[5]: must be a number, not an array"},
    {VALUES("1, 2, 3, 4, 5, null"), "tensors[0].values[5]: must be a number, not null"},
    {VALUES("1, 2, 3, 4, 5, 18446744073709551617"),
     "tensors[0].values[5]: value: the integer 18446744073709551617 is neither a double nor of 64 bits"},
    {VALUES("1, 2, 3, 4, 5, 0.5"), "tensor a: values[5]: initializer.value: 0.5 is not a value of int8"},
    {VALUES("1, 2, 3, 4, -129, 0"), "tensor a: values[4]: initializer.value: -129 is not a value of int8"},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [4294967296, 4294967296], \"dtype\": \"int8\", \"values\": "
     "[]}]}",
     "tensors[0]: "},
    {"{\"tensors\": [{\"name\": \"a\", \"shape\": [1048576, 1048576], \"dtype\": \"int8\", \"values\": []}]}",
     "tensors[0].values: 0 values for 1099511627776 elements"},
};

Test(regions, lists_that_are_refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        char expected[512];
        write_text("m.json", refused[i].list);
        (void)snprintf(expected, sizeof expected, "glorand: error: m.json: %s", refused[i].message);
        const outcome result = run("glorand init m.json -o m.safetensors");
        cr_expect_eq(result.status, 2, "%s", refused[i].list);
        cr_expect_eq(strncmp(result.err, expected, strlen(expected)), 0, "%s: %s", expected, result.err);
        cr_expect_not(exists("m.safetensors"));
    }
}

/* A list of one tensor with so many regions, and a name of so many bytes. */
static void write_regions(const char *name, size_t length, int count)
{
    FILE *file = fopen(name, "w");
    cr_assert_not_null(file);
    (void)fprintf(file,
                  "{\"tensors\": [{\"shape\": [2000], \"dtype\": \"float32\", \"initializer\": \"zeros\", "
                  "\"name\": \"");
    for (size_t i = 0; i < length; i++) {
        (void)fputc('n', file);
    }
    (void)fprintf(file, "\", \"regions\": [");
    for (int i = 0; i < count; i++) {
        (void)fprintf(file, "%s{\"slice\": \"%d:%d\", \"initializer\": \"random_uniform\"}", i > 0 ? "," : "",
                      i, i + 1);
    }
    (void)fprintf(file, "]}]}");
    cr_assert_eq(fclose(file), 0);
}

/* As many as may be, of a tensor with a long name; and one more. */
Test(regions, most)
{
    write_regions("m.json", 1 << 20, 1024);
    expect_done("glorand init m.json -o m.safetensors --seed 1 && glorand verify m.safetensors > out");
    write_regions("m.json", 1, 1025);
    const outcome more = run("glorand init m.json -o n.safetensors --seed 1");
    cr_expect_eq(more.status, 2);
    cr_expect_str_eq(more.err,
                     "glorand: error: m.json: tensors[0].regions: 1025 regions are more than 1024\n");
}
