/* Regions and values from a list to a spec: what resolving decides of them, what is refused, and that nothing
   is written then. */
#include "glorand/model.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define W         "\"name\": \"w\", \"shape\": [4, 3], \"initializer\": \"zeros\""
#define NORMAL    "\"regions\": [{\"slice\": \"1:2\", \"initializer\": \"random_normal(0, 1)\"}]"
#define LIST(...) "{\"dtype\": \"float32\", \"tensors\": [" __VA_ARGS__ "]}"

static void expect_error(glr_status status, glr_status expected, const char *message)
{
    cr_expect_eq(status, expected, "%s, not %s: %s", glr_status_name(status), glr_status_name(expected),
                 message);
    cr_expect_str_eq(glr_last_error(), message, "%s", glr_last_error());
}

static glr_model *read_list(const char *list)
{
    glr_model *model = NULL;
    cr_assert_eq(glr_model_from_list(list, strlen(list), NULL, 0, &model), GLR_OK, "%s: %s", list,
                 glr_last_error());
    return model;
}

static glr_model *resolve_list(const char *list, const glr_model_options *options)
{
    glr_model *model = read_list(list);
    cr_assert_eq(glr_model_resolve(model, options), GLR_OK, "%s: %s", list, glr_last_error());
    return model;
}

/* ---- What is refused --------------------------------------------------------------------------------- */

/* A fill that fails writes nothing. */
static void expect_refused(const glr_model *model, size_t index, const glr_tensor *part, uint64_t bytes,
                           glr_status expected, const char *message)
{
    unsigned char memory[256], before[256];
    glr_device *device = open_cpu(1);
    memset(memory, 0x5a, sizeof memory);
    memcpy(before, memory, sizeof memory);
    expect_error(glr_model_fill(device, model, index, part, memory, bytes), expected, message);
    expect_error(glr_model_fill_regions(device, model, index, part, memory, bytes), expected, message);
    cr_expect_eq(memcmp(memory, before, sizeof memory), 0, "%s", message);
    glr_close(device);
}

Test(regions_state, arguments)
{
    glr_device *device = open_cpu(1);
    glr_model *model = resolve_list(LIST("{" W "}"), NULL);
    float memory[12];
    uint64_t bytes = 0;
    expect_error(glr_model_fill(NULL, model, 0, NULL, memory, sizeof memory), GLR_ERROR_ARGUMENT,
                 "device: must not be NULL");
    expect_error(glr_model_fill_regions(device, NULL, 0, NULL, memory, sizeof memory), GLR_ERROR_ARGUMENT,
                 "model: must not be NULL");
    expect_error(glr_model_fill_scratch(device, model, 0, NULL, NULL), GLR_ERROR_ARGUMENT,
                 "bytes: must not be NULL");
    expect_error(glr_model_fill_scratch(device, model, 1, NULL, &bytes), GLR_ERROR_ARGUMENT,
                 "index: 1 of 1 tensors");
    expect_error(glr_model_fill(device, model, 0, NULL, NULL, sizeof memory), GLR_ERROR_ARGUMENT,
                 "dst: must not be NULL");
    expect_refused(model, 1, NULL, 48, GLR_ERROR_ARGUMENT, "index: 1 of 1 tensors");
    glr_model_free(model);
    model = read_list(LIST("{" W "}"));
    expect_refused(model, 0, NULL, 48, GLR_ERROR_ARGUMENT, "model: is not resolved yet");
    glr_model_free(model);
    glr_close(device);
}

Test(regions_state, tensors_that_are_not_drawn)
{
    glr_model *model = read_list(LIST("{\"name\": \"s\", \"shape\": [2], \"initializer\": \"skip\"}, "
                                      "{\"name\": \"u\", \"shape\": [2, 2]}"));
    cr_assert_eq(glr_model_resolve(model, NULL), GLR_ERROR_UNDECIDED);
    expect_refused(model, 0, NULL, 48, GLR_ERROR_ARGUMENT, "index: tensor s is skipped");
    expect_refused(model, 1, NULL, 48, GLR_ERROR_ARGUMENT, "index: tensor u is undecided");
    glr_model_free(model);
}

