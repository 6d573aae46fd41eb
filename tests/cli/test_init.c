/* glorand init, verify and stats on real lists of tensors. */
#define _GNU_SOURCE /* memmem */

#include "support/files.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

TestSuite(init, .init = enter_scratch);
TestSuite(verify, .init = enter_scratch);
TestSuite(stats, .init = enter_scratch);

#define MODELS SOURCE_DIR "/data/models/"

Test(init, resnet50_with_its_own_initializers)
{
    outcome made = run("glorand init " MODELS "resnet50-keras.json -o r.safetensors --seed 3");
    cr_expect_eq(made.status, 0, "%s", made.err);
    cr_expect_str_eq(made.err, "");
    outcome verified = run("glorand verify r.safetensors");
    cr_expect_eq(verified.status, 0, "%s%s", verified.out, verified.err);
    cr_expect_str_eq(verified.out, "r.safetensors: 320 tensors, 102546848 bytes: every bit is as drawn\n");
    outcome by_list = run("glorand verify r.safetensors --spec " MODELS "resnet50-keras.json --seed 3");
    cr_expect_eq(by_list.status, 0, "%s%s", by_list.out, by_list.err);
    cr_expect_eq(run("glorand verify r.safetensors --spec " MODELS "resnet50-keras.json --seed 4").status, 1);
    cr_expect_eq(run("glorand verify r.safetensors --spec " MODELS "resnet50-keras.json").status, 2);
}

static void expect_plan(const char *arguments, const char *totals)
{
    outcome result = run("glorand init " MODELS "%s --plan | tail -n 1", arguments);
    cr_expect_eq(result.status, 0, "%s", result.err);
    cr_expect_str_eq(result.out, totals);
}

Test(init, plans_of_real_models)
{
    expect_plan("gpt2.json", "148 tensors, 124439808 parameters, 497759232 bytes\n");
    expect_plan("resnet50-keras.json", "320 tensors, 25636712 parameters, 102546848 bytes\n");
    expect_plan("llama-2-7b.json", "291 tensors, 6738415616 parameters, 13476831232 bytes\n");
    expect_plan("llama-2-7b.json --dtype float32", "291 tensors, 6738415616 parameters, 26953662464 bytes\n");
    expect_plan("llama-3-70b.json", "723 tensors, 70553706496 parameters, 141107412992 bytes\n");
    expect_plan("gpt2.json --rule '*.h.*=skip'", "4 tensors, 39385344 parameters, 157541376 bytes\n");
    cr_expect_eq(entries(), 0, "a plan writes nothing");
}

Test(init, a_plan_names_rules_fans_and_deviations)
{
    outcome result = run("glorand init " MODELS
                         "gpt2.json --plan --rule '*wpe*=he_normal' --rule '*.wte.*=glorot_normal'");
    cr_expect_not_null(strstr(result.out, "transformer.wte.weight"), "%s", result.out);
    /* sqrt(2 / (50257 + 768)) and sqrt(2 / 1024) */
    cr_expect_not_null(strstr(result.out, "50257       768   0.00626071      154389504  rule: *.wte.*"));
    cr_expect_not_null(strstr(result.out, "1024       768    0.0441942        3145728  rule: *wpe*"));
    cr_expect_not_null(strstr(result.out, "list: transformer.h.{i}.ln_{j}.weight\n"));
    cr_expect_not_null(strstr(result.out, "list: *.bias\n"));
    write_text("m.json", "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"a.bias\", \"shape\": [3]},"
                         " {\"name\": \"ln_f.weight\", \"shape\": [4]}]}");
    result = run("glorand init m.json --plan");
    cr_expect_not_null(strstr(result.out, "default: bias\n"), "%s", result.out);
    cr_expect_not_null(strstr(result.out, "default: weight of a norm\n"), "%s", result.out);
    result = run("glorand init m.json --plan --recipe keras");
    cr_expect_not_null(strstr(result.out, "recipe keras: bias\n"), "%s", result.out);
    cr_expect_not_null(strstr(result.out, "recipe keras: *ln_*.weight\n"), "%s", result.out);
}

