/* Initializers from and to JSON. */
#include "support/golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static glr_status parse(const char *text, glr_initializer *initializer)
{
    return glr_initializer_from_json(text, strlen(text), initializer);
}

/* What is written is class_name and config as Keras has them, less axes that are null. */
static void check_written(const json_t *item, const char *written)
{
    json_t *config = json_copy(json_object_get(item, "config"));
    for (int i = 0; i < 2; i++) {
        const char *axes = i == 0 ? "input_axes" : "output_axes";
        if (json_is_null(json_object_get(config, axes))) {
            (void)json_object_del(config, axes);
        }
    }
    json_t *expected =
        json_pack("{s:O, s:o}", "class_name", json_object_get(item, "class_name"), "config", config);
    json_t *found = json_loads(written, JSON_REJECT_DUPLICATES, NULL);
    cr_expect(json_equal(found, expected), "%s", written);
    json_decref(found);
    json_decref(expected);
}

/* Every form in golden/configs.json is read, and what is written says the same and is read as the same. */
static void check_round_trips(const char *list, size_t expected)
{
    json_t *golden = golden_read("golden/configs.json"), *item;
    size_t i;
    json_array_foreach(json_object_get(golden, list), i, item)
    {
        char *text = json_dumps(item, 0), written[1024];
        glr_initializer read = {0}, again = {0};
        cr_expect_eq(parse(text, &read), GLR_OK, "%s: %s", text, glr_last_error());
        cr_expect_str_eq(
            glr_kind_name(read.kind),
            glr_kind_name(glr_kind_of_name(json_string_value(json_object_get(item, "class_name")))));
        cr_expect_eq(glr_initializer_to_json(&read, written, sizeof written, NULL), GLR_OK, "%s",
                     glr_last_error());
        check_written(item, written);
        cr_expect_eq(parse(written, &again), GLR_OK, "%s: %s", written, glr_last_error());
        cr_expect_arr_eq(&read, &again, sizeof read, "%s became %s", text, written);
        free(text);
    }
    cr_expect_eq(i, expected, "%zu", i);
    json_decref(golden);
}

Test(json, tensorflow_form) { check_round_trips("tensorflow_get_config", 15); }

Test(json, keras_form) { check_round_trips("keras_serialized", 16); }

Test(json, members)
{
    glr_initializer init = {0};
    cr_assert_eq(
        parse("{\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 2, \"mode\": \"fan_out\", "
              "\"distribution\": \"UNTRUNCATED_normal\", \"seed\": -3, \"dtype\": \"float64\"}}",
              &init),
        GLR_OK, "%s", glr_last_error());
    cr_expect_eq(init.kind, GLR_VARIANCE_SCALING);
    cr_expect_eq(init.scale, 2.0);
    cr_expect_eq(init.mode, GLR_FAN_OUT);
    cr_expect_eq(init.distribution, GLR_DISTRIBUTION_UNTRUNCATED_NORMAL);
    cr_expect_eq(init.seeding, GLR_SEEDED);
    cr_expect_eq(init.seed, -3);

    cr_assert_eq(
        parse("{\"class_name\": \"variance_scaling\", \"config\": {\"distribution\": \"normal\"}}", &init),
        GLR_OK);
    cr_expect_eq(init.distribution, GLR_DISTRIBUTION_TRUNCATED_NORMAL);
    cr_expect_eq(init.seeding, GLR_UNSEEDED);

    cr_assert_eq(parse("\"uniform\"", &init), GLR_OK);
    cr_expect(init.kind == GLR_RANDOM_UNIFORM && init.minval == -0.05 && init.maxval == 0.05);
    cr_assert_eq(parse("{\"class_name\": \"TruncatedNormal\"}", &init), GLR_OK);
    cr_expect(init.mean == 0.0 && init.stddev == 0.05);

    cr_assert_eq(
        parse("{\"class_name\": \"HeNormal\", \"config\": {\"input_axes\": 1, \"output_axes\": [0, -1]}}",
              &init),
        GLR_OK, "%s", glr_last_error());
    cr_expect(init.input_axis_count == 1 && init.input_axes[0] == 1);
    cr_expect(init.output_axis_count == 2 && init.output_axes[0] == 0 && init.output_axes[1] == -1);
}

