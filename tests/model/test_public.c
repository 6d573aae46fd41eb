/* The public functions of model.h, as a program calls them. */
#include "glorand/model.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const glr_variable variables[] = {{"n_layer", 8.0}, {"n_layer", 12.0}};

static void expect_error(glr_status status, glr_status expected, const char *message)
{
    cr_expect_eq(status, expected, "%s, not %s: %s", glr_status_name(status), glr_status_name(expected),
                 message);
    cr_expect_str_eq(glr_last_error(), message, "%s", glr_last_error());
}

/* Tensors of a small transformer, by the functions that add them. */
static glr_model *make_model(void)
{
    static const struct {
        const char *name;
        int64_t rows, columns; /* 0: rank 1 */
    } tensors[] = {
        {"h.0.c_proj.weight", 48, 16},
        {"h.0.c_proj.bias", 16, 0},
        {"h.3.c_proj.weight", 48, 16},
        {"wte", 100, 16},
        {"counts", 5, 0},
    };
    glr_model *model = NULL;
    cr_assert_eq(glr_model_create(variables, 2, &model), GLR_OK, "%s", glr_last_error());
    for (size_t i = 0; i < sizeof tensors / sizeof tensors[0]; i++) {
        const glr_tensor tensor = {.dtype = i == 4 ? GLR_DTYPE_INT32 : GLR_DTYPE_FLOAT32,
                                   .rank = tensors[i].columns > 0 ? 2 : 1,
                                   .shape = {tensors[i].rows, tensors[i].columns}};
        const glr_initializer own = glr_random_normal(0.0, 0.02, 5);
        char name[64]; /* which is copied */
        (void)snprintf(name, sizeof name, "%s", tensors[i].name);
        cr_assert_eq(glr_model_add(model, name, &tensor, i == 3 ? &own : NULL), GLR_OK, "%s",
                     glr_last_error());
        memset(name, 'x', sizeof name);
    }
    cr_assert_eq(glr_model_add_rule(model, "h.{i}.c_proj.weight", "random_normal(0, {i}+1/n_layer)"), GLR_OK);
    cr_assert_eq(glr_model_add_rule(model, "counts", "skip"), GLR_OK);
    return model;
}

Test(model, made_by_a_program)
{
    glr_model *model = make_model();
    glr_model_tensor tensor;
    cr_assert_eq(glr_model_count(model), 5);
    cr_assert_eq(glr_model_get(model, 3, &tensor), GLR_OK);
    cr_expect(tensor.action == GLR_ACTION_NONE && tensor.reason == NULL);
    const glr_model_options options = {.has_seed = 1, .seed = 7, .dtype = GLR_DTYPE_BFLOAT16};
    cr_assert_eq(glr_model_resolve(model, &options), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_model_has_seeds(model), 1);
    size_t index = 0;
    cr_assert_eq(glr_model_find(model, "h.3.c_proj.weight", &index), GLR_OK);
    cr_assert_eq(index, 2);
    cr_assert_eq(glr_model_get(model, index, &tensor), GLR_OK);
    cr_expect_str_eq(tensor.name, "h.3.c_proj.weight");
    cr_expect_str_eq(tensor.reason, "rule: h.{i}.c_proj.weight");
    cr_expect_eq(tensor.action, GLR_ACTION_FILL);
    cr_expect_eq(tensor.initializer.stddev, 3.0 + 1.0 / 12.0, "the last variable of a name counts");
    cr_expect_eq(tensor.initializer.seed, 7);
    cr_expect_eq(tensor.initializer.stream, glr_stream_of_name("h.3.c_proj.weight", 17));
    cr_expect_eq(tensor.tensor.dtype, GLR_DTYPE_BFLOAT16);
    cr_expect(tensor.tensor.rank == 2 && tensor.tensor.shape[0] == 48 && tensor.tensor.shape[1] == 16);
    cr_assert_eq(glr_model_get(model, 3, &tensor), GLR_OK);
    cr_expect(tensor.initializer.seed == 5 && tensor.initializer.stream == 0, "its own");
    cr_assert_eq(glr_model_get(model, 1, &tensor), GLR_OK);
    cr_expect_eq(tensor.initializer.kind, GLR_KIND_ZEROS, "by its name");
    cr_assert_eq(glr_model_get(model, 4, &tensor), GLR_OK);
    cr_expect(tensor.action == GLR_ACTION_SKIP && tensor.tensor.dtype == GLR_DTYPE_INT32);
    cr_assert_eq(glr_model_find(model, "h.4.c_proj.weight", &index), GLR_OK);
    cr_expect_eq(index, SIZE_MAX);
    glr_model_free(model);
    glr_model_free(NULL);
}