/* A tensor of GPT-2 as the library gives it for its name's stream. */
Test(init, gpt2_as_the_library)
{
    cr_assert_eq(run("glorand init " MODELS "gpt2.json -o g.safetensors --seed 42 --threads 2").status, 0);
    glr_initializer initializer = glr_random_normal(0.0, 0.02, 42);
    static const char name[] = "transformer.wte.weight";
    initializer.stream = glr_stream_of_name(name, strlen(name));
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {50257, 768}};
    size_t length, bytes = (size_t)50257 * 768 * 4;
    float *values = malloc(bytes);
    glr_device *device = open_cpu(2);
    cr_assert_eq(glr_fill(device, &initializer, &tensor, values, bytes), GLR_OK);
    glr_close(device);
    unsigned char *file = read_file("g.safetensors", &length);
    size_t data = length - 497759232; /* the first tensor of the list begins where the data does */
    cr_expect_eq(memcmp(file + data, values, bytes), 0);
    free(values);
    free(file);
    cr_expect_eq(run("glorand verify g.safetensors").status, 0);
    /* The README shows this file's statistics. */
    outcome lines =
        run("grep '^transformer' " SOURCE_DIR "/README.md | sed 's/ [.]*$//' > lines; wc -l < lines; "
            "glorand stats g.safetensors | grep -c -F -f lines");
    cr_expect_str_eq(lines.out, "7\n7\n");
}

/* ---- The lists of real models -------------------------------------------------------------------------- */

/* A member of a tensor's statistics. */
static double member(const json_t *of, const char *name)
{
    return json_number_value(json_object_get(of, name));
}

/* Values of a normal that nothing cuts: mean and deviation within five standard errors, and some values
   beyond three deviations, which every tensor here has room for. */
static void expect_normal(const json_t *of, double stddev)
{
    const char *name = json_string_value(json_object_get(of, "name"));
    double count = 1;
    for (size_t i = 0; i < json_array_size(json_object_get(of, "shape")); i++) {
        count *= json_number_value(json_array_get(json_object_get(of, "shape"), i));
    }
    cr_expect_float_eq(member(of, "mean"), 0, 5 * stddev / sqrt(count), "%s: %g", name, member(of, "mean"));
    cr_expect_float_eq(member(of, "stddev"), stddev, 5 * stddev / sqrt(2 * count), "%s: %g", name,
                       member(of, "stddev"));
    cr_expect_gt(member(of, "maximum"), 3 * stddev, "%s", name);
    cr_expect_lt(member(of, "minimum"), -3 * stddev, "%s", name);
}

static void expect_constant(const json_t *of, double value)
{
    cr_expect(member(of, "minimum") == value && member(of, "maximum") == value, "%s",
              json_string_value(json_object_get(of, "name")));
}

/* GPT2PreTrainedModel._init_weights of transformers: 0.02 for linear layers and embeddings, of which the
   projections onto the residual path have 1 / sqrt(2 * 12 layers); biases are zeros, norms' weights ones. */
static void expect_gpt2(const json_t *of)
{
    const char *name = json_string_value(json_object_get(of, "name"));
    if (strstr(name, ".bias") != NULL) {
        expect_constant(of, 0);
    } else if (strstr(name, ".ln_") != NULL) {
        expect_constant(of, 1);
    } else {
        expect_normal(of, strstr(name, ".c_proj.") != NULL ? 0.02 / sqrt(24.0) : 0.02);
    }
}

Test(init, gpt2_as_transformers_initializes_it)
{
    cr_assert_eq(run("glorand init " MODELS "gpt2.json -o g.safetensors --seed 1").status, 0);
    cr_assert_eq(run("glorand stats g.safetensors --json > stats.json").status, 0);
    json_t *parsed = json_load_file("stats.json", 0, NULL);
    cr_assert_eq(json_array_size(parsed), 148);
    for (size_t i = 0; i < 148; i++) {
        expect_gpt2(json_array_get(parsed, i));
    }
    json_decref(parsed);
}

/* PreTrainedModel._init_weights of transformers, which Llama takes as it is: 0.02 for linear layers and the
   embedding, and ones for norms. */