static const struct {
    const char *text;
    glr_status status;
    const char *message;
} bad[] = {
    {"{", GLR_ERROR_PARSE, "line 1, column 1"},
    {"{\n  \"class_name\": \"Zeros\",\n  oops}", GLR_ERROR_PARSE, "line 3, column 6"},
    {"", GLR_ERROR_PARSE, "line 1, column 0"},
    {"3", GLR_ERROR_PARSE, "an initializer is a string or an object"},
    {"{\"config\": {}}", GLR_ERROR_PARSE, "class_name: is missing"},
    {"{\"class_name\": 3}", GLR_ERROR_PARSE, "class_name: is not a string"},
    {"{\"class_name\": \"Glorot\"}", GLR_ERROR_PARSE, "class_name: Glorot is no initializer"},
    {"\"Orthogonal\"", GLR_ERROR_UNSUPPORTED, "class_name: Orthogonal is not supported"},
    {"{\"class_name\": \"IdentityInitializer\"}", GLR_ERROR_UNSUPPORTED,
     "class_name: IdentityInitializer is not supported"},
    {"{\"class_name\": \"STFT\", \"config\": {}}", GLR_ERROR_UNSUPPORTED,
     "class_name: STFT is not supported"},
    {"{\"class_name\": \"Zeros\", \"confg\": {}}", GLR_ERROR_PARSE, "confg: is no member of an initializer"},
    {"{\"class_name\": \"Zeros\", \"config\": 3}", GLR_ERROR_PARSE, "config: is not an object"},
    {"{\"class_name\": \"Zeros\", \"config\": {\"seed\": 3}}", GLR_ERROR_PARSE,
     "config.seed: is no member of Zeros"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"scale\": 3}}", GLR_ERROR_PARSE,
     "config.scale: is no member of HeNormal"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 3.5}}", GLR_ERROR_PARSE,
     "config.seed: is neither an integer nor null"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 9223372036854775808}}", GLR_ERROR_PARSE,
     "too big integer"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 1, \"seed\": 2}}", GLR_ERROR_PARSE, "duplicate"},
    {"{\"class_name\": \"RandomNormal\", \"config\": {\"mean\": \"x\"}}", GLR_ERROR_PARSE,
     "config.mean: is not a number"},
    {"{\"class_name\": \"Constant\", \"config\": {\"value\": [1, 2]}}", GLR_ERROR_PARSE,
     "config.value: is not a number"},
    {"{\"class_name\": \"VarianceScaling\", \"config\": {\"mode\": \"fan\"}}", GLR_ERROR_PARSE,
     "config.mode: fan is none of fan_in, fan_out, fan_avg"},
    {"{\"class_name\": \"VarianceScaling\", \"config\": {\"distribution\": 1}}", GLR_ERROR_PARSE,
     "config.distribution: what is no string"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"input_axes\": [0, 16]}}", GLR_ERROR_PARSE,
     "config.input_axes[1]: is no integer from -16 to 15"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"input_axes\": \"a\"}}", GLR_ERROR_PARSE,
     "config.input_axes[0]: is no integer"},
};

Test(json, bad_text_leaves_the_initializer_alone)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        glr_initializer init, before;
        memset(&init, 0x5a, sizeof init);
        memcpy(&before, &init, sizeof init);
        cr_expect_eq(parse(bad[i].text, &init), bad[i].status, "%s", bad[i].text);
        cr_expect_not_null(strstr(glr_last_error(), bad[i].message), "%s: %s", bad[i].text, glr_last_error());
        cr_expect_arr_eq(&init, &before, sizeof init, "%s", bad[i].text);
    }
}

Test(json, writing_needs_room)
{
    glr_initializer init = glr_glorot_normal(42);
    char buffer[64];
    size_t length = 0;
    cr_expect_eq(glr_initializer_to_json(&init, NULL, 0, &length), GLR_ERROR_TOO_SMALL);
    cr_assert(length > 0 && length < sizeof buffer, "%zu", length);
    cr_expect_eq(glr_initializer_to_json(&init, buffer, length, NULL), GLR_ERROR_TOO_SMALL);
    cr_expect_eq(glr_initializer_to_json(&init, buffer, length + 1, NULL), GLR_OK);
    cr_expect_str_eq(buffer, "{\"class_name\": \"GlorotNormal\", \"config\": {\"seed\": 42}}");
    init.seeding = GLR_KEYED;
    cr_expect_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_ERROR_UNSUPPORTED);
    init.kind = (glr_kind)50;
    cr_expect_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_ERROR_ARGUMENT);
}

Test(json, numbers_that_json_has_not)
{
    char buffer[256];
    glr_initializer nan = glr_constant(NAN), infinite = glr_random_uniform(0.0, INFINITY, 1);
    cr_expect_eq(glr_initializer_to_json(&nan, buffer, sizeof buffer, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "initializer.value: nan has no form in JSON");
    cr_expect_eq(glr_initializer_to_json(&infinite, buffer, sizeof buffer, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "initializer.maxval: inf has no form in JSON");
    glr_initializer unused = glr_ones();
    unused.value = NAN;
    cr_expect_eq(glr_initializer_to_json(&unused, buffer, sizeof buffer, NULL), GLR_OK);
}

Test(json, numbers_survive)
{
    glr_initializer init = glr_random_uniform(-0.1, 0x1.fffffffffffffp-1000, 7), read = {0};
    char buffer[256];
    cr_assert_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_OK);
    cr_assert_eq(parse(buffer, &read), GLR_OK, "%s", buffer);
    cr_expect(read.minval == init.minval && read.maxval == init.maxval, "%s", buffer);
}
