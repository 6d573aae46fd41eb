/* Files and arguments that try to write to the terminal: no name makes a line, moves the cursor or hides
 * text. */
#include "support/files.h"
#include "text/show.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(hostile, .init = enter_scratch);

/* Erases the line, and says something else; then C1 controls, and characters that reorder and hide. */
#define EVIL "\x1b[2K\rok\nevery bit is as drawn\xc2\x9b\xc2\x85\u202e\u2066\u200b\ufeff\u2028\x7f"

/* The same in JSON, and how it is shown. */
#define EVIL_JSON                                                                                            \
    "\\u001b[2K\\rok\\nevery bit is as drawn\\u009b\\u0085\\u202e\\u2066\\u200b\\ufeff\\u2028\\u007f"
#define EVIL_SHOWN                                                                                           \
    "\\x1b[2K\\rok\\nevery bit is as drawn\\u009b\\u0085\\u202e\\u2066\\u200b\\ufeff\\u2028\\x7f"

/* Bytes that are not text at all, for arguments. */
#define BYTES "\xff\x80\xc3"

static void expect_harmless(const char *text, const char *command)
{
    while (*text != '\0') {
        const bool ends_line = *text == '\n';
        const uint32_t character = glr_next_character(&text);
        cr_expect(ends_line || (character >= 0x20 && character != 0x7f && !glr_is_hidden(character)),
                  "%s: U+%04X", command, (unsigned)character);
    }
}

static size_t lines(const char *text)
{
    size_t count = 0;
    for (; *text != '\0'; text++) {
        count += *text == '\n';
    }
    return count;
}

static outcome expect(const char *command, int status, size_t out_lines, size_t err_lines)
{
    outcome result = run("%s", command);
    cr_expect_eq(result.status, status, "%s: %d, %s", command, result.status, result.err);
    expect_harmless(result.out, command);
    expect_harmless(result.err, command);
    cr_expect_eq(lines(result.out), out_lines, "%s: %s", command, result.out);
    cr_expect_eq(lines(result.err), err_lines, "%s: %s", command, result.err);
    return result;
}

/* One message that names the evil. */
static void expect_refused(const char *command, const char *message)
{
    outcome result = expect(command, 2, 0, 1);
    cr_expect_eq(strncmp(result.err, "glorand: error: ", 16), 0, "%s", result.err);
    cr_expect_not_null(strstr(result.err, message), "%s: %s", command, result.err);
}

static const char evil_list[] =
    "{\"dtype\": \"float32\", \"seed\": 1, \"recipe\": \"keras\", \"tensors\": [{\"name\": \"" EVIL_JSON
    "\", \"shape\": [2, 3]}, {\"name\": \"b\\\\\\n\\u00e9\", \"shape\": [4, 4]}]}";

Test(hostile, names_in_tables_and_plans)
{
    write_text("m.json", evil_list);
    outcome plan = expect("glorand init m.json --plan --rule '*" EVIL "*=ones'", 0, 4, 0);
    cr_expect_not_null(strstr(plan.out, "\n" EVIL_SHOWN " [2, 3] "), "%s", plan.out);
    cr_expect_not_null(strstr(plan.out, " rule: *" EVIL_SHOWN "*\n"), "%s", plan.out);
    cr_expect_not_null(strstr(plan.out, "\nb\\\\\\n\u00e9 "), "a backslash is doubled: %s", plan.out);
    (void)expect("glorand init m.json --plan --rule '" EVIL "=skip'", 0, 4, 0);
    (void)expect("glorand init m.json -o m.safetensors", 0, 0, 0);
    (void)expect("glorand verify m.safetensors", 0, 1, 0);
    outcome stats = expect("glorand stats m.safetensors", 0, 3, 0);
    cr_expect_not_null(strstr(stats.out, "\n" EVIL_SHOWN " [2, 3] "), "%s", stats.out);
}

Test(hostile, names_in_json)
{
    write_text("m.json", evil_list);
    cr_assert_eq(run("glorand init m.json -o m.safetensors").status, 0);
    outcome stats = run("glorand stats m.safetensors --json");
    expect_harmless(stats.out, "stats --json");
    json_t *parsed = json_loads(stats.out, 0, NULL);
    cr_expect_str_eq(json_string_value(json_object_get(json_array_get(parsed, 0), "name")), EVIL);
    json_decref(parsed);
}