Test(regions_state, parts_that_do_not_fit)
{
    glr_model *model = resolve_list(LIST("{" W ", " NORMAL "}"), NULL);
    glr_tensor part = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {4, 3}};
    expect_refused(model, 0, NULL, 48, GLR_ERROR_UNSEEDED, "tensor w: regions[0]: has no seed");
    cr_assert_eq(glr_model_set_seed(model, 1), GLR_OK);
    expect_refused(model, 0, &part, 47, GLR_ERROR_TOO_SMALL,
                   "dst_bytes: 47 bytes are fewer than the 48 that the part needs");
    part.shape[1] = 4;
    expect_refused(model, 0, &part, 64, GLR_ERROR_SHAPE, "part.shape: is not that of tensor w");
    part.shape[1] = 3;
    part.rank = 1;
    expect_refused(model, 0, &part, 64, GLR_ERROR_SHAPE, "part.shape: is not that of tensor w");
    part.rank = 2;
    part.part = GLR_PART_RANGE;
    part.first = 5;
    part.count = 8;
    const glr_initializer zeros = glr_zeros();
    float memory[12];
    glr_device *device = open_cpu(1);
    const glr_status status = glr_fill(device, &zeros, &part, memory, sizeof memory);
    char message[256];
    (void)snprintf(message, sizeof message, "%s", glr_last_error());
    cr_assert_neq(status, GLR_OK);
    expect_refused(model, 0, &part, 48, status, message);
    part.part = GLR_PART_WHOLE;
    part.dtype = GLR_DTYPE_INT32;
    expect_refused(
        model, 0, &part, 48, GLR_ERROR_UNSUPPORTED,
        "tensor w: regions[0]: tensor.dtype: random_normal draws floating-point values, not int32");
    glr_close(device);
    glr_model_free(model);
}

/* The last value alone does not suit the dtype of the part. */
Test(regions_state, values_that_a_part_cannot_hold)
{
    static const struct {
        const char *listed, *value;
        glr_dtype dtype;
    } cases[] = {
        {"int64", "300", GLR_DTYPE_UINT8},  {"int64", "-1", GLR_DTYPE_UINT64},
        {"int64", "128", GLR_DTYPE_INT8},   {"float64", "0.5", GLR_DTYPE_INT32},
        {"float64", "NaN", GLR_DTYPE_INT8}, {"float64", "1e40", GLR_DTYPE_FLOAT32},
        {"int64", "2", GLR_DTYPE_BOOL},     {"float32", "-3", GLR_DTYPE_FLOAT8_E8M0FNU},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char list[256], message[256];
        unsigned char memory[16], before[16] = {7};
        (void)snprintf(list, sizeof list,
                       LIST("{\"name\": \"v\", \"shape\": [2], \"dtype\": \"%s\", \"values\": [1, %s]}"),
                       cases[i].listed, cases[i].value);
        const glr_initializer constant = glr_constant(strtod(cases[i].value, NULL));
        const glr_tensor part = {.dtype = cases[i].dtype, .rank = 1, .shape = {2}};
        glr_model *model = resolve_list(list, NULL);
        glr_device *device = open_cpu(1);
        memcpy(memory, before, sizeof memory);
        const glr_status status = glr_fill(device, &constant, &part, memory, sizeof memory);
        (void)snprintf(message, sizeof message, "tensor v: values[1]: %s",
                       glr_last_error()); /* a constant's */
        cr_assert_eq(status, GLR_ERROR_ARGUMENT, "%s", list);
        expect_error(glr_model_fill(device, model, 0, &part, memory, sizeof memory), status, message);
        cr_expect_eq(memcmp(memory, before, sizeof memory), 0, "%s", list);
        cr_expect_eq(glr_model_fill_regions(device, model, 0, &part, memory, sizeof memory), GLR_OK,
                     "none to draw");
        cr_expect_eq(memcmp(memory, before, sizeof memory), 0, "%s", list);
        glr_close(device);
        glr_model_free(model);
    }
}

/* ---- What resolving decides -------------------------------------------------------------------------- */

static void expect_spec(const glr_model *model, const char *part)
{
    char spec[8192];
    cr_assert_eq(glr_model_to_spec(model, spec, sizeof spec, NULL), GLR_OK, "%s", glr_last_error());
    cr_expect_not_null(strstr(spec, part), "%s: %s", part, spec);
}

/* The list's and the program's settings hold for regions; what stands beside the tensor's initializer does
 * not. */