/* Every member of every tensor that is filled. */
static void expect_same(const glr_model *a, const glr_model *b)
{
    size_t next = 0;
    for (size_t i = 0; i < glr_model_count(a); i++) {
        glr_model_tensor left, right;
        char first[1024], second[1024];
        cr_assert_eq(glr_model_get(a, i, &left), GLR_OK);
        if (left.action != GLR_ACTION_FILL) {
            continue;
        }
        cr_assert_eq(glr_model_get(b, next++, &right), GLR_OK);
        cr_expect_str_eq(left.name, right.name);
        cr_expect_eq(memcmp(&left.tensor, &right.tensor, sizeof left.tensor), 0, "%s", left.name);
        cr_assert_eq(glr_initializer_to_text(&left.initializer, first, sizeof first, NULL), GLR_OK);
        cr_assert_eq(glr_initializer_to_text(&right.initializer, second, sizeof second, NULL), GLR_OK);
        cr_expect_str_eq(first, second, "%s", left.name);
    }
    cr_expect_eq(next, glr_model_count(b));
}

Test(model, specs_are_read_back)
{
    glr_model *model = make_model(), *again = NULL;
    size_t length = 0;
    char spec[4096];
    cr_assert_eq(glr_model_resolve(model, NULL), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(glr_model_has_seeds(model), 0);
    cr_assert_eq(glr_model_set_seed(model, -3), GLR_OK);
    cr_expect_eq(glr_model_has_seeds(model), 1);
    cr_expect_eq(glr_model_to_spec(model, NULL, 0, &length), GLR_ERROR_TOO_SMALL);
    cr_assert_lt(length, sizeof spec);
    cr_assert_eq(glr_model_to_spec(model, spec, length + 1, NULL), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(strlen(spec), length);
    const char *own = strstr(spec, "\"wte\":{\"shape\":[100,16],\"dtype\":\"float32\","
                                   "\"initializer\":\"random_normal(0, 0.02, seed=5)\"}");
    cr_expect_not_null(own, "%s", spec);
    cr_assert_eq(glr_model_from_spec(spec, length, &again), GLR_OK, "%s", glr_last_error());
    expect_same(model, again);
    glr_model_free(again);
    glr_model_free(model);
}

/* As version 0.1.0 wrote them, with each member that it knew. */
Test(model, specs_of_version_0_1_0)
{
    static const char spec[] =
        "{\"a\": {\"shape\": [4, 2], \"dtype\": \"float16\", \"initializer\": {\"class_name\": \"HeNormal\", "
        "\"config\": {\"seed\": 3}}, \"stream\": 9, \"method\": \"icdf\", \"layout\": \"torch\", "
        "\"batch_axes\": [0], \"start\": [1, 0], \"extent\": [2, 2]}}";
    glr_model *model = NULL;
    glr_model_tensor tensor;
    char text[256];
    cr_assert_eq(glr_model_from_spec(spec, sizeof spec - 1, &model), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_model_get(model, 0, &tensor), GLR_OK);
    cr_assert_eq(glr_initializer_to_text(&tensor.initializer, text, sizeof text, NULL), GLR_OK);
    cr_expect_str_eq(text, "he_normal(seed=3, stream=9, method=icdf, layout=torch, batch_axes=[0])");
    cr_expect(tensor.tensor.part == GLR_PART_BOX && tensor.tensor.start[0] == 1 &&
              tensor.tensor.extent[0] == 2);
    glr_model_free(model);
}

Test(model, damaged_specs)
{
    static const char *const bad[] = {
        "",
        "[]",
        "{\"a\": {}}",
        "{\"a\": {\"shape\": [2], \"dtype\": \"float32\", \"initializer\": \"x\"}}",
        "{\"a\": {\"shape\": [2], \"dtype\": \"float32\", \"initializer\": \"zeros\", \"stream\": 1}}",
        "{\"a\": {\"shape\": [2], \"dtype\": \"float32\", \"initializer\": \"zeros\", \"new\": 1}}",
        "{\"a\": {\"shape\": [2], \"dtype\": \"int8\", \"initializer\": \"he_normal\"}}",
        "{\"a\": {\"shape\": [2], \"dtype\": \"int8\", \"initializer\": \"constant({i})\"}}",
        "{\"a\": {\"shape\": [2], \"dtype\": \"int8\", \"initializer\": \"zeros\", \"extent\": [1]}}",
        "{\"a\": {\"shape\": [2], \"dtype\": \"int8\", \"initializer\": \"zeros\", \"start\": [1]}}",
        "{\"a\": {\"shape\": [], \"dtype\": \"int8\", \"initializer\": \"zeros\", \"start\": []}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        glr_model *model = (glr_model *)1;
        const glr_status status = glr_model_from_spec(bad[i], strlen(bad[i]), &model);
        cr_expect(status == GLR_ERROR_PARSE, "%s: %s", bad[i], glr_status_name(status));
        cr_expect_null(model);
    }
}

Test(model, lists_with_variables)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"variables\": {\"n\": 2}, \"tensors\": [{\"name\": \"w\", "
        "\"shape\": [3], \"initializer\": \"constant(n)\"}]}";
    const glr_variable given = {"n", 5.0};
    for (size_t count = 0; count <= 1; count++) {
        glr_model *model = NULL;
        glr_model_tensor tensor;
        cr_assert_eq(glr_model_from_list(list, sizeof list - 1, &given, count, &model), GLR_OK);
        cr_assert_eq(glr_model_resolve(model, NULL), GLR_OK, "%s", glr_last_error());
        cr_assert_eq(glr_model_get(model, 0, &tensor), GLR_OK);
        cr_expect_eq(tensor.initializer.value, count == 0 ? 2.0 : 5.0);
        glr_model_free(model);
    }
}

Test(model, variables_of_lists_that_texts_cannot_name)
{
    static const char list[] = "{\"variables\": {\"n\": 1, \"sqrt\": 2}, \"tensors\": []}";
    glr_model *model = NULL;
    expect_error(glr_model_from_list(list, sizeof list - 1, NULL, 0, &model), GLR_ERROR_PARSE,
                 "variables.sqrt: has a meaning of its own");
}

Test(model, specs_of_initializers_that_are_not_drawn)
{
    static const char spec[] = "{\"a\": {\"shape\": [2], \"dtype\": \"float32\", \"initializer\": \"stft\"}}";
    glr_model *model = NULL;
    cr_expect_eq(glr_model_from_spec(spec, sizeof spec - 1, &model), GLR_ERROR_UNSUPPORTED, "%s",
                 glr_last_error());
}

/* Names of the list and of the program are looked for, and compared, alike. */
Test(model, lists_with_more_tensors)
{
    static const char list[] = "{\"tensors\": [{\"name\": \"a\", \"shape\": [2], \"dtype\": \"float32\"}]}";
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {3}};
    for (int repeated = 0; repeated <= 1; repeated++) {
        glr_model *model = NULL;
        size_t index = 0;
        cr_assert_eq(glr_model_from_list(list, sizeof list - 1, NULL, 0, &model), GLR_OK);
        cr_assert_eq(glr_model_add(model, repeated ? "a" : "b", &tensor, NULL), GLR_OK);
        cr_assert_eq(glr_model_add_rule(model, "*", "zeros"), GLR_OK);
        if (repeated) {
            expect_error(glr_model_resolve(model, NULL), GLR_ERROR_PARSE, "duplicate tensor name a");
        } else {
            cr_assert_eq(glr_model_resolve(model, NULL), GLR_OK, "%s", glr_last_error());
            cr_assert_eq(glr_model_find(model, "b", &index), GLR_OK);
            cr_expect_eq(index, 1);
        }
        glr_model_free(model);
    }
}