Test(hostile, names_of_tensors_that_differ)
{
    write_text("m.json", evil_list);
    cr_assert_eq(
        run("glorand init m.json -o m.safetensors && cp m.safetensors '" EVIL ".safetensors'").status, 0);
    cr_assert_eq(run("printf x | dd of='" EVIL
                     ".safetensors' bs=1 conv=notrunc seek=$(($(wc -c <m.safetensors) - 80))")
                     .status,
                 0);
    outcome result = expect("glorand verify '" EVIL ".safetensors'", 1, 1, 1);
    cr_expect_eq(strncmp(result.out, EVIL_SHOWN ".safetensors: tensor " EVIL_SHOWN ": element [0, 2]", 150),
                 0, "%s", result.out);
    write_text("one.json", "{\"recipe\": \"keras\", \"dtype\": \"float32\", \"tensors\": [{\"name\": \"b\", "
                           "\"shape\": [1, 2]}]}");
    result = expect("glorand verify m.safetensors --spec one.json --seed 1", 1, 0, 4);
    cr_expect_not_null(strstr(result.err, "tensor " EVIL_SHOWN " is not in the spec"), "%s", result.err);
    cr_assert_eq(run("glorand init one.json -s 1 -o one.safetensors").status, 0);
    (void)expect("glorand verify one.safetensors --spec m.json", 1, 0, 4);
}

/* The bar's own line begins with a carriage return. */
Test(hostile, the_label_of_the_progress_bar)
{
    outcome result = run("glorand fill -i zeros -n 5 --progress always -o '" EVIL ".npy'");
    cr_expect_eq(result.status, 0, "%s", result.err);
    cr_expect_eq(result.err[0], '\r');
    expect_harmless(result.err + 1, "progress");
    cr_expect_eq(lines(result.err), 1);
}

/* Each part of a list that a message names. */
static const struct {
    const char *list, *message;
} bad_lists[] = {
    {"{\"tensors\": [], \"dtype\": \"" EVIL_JSON "\"}", "dtype: " EVIL_SHOWN " is no"},
    {"{\"tensors\": [], \"" EVIL_JSON "\": 1}", EVIL_SHOWN ": not a member"},
    {"{\"tensors\": [], \"layout\": \"" EVIL_JSON "\"}", "layout: unknown layout '" EVIL_SHOWN},
    {"{\"tensors\": [], \"seed\": \"" EVIL_JSON "\"}", "seed: must be an integer, not \"" EVIL_SHOWN "\""},
    {"{\"rules\": [{\"match\": \"" EVIL_JSON
     "\", \"initializer\": \"ones\"}], \"tensors\": [{\"name\": \"a\", "
     "\"shape\": [], \"dtype\": \"int8\", \"initializer\": \"zeros\"}]}",
     "1 rule matches no tensor's name: list: " EVIL_SHOWN},
    {"{\"tensors\": [{\"" EVIL_JSON "\": 1}]}", "tensors[0]." EVIL_SHOWN ": not a member"},
    {"{\"tensors\": [{\"shape\": \"" EVIL_JSON "\"}]}",
     "shape: must be a list of dimensions, not \"" EVIL_SHOWN "\""},
    {"{\"tensors\": [{\"dtype\": \"" EVIL_JSON "\"}]}", "dtype: " EVIL_SHOWN " is no"},
    {"{\"tensors\": [{\"method\": \"" EVIL_JSON "\"}]}", "method: unknown method '" EVIL_SHOWN},
    {"{\"tensors\": [{\"initializer\": \"" EVIL_JSON "\"}]}",
     "column 1: expected the name of an initializer, not '\\x1b'"},
    {"{\"tensors\": [{\"initializer\": \"{" EVIL_JSON "\"}]}", "line 1, column"},
    {"{\"tensors\": [{\"initializer\": {\"class_name\": \"Zeros\", \"config\": {\"" EVIL_JSON "\": 1}}}]}",
     "config." EVIL_SHOWN ": not a member"},
    {"{\"tensors\": [{\"initializer\": {\"" EVIL_JSON "\": 1}}]}", EVIL_SHOWN ": not a member"},
    {"{\"tensors\": [{\"name\": \"a\", \"dtype\": \"int8\", \"shape\": [3], \"slice\": \"" EVIL_JSON "\"}]}",
     "slice"},
    {"{\"tensors\": [{\"name\": \"" EVIL_JSON
     "\", \"dtype\": \"int8\", \"shape\": []}, {\"name\": \"" EVIL_JSON
     "\", \"dtype\": \"int8\", \"shape\": []}]}",
     "duplicate tensor name " EVIL_SHOWN},
    {"{\"tensors\": [{\"name\": \"" EVIL_JSON
     "\", \"dtype\": \"int8\", \"shape\": [], \"initializer\": \"he_normal\"}]}",
     "tensor " EVIL_SHOWN ": "},
    {"{\"" EVIL_JSON "\": 1, \"" EVIL_JSON "\": 1}", "duplicate object key \\x1b[2K\\rok\\nevery bit"},
    {"\x1b[2K", "line 1, column 1"},
};