Test(regions_state, options)
{
    const glr_model_options options = {.has_seed = 1,
                                       .seed = 9,
                                       .has_method = 1,
                                       .method = GLR_METHOD_ICDF,
                                       .has_layout = 1,
                                       .layout = GLR_LAYOUT_TORCH,
                                       .dtype = GLR_DTYPE_BFLOAT16};
    char expected[512], text[256];
    glr_model_tensor found;
    glr_model *model = resolve_list(
        LIST(
            "{\"name\": \"w\", \"shape\": [4, 3], \"initializer\": \"he_normal\", \"stream\": 5, \"method\": "
            "\"resample\", \"layout\": \"keras\", \"regions\": [{\"slice\": \"1:3,:2\", \"initializer\": "
            "\"he_normal\"}]}"),
        &options);
    glr_initializer drawn = glr_he_normal(9);
    drawn.stream = glr_stream_of_name("w[1:3,0:2]", 10);
    drawn.method = GLR_METHOD_ICDF;
    drawn.layout = GLR_LAYOUT_TORCH;
    cr_assert_eq(glr_initializer_to_text(&drawn, text, sizeof text, NULL), GLR_OK);
    (void)snprintf(expected, sizeof expected,
                   "\"regions\":[{\"start\":[1,0],\"extent\":[2,2],\"initializer\":\"%s\"}]}", text);
    expect_spec(model, expected);
    cr_assert_eq(glr_model_get(model, 0, &found), GLR_OK);
    cr_expect(found.tensor.dtype == GLR_DTYPE_BFLOAT16 && found.initializer.stream == 5 &&
              found.initializer.method == GLR_METHOD_RESAMPLE &&
              found.initializer.layout == GLR_LAYOUT_KERAS);
    glr_model_free(model);
}

/* Values are rounded from what the list says, not from what they were rounded to before. */
Test(regions_state, values_in_another_dtype)
{
    const glr_model_options options = {.dtype = GLR_DTYPE_FLOAT64};
    glr_model *model = resolve_list(
        LIST("{\"name\": \"v\", \"shape\": [1], \"dtype\": \"bfloat16\", \"values\": [0.1]}, {\"name\": "
             "\"i\", \"shape\": [1], \"dtype\": \"int32\", \"values\": [5]}"),
        &options);
    glr_device *device = open_cpu(1);
    double value = 0;
    int32_t integer = 0;
    cr_assert_eq(glr_model_fill(device, model, 0, NULL, &value, sizeof value), GLR_OK, "%s",
                 glr_last_error());
    cr_assert_eq(glr_model_fill(device, model, 1, NULL, &integer, sizeof integer), GLR_OK, "%s",
                 glr_last_error());
    cr_expect(value == 0.1 && integer == 5);
    glr_close(device);
    glr_model_free(model);
}

Test(regions_state, seeds_count_regions)
{
    glr_model *model = resolve_list(LIST("{" W ", " NORMAL "}"), NULL), *seeded;
    const glr_model_options options = {.has_seed = 1, .seed = -4};
    float first[12], second[12];
    glr_device *device = open_cpu(1);
    cr_expect_eq(glr_model_has_seeds(model), 0);
    cr_assert_eq(glr_model_set_seed(model, -4), GLR_OK);
    cr_expect_eq(glr_model_has_seeds(model), 1);
    seeded = resolve_list(LIST("{" W ", " NORMAL "}"), &options);
    cr_expect_eq(glr_model_has_seeds(seeded), 1);
    cr_assert_eq(glr_model_fill(device, model, 0, NULL, first, sizeof first), GLR_OK);
    cr_assert_eq(glr_model_fill(device, seeded, 0, NULL, second, sizeof second), GLR_OK);
    cr_expect_eq(memcmp(first, second, sizeof first), 0);
    glr_model_free(model);
    glr_model_free(seeded);
    glr_close(device);
}

/* A rule of the program that decides a tensor leaves nothing of what the list says of it; the list's does
 * not. */
Test(regions_state, rules)
{
    static const char list[] =
        "{\"dtype\": \"float32\", \"rules\": [{\"match\": \"*\", \"initializer\": \"ones\"}], \"tensors\": "
        "[{" W ", " NORMAL "}, {\"name\": \"v\", \"shape\": [2], \"values\": [3, 4]}]}";
    glr_model_tensor found;
    glr_model *model = resolve_list(list, NULL);
    cr_assert_eq(glr_model_get(model, 0, &found), GLR_OK);
    cr_expect(found.action == GLR_ACTION_FILL && found.regions == 1 && strcmp(found.reason, "its own") == 0);
    cr_assert_eq(glr_model_get(model, 1, &found), GLR_OK);
    cr_expect(found.action == GLR_ACTION_COPY && found.regions == 0 && strcmp(found.reason, "its own") == 0);
    glr_model_free(model);
    model = read_list(list);
    cr_assert_eq(glr_model_add_rule(model, "[vw]", "zeros"), GLR_OK);
    cr_assert_eq(glr_model_resolve(model, NULL), GLR_OK, "%s", glr_last_error());
    for (size_t i = 0; i < 2; i++) {
        cr_assert_eq(glr_model_get(model, i, &found), GLR_OK);
        cr_expect(found.action == GLR_ACTION_FILL && found.regions == 0);
    }
    cr_expect_eq(glr_model_has_seeds(model), 1, "the region that is left out needs none");
    glr_model_free(model);
}