Test(init, llama_as_transformers_initializes_it)
{
    /* One matrix, since seven billion parameters take long. */
    outcome made = run("glorand init " MODELS "llama-2-7b.json -o l.safetensors --seed 1 --dtype float32 "
                       "--rule 'model.layers.[!0]*=skip' --rule '*.0.self_attn.[!q]*=skip' --rule "
                       "'*.mlp.*=skip' --rule 'model.embed*=skip' --rule 'lm_head*=skip' && glorand stats "
                       "l.safetensors --json > stats.json");
    cr_assert_eq(made.status, 0, "%s", made.err);
    json_t *parsed = json_load_file("stats.json", 0, NULL);
    cr_assert_eq(json_array_size(parsed), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *of = json_array_get(parsed, i);
        if (strstr(json_string_value(json_object_get(of, "name")), "norm") != NULL) {
            expect_constant(of, 1);
        } else {
            expect_normal(of, 0.02);
        }
    }
    json_decref(parsed);
    outcome plan = run("glorand init " MODELS "llama-2-7b.json --plan | grep -c ' random_normal .* 0.02 '");
    cr_expect_str_eq(plan.out, "226\n", "seven a layer, the embedding and the head");
    plan = run("glorand init " MODELS "llama-3-70b.json --plan | grep -c ' random_normal .* 0.02 '");
    cr_expect_str_eq(plan.out, "562\n");
}

/* What is left to the user is listed, and the list's recipe or the user's is one answer. */
Test(init, tensors_without_an_initializer)
{
    write_text("m.json",
               "{\"dtype\": \"bfloat16\", \"tensors\": [{\"name\": \"h.0.w\", \"shape\": [4, 8]}, {\"name\": "
               "\"h.0.bias\", \"shape\": [8]}, {\"name\": \"h.1.w\", \"shape\": [4, 8]}, {\"name\": "
               "\"wpe\", \"shape\": [9, 4]}]}");
    outcome result = run("glorand init m.json -o m.safetensors --seed 1");
    cr_expect_eq(result.status, 2);
    cr_expect_str_eq(result.err,
                     "glorand: error: m.json: no rule says how to initialize 3 tensors; give rules that suit "
                     "the layers, or a recipe (--rule 'PATTERN=INITIALIZER', --recipe NAME):\n"
                     "  h.{0..1}.w [4, 8] bfloat16\n"
                     "  wpe [9, 4] bfloat16\n");
    cr_expect_eq(exists("m.safetensors"), 0);
    result = run("glorand init m.json --plan --rule 'h.{i}.w=he_normal' --rule w=zeros");
    cr_expect_eq(result.status, 2);
    cr_expect_not_null(strstr(result.err, ": 1 rule matches no tensor's name: rule: w; correct it or leave "
                                          "it out; no rule says how to initialize 1 tensor; "),
                       "%s", result.err);
    cr_expect_not_null(strstr(result.err, " NAME):\n  wpe [9, 4] bfloat16\n"), "%s", result.err);

    cr_assert_eq(run("glorand init m.json -o m.safetensors --seed 1 --recipe keras").status, 0);
    result = run("glorand verify m.safetensors --spec m.json --seed 1");
    cr_expect_eq(result.status, 2);
    cr_expect_not_null(strstr(result.err, "  h.{0..1}.w [4, 8] bfloat16\n"), "%s", result.err);
    cr_expect_eq(run("glorand verify m.safetensors --spec m.json --seed 1 --recipe keras").status, 0);
    cr_assert_eq(run("sed 's/{/{\"recipe\": \"keras\", /' m.json > k.json && glorand init k.json -o "
                     "k.safetensors --seed 1")
                     .status,
                 0);
    cr_expect_eq(run("cmp m.safetensors k.safetensors").status, 0);
}

static const char small_list[] =
    "{\"dtype\": \"float32\", \"seed\": 7, \"recipe\": \"keras\", \"tensors\": [{\"name\": \"a\", \"shape\": "
    "[30, 40]}, {\"name\": "
    "\"bias\", \"shape\": [5]},"
    " {\"name\": \"half\", \"shape\": [6, 7], \"dtype\": \"bfloat16\", \"slice\": \"2:4\"},"
    " {\"name\": \"steps\", \"shape\": [], \"dtype\": \"int64\", \"initializer\": \"zeros\"}]}";

Test(init, seeds)
{
    write_text("m.json", small_list);
    cr_assert_eq(run("glorand init m.json -o listed.safetensors").status, 0);
    cr_assert_eq(run("glorand init m.json -o same.safetensors --seed 7").status, 0);
    cr_assert_eq(run("glorand init m.json -o other.safetensors --seed 8").status, 0);
    cr_expect_eq(run("cmp listed.safetensors same.safetensors").status, 0);
    cr_expect_neq(run("cmp listed.safetensors other.safetensors").status, 0);
    write_text("n.json", "{\"recipe\": \"keras\", \"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", "
                         "\"shape\": [30, 40]}]}");
    outcome drawn = run("glorand init n.json -o n.safetensors");
    cr_expect_eq(strncmp(drawn.err, "glorand: seed ", 14), 0, "%s", drawn.err);
    cr_expect_eq(run("glorand verify n.safetensors").status, 0);
}