Test(model, patterns)
{
    uint32_t matches = 7;
    cr_expect_eq(glr_pattern_match("h.{i}.*[!a-c]", "h.12.d", &matches), GLR_OK);
    cr_expect_eq(matches, 1);
    cr_expect_eq(glr_pattern_match("h.{i}.*[!a-c]", "h.x.d", &matches), GLR_OK);
    cr_expect_eq(matches, 0);
    expect_error(glr_pattern_match("h.{}", "h", &matches), GLR_ERROR_PARSE,
                 "column 3: '{' begins no capture like {i}; \\{ is the character");
    expect_error(glr_pattern_match(NULL, "h", &matches), GLR_ERROR_ARGUMENT, "pattern: must not be NULL");
    expect_error(glr_pattern_match("h", NULL, &matches), GLR_ERROR_ARGUMENT, "name: must not be NULL");
    expect_error(glr_pattern_match("h", "h", NULL), GLR_ERROR_ARGUMENT, "matches: must not be NULL");
}

/* Each star and each digit of a long run, in a time that is not the square of the run's length. */
Test(model, patterns_of_long_numbers)
{
    const size_t length = 1000000;
    uint32_t matches = 7;
    char *name = malloc(length + 1);
    cr_assert_not_null(name);
    memset(name, '1', length);
    name[length] = '\0';
    const clock_t start = clock();
    cr_expect_eq(glr_pattern_match("*{i}x", name, &matches), GLR_OK);
    cr_expect_lt((double)(clock() - start) / CLOCKS_PER_SEC, 5.0);
    cr_expect_eq(matches, 0);
    free(name);
}