/* A resolve that fails changes nothing: the next one decides the same. */
Test(regions_state, a_failed_resolve_is_undone)
{
    static const char list[] =
        LIST("{" W ", " NORMAL
             "}, {\"name\": \"v\", \"shape\": [1], \"dtype\": \"float64\", \"values\": [1e300]}");
    const glr_model_options narrow = {.has_seed = 1, .seed = 3, .dtype = GLR_DTYPE_FLOAT16},
                            wide = {.has_seed = 1, .seed = 4};
    char first[2048], second[2048];
    glr_model *model = read_list(list), *fresh = resolve_list(list, &wide);
    glr_model_tensor found;
    expect_error(glr_model_resolve(model, &narrow), GLR_ERROR_ARGUMENT,
                 "tensor v: values[0]: initializer.value: 1e+300 is beyond the range of float32");
    cr_assert_eq(glr_model_get(model, 0, &found), GLR_OK);
    cr_expect(found.regions == 1 && found.tensor.dtype == GLR_DTYPE_FLOAT32);
    cr_assert_eq(glr_model_resolve(model, &wide), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_model_to_spec(model, first, sizeof first, NULL), GLR_OK);
    cr_assert_eq(glr_model_to_spec(fresh, second, sizeof second, NULL), GLR_OK);
    cr_expect_str_eq(first, second);
    glr_model_free(model);
    glr_model_free(fresh);
}

/* ---- Specs ------------------------------------------------------------------------------------------- */

static const char every_kind[] =
    LIST("{\"name\": \"w\", \"shape\": [4, 3], \"initializer\": \"orthogonal\", \"slice\": \"1:,:2\", "
         "\"regions\": [{\"slice\": "
         "\"1:2\", \"initializer\": \"random_normal(0, 1, seed=5)\"}, {\"slice\": \"\", \"initializer\": "
         "\"random_uniform\"}, "
         "{\"slice\": \"0:0\", \"initializer\": {\"class_name\": \"Zeros\", \"config\": {}}}]}, "
         "{\"name\": \"r\", \"shape\": [], \"initializer\": \"zeros\", \"regions\": [{\"slice\": \"\", "
         "\"initializer\": "
         "\"random_normal(0, 1)\"}]}, "
         "{\"name\": \"v\", \"shape\": [2, 4], \"slice\": \"1:\", \"values\": [0.1, -0.0, 1e-45, NaN, "
         "Infinity, -Infinity, 7, "
         "true]}, "
         "{\"name\": \"d\", \"shape\": [3], \"dtype\": \"float64\", \"values\": [5e-324, "
         "1.7976931348623157e308, 0.1]}, "
         "{\"name\": \"i\", \"shape\": [3], \"dtype\": \"int64\", \"values\": [-9223372036854775808, "
         "9223372036854775807, "
         "9007199254740993]}, "
         "{\"name\": \"u\", \"shape\": [1], \"dtype\": \"uint64\", \"values\": [18446744073709551615]}, "
         "{\"name\": \"e\", \"shape\": [0, 3], \"values\": []}, "
         "{\"name\": \"n\", \"shape\": [], \"values\": [2.5]}");

/* The same values, and the same spec again. */
Test(regions_state, specs_are_read_back)
{
    const glr_model_options options = {.has_seed = 1, .seed = 11};
    glr_model *model = resolve_list(every_kind, &options), *again = NULL;
    char spec[8192], second[8192];
    glr_device *device = open_cpu(1);
    cr_assert_eq(glr_model_to_spec(model, spec, sizeof spec, NULL), GLR_OK, "%s", glr_last_error());
    cr_assert_eq(glr_model_from_spec(spec, strlen(spec), &again), GLR_OK, "%s: %s", spec, glr_last_error());
    cr_assert_eq(glr_model_to_spec(again, second, sizeof second, NULL), GLR_OK);
    cr_expect_str_eq(spec, second);
    cr_assert_eq(glr_model_count(again), glr_model_count(model));
    for (size_t i = 0; i < glr_model_count(model); i++) {
        unsigned char first[128] = {0}, other[128] = {0};
        glr_model_tensor found, read;
        cr_assert_eq(glr_model_get(model, i, &found), GLR_OK);
        cr_assert_eq(glr_model_get(again, i, &read), GLR_OK);
        cr_expect(found.action == read.action && found.regions == read.regions, "%s", found.name);
        cr_expect_eq(memcmp(&found.tensor, &read.tensor, sizeof found.tensor), 0, "%s", found.name);
        cr_assert_eq(glr_model_fill(device, model, i, NULL, first, sizeof first), GLR_OK, "%s",
                     glr_last_error());
        cr_assert_eq(glr_model_fill(device, again, i, NULL, other, sizeof other), GLR_OK, "%s",
                     glr_last_error());
        cr_expect_eq(memcmp(first, other, sizeof first), 0, "%s", found.name);
    }
    glr_close(device);
    glr_model_free(again);
    glr_model_free(model);
}