/* Streams come from names: another order, or another tensor beside, changes nothing. */
Test(init, tensors_do_not_depend_on_each_other)
{
    write_text("one.json", "{\"recipe\": \"keras\", \"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", "
                           "\"shape\": [30, 40]}]}");
    write_text(
        "two.json",
        "{\"recipe\": \"keras\", \"dtype\": \"float32\", \"tensors\": [{\"name\": \"b\", \"shape\": [3, 4]}, "
        "{\"name\": \"a\", \"shape\": [30, 40]}]}");
    cr_assert_eq(
        run("glorand init one.json -o one.safetensors -s 1; glorand init two.json -o two.safetensors -s 1")
            .status,
        0);
    cr_expect_eq(run("tail -c 4800 one.safetensors > x; tail -c 4800 two.safetensors | cmp - x").status, 0);
}

/* ---- verify ---------------------------------------------------------------------------------------------
 */

/* Flips one bit, so many bytes before the end of a file. */
static void flip_bit(const char *name, size_t before_end, unsigned char bit)
{
    size_t length;
    unsigned char *bytes = read_file(name, &length);
    bytes[length - before_end] ^= bit;
    write_file(name, bytes, length);
    free(bytes);
}

Test(verify, finds_one_flipped_bit)
{
    write_text("m.json", small_list);
    cr_assert_eq(run("glorand init m.json -o m.safetensors").status, 0);
    cr_assert_eq(run("glorand verify m.safetensors").status, 0);
    /* From the end: 8 bytes of int64, 2 * 7 * 2 of bfloat16, 5 * 4 of bias, 30 * 40 * 4 of a. */
    flip_bit("m.safetensors", 8 + 28 + 20 + 4800 - 4 * (3 * 40 + 17), 1);
    outcome result = run("glorand verify m.safetensors");
    cr_expect_eq(result.status, 1);
    cr_expect_eq(strncmp(result.out, "m.safetensors: tensor a: element [3, 17], number 137 of it, is 0x", 65),
                 0, "%s", result.out);
    cr_expect_str_eq(result.err, "glorand: error: m.safetensors: 1 of 4 tensors differ\n");
    flip_bit("m.safetensors", 8 + 28 + 20 + 4800 - 4 * (3 * 40 + 17), 1);
    cr_expect_eq(run("glorand verify m.safetensors").status, 0);

    flip_bit("m.safetensors", 8 + 28 - 2 * (7 + 3) - 1,
             0x80); /* the sign of [1, 3] of what is held of half */
    flip_bit("m.safetensors", 8, 1);
    result = run("glorand verify m.safetensors");
    cr_expect_not_null(strstr(result.out, "tensor half: element [1, 3], number 10 of it"), "%s", result.out);
    cr_expect_not_null(
        strstr(result.out,
               "tensor steps: element [], number 0 of it, is 0x0000000000000001, not 0x0000000000000000"),
        "%s", result.out);
    cr_expect_not_null(strstr(result.err, "2 of 4 tensors differ"), "%s", result.err);

    cr_assert_eq(run("glorand init m.json -o m.safetensors").status, 0);
    flip_bit("m.safetensors", 1, 0x40); /* the file's last byte */
    cr_expect_eq(run("glorand verify m.safetensors").status, 1);
}

/* A spec that says where a part lies, but lies about it: nothing could be drawn to compare with. */
Test(verify, parts_outside_their_tensor)
{
    write_text("m.json", small_list);
    cr_assert_eq(run("glorand init m.json -o m.safetensors").status, 0);
    cr_assert_eq(run("LC_ALL=C sed -i 's/start\\\\\":\\[2,0\\]/start\\\\\":[5,0]/' m.safetensors; grep -q "
                     "'\\[5,0\\]' m.safetensors")
                     .status,
                 0);
    outcome result = run("glorand verify m.safetensors");
    cr_expect_eq(result.status, 2);
    cr_expect_not_null(strstr(result.err, "spec: tensor half: "), "%s", result.err);
    cr_expect_str_eq(result.out, "");
}

