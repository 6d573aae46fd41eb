/* Files of others as inputs of verify and stats: replaced or changed meanwhile, of kinds that may block, with
   tensors that glorand does not know, and in parts. */
#include "support/files.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(inputs, .init = enter_scratch, .timeout = 300);

#define LIST(seed, shape)                                                                                    \
    "{\"dtype\": \"float32\", \"recipe\": \"keras\", \"seed\": " #seed                                       \
    ", \"tensors\": [{\"name\": \"a\", \"shape\": " shape "},"                                               \
    " {\"name\": \"b\", \"shape\": [50, 60]}]}"

/* Files p and q, with other values and offsets. */
static void make_two_files(void)
{
    write_text("p.json", LIST(1, "[90, 100]"));
    write_text("q.json", LIST(2, "[80, 70]"));
    cr_assert_eq(run("glorand init p.json -o p.safetensors && glorand init q.json -o q.safetensors").status,
                 0);
}

/* ---- Changes while a file is read ------------------------------------------------------------------------
 */

/* Whichever file was opened, all that is said is of that one. */
Test(inputs, replaced_in_a_loop)
{
    make_two_files();
    outcome result = run(
        "cp p.safetensors x.safetensors; glorand stats p.safetensors > p; glorand stats q.safetensors > q\n"
        "{ while :; do cp p.safetensors t; mv t x.safetensors; cp q.safetensors t; mv t x.safetensors; done; "
        "} &\n"
        "bad=0 ps=0 qs=0\n"
        "for i in $(seq 150); do\n"
        "  glorand stats x.safetensors > out || bad=$((bad + 1))\n"
        "  if cmp -s out p; then ps=$((ps + 1)); elif cmp -s out q; then qs=$((qs + 1)); else bad=$((bad + "
        "1)); fi\n"
        "  glorand verify x.safetensors --threads 1 > /dev/null || bad=$((bad + 1))\n"
        "done\n"
        "kill $!; wait $! 2> /dev/null; echo $bad $((ps > 0)) $((qs > 0))");
    cr_expect_str_eq(result.out, "0 1 1\n", "bad runs, and whether each of the two files was read: %s %s",
                     result.out, result.err);
}

#ifndef TEST_SANITIZED /* whose runtime must be loaded first */

/* Runs the command, and another before its n-th read. */
static outcome run_meddled(const char *arguments, int at, const char *command)
{
    return run("GLR_MEDDLE='%s' GLR_MEDDLE_AT=%d LD_PRELOAD='" MEDDLE "' glorand %s", command, at, arguments);
}

/* Reads of the length, the header, then of data. In each place, whatever becomes of the file. */
Test(inputs, changed_between_two_reads)
{
    static const char *const commands[] = {"stats x.safetensors", "stats x.safetensors --json",
                                           "verify x.safetensors",
                                           "verify x.safetensors --spec p.json --partial"};
    static const char *const changes[] = {
        "cat q.safetensors > x.safetensors",
        "printf X | dd of=x.safetensors conv=notrunc status=none seek=900 bs=1",
        "truncate -s 1000 x.safetensors", "truncate -s +1 x.safetensors", ": > x.safetensors"};
    make_two_files();
    for (size_t c = 0; c < sizeof commands / sizeof commands[0]; c++) {
        for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
            for (int at = 0; at < 4; at++) {
                cr_assert_eq(run("cp p.safetensors x.safetensors").status, 0);
                outcome result = run_meddled(commands[c], at, changes[i]);
                cr_expect_eq(result.status, 1, "%s, %s at %d: %s", commands[c], changes[i], at, result.err);
                cr_expect_not_null(strstr(result.err, "changed while it was read"), "%s, %s at %d: %s",
                                   commands[c], changes[i], at, result.err);
                cr_expect_null(strstr(result.out, "as drawn"), "%s", result.out);
                cr_expect(strncmp(commands[c], "stats", 5) != 0 || result.out[0] == '\0', "%s", result.out);
            }
        }
        for (int at = 0; at < 4; at++) {
            cr_assert_eq(run("cp p.safetensors x.safetensors; cp q.safetensors y").status, 0);
            outcome usual = run("glorand %s", commands[c]);
            outcome result = run_meddled(commands[c], at, "mv y x.safetensors");
            cr_expect_eq(result.status, 0, "%s, replaced at %d: %s", commands[c], at, result.err);
            cr_expect_str_eq(result.out, usual.out);
        }
    }
    cr_assert_eq(run("cp p.json x.json").status, 0);
    outcome result = run_meddled("init x.json --plan", 0, "cat q.json > x.json");
    cr_expect_eq(result.status, 1);
    cr_expect_str_eq(result.err, "glorand: error: x.json: changed while it was read\n");
    cr_expect_str_eq(result.out, "");
}