#define ENTRY(...)  "{\"a\": {\"shape\": [2, 3], \"dtype\": \"int8\", " __VA_ARGS__ "}}"
#define REGION(...) ENTRY("\"initializer\": \"zeros\", \"regions\": [{" __VA_ARGS__ "}]")
#define DAMAGED     "spec: tensor a: its entry is damaged"

Test(regions_state, damaged_specs)
{
    static const struct {
        const char *spec, *message;
    } bad[] = {
        {REGION("\"start\": [1, 0], \"initializer\": \"ones\""), DAMAGED},
        {REGION("\"extent\": [1, 0], \"initializer\": \"ones\""), DAMAGED},
        {REGION("\"start\": [1], \"extent\": [1], \"initializer\": \"ones\""), DAMAGED},
        {REGION("\"start\": [1, 0], \"extent\": [2, 1], \"initializer\": \"ones\""), DAMAGED},
        {REGION("\"start\": [0, -1], \"extent\": [1, 1], \"initializer\": \"ones\""), DAMAGED},
        {REGION("\"start\": [0, 9223372036854775807], \"extent\": [1, 1], \"initializer\": \"ones\""),
         DAMAGED},
        {REGION("\"start\": [0, 0], \"extent\": [1, 1]"), DAMAGED},
        {REGION("\"start\": [0, 0], \"extent\": [1, 1], \"initializer\": null"), DAMAGED},
        {REGION("\"start\": [0, 0], \"extent\": [1, 1], \"initializer\": \"ones\", \"stream\": 1"), DAMAGED},
        {REGION("\"start\": [0, 0], \"extent\": [1, 1], \"initializer\": \"ones\", \"new\": 1"), DAMAGED},
        {REGION("\"start\": [0, 0], \"extent\": [1, 1], \"values\": [1]"), DAMAGED},
        {ENTRY("\"initializer\": \"zeros\", \"regions\": {}"), DAMAGED},
        {ENTRY("\"initializer\": \"zeros\", \"regions\": null"), DAMAGED},
        {ENTRY("\"initializer\": \"zeros\", \"regions\": [1]"), DAMAGED},
        {ENTRY("\"initializer\": \"zeros\", \"regions\": [[]]"), DAMAGED},
        {ENTRY("\"regions\": []"), DAMAGED},
        {ENTRY("\"initializer\": \"zeros\", \"values\": [1, 2, 3, 4, 5, 6]"), DAMAGED},
        {ENTRY("\"values\": [1, 2, 3, 4, 5, 6], \"regions\": []"), DAMAGED},
        {ENTRY("\"values\": [1, 2, 3, 4, 5, 6], \"stream\": 1"), DAMAGED},
        {ENTRY("\"values\": [1, 2, 3, 4, 5, 6], \"start\": [0, 0]"), DAMAGED},
        {ENTRY("\"values\": [1, 2, 3, 4, 5, 6], \"start\": [1, 0], \"extent\": [2, 3]"), DAMAGED},
        {ENTRY("\"values\": [1, 2, 3, 4, 5]"), "spec: tensor a: values: 5 values for 6 elements"},
        {ENTRY("\"values\": 1"), "spec: tensor a: values: must be a list of the tensor's elements, not 1"},
        {ENTRY("\"values\": [1, 2, [3], 4, 5, 6]"),
         "spec: tensor a: values[2]: must be a number, not an array"},
        {ENTRY("\"values\": [1, 2, 3, 4, 5, 128]"),
         "spec: tensor a: values[5]: initializer.value: 128 is not a value of int8"},
        {REGION("\"start\": [0, 0], \"extent\": [1, 1], \"initializer\": \"constant(300)\""),
         "spec: tensor a: initializer.value: 300 is not a value of int8"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        glr_model *model = (glr_model *)1;
        expect_error(glr_model_from_spec(bad[i].spec, strlen(bad[i].spec), &model), GLR_ERROR_PARSE,
                     bad[i].message);
        cr_expect_null(model, "%s", bad[i].spec);
    }
}