/* A spec without a seed says nothing of what was drawn. */
Test(verify, specs_without_a_seed)
{
    cr_assert_eq(run("glorand fill -i 'he_normal(seed=123)' -n 4,4 -o w.safetensors").status, 0);
    cr_assert_eq(run("sed -i 's/(seed=123)/          /' w.safetensors").status, 0);
    outcome result = run("glorand verify w.safetensors");
    cr_expect_eq(result.status, 2);
    cr_expect_not_null(
        strstr(result.err, "w.safetensors: the spec in its metadata has a tensor without a seed"), "%s",
        result.err);
}

Test(verify, files_that_cannot_be_verified)
{
    write_text("m.json", small_list);
    write_text("one.json", "{\"recipe\": \"keras\", \"dtype\": \"float32\", \"tensors\": [{\"name\": \"a\", "
                           "\"shape\": [30, 40]}]}");
    cr_assert_eq(
        run("glorand init m.json -o m.safetensors; glorand init one.json -s 7 -o one.safetensors").status, 0);
    outcome result = run("glorand verify m.safetensors --spec one.json --seed 7");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "tensor bias is not in the spec"), "%s", result.err);
    result = run("glorand verify one.safetensors --spec m.json");
    cr_expect_eq(result.status, 1);
    cr_expect_not_null(strstr(result.err, "tensor bias of the spec is not in the file"), "%s", result.err);
    result = run("glorand verify one.safetensors --spec m.json --backend cuda");
    cr_expect_eq(result.status, 1);

    static const char header[] = "{\"a\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}       ";
    unsigned char foreign[8 + sizeof header - 1 + 4] = {sizeof header - 1};
    memcpy(foreign + 8, header, sizeof header - 1);
    write_file("foreign.safetensors", foreign, sizeof foreign);
    result = run("glorand verify foreign.safetensors");
    cr_expect_eq(result.status, 2);
    cr_expect_str_eq(result.err, "glorand: error: foreign.safetensors: has no glorand metadata: give the "
                                 "list it was made from with --spec\n");
    outcome stats = run("glorand stats foreign.safetensors");
    cr_expect_eq(stats.status, 0, "%s", stats.err);
    cr_expect_not_null(strstr(stats.out, "a      []"), "%s", stats.out);
}

/* ---- stats ----------------------------------------------------------------------------------------------
 */

Test(stats, found_beside_expected)
{
    write_text("m.json",
               "{\"seed\": 1, \"recipe\": \"keras\", \"tensors\": [{\"name\": \"w\", \"shape\": [1000, "
               "1000], \"dtype\": \"float32\"},"
               " {\"name\": \"c\", \"shape\": [3], \"dtype\": \"float16\", \"initializer\": {\"class_name\": "
               "\"Constant\","
               " \"config\": {\"value\": 1.5}}}, {\"name\": \"i\", \"shape\": [3], \"dtype\": \"int8\", "
               "\"initializer\": \"ones\"}]}");
    cr_assert_eq(run("glorand init m.json -o m.safetensors").status, 0);
    outcome table = run("glorand stats m.safetensors"),
            one = run("glorand stats m.safetensors --tensor 'c*' --json");
    cr_expect_eq(table.status, 0);
    cr_expect_not_null(strstr(table.out, "exp. stddev"));
    cr_expect_not_null(
        strstr(table.out, "\nc      [3]                       1.5            0          1.5          1.5"),
        "%s", table.out);
    cr_expect_null(strstr(table.out, "\ni "), "integers have no statistics");
    json_t *parsed = json_loads(one.out, 0, NULL);
    cr_assert_eq(json_array_size(parsed), 1, "%s", one.out);
    const json_t *c = json_array_get(parsed, 0);
    cr_expect_eq(json_number_value(json_object_get(c, "mean")), 1.5);
    cr_expect_eq(json_number_value(json_object_get(json_object_get(c, "expected"), "upper")), 1.5);
    json_decref(parsed);

    parsed = json_loads(run("glorand stats m.safetensors --tensor w --json").out, 0, NULL);
    const json_t *w = json_array_get(parsed, 0);
    double stddev = json_number_value(json_object_get(w, "stddev")),
           mean = json_number_value(json_object_get(w, "mean"));
    double expected = json_number_value(json_object_get(json_object_get(w, "expected"), "stddev"));
    /* A million values: five standard errors of their deviation, and of their mean. */
    cr_expect_float_eq(stddev / expected, 1.0, 0.005);
    cr_expect_float_eq(mean / expected, 0.0, 0.005);
    cr_expect_float_eq(expected, 0.0316227766, 1e-9);
    json_decref(parsed);
    cr_expect_eq(run("glorand stats m.safetensors --tensor nothing").status, 2);

    cr_assert_eq(run("glorand fill -i zeros -n 0,5 -o empty.safetensors").status, 0);
    outcome empty = run("glorand stats empty.safetensors");
    cr_expect_not_null(
        strstr(empty.out, "weight [0, 5]                      -            -            -            -  "),
        "%s", empty.out);
}