#endif

/* ---- Other kinds of files --------------------------------------------------------------------------------
 */

/* A pipe to which nobody writes would be waited for forever. */
Test(inputs, only_regular_files)
{
    static const char *const commands[] = {"stats %s", "verify %s", "verify p.safetensors --spec %s",
                                           "init %s --plan", "init %s -o y.safetensors"};
    static const char *const names[] = {"pipe.json", "folder.json", "null.json"};
    static const char *const kinds[] = {"a pipe", "a folder", "a device"};
    make_two_files();
    cr_assert_eq(run("mkfifo pipe.json; mkdir folder.json; ln -s /dev/null null.json").status, 0);
    for (size_t c = 0; c < sizeof commands / sizeof commands[0]; c++) {
        for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
            char arguments[128], expected[128];
            const int before = (int)(strstr(commands[c], "%s") - commands[c]);
            (void)snprintf(arguments, sizeof arguments, "%.*s%s%s", before, commands[c], names[i],
                           commands[c] + before + 2);
            (void)snprintf(expected, sizeof expected, "glorand: error: %s: is %s, not a regular file\n",
                           names[i], kinds[i]);
            outcome result = run("timeout 20 '" GLORAND_COMMAND "' %s", arguments);
            cr_expect_eq(result.status, 2, "%s: %d", arguments, result.status);
            cr_expect_str_eq(result.err, expected);
        }
    }
    outcome result = run("cat p.json | glorand verify p.safetensors --spec /dev/stdin");
    cr_expect_str_eq(result.err, "glorand: error: /dev/stdin: is a pipe, not a regular file\n");
    cr_expect_eq(run("glorand verify p.safetensors --spec /dev/stdin < p.json").status, 0);
}

Test(inputs, an_index_of_shards)
{
    write_text(
        "model.safetensors.index.json",
        "{\"metadata\": {\"total_size\": 4}, \"weight_map\": {\"a\": \"model-00001-of-00001.safetensors\"}}");
    outcome result = run("glorand verify model.safetensors.index.json");
    cr_expect_eq(result.status, 2);
    cr_expect_not_null(strstr(result.err, "begins like JSON, as the index of a model in several files does"),
                       "%s", result.err);
    cr_expect_eq(run("glorand stats model.safetensors.index.json").status, 2);
    result = run("glorand init model.safetensors.index.json --plan");
    cr_expect_eq(result.status, 2);
    cr_expect_not_null(strstr(result.err, "is the index of a model in several files, not a list of tensors"),
                       "%s", result.err);
}

/* ---- Tensors that are not known --------------------------------------------------------------------------
 */

/* A file with this header, and so many bytes of data, which are given or zero. */
static void write_tensors(const char *name, const char *header, const void *data, size_t bytes)
{
    const size_t text = strlen(header), length = 8 + text + bytes;
    unsigned char *file = calloc(1, length);
    cr_assert_not_null(file);
    for (int i = 0; i < 8; i++) {
        file[i] = (unsigned char)(text >> (8 * i));
    }
    memcpy(file + 8, header, text);
    if (data != NULL) {
        memcpy(file + 8 + text, data, bytes);
    }
    write_file(name, file, length);
    free(file);
}

static const char mixed[] =
    "{\"scales\": {\"dtype\": \"F8_E4M3FNUZ\", \"shape\": [2, 2], \"data_offsets\": [0, 4]},"
    " \"w\": {\"dtype\": \"F32\", \"shape\": [3], \"data_offsets\": [4, 16]},"
    " \"n\": {\"dtype\": \"I8\", \"shape\": [4], \"data_offsets\": [16, 20]},"
    " \"later\": {\"dtype\": \"F31\", \"shape\": [7], \"data_offsets\": [20, 24]},"
    " \"deep\": {\"dtype\": \"F32\", \"shape\": [1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1], \"data_offsets\": [24, "
    "28]}}";

#define PASSED                                                                                               \
    "glorand: x.safetensors: passes over 3 tensors of a dtype or rank that glorand does not have: "          \
    "scales (F8_E4M3FNUZ), later (F31), deep (F32 of rank 17)\n"

