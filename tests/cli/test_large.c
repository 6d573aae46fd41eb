/* Lists of many small tensors: a hundred thousand, or a million when GLORAND_TEST_LONG is set. */
#include "support/files.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* Kibibytes of resident memory that the command may have for each tensor, and besides. */
#define FOR_EACH 1
#define BESIDES  (24 * 1024)

static const char *const parts[] = {"self_attn.q_proj.weight", "mlp.up_proj.weight", "mlp.down_proj.weight",
                                    "input_layernorm.weight"};

static void write_tensor(FILE *file, size_t i, const char *end)
{
    const size_t part = i % (sizeof parts / sizeof parts[0]);
    (void)fprintf(file, "  {\"name\": \"model.layers.%zu.%s\", \"shape\": %s, \"dtype\": \"float32\"}%s\n",
                  i / (sizeof parts / sizeof parts[0]), parts[part], part == 3 ? "[4]" : "[4, 4]", end);
}

/* A list of so many tensors, from the first to the last or the other way round. */
static void write_list(const char *name, size_t count, bool backwards)
{
    FILE *file = fopen(name, "wb");
    cr_assert_not_null(file);
    (void)fprintf(file, "{\"source\": \"many\", \"recipe\": \"keras\", \"tensors\": [\n");
    for (size_t i = 0; i < count; i++) {
        write_tensor(file, backwards ? count - 1 - i : i, i + 1 < count ? "," : "");
    }
    (void)fprintf(file, "]}\n");
    cr_assert_eq(fclose(file), 0);
}

static bool is_long(void)
{
    const char *set = getenv("GLORAND_TEST_LONG");
    return set != NULL && strcmp(set, "1") == 0;
}

/* Of all commands so far, the one that had most. Sanitizers need memory of their own. */
static void expect_little_memory(size_t tensors)
{
#ifdef TEST_SANITIZED
    const bool is_sanitized = true;
#else
    const bool is_sanitized = false;
#endif
    struct rusage usage;
    cr_assert_eq(getrusage(RUSAGE_CHILDREN, &usage), 0);
    const long max = FOR_EACH * (long)tensors + BESIDES;
    cr_expect(is_sanitized || usage.ru_maxrss <= max, "%ld KiB for %zu tensors are more than %ld",
              usage.ru_maxrss, tensors, max);
}

Test(large, a_plan, .init = enter_scratch)
{
    const size_t count = is_long() ? 1000000 : 100000;
    char expected[128];
    write_list("list.json", count, false);
    outcome result = run("glorand init list.json --plan | tail -n 1");
    /* Three tensors of 16 elements to one of 4. */
    (void)snprintf(expected, sizeof expected, "%zu tensors, %zu parameters, %zu bytes\n", count, count * 13,
                   count * 52);
    cr_expect_eq(result.status, 0, "%s", result.err);
    cr_expect_str_eq(result.out, expected);
    expect_little_memory(count);
}

/* Drawn, verified from its own spec and from a list whose order is another, and summed. */
Test(large, a_file, .init = enter_scratch)
{
    const size_t count = is_long() ? 300000 : 100000;
    char expected[128];
    write_list("list.json", count, false);
    write_list("backwards.json", count, true);
    outcome result = run("glorand init list.json -o x.safetensors --seed 3");
    cr_assert_eq(result.status, 0, "%s", result.err);
    (void)snprintf(expected, sizeof expected,
                   "x.safetensors: %zu tensors, %zu bytes: every bit is as drawn\n", count, count * 52);
    result = run("glorand verify x.safetensors");
    cr_expect_str_eq(result.out, expected, "%s", result.err);
    result = run("glorand verify x.safetensors --spec backwards.json --seed 3");
    cr_expect_str_eq(result.out, expected, "%s", result.err);
    result = run("glorand stats x.safetensors --json | tail -n 1");
    cr_expect_str_eq(result.out, "]\n", "%s", result.err);
    result = run("glorand stats x.safetensors | wc -l");
    cr_expect_eq((size_t)strtoul(result.out, NULL, 10), count + 1, "%s", result.out);
    expect_little_memory(count);

    write_list("more.json", count + 1, false);
    result = run("glorand verify x.safetensors --spec more.json --seed 3");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "of the spec is not in the file"), "%s", result.err);
}