/* A file that was drawn with rules and variables is verified by the same ones. */
Test(verify, rules_and_variables)
{
    write_text("m.json", "{\"dtype\": \"float32\", \"seed\": 3, \"tensors\": ["
                         "{\"name\": \"h.2.w\", \"shape\": [4, 4]}]}");
    cr_assert_eq(
        run("glorand init m.json -o m.safetensors --rule 'h.{i}.w=random_normal(0, {i}/n)' --set n=8").status,
        0);
    cr_expect_eq(run("glorand verify m.safetensors").status, 0);
    cr_expect_eq(
        run("glorand verify m.safetensors --spec m.json --set n=8 -r 'h.{i}.w=random_normal(0, {i}/n)'")
            .status,
        0);
    cr_expect_eq(
        run("glorand verify m.safetensors --spec m.json --set n=9 -r 'h.{i}.w=random_normal(0, {i}/n)'")
            .status,
        1);
    cr_expect_eq(run("glorand verify m.safetensors --spec m.json").status, 2, "no rule");
}

/* Bounds in texts, JSON and rules of a list, and in the metadata of the file that is made of them. */
Test(verify, bounds)
{
    static const char *const texts[] = {
        "truncated_normal(0, 0.02, -3s, 0.05, seed=", "truncated_normal(0, 0.02, -2s, inf, seed=",
        "truncated_normal(0, 0.05, -0.1, seed=", "truncated_normal(0, 0.02, -3s, 0.5, seed="};
    size_t length;
    write_text(
        "m.json",
        "{\"dtype\": \"float32\", \"seed\": 3, \"tensors\": ["
        "{\"name\": \"a\", \"shape\": [4, 4], \"initializer\": \"truncated_normal(0, 0.02, -3s, 0.05)\"}, "
        "{\"name\": \"b\", \"shape\": [4, 4], \"initializer\": \"truncated_normal(0, 0.02, upper=inf)\"}, "
        "{\"name\": \"c\", \"shape\": [4, 4], \"initializer\": {\"class_name\": \"TruncatedNormal\", "
        "\"config\": {\"lower\": -0.1, \"lower_unit\": \"absolute\"}}}, "
        "{\"name\": \"h.2.w\", \"shape\": [4, 4]}]}");
#define RULE(upper) "-r 'h.{i}.w=truncated_normal(0, 0.02, -({i} + 1)s, " upper "/{i})'"
    outcome result = run("glorand init m.json -o m.safetensors " RULE("1"));
    cr_assert_eq(result.status, 0, "%s", result.err);
    unsigned char *file = read_file("m.safetensors", &length);
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        cr_expect_not_null(memmem(file, length, texts[i], strlen(texts[i])), "%s", texts[i]);
    }
    free(file);
    cr_expect_eq(run("glorand verify m.safetensors").status, 0);
    cr_expect_eq(run("glorand verify m.safetensors --spec m.json " RULE("1")).status, 0);
    cr_expect_eq(run("glorand verify m.safetensors --spec m.json " RULE("0.02")).status, 1);
#undef RULE
}