Test(inputs, unknown_tensors_are_passed_over)
{
    write_tensors("x.safetensors", mixed, NULL, 28);
    outcome result = run("glorand stats x.safetensors");
    cr_expect_eq(result.status, 0);
    cr_expect_str_eq(result.err, PASSED);
    cr_expect_not_null(strstr(result.out, "\nw      [3]                         0            0"), "%s",
                       result.out);
    cr_expect_null(strstr(result.out, "scales"), "%s", result.out);
    result = run("glorand stats x.safetensors --tensor 'w*' --json");
    cr_expect_eq(result.status, 0);
    cr_expect_str_eq(result.err, "", "none that was asked for is passed over");
    result = run("glorand stats x.safetensors --tensor 'sc*'");
    cr_expect_eq(result.status, 2);
    cr_expect_not_null(strstr(result.err, "passes over 1 tensor of a dtype"), "%s", result.err);

    write_text("x.json",
               "{\"tensors\": [{\"name\": \"w\", \"shape\": [3], \"dtype\": \"float32\", \"initializer\": "
               "\"zeros\"}, {\"name\": \"n\", \"shape\": [4], \"dtype\": \"int8\", \"initializer\": "
               "\"zeros\"}]}");
    result = run("glorand verify x.safetensors --spec x.json");
    cr_expect_eq(result.status, 0, "%s", result.err);
    cr_expect_str_eq(result.err, PASSED);
    cr_expect_str_eq(result.out,
                     "x.safetensors: 2 tensors, 16 bytes: every bit is as drawn; 3 of another dtype or "
                     "rank passed over\n");
    /* A tensor of the spec is not passed over: a byte of it may lie in the file under another dtype. */
    write_text("x.json",
               "{\"tensors\": [{\"name\": \"w\", \"shape\": [3], \"dtype\": \"float32\", \"initializer\": "
               "\"zeros\"}, {\"name\": \"scales\", \"shape\": [2, 2], \"dtype\": \"int8\", "
               "\"initializer\": \"zeros\"}]}");
    result = run("glorand verify x.safetensors --spec x.json --partial");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "tensor scales does not have the shape and dtype of the spec"),
                       "%s", result.err);
}

/* Of a file without floating-point tensors, stats says what it has instead. */
Test(inputs, integers_only)
{
    write_tensors("x.safetensors",
                  "{\"codes\": {\"dtype\": \"I64\", \"shape\": [2], \"data_offsets\": [0, 16]},"
                  " \"mask\": {\"dtype\": \"BOOL\", \"shape\": [3], \"data_offsets\": [16, 19]}}",
                  NULL, 19);
    static const char said[] = "glorand: x.safetensors: passes over 2 tensors of integers or booleans: "
                               "codes (I64), mask (BOOL)\n";
    outcome result = run("glorand stats x.safetensors");
    cr_expect_eq(result.status, 0);
    cr_expect_str_eq(result.out, "", "no head of a table without rows");
    cr_expect_str_eq(result.err, said);
    result = run("glorand stats x.safetensors --json");
    cr_expect_eq(result.status, 0);
    cr_expect_str_eq(result.out, "[]\n");
    cr_expect_str_eq(result.err, said);
    result = run("glorand stats x.safetensors --tensor codes");
    cr_expect_eq(result.status, 2);
    cr_expect_not_null(strstr(result.err, "no floating-point tensor of x.safetensors matches 'codes'"), "%s",
                       result.err);
}

/* Names are said up to a number; a file of nothing else is not verified. */
Test(inputs, many_unknown_tensors)
{
    char header[2048] = "{";
    for (int i = 0; i < 12; i++) {
        (void)snprintf(header + strlen(header), sizeof header - strlen(header),
                       "%s\"t%d\": {\"dtype\": \"F4\", \"shape\": [2], \"data_offsets\": [%d, %d]}",
                       i > 0 ? ", " : "", i, i, i + 1);
    }
    (void)snprintf(header + strlen(header), sizeof header - strlen(header), "}");
    write_tensors("x.safetensors", header, NULL, 12);
    write_text("x.json", "{\"tensors\": []}");
    outcome result = run("glorand verify x.safetensors --spec x.json --partial");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "passes over 12 tensors"), "%s", result.err);
    cr_expect_not_null(strstr(result.err, "t9 (F4) and 2 more\n"), "%s", result.err);
    cr_expect_not_null(strstr(result.err, "file and spec have no tensor in common"), "%s", result.err);
}

/* ---- Parts of a model ------------------------------------------------------------------------------------
 */

static const char whole_list[] =
    "{\"dtype\": \"float32\", \"recipe\": \"keras\", \"seed\": 7, \"tensors\": [{\"name\": \"a\", \"shape\": "
    "[30, 40]}, {\"name\": "
    "\"b\", \"shape\": [8, 5]}, {\"name\": \"c\", \"shape\": [5, 4]}, {\"name\": \"d\", \"shape\": [2, 2]}]}";