Test(hostile, lists)
{
    for (size_t i = 0; i < sizeof bad_lists / sizeof bad_lists[0]; i++) {
        write_text("m.json", bad_lists[i].list);
        expect_refused("glorand init m.json -o m.safetensors", bad_lists[i].message);
    }
    write_text(EVIL BYTES ".json", "{}");
    expect_refused("glorand init '" EVIL BYTES ".json' -o m.safetensors",
                   EVIL_SHOWN "\\xff\\x80\\xc3.json: tensors");
    cr_expect_not(exists("m.safetensors"));
}

/* Each in its line, as harmless as the message. */
Test(hostile, tensors_without_an_initializer)
{
    write_text("m.json", "{\"dtype\": \"int8\", \"tensors\": [{\"name\": \"" EVIL_JSON
                         "\", \"shape\": []}, {\"name\": \"" EVIL_JSON "1" EVIL_JSON
                         "\", \"shape\": []}, {\"name\": \"" EVIL_JSON "2" EVIL_JSON "\", \"shape\": []}]}");
    outcome result = expect("glorand init m.json --plan", 2, 0, 3);
    cr_expect_not_null(strstr(result.err, "\n  " EVIL_SHOWN " [] int8\n"), "%s", result.err);
    cr_expect_not_null(strstr(result.err, "\n  " EVIL_SHOWN "{1..2}" EVIL_SHOWN " [] int8\n"), "%s",
                       result.err);
}

static void write_safetensors(const char *header)
{
    unsigned char file[4096] = {0};
    const size_t length = strlen(header);
    cr_assert_lt(length, 4000);
    file[0] = (unsigned char)(length & 0xffU);
    file[1] = (unsigned char)(length >> 8);
    memcpy(file + 8, header, length);
    write_file("m.safetensors", file, 8 + length + 4);
}

/* Each part of a file's header that a message names; 4 bytes of data follow. */
static const struct {
    const char *header, *message;
} bad_headers[] = {
    {"{\"" EVIL_JSON "\": {\"dtype\": \"F32\", \"shape\": [2], \"data_offsets\": [0, 4]}}",
     "tensor " EVIL_SHOWN},
    {"{\"" EVIL_JSON "\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": [0, 5]}}",
     "tensor " EVIL_SHOWN},
    {"{\"" EVIL_JSON "\": {\"dtype\": \"F32\", \"shape\": [1], \"data_offsets\": 1}}", "tensor " EVIL_SHOWN},
    {"{\"" EVIL_JSON "\": {\"dtype\": \"F32\", \"shape\": [0.5], \"data_offsets\": [0, 4]}}",
     "tensor " EVIL_SHOWN},
    {"{\"__metadata__\": {\"" EVIL_JSON "\": 1}}", "__metadata__." EVIL_SHOWN},
    {"{\"" EVIL_JSON "\": {}, \"" EVIL_JSON "\": {}}", "duplicate object key \\x1b[2K\\rok\\nevery bit"},
};