/* --set and --config: the last value of a name counts, and the list's own comes first. */
Test(init, variables)
{
    write_text("m.json", "{\"dtype\": \"float32\", \"variables\": {\"n\": 2, \"m\": 3}, \"tensors\": ["
                         "{\"name\": \"h.2.w\", \"shape\": [4, 4]}]}");
    write_text("config.json", "{\"n\": 8, \"name\": \"x\", \"a-b\": 1, \"deep\": {\"m\": 1}, \"yes\": true}");
    static const struct {
        const char *options, *stddev;
    } cases[] = {
        {"--rule 'h.{i}.w=random_normal(0, {i}/n)'", " 1 "},
        {"--rule 'h.{i}.w=random_normal(0, m/{i})'", " 1.5 "},
        {"--rule 'h.{i}.w=random_normal(0, {i}/n)' --set n=4", " 0.5 "},
        {"--rule 'h.{i}.w=random_normal(0, {i}/n)' --config config.json", " 0.25 "},
        {"--config config.json --rule 'h.{i}.w=random_normal(0, {i}/n)' --set n=4", " 0.5 "},
        {"--set n=4 --rule 'h.{i}.w=random_normal(0, {i}/n)' --config config.json", " 0.25 "},
        {"--rule 'h.{i}.w=random_normal(0, k)' --set k=0x1p-3", " 0.125 "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        outcome plan = run("glorand init m.json --plan %s", cases[i].options);
        cr_expect_eq(plan.status, 0, "%s: %s", cases[i].options, plan.err);
        cr_expect_not_null(strstr(plan.out, cases[i].stddev), "%s: %s", cases[i].options, plan.out);
    }
}

/* An option and a rule tell JSON from the text form alike. */
Test(init, json_and_text)
{
    static const struct {
        const char *text;
        int status;
    } cases[] = {
        {"zeros", 0},
        {" zeros", 0},
        {"\"Zeros\"", 0},
        {"{\"class_name\": \"Zeros\"}", 0},
        {"\xef\xbb\xbf\"Zeros\"", 0},
        {"\xef\xbb\xbf {\"class_name\": \"Zeros\"}", 0},
        {"\xef\xbb\xbfzeros", 2},
        {" \"Zeros\"", 2},
    };
    write_text("m.json", "{\"tensors\": [{\"name\": \"w\", \"shape\": [2], \"dtype\": \"float32\"}]}");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        outcome result = run("glorand fill -n 2 -o w.bin -i '%s'", cases[i].text);
        cr_expect_eq(result.status, cases[i].status, "fill, %s: %s", cases[i].text, result.err);
        result = run("glorand init m.json --plan --rule 'w=%s'", cases[i].text);
        cr_expect_eq(result.status, cases[i].status, "init, %s: %s", cases[i].text, result.err);
    }
}

Test(init, mistakes_in_variables)
{
    write_text("m.json", "{\"dtype\": \"float32\", \"tensors\": [{\"name\": \"w\", \"shape\": [4, 4]}]}");
    write_text("list.json", "[1]");
    write_text("broken.json", "{\"n\": }");
    static const struct {
        const char *options, *message;
    } cases[] = {
        {"--set n", "--set: 'n' is not of the form NAME=NUMBER"},
        {"--set 1n=2", "--set: '1n=2' is not of the form NAME=NUMBER"},
        {"--set n=", "--set n=: '' is not a finite number"},
        {"--set n=1x", "--set n=1x: '1x' is not a finite number"},
        {"--set n=inf", "--set n=inf: 'inf' is not a finite number"},
        {"--set sqrt=2 --rule 'w=constant(sqrt(4))'", "'sqrt' has a meaning of its own"},
        {"--set n=2", "--set n: no initializer uses this variable"},
        {"--set n=2 --rule 'n.1=zeros' --rule '*=constant(n1+2)'", "--set n: no initializer uses"},
        {"--config none.json", "--config: none.json: "},
        {"--config list.json", "--config: list.json is not a JSON object"},
        {"--config broken.json", "--config: broken.json: line 1, column 7"},
        {"--rule 'w=random_normal(0, n)'", "rule 'w=random_normal(0, n)': column 18: unknown variable 'n'"},
        {"--rule 'w{=zeros'", "rule 'w{=zeros': column 2: '{' begins no capture like {i}"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        outcome result = run("glorand init m.json -o m.safetensors %s", cases[i].options);
        cr_expect_eq(result.status, 2, "%s: %d", cases[i].options, result.status);
        cr_expect_not_null(strstr(result.err, cases[i].message), "%s: %s", cases[i].options, result.err);
        cr_expect_not(exists("m.safetensors"));
    }
    outcome filled = run("glorand fill -i 'constant(1/4)' -n 1 --set n=10 -o x.bin");
    cr_expect_not_null(strstr(filled.err, "--set n: no initializer uses this variable"), "%s", filled.err);
    filled = run("glorand fill -i 'constant(n/4)' -n 1 --set n=10 --config list.json -o x.bin");
    cr_expect_eq(filled.status, 2);
    filled = run("glorand fill -i 'constant(n/4)' -n 1 --set n=10 -o - | od -An -tf4");
    cr_expect_not_null(strstr(filled.out, " 2.5"), "%s%s", filled.out, filled.err);
}