Test(model, mistakes_while_making)
{
    const glr_variable bad = {"a b", 1.0};
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {3}};
    glr_tensor wrong = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {-3}};
    glr_model *model = (glr_model *)1;
    expect_error(glr_model_create(&bad, 1, &model), GLR_ERROR_ARGUMENT,
                 "variables[0].name: 'a b' is not a letter or '_' and then letters, digits or '_'");
    cr_expect_null(model);
    expect_error(glr_model_create(NULL, 1, &model), GLR_ERROR_ARGUMENT, "variables: must not be NULL");
    expect_error(glr_model_create(NULL, 0, NULL), GLR_ERROR_ARGUMENT, "model: must not be NULL");
    expect_error(glr_model_from_list(NULL, 0, NULL, 0, &model), GLR_ERROR_ARGUMENT, "text: must not be NULL");
    expect_error(glr_model_from_spec(NULL, 0, &model), GLR_ERROR_ARGUMENT, "text: must not be NULL");
    expect_error(glr_model_from_spec("{}", 2, NULL), GLR_ERROR_ARGUMENT, "model: must not be NULL");
    cr_assert_eq(glr_model_create(NULL, 0, &model), GLR_OK);
    expect_error(glr_model_add(NULL, "a", &tensor, NULL), GLR_ERROR_ARGUMENT, "model: must not be NULL");
    expect_error(glr_model_add(model, NULL, &tensor, NULL), GLR_ERROR_ARGUMENT, "name: must not be NULL");
    expect_error(glr_model_add(model, "a", NULL, NULL), GLR_ERROR_ARGUMENT, "tensor: must not be NULL");
    cr_expect_eq(glr_model_add(model, "a", &wrong, NULL), GLR_ERROR_SHAPE, "%s", glr_last_error());
    wrong = tensor;
    wrong.part = GLR_PART_RANGE;
    expect_error(glr_model_add(model, "a", &wrong, NULL), GLR_ERROR_ARGUMENT,
                 "tensor.part: must be whole (0) or a box (1) in a model, not 2");
    wrong = tensor;
    wrong.strides[0] = 2;
    expect_error(glr_model_add(model, "a", &wrong, NULL), GLR_ERROR_ARGUMENT,
                 "tensor.strides[0]: must be 0 in a model, not 2");
    glr_initializer unknown = glr_random_normal(0.0, 1.0, 5);
    unknown.seeding = (glr_seeding)256; /* 0, if it were cut to a byte */
    expect_error(glr_model_add(model, "a", &tensor, &unknown), GLR_ERROR_ARGUMENT,
                 "initializer.seeding: must be seeded (0), keyed (1) or unseeded (2), not 256");
    expect_error(glr_model_add_rule(model, "a{", "zeros"), GLR_ERROR_PARSE,
                 "column 2: '{' begins no capture like {i}; \\{ is the character");
    expect_error(glr_model_add_rule(model, "a", "zeros)"), GLR_ERROR_PARSE,
                 "column 6: expected the end of the text, not ')'");
    expect_error(glr_model_add_rule(NULL, "a", "zeros"), GLR_ERROR_ARGUMENT, "model: must not be NULL");
    expect_error(glr_model_add_rule(model, NULL, "zeros"), GLR_ERROR_ARGUMENT, "pattern: must not be NULL");
    expect_error(glr_model_add_rule(model, "a", NULL), GLR_ERROR_ARGUMENT, "text: must not be NULL");
    cr_expect_eq(glr_model_count(model), 0);
    cr_expect_eq(glr_model_count(NULL), 0);
    glr_model_free(model);
}