Test(hostile, headers)
{
    for (size_t i = 0; i < sizeof bad_headers / sizeof bad_headers[0]; i++) {
        write_safetensors(bad_headers[i].header);
        expect_refused("glorand verify m.safetensors", bad_headers[i].message);
        expect_refused("glorand stats m.safetensors", bad_headers[i].message);
    }
    static const char *const dtypes[] = {EVIL_JSON, "F8_" EVIL_JSON};
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        char header[1024];
        (void)snprintf(header, sizeof header,
                       "{\"a\": {\"dtype\": \"%s\", \"shape\": [1], \"data_offsets\": [0, 4]}}", dtypes[i]);
        write_safetensors(header);
        outcome stats = run("glorand stats m.safetensors; glorand verify m.safetensors");
        expect_harmless(stats.out, "dtypes");
        expect_harmless(stats.err, "dtypes");
    }
}

/* Specs in the metadata, and other metadata that a message shows. */
Test(hostile, metadata)
{
    static const char form[] = "{\"__metadata__\": {\"glorand.stream_version\": \"%s\", \"glorand.spec\": "
                               "\"%s\"}, \"a\": {\"dtype\": "
                               "\"F32\", \"shape\": [1], \"data_offsets\": [0, 4]}}";
    static const struct {
        const char *version, *spec;
    } metadata[] = {
        {EVIL_JSON, "{}"},
        {"1", EVIL_JSON},
        {"1", "{\\\"" EVIL_JSON "\\\": {}}"},
        {"1", "{\\\"a\\\\u001b[2K\\\\nok\\\": {}}"},
        {"1", "{\\\"a\\\\u001b[2K\\\\nok\\\": {\\\"shape\\\": [1], \\\"dtype\\\": \\\"float32\\\", "
              "\\\"initializer\\\": "
              "\\\"he_normal\\\", \\\"stream\\\": 1, \\\"start\\\": [5], \\\"extent\\\": [9]}}"},
    };
    for (size_t i = 0; i < sizeof metadata / sizeof metadata[0]; i++) {
        char header[2048];
        (void)snprintf(header, sizeof header, form, metadata[i].version, metadata[i].spec);
        write_safetensors(header);
        (void)expect("glorand verify m.safetensors", 2, 0, 1);
    }
}

Test(hostile, arguments)
{
    static const char *const commands[] = {
        "glorand '" EVIL BYTES "'",
        "glorand fill -i '" EVIL BYTES "' -n 2 -o a.npy",
        "glorand fill -i '{\"class_name\": \"" EVIL_JSON "\"}' -n 2 -o a.npy",
        "glorand fill -i zeros -n '" EVIL BYTES "' -o a.npy",
        "glorand fill -i zeros -n 2 -o '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --dtype '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --method '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --layout '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --slice '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --slice '0:" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --stream '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --seed '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --threads '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --device '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --backend '" EVIL BYTES "'",
        "glorand fill -i zeros -n 2 -o a.npy --progress '" EVIL BYTES "'",
        "glorand init '" EVIL BYTES "' -o a.safetensors",
        "glorand init '" EVIL BYTES ".json' -o a.safetensors",
        "glorand init a.json '" EVIL BYTES "'",
        "glorand init a.json --rule '" EVIL BYTES "'",
        "glorand init a.json --rule '" EVIL BYTES "=" EVIL "'",
        "glorand init a.json --rule 'a={" EVIL BYTES "'",
        "glorand verify '" EVIL BYTES "'",
        "glorand stats '" EVIL BYTES "'",
        "glorand devices '" EVIL BYTES "'",
    };
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        (void)expect(commands[i], 2, 0, 1);
    }
    cr_assert_eq(run("glorand fill -i zeros -n 2 -o a.safetensors").status, 0);
    (void)expect("glorand stats a.safetensors --tensor '" EVIL BYTES "'", 2, 0, 1);
    outcome result = run("glorand fill -i zeros -n 2 -o '" EVIL BYTES "/a.npy'");
    cr_expect_neq(result.status, 0);
    expect_harmless(result.err, "a folder");
    cr_expect_eq(lines(result.err), 1, "%s", result.err);
}

