/* The functions of model.h. */
#include "calls.h"

#include "glorand/model.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const glr_variable variables[] = {{"n_layer", 12.0}};

static void record_tensor(record *into, const glr_model *model, size_t index)
{
    glr_status status = GLR_OK;
    glr_model_tensor tensor = {.name = NULL};
    char text[512] = "";
    CALL(glr_model_get, status = glr_model_get(model, index, &tensor));
    record_status(into, "glr_model_get", status);
    if (status == GLR_OK) {
        record_text(into, "a tensor's name", tensor.name);
        record_text(into, "a tensor's reason", tensor.reason != NULL ? tensor.reason : "none");
        CALL(glr_initializer_to_text,
             status = glr_initializer_to_text(&tensor.initializer, text, sizeof text, NULL));
        record_status(into, "a tensor's initializer", status);
        record_text(into, "a tensor's initializer", text);
    }
}

/* The spec of a model, and the model of the spec. */
static void call_spec(record *into, const glr_model *model)
{
    char spec[4096] = "";
    glr_status status = GLR_OK;
    glr_model *again = NULL;
    CALL(glr_model_to_spec, status = glr_model_to_spec(model, spec, sizeof spec, NULL));
    record_status(into, "glr_model_to_spec", status);
    record_text(into, "glr_model_to_spec", spec);
    CALL(glr_model_from_spec, status = glr_model_from_spec(spec, strlen(spec), &again));
    record_status(into, "glr_model_from_spec", status);
    record_tensor(into, again, 0);
    CALL(glr_model_free, glr_model_free(again));
}

static void call_resolve(record *into, glr_model *model)
{
    const glr_model_options options = {.has_method = 1, .method = GLR_METHOD_ICDF};
    glr_status status = GLR_OK;
    uint32_t has_seeds = 0;
    size_t count = 0, index = 0;
    CALL(glr_model_resolve, status = glr_model_resolve(model, &options));
    record_status(into, "glr_model_resolve", status);
    CALL(glr_model_set_seed, status = glr_model_set_seed(model, -5));
    record_status(into, "glr_model_set_seed", status);
    CALL(glr_model_has_seeds, has_seeds = glr_model_has_seeds(model));
    record_bytes(into, "glr_model_has_seeds", &has_seeds, sizeof has_seeds);
    CALL(glr_model_count, count = glr_model_count(model));
    record_bytes(into, "glr_model_count", &count, sizeof count);
    CALL(glr_model_find, status = glr_model_find(model, "h.7.w", &index));
    record_status(into, "glr_model_find", status);
    record_bytes(into, "glr_model_find", &index, sizeof index);
    for (size_t i = 0; i <= count; i++) {
        record_tensor(into, model, i);
    }
}

/* A tensor with a region, and one with values. */
static void call_fill(record *into)
{
    static const char list[] =
        "{\"seed\": 7, \"tensors\": ["
        "{\"name\": \"w\", \"shape\": [3, 4], \"dtype\": \"float32\", \"initializer\": \"random_normal\", "
        "\"regions\": [{\"slice\": \"1:2\", \"initializer\": \"random_uniform(0.1, 0.3)\"}]}, "
        "{\"name\": \"v\", \"shape\": [2], \"dtype\": \"float32\", \"values\": [0.1, -1e-39]}]}";
    const glr_options options = {.backend = GLR_BACKEND_CPU, .threads = 1};
    glr_status status = GLR_OK;
    glr_model *model = NULL;
    glr_device *device = NULL;
    float values[12] = {0};
    uint64_t bytes = 0;
    CALL(glr_model_from_list, status = glr_model_from_list(list, sizeof list - 1, NULL, 0, &model));
    CALL(glr_model_resolve, status = glr_model_resolve(model, NULL));
    CALL(glr_open, status = glr_open(&options, &device));
    for (size_t i = 0; i <= glr_model_count(model); i++) {
        CALL(glr_model_fill, status = glr_model_fill(device, model, i, NULL, values, sizeof values));
        record_status(into, "glr_model_fill", status);
        record_bytes(into, "glr_model_fill", values, sizeof values);
        CALL(glr_model_fill_regions,
             status = glr_model_fill_regions(device, model, i, NULL, values, sizeof values));
        record_status(into, "glr_model_fill_regions", status);
        CALL(glr_model_fill_scratch, status = glr_model_fill_scratch(device, model, i, NULL, &bytes));
        record_status(into, "glr_model_fill_scratch", status);
    }
    CALL(glr_close, glr_close(device));
    CALL(glr_model_free, glr_model_free(model));
}

static void call_undecided(record *into)
{
    static const char list[] =
        "{\"dtype\": \"float64\", \"tensors\": [{\"name\": \"w\", \"shape\": [2, 3]}]}";
    glr_status status = GLR_OK;
    glr_model *model = NULL;
    char lines[256] = "";
    CALL(glr_model_from_list, status = glr_model_from_list(list, sizeof list - 1, NULL, 0, &model));
    record_status(into, "glr_model_from_list", status);
    CALL(glr_model_resolve, status = glr_model_resolve(model, NULL));
    record_status(into, "glr_model_resolve of what is undecided", status);
    CALL(glr_model_undecided, status = glr_model_undecided(model, lines, sizeof lines, NULL));
    record_status(into, "glr_model_undecided", status);
    record_text(into, "glr_model_undecided", lines);
    CALL(glr_model_free, glr_model_free(model));
}

void call_models(record *into)
{
    static const char *const rules[][2] = {{"h.{i}.w", "random_normal(0.1, 0.02/sqrt(2*n_layer)*{i})"},
                                           {"*", "constant(1e-3 + 1/3)"},
                                           {"*", "he"}};
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {3, 4}};
    const glr_initializer own = glr_truncated_normal(0.3, 1e-39, 4);
    glr_status status = GLR_OK;
    glr_model *model = NULL;
    uint32_t matches = 0;
    CALL(glr_model_create, status = glr_model_create(variables, COUNT(variables), &model));
    record_status(into, "glr_model_create", status);
    CALL(glr_model_add, status = glr_model_add(model, "h.7.w", &tensor, NULL));
    record_status(into, "glr_model_add", status);
    CALL(glr_model_add, status = glr_model_add(model, "\u0130", &tensor, &own));
    record_status(into, "glr_model_add", status);
    for (size_t i = 0; i < COUNT(rules); i++) {
        CALL(glr_model_add_rule, status = glr_model_add_rule(model, rules[i][0], rules[i][1]));
        record_status(into, rules[i][1], status);
    }
    CALL(glr_pattern_match, status = glr_pattern_match("[[:upper:]]", "\u0130", &matches));
    record_status(into, "glr_pattern_match", status);
    record_bytes(into, "glr_pattern_match", &matches, sizeof matches);
    call_resolve(into, model);
    call_spec(into, model);
    call_fill(into);
    CALL(glr_model_free, glr_model_free(model));
    call_undecided(into);
}