/* Each function before its turn and after it. */
Test(model, mistakes_while_resolving)
{
    glr_model *model = make_model();
    glr_model_tensor tensor;
    size_t index = 0;
    glr_model_options options = {.dtype = GLR_DTYPE_INT8};
    expect_error(glr_model_find(model, "wte", &index), GLR_ERROR_ARGUMENT, "model: is not resolved yet");
    expect_error(glr_model_set_seed(model, 1), GLR_ERROR_ARGUMENT, "model: is not resolved yet");
    expect_error(glr_model_to_spec(model, NULL, 0, NULL), GLR_ERROR_ARGUMENT, "model: is not resolved yet");
    cr_expect_eq(glr_model_has_seeds(model), 0);
    expect_error(glr_model_resolve(model, &options), GLR_ERROR_ARGUMENT,
                 "options.dtype: 8 (int8) is not a floating-point type");
    options.dtype = GLR_DTYPE_NONE;
    options.reserved[1] = 4;
    expect_error(glr_model_resolve(model, &options), GLR_ERROR_ARGUMENT, "options.reserved[1]: 4 is not 0");
    options.reserved[1] = 0;
    options.has_seed = 2;
    cr_expect_eq(glr_model_resolve(model, &options), GLR_ERROR_ARGUMENT);
    options.has_seed = 0;
    options.has_method = 1;
    options.method = (glr_method)2;
    expect_error(glr_model_resolve(model, &options), GLR_ERROR_ARGUMENT,
                 "options.method: 2 is neither resample (0) nor icdf (1)");
    options.has_method = 0; /* then it does not count */
    options.has_layout = 1;
    options.layout = (glr_layout)7;
    expect_error(glr_model_resolve(model, &options), GLR_ERROR_ARGUMENT,
                 "options.layout: 7 is neither Keras's (0) nor torch's (1)");
    expect_error(glr_model_resolve(NULL, NULL), GLR_ERROR_ARGUMENT, "model: must not be NULL");
    expect_error(glr_model_get(model, 5, &tensor), GLR_ERROR_ARGUMENT, "index: 5 of 5 tensors");
    expect_error(glr_model_get(model, 0, NULL), GLR_ERROR_ARGUMENT, "tensor: must not be NULL");
    cr_assert_eq(glr_model_resolve(model, NULL), GLR_OK, "%s", glr_last_error());
    expect_error(glr_model_resolve(model, NULL), GLR_ERROR_ARGUMENT, "model: is resolved already");
    cr_assert_eq(glr_model_get(model, 0, &tensor), GLR_OK);
    expect_error(glr_model_add(model, "a", &tensor.tensor, NULL), GLR_ERROR_ARGUMENT,
                 "model: is resolved already");
    expect_error(glr_model_add_rule(model, "a", "zeros"), GLR_ERROR_ARGUMENT, "model: is resolved already");
    expect_error(glr_model_find(model, NULL, &index), GLR_ERROR_ARGUMENT, "name: must not be NULL");
    expect_error(glr_model_to_spec(model, NULL, 3, NULL), GLR_ERROR_ARGUMENT, "buffer: must not be NULL");
    glr_model_free(model);
}