Test(inputs, shards)
{
    write_text("whole.json", whole_list);
    cr_assert_eq(run("glorand init whole.json --rule '[cd]=skip' -o model-00001-of-00002.safetensors &&"
                     "glorand init whole.json --rule '[ab]=skip' -o model-00002-of-00002.safetensors &&"
                     "glorand init whole.json -o whole.safetensors")
                     .status,
                 0);
    outcome result = run("glorand verify model-00001-of-00002.safetensors --spec whole.json");
    cr_expect_eq(result.status, 1);
    cr_expect_str_eq(result.out, "");
    cr_expect_str_eq(
        result.err,
        "glorand: error: model-00001-of-00002.safetensors: tensor c of the spec is not in the file\n"
        "glorand: error: model-00001-of-00002.safetensors: tensor d of the spec is not in the file\n"
        "glorand: error: model-00001-of-00002.safetensors: 0 tensors are not in the spec, 2 of the spec are "
        "not in the file; --partial compares the 2 that are in both\n");
    result = run("glorand verify model-00001-of-00002.safetensors --spec whole.json --partial");
    cr_expect_eq(result.status, 0, "%s", result.err);
    cr_expect_str_eq(result.out,
                     "model-00001-of-00002.safetensors: 2 tensors, 4960 bytes: every bit is as drawn; 0 "
                     "not in the spec and 2 not in the file passed over\n");
    cr_expect_eq(run("glorand verify model-00002-of-00002.safetensors --spec whole.json --partial").status,
                 0);
    cr_expect_eq(
        run("glorand verify model-00002-of-00002.safetensors --spec whole.json --partial --seed 8").status, 1,
        "other values differ");
}

/* A file with tensors that are not drawn here, beside those that are: the spec is in its metadata, or in a
 * list. */
Test(inputs, further_tensors)
{
    write_text("whole.json", whole_list);
    write_text("more.json", "{\"dtype\": \"float32\", \"recipe\": \"keras\", \"seed\": 7, \"tensors\": "
                            "[{\"name\": \"b\", \"shape\": [8, 5]},"
                            " {\"name\": \"e\", \"shape\": [1, 1]}]}");
    cr_assert_eq(run("glorand init whole.json -o whole.safetensors").status, 0);
    outcome result = run("glorand verify whole.safetensors --spec more.json");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "tensor a is not in the spec\n"), "%s", result.err);
    cr_expect_not_null(strstr(result.err, "tensor d is not in the spec\n"), "%s", result.err);
    cr_expect_not_null(strstr(result.err, "tensor e of the spec is not in the file\n"), "%s", result.err);
    cr_expect_not_null(strstr(result.err,
                              "3 tensors are not in the spec, 1 of the spec are not in the file; --partial "
                              "compares the 1 that are in both"),
                       "%s", result.err);
    result = run("glorand verify whole.safetensors --spec more.json --partial");
    cr_expect_eq(result.status, 0, "%s", result.err);
    cr_expect_str_eq(result.out,
                     "whole.safetensors: 1 tensors, 160 bytes: every bit is as drawn; 3 not in the spec and "
                     "1 not in the file passed over\n");
    write_text("none.json", "{\"recipe\": \"keras\", \"tensors\": [{\"name\": \"e\", \"shape\": [1, 1], "
                            "\"dtype\": \"float32\"}]}");
    result = run("glorand verify whole.safetensors --spec none.json --seed 7 --partial");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "file and spec have no tensor in common"), "%s", result.err);
    /* A shape of another kind is not another tensor. */
    write_text(
        "shape.json",
        "{\"recipe\": \"keras\", \"dtype\": \"float32\", \"tensors\": [{\"name\": \"b\", \"shape\": [5, 8]},"
        " {\"name\": \"c\", \"shape\": [5, 4]}]}");
    result = run("glorand verify whole.safetensors --spec shape.json --seed 7 --partial");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "tensor b does not have the shape and dtype"), "%s", result.err);
}

/* Twenty thousand names, in an order that is the reverse of the spec's, of which each lacks a half. What were
   quadratic would take minutes. */