/* getopt_long's words, but shown; the second line points to the help. */
Test(hostile, options)
{
    static const struct {
        const char *options, *message;
    } bad[] = {
        {"--" EVIL BYTES, "unrecognized option '--" EVIL_SHOWN "\\xff\\x80\\xc3'"},
        {"--plan=" EVIL, "option '--plan' doesn't allow an argument"},
        {"-\x1b[2K", "invalid option -- '\\x1b'"},
        {"-\xff", "invalid option -- '\\xff'"},
        {"--s", "option '--s' is ambiguous"},
        {"-s", "option requires an argument -- 's'"},
        {"--stream", "option '--stream' requires an argument"},
        {"-q", "invalid option -- 'q'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        char command[512], message[512];
        const char *name = strstr(bad[i].options, "plan") != NULL ? "init" : "fill";
        (void)snprintf(command, sizeof command, "glorand %s '%s'", name, bad[i].options);
        (void)snprintf(message, sizeof message, "glorand: error: %s\nTry 'glorand %s --help'.\n",
                       bad[i].message, name);
        cr_expect_str_eq(expect(command, 2, 0, 2).err, message);
    }
}

/* The environment's, and what a loader says of it. */
Test(hostile, variables)
{
    (void)expect("GLORAND_OPENCL_LIBRARY='/" EVIL BYTES "' GLORAND_CUDA_LIBRARY='/" EVIL BYTES
                 "' glorand devices | tail -n +2 | grep -v ^cpu",
                 0, 2, 0);
    outcome result = run("GLORAND_ISA='" EVIL BYTES "' glorand fill -i zeros -n 2 -o a.npy");
    expect_harmless(result.err, "GLORAND_ISA");
    result = run("GLORAND_CUDA_LIBRARY='/" EVIL BYTES "' glorand devices --json");
    expect_harmless(result.out, "devices --json");
}

/* A name that is longer than a column moves what is behind it in its own row. */
Test(hostile, one_long_name)
{
    char list[2048], name[301]; /* wider than a column, and than most terminals */
    memset(name, 'x', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    (void)snprintf(
        list, sizeof list,
        "{\"dtype\": \"float32\", \"seed\": 1, \"recipe\": \"keras\", \"tensors\": [{\"name\": \"%s\", "
        "\"shape\": [2, 2]}, "
        "{\"name\": "
        "\"\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\\u00e9\", \"shape\": [2, 2]}, {\"name\": \"b\", "
        "\"shape\": [2, 2]}]}",
        name);
    write_text("m.json", list);
    outcome plan = expect("glorand init m.json --plan", 0, 5, 0);
    cr_expect_not_null(strstr(plan.out, "\nb        [2, 2]  "), "as wide as eight characters: %s", plan.out);
    cr_expect_not_null(strstr(plan.out, "\u00e9\u00e9 [2, 2]  "), "%s", plan.out);
    cr_expect_not_null(strstr(plan.out, "xxx [2, 2]  "), "%s", plan.out);
    cr_assert_eq(run("glorand init m.json -o m.safetensors").status, 0);
    outcome stats = expect("glorand stats m.safetensors", 0, 4, 0);
    cr_expect_not_null(strstr(stats.out, "\nb        [2, 2]  "), "%s", stats.out);
    write_text("n.json", "{\"recipe\": \"keras\", \"dtype\": \"float32\", \"tensors\": [{\"name\": \"b\", "
                         "\"shape\": [2, 2]}]}");
    outcome verify = expect("glorand verify m.safetensors --spec n.json --seed 1", 1, 0, 3);
    cr_expect_not_null(strstr(verify.err, "x is not in the spec\n"), "the reason is kept: %s", verify.err);
}

/* `?` is a character. */
Test(hostile, patterns_of_characters)
{
    write_text("m.json", "{\"dtype\": \"float32\", \"recipe\": \"keras\", \"tensors\": [{\"name\": "
                         "\"\\u00e9.w\", \"shape\": [2, 2]}]}");
    outcome plan = expect("LC_ALL=C glorand init m.json --plan --rule '?.w=ones'", 0, 3, 0);
    cr_expect_not_null(strstr(plan.out, " rule: ?.w\n"), "%s", plan.out);
    cr_assert_eq(run("glorand init m.json -s 1 -o m.safetensors").status, 0);
    (void)expect("glorand stats m.safetensors --tensor '[\u00e0-\u00ef].w'", 0, 2, 0);
}