/* What glr_describe refuses is refused with its status and message. */
Test(model, refusals_of_describe)
{
    static const struct {
        const char *initializer;
        glr_tensor tensor;
        glr_status status;
    } cases[] = {
        {"he_normal", {.dtype = GLR_DTYPE_INT8, .rank = 1, .shape = {3}}, GLR_ERROR_UNSUPPORTED},
        {"he_normal(batch_axes=[2])",
         {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {3, 3}},
         GLR_ERROR_ARGUMENT},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        glr_model *model = NULL;
        glr_initializer initializer;
        glr_summary summary = {0};
        char message[512];
        const char *text = cases[i].initializer;
        cr_assert_eq(glr_initializer_from_text(text, strlen(text), NULL, 0, &initializer), GLR_OK);
        cr_expect_eq(glr_describe(&initializer, &cases[i].tensor, &summary), cases[i].status);
        (void)snprintf(message, sizeof message, "tensor a: %s", glr_last_error());
        cr_assert_eq(glr_model_create(NULL, 0, &model), GLR_OK);
        cr_assert_eq(glr_model_add(model, "a", &cases[i].tensor, NULL), GLR_OK);
        cr_assert_eq(glr_model_add_rule(model, "a", text), GLR_OK);
        expect_error(glr_model_resolve(model, NULL), cases[i].status, message);
        glr_model_free(model);
    }
}

/* What nothing decides can be listed; names that are there twice, and rules that match no name, are named. */
Test(model, tensors_that_nothing_decides)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {3}};
    glr_model *model = NULL;
    glr_model_tensor found;
    cr_assert_eq(glr_model_create(NULL, 0, &model), GLR_OK);
    cr_assert_eq(glr_model_add(model, "a.bias", &tensor, NULL), GLR_OK);
    cr_assert_eq(glr_model_add(model, "a.scale", &tensor, NULL), GLR_OK);
    cr_expect_eq(glr_model_resolve(model, NULL), GLR_ERROR_UNDECIDED);
    char lines[64];
    size_t length = 0;
    cr_expect_eq(glr_model_undecided(model, NULL, 0, &length), GLR_ERROR_TOO_SMALL);
    cr_assert_eq(glr_model_undecided(model, lines, sizeof lines, NULL), GLR_OK, "%s", glr_last_error());
    cr_expect_str_eq(lines, "  a.scale [3] float32\n");
    cr_expect_eq(length, strlen(lines));
    cr_assert_eq(glr_model_get(model, 0, &found), GLR_OK);
    cr_expect_eq(found.action, GLR_ACTION_FILL);
    cr_assert_eq(glr_model_get(model, 1, &found), GLR_OK);
    cr_expect_eq(found.action, GLR_ACTION_NONE);
    glr_model_free(model);

    cr_assert_eq(glr_model_create(NULL, 0, &model), GLR_OK);
    cr_assert_eq(glr_model_add(model, "a", &tensor, NULL), GLR_OK);
    cr_assert_eq(glr_model_add(model, "a", &tensor, NULL), GLR_OK);
    expect_error(glr_model_resolve(model, NULL), GLR_ERROR_PARSE, "duplicate tensor name a");
    glr_model_free(model);

    cr_assert_eq(glr_model_create(NULL, 0, &model), GLR_OK);
    cr_assert_eq(glr_model_add(model, "a", &tensor, NULL), GLR_OK);
    cr_assert_eq(glr_model_add_rule(model, "*", "zeros"), GLR_OK);
    cr_assert_eq(glr_model_add_rule(model, "b{i}", "ones"), GLR_OK);
    cr_expect_eq(glr_model_resolve(model, NULL), GLR_ERROR_PARSE);
    cr_expect_not_null(strstr(glr_last_error(), "rule: b{i}"), "%s", glr_last_error());
    cr_assert_eq(glr_model_add(model, "b7", &tensor, NULL), GLR_OK, "as it was: %s", glr_last_error());
    cr_assert_eq(glr_model_resolve(model, NULL), GLR_OK, "%s", glr_last_error());
    glr_model_free(model);
}