Test(inputs, many_names_in_another_order)
{
    enum { COUNT = 20000 };
    FILE *there = fopen("there.json", "wb"), *spec = fopen("spec.json", "wb");
    cr_assert(there != NULL && spec != NULL);
    (void)fprintf(there, "{\"seed\": 1, \"dtype\": \"float32\", \"recipe\": \"keras\", \"tensors\": [");
    (void)fprintf(spec, "{\"seed\": 1, \"dtype\": \"float32\", \"recipe\": \"keras\", \"tensors\": [");
    for (int i = 0; i < COUNT; i++) {
        (void)fprintf(there, "%s{\"name\": \"t%d\", \"shape\": [1, 1]}", i > 0 ? "," : "", i);
        (void)fprintf(spec, "%s{\"name\": \"t%d\", \"shape\": [1, 1]}", i > 0 ? "," : "", COUNT * 3 / 2 - i);
    }
    (void)fprintf(there, "]}");
    (void)fprintf(spec, "]}");
    cr_assert(fclose(there) == 0 && fclose(spec) == 0);
    cr_assert_eq(run("glorand init there.json -o x.safetensors").status, 0);
    outcome result = run("glorand verify x.safetensors --spec spec.json");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(
        strstr(result.err, "10001 tensors are not in the spec, 10001 of the spec are not in the file"), "%s",
        result.err);
    cr_expect_lt(strlen(result.err), 4000, "ten names of each are enough");
    result = run("glorand verify x.safetensors --spec spec.json --partial");
    cr_expect_eq(result.status, 0, "%s", result.err);
    cr_expect_not_null(strstr(result.out,
                              "9999 tensors, 39996 bytes: every bit is as drawn; 10001 not in the spec and "
                              "10001 not in the file passed over"),
                       "%s", result.out);
}

/* ---- Values that are not finite, and extreme ones
 * ---------------------------------------------------------- */

static const char extremes[] = "{\"nan\": {\"dtype\": \"F64\", \"shape\": [2], \"data_offsets\": [0, 16]},"
                               " \"mixed\": {\"dtype\": \"F64\", \"shape\": [3], \"data_offsets\": [16, 40]},"
                               " \"huge\": {\"dtype\": \"F64\", \"shape\": [3], \"data_offsets\": [40, 64]},"
                               " \"tiny\": {\"dtype\": \"F64\", \"shape\": [2], \"data_offsets\": [64, 80]},"
                               " \"none\": {\"dtype\": \"F64\", \"shape\": [0], \"data_offsets\": [80, 80]}}";

static double number(const json_t *list, size_t index, const char *member)
{
    const json_t *value = json_object_get(json_array_get(list, index), member);
    cr_expect(json_is_null(value) || json_is_number(value), "%zu, %s", index, member);
    return json_is_null(value) ? NAN : json_number_value(value);
}

Test(inputs, statistics_of_extremes)
{
    /* The mean of the huge is 1.4e308, their deviation sqrt(0.26 / 3) e308. */
    const double values[] = {NAN,   NAN,     NAN,     -2.0,      INFINITY,
                             1e308, 1.5e308, 1.7e308, 0x3p-1074, 0x1p-1073 * 0.5};
    write_tensors("x.safetensors", extremes, values, sizeof values);
    outcome table = run("glorand stats x.safetensors");
    static const char *const rows[] = {
        "\nnan    [2]                       nan          nan          nan          nan  ",
        "\nmixed  [3]                       nan          nan           -2          inf  ",
        "\nhuge   [3]                  1.4e+308 2.94392e+307       1e+308     1.7e+308  ",
        "\ntiny   [2]               9.8813e-324 4.94066e-324 4.94066e-324  1.4822e-323  ",
        "\nnone   [0]                         -            -            -            -  "};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        cr_expect_not_null(strstr(table.out, rows[i]), "%s in\n%s", rows[i], table.out);
    }
    json_t *list = json_loads(run("glorand stats x.safetensors --json").out, 0, NULL);
    cr_assert_eq(json_array_size(list), 5);
    cr_expect(isnan(number(list, 0, "minimum")) && isnan(number(list, 0, "mean")));
    cr_expect_eq(number(list, 0, "nan_count"), 2);
    cr_expect_eq(number(list, 1, "nan_count"), 1);
    cr_expect_eq(number(list, 1, "infinity_count"), 1);
    cr_expect_eq(number(list, 1, "minimum"), -2.0);
    cr_expect(isnan(number(list, 1, "maximum")));
    cr_expect_eq(number(list, 2, "infinity_count"), 0);
    cr_expect_float_eq(number(list, 2, "mean") / 1.4e308, 1.0, 1e-15);
    cr_expect_float_eq(number(list, 2, "stddev") / (sqrt(0.26 / 3.0) * 1e308), 1.0, 1e-15);
    json_decref(list);
}