/* The format allows a header of 10^8 bytes: some 340,000 tensors with names like these. */
Test(large, a_header_that_no_file_can_have, .init = enter_scratch)
{
    const size_t count = is_long() ? 1000000 : 400000;
    write_list("list.json", count, false);
    outcome result = run("glorand init list.json -o x.safetensors --seed 3");
    cr_expect_eq(result.status, 2);
    cr_expect_not_null(strstr(result.err, "where the format allows 100000000"), "%s", result.err);
    cr_expect_eq(exists("x.safetensors"), 0);
    expect_little_memory(count);
}

/* A duplicate name is found among many, and so is a mistake in the last of them. */
Test(large, mistakes, .init = enter_scratch)
{
    enum { COUNT = 100000 };
    FILE *file = fopen("list.json", "wb");
    cr_assert_not_null(file);
    (void)fprintf(file, "{\"tensors\": [\n");
    for (size_t i = 0; i < COUNT; i++) {
        write_tensor(file, i, ",");
    }
    write_tensor(file, 4321, "]}");
    cr_assert_eq(fclose(file), 0);
    outcome result = run("glorand init list.json --plan");
    cr_expect_eq(result.status, 2);
    cr_expect_str_eq(result.err, "glorand: error: list.json: tensors: duplicate tensor name "
                                 "model.layers.1080.mlp.up_proj.weight\n");
    expect_little_memory(COUNT);
}

/* As many variables as tensors: each is looked for in the list, in which none is searched for from end to
 * end. */
Test(large, variables, .init = enter_scratch)
{
    enum { COUNT = 50000 };
    FILE *list = fopen("list.json", "wb"), *options = fopen("options", "wb");
    cr_assert(list != NULL && options != NULL);
    (void)fprintf(list, "{\"tensors\": [\n");
    for (int i = 0; i < COUNT; i++) {
        (void)fprintf(list,
                      "{\"name\": \"h.%d\", \"shape\": [4], \"dtype\": \"float32\", "
                      "\"initializer\": \"constant(2*v%d)\"}%s\n",
                      i, COUNT - 1 - i, i + 1 < COUNT ? "," : "]}");
        (void)fprintf(options, "--set=v%d=1\n", i);
    }
    cr_assert(fclose(list) == 0 && fclose(options) == 0);
    outcome result = run("ulimit -t 10; glorand init list.json --plan $(cat options) | tail -n 1");
    cr_expect_str_eq(result.out, "50000 tensors, 200000 parameters, 800000 bytes\n", "%s", result.err);
    result = run("ulimit -t 10; glorand init list.json --plan $(cat options) --set v=1 --set w=1");
    cr_expect_eq(result.status, 2);
    cr_expect_str_eq(result.err, "glorand: error: --set v: no initializer uses this variable\n");
}

#ifndef TEST_SANITIZED /* whose runtime must be loaded first */

/* Expects that a command asks for these texts. */
static void expect_texts(const char *command, const char *expected)
{
    outcome result = run("rm -f log; GLR_TEXTS=log LD_PRELOAD='" TEXTS "' glorand %s; cat log", command);
    cr_expect_str_eq(result.out, expected, "%s: %s", command, result.err);
}

/* A text about many tensors is made once, unless it is much longer than others. */
Test(large, texts, .init = enter_scratch)
{
    char name[3001];
    write_list("list.json", 10000, false);
    expect_texts("init list.json -o x.safetensors --seed 3", "glr_model_to_spec\n");
    cr_expect_eq(run("glorand verify x.safetensors").status, 0);
    cr_assert_eq(run("sed 's/\"recipe\": \"keras\", //' list.json > none.json").status, 0);
    expect_texts("init none.json -o y.safetensors", "glr_model_undecided\n");

    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    FILE *file = fopen("long.json", "wb");
    cr_assert_not_null(file);
    (void)fprintf(file, "{\"tensors\": [{\"name\": \"%s\", \"shape\": [4, 4], \"dtype\": \"float32\"}]}",
                  name);
    cr_assert_eq(fclose(file), 0);
    expect_texts("init long.json -o x.safetensors --recipe keras --seed 3",
                 "glr_model_to_spec\nglr_model_to_spec\n");
    cr_expect_eq(run("glorand verify x.safetensors").status, 0);
    expect_texts("init long.json -o y.safetensors", "glr_model_undecided\nglr_model_undecided\n");
}

#endif