/* Resolving is all or nothing: whatever fails late leaves nothing of what was decided before. */
Test(model, failures_leave_a_model_as_it_was)
{
    static const char *const names[] = {"a.bias", "a.weight", "a.weight"};
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {3}};
    const glr_model_options options = {.has_seed = 1, .dtype = GLR_DTYPE_FLOAT16};
    const glr_initializer own = glr_random_normal(0.0, 0.02, 5);
    for (size_t count = 2; count <= 3; count++) {
        glr_model *model = NULL;
        glr_model_tensor before[3], after;
        size_t index = 0;
        cr_assert_eq(glr_model_create(NULL, 0, &model), GLR_OK);
        for (size_t i = 0; i < count; i++) {
            cr_assert_eq(glr_model_add(model, names[i], &tensor, i == 0 ? &own : NULL), GLR_OK);
            cr_assert_eq(glr_model_get(model, i, &before[i]), GLR_OK);
        }
        cr_assert_eq(glr_model_add_rule(model, "a.weight", "he_normal(batch_axes=[2])"), GLR_OK);
        for (int again = 0; again < 2; again++) {
            const glr_status failed = glr_model_resolve(model, &options);
            cr_expect_eq(failed, count == 2 ? GLR_ERROR_ARGUMENT : GLR_ERROR_PARSE, "%s", glr_last_error());
            for (size_t i = 0; i < count; i++) {
                cr_assert_eq(glr_model_get(model, i, &after), GLR_OK);
                cr_expect_eq(memcmp(&after.tensor, &before[i].tensor, sizeof tensor), 0, "%s", names[i]);
                cr_expect(after.action == GLR_ACTION_NONE && after.reason == NULL, "%s", names[i]);
            }
            cr_expect_eq(glr_model_has_seeds(model), 0);
            expect_error(glr_model_find(model, "a.bias", &index), GLR_ERROR_ARGUMENT,
                         "model: is not resolved yet");
            expect_error(glr_model_to_spec(model, NULL, 0, NULL), GLR_ERROR_ARGUMENT,
                         "model: is not resolved yet");
        }
        glr_model_free(model);
    }
}

#define MANY 100000

static void add_many(glr_model *model, const char *format)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {3}};
    for (int i = 0; i < MANY; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, format, i);
        cr_assert_eq(glr_model_add(model, name, &tensor, NULL), GLR_OK, "%s", glr_last_error());
    }
}

/* As many variables, rules and tensors, each looked for by each other: no search goes from end to end. */
Test(model, many_variables_rules_and_tensors)
{
    static glr_variable many[MANY + 1];
    static char names[MANY + 1][16];
    glr_model *model = NULL;
    const clock_t start = clock();
    for (int i = 0; i <= MANY; i++) {
        (void)snprintf(names[i], sizeof names[i], "v%d", i % MANY); /* the last one's is v0, again */
        many[i].name = names[i];
        many[i].value = i;
    }
    cr_assert_eq(glr_model_create(many, MANY + 1, &model), GLR_OK, "%s", glr_last_error());
    add_many(model, "t.%d.w");
    for (int i = 0; i < MANY; i++) {
        char pattern[32], text[32];
        (void)snprintf(pattern, sizeof pattern, "*.%d.w", i);
        (void)snprintf(text, sizeof text, "constant(v%d)", i);
        cr_assert_eq(glr_model_add_rule(model, pattern, text), GLR_OK, "%s", glr_last_error());
    }
    cr_assert_eq(glr_model_resolve(model, NULL), GLR_OK, "%s", glr_last_error());
    for (int i = 0; i < MANY; i++) {
        char name[32];
        size_t index = 0;
        glr_model_tensor tensor;
        (void)snprintf(name, sizeof name, "t.%d.w", i);
        cr_assert_eq(glr_model_find(model, name, &index), GLR_OK);
        cr_assert_eq(index, (size_t)i);
        cr_assert_eq(glr_model_get(model, index, &tensor), GLR_OK);
        cr_assert_eq(tensor.initializer.value, i == 0 ? MANY : i, "%s", name);
    }
    glr_model_free(model);
    cr_expect_lt((double)(clock() - start) / CLOCKS_PER_SEC, 10.0);
}
