/* Initializers from and to JSON. */
#include "api/initializer.h"
#include "support/golden.h"
#include "text/ascii.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static glr_status parse(const char *text, glr_initializer *initializer)
{
    return glr_initializer_from_json(text, strlen(text), initializer);
}

/* glorand writes class_name and config as Keras does, less axes that are null. */
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
    cr_expect_eq(init.kind, GLR_KIND_VARIANCE_SCALING);
    cr_expect_eq(init.scale, 2.0);
    cr_expect_eq(init.mode, GLR_MODE_FAN_OUT);
    cr_expect_eq(init.distribution, GLR_DISTRIBUTION_UNTRUNCATED_NORMAL);
    cr_expect_eq(init.seeding, GLR_SEEDING_SEED);
    cr_expect_eq(init.seed, -3);

    cr_assert_eq(
        parse("{\"class_name\": \"variance_scaling\", \"config\": {\"distribution\": \"normal\"}}", &init),
        GLR_OK);
    cr_expect_eq(init.distribution, GLR_DISTRIBUTION_TRUNCATED_NORMAL);
    cr_expect_eq(init.seeding, GLR_SEEDING_NONE);

    cr_assert_eq(parse("\"uniform\"", &init), GLR_OK);
    cr_expect(init.kind == GLR_KIND_RANDOM_UNIFORM && init.minval == -0.05 && init.maxval == 0.05);
    cr_assert_eq(parse("{\"class_name\": \"TruncatedNormal\"}", &init), GLR_OK);
    cr_expect(init.mean == 0.0 && init.stddev == 0.05);

    cr_assert_eq(
        parse("{\"class_name\": \"HeNormal\", \"config\": {\"input_axes\": 1, \"output_axes\": [0, -1]}}",
              &init),
        GLR_OK, "%s", glr_last_error());
    cr_expect(init.has_axes == 1 && init.input_axis_count == 1 && init.input_axes[0] == 1);
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
    {"3", GLR_ERROR_PARSE, "an initializer must be a string or an object, not 3"},
    {"{\"config\": {}}", GLR_ERROR_PARSE, "class_name: missing"},
    {"{\"class_name\": 3}", GLR_ERROR_PARSE, "class_name: must be a string, not 3"},
    {"{\"class_name\": \"Glorot\"}", GLR_ERROR_PARSE, "class_name: Glorot is not an initializer"},
    {"\"STFT\"", GLR_ERROR_UNSUPPORTED, "class_name: STFT is not supported"},
    {"{\"class_name\": \"STFTInitializer\"}", GLR_ERROR_UNSUPPORTED,
     "class_name: STFTInitializer is not supported"},
    {"{\"class_name\": \"Orthogonal\", \"config\": {\"gain\": NaN}}", GLR_ERROR_PARSE,
     "config.gain: NaN is not finite"},
    {"{\"class_name\": \"Orthogonal\", \"config\": {\"scale\": 1}}", GLR_ERROR_PARSE,
     "config.scale: not a member of Orthogonal"},
    {"{\"class_name\": \"Identity\", \"config\": {\"gain\": Infinity}}", GLR_ERROR_PARSE,
     "config.gain: Infinity is not finite"},
    {"{\"class_name\": \"Identity\", \"config\": {\"scale\": 1}}", GLR_ERROR_PARSE,
     "config.scale: not a member of Identity"},
    {"{\"class_name\": \"Dirac\", \"config\": {\"groups\": 1.5}}", GLR_ERROR_PARSE,
     "config.groups: must be an integer of 64 bits, not 1.5"},
    {"{\"class_name\": \"LogArange\", \"config\": {\"seed\": 1}}", GLR_ERROR_PARSE,
     "config.seed: not a member of LogArange"},
    {"{\"class_name\": \"STFT\", \"config\": {}}", GLR_ERROR_UNSUPPORTED,
     "class_name: STFT is not supported"},
    {"{\"class_name\": \"Zeros\", \"confg\": {}}", GLR_ERROR_PARSE, "confg: not a member of an initializer"},
    {"{\"class_name\": \"Zeros\", \"config\": 3}", GLR_ERROR_PARSE,
     "config: must be an object or null, not 3"},
    {"{\"class_name\": \"Zeros\", \"config\": {\"seed\": 3}}", GLR_ERROR_PARSE,
     "config.seed: not a member of Zeros"},
    {"{\"class_name\": \"HeNormal\", \"layout\": \"tf\"}", GLR_ERROR_PARSE,
     "layout: must be keras or torch, not \"tf\""},
    {"{\"class_name\": \"HeNormal\", \"layout\": 1}", GLR_ERROR_PARSE,
     "layout: must be keras or torch, not 1"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"layout\": \"torch\"}}", GLR_ERROR_PARSE,
     "config.layout: not a member of HeNormal"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": {\"class_name\": \"SeedGenerator\", \"layout\": "
     "\"torch\"}}}",
     GLR_ERROR_PARSE, "layout: not a member of a SeedGenerator"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"scale\": 3}}", GLR_ERROR_PARSE,
     "config.scale: not a member of HeNormal"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 3.5}}", GLR_ERROR_PARSE,
     "config.seed: must be an integer, null or a SeedGenerator, not 3.5"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": true}}", GLR_ERROR_PARSE,
     "config.seed: must be an integer, null or a SeedGenerator, not true"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": NaN}}", GLR_ERROR_PARSE,
     "config.seed: must be an integer, null or a SeedGenerator, not NaN"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": \"42\"}}", GLR_ERROR_PARSE,
     "config.seed: must be an integer, null or a SeedGenerator, not \"42\""},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 18446744073709551616}}", GLR_ERROR_PARSE,
     "too big integer"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": -9223372036854775809}}", GLR_ERROR_PARSE,
     "too big integer"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 1, \"seed\": 2}}", GLR_ERROR_PARSE, "duplicate"},
    {"{\"class_name\": \"RandomNormal\", \"config\": {\"mean\": \"x\"}}", GLR_ERROR_PARSE,
     "config.mean: must be a number, not \"x\""},
    {"{\"class_name\": \"Constant\", \"config\": {\"value\": \"1\"}}", GLR_ERROR_PARSE,
     "config.value: must be a number, not \"1\""},
    {"{\"class_name\": \"VarianceScaling\", \"config\": {\"mode\": \"fan\"}}", GLR_ERROR_PARSE,
     "config.mode: must be fan_in, fan_out or fan_avg, not fan"},
    {"{\"class_name\": \"VarianceScaling\", \"config\": {\"distribution\": 1}}", GLR_ERROR_PARSE,
     "config.distribution: must be "},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"input_axes\": [0, 16]}}", GLR_ERROR_PARSE,
     "config.input_axes[1]: 16 is not an integer from -16 to 15"},
    {"{\"class_name\": \"HeNormal\", \"config\": {\"input_axes\": \"a\"}}", GLR_ERROR_PARSE,
     "config.input_axes[0]: a is not an integer"},
};

/* Keras has Identity and Orthogonal alone. */
Test(json, laws_of_the_index_and_matrices)
{
    glr_initializer of_torch = glr_orthogonal(2.0, -3);
    of_torch.layout = GLR_LAYOUT_TORCH;
    const struct {
        glr_initializer initializer;
        const char *text;
    } forms[] = {
        {glr_identity(0.5), "{\"class_name\": \"Identity\", \"config\": {\"gain\": 0.5}}"},
        {glr_log_arange(), "{\"class_name\": \"LogArange\", \"config\": {}}"},
        {glr_dt_bias(0.25, 0.5, 0.0, 7),
         "{\"class_name\": \"DtBias\", \"config\": {\"dt_min\": 0.25, \"dt_max\": 0.5, "
         "\"dt_init_floor\": 0.0, \"seed\": 7}}"},
        {glr_sinusoids(500.0), "{\"class_name\": \"Sinusoids\", \"config\": {\"max_timescale\": 500.0}}"},
        {glr_sinusoids_interleaved(500.0),
         "{\"class_name\": \"SinusoidsInterleaved\", \"config\": {\"max_timescale\": 500.0}}"},
        {glr_dirac(3), "{\"class_name\": \"Dirac\", \"config\": {\"groups\": 3}}"},
        {glr_unit_forget_bias(), "{\"class_name\": \"UnitForgetBias\", \"config\": {}}"},
        {glr_orthogonal(0.5, 7),
         "{\"class_name\": \"Orthogonal\", \"config\": {\"gain\": 0.5, \"seed\": 7}}"},
        {of_torch, "{\"class_name\": \"Orthogonal\", \"config\": {\"gain\": 2.0, \"seed\": -3}, "
                   "\"layout\": \"torch\"}"},
        {glr_random_bytes(7), "{\"class_name\": \"RandomBytes\", \"config\": {\"seed\": 7}}"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        char written[256];
        glr_initializer read = {0}, given = forms[i].initializer;
        cr_expect_eq(glr_initializer_to_json(&given, written, sizeof written, NULL), GLR_OK, "%s",
                     glr_last_error());
        cr_expect_str_eq(written, forms[i].text);
        cr_expect_eq(parse(written, &read), GLR_OK, "%s", glr_last_error());
        given.seeding = read.seeding; /* of those that draw nothing, none */
        cr_expect_arr_eq(&read, &given, sizeof read, "%s", written);
    }
    glr_initializer infinite = glr_identity(INFINITY);
    cr_expect_eq(glr_initializer_to_json(&infinite, NULL, 0, NULL), GLR_ERROR_ARGUMENT);
    infinite = glr_dt_bias(0.1, 0.2, INFINITY, 1);
    cr_expect_eq(glr_initializer_to_json(&infinite, NULL, 0, NULL), GLR_ERROR_ARGUMENT);
}

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
    init.seeding = GLR_SEEDING_KEY;
    cr_expect_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_ERROR_UNSUPPORTED);
    init.kind = (glr_kind)50;
    cr_expect_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_ERROR_ARGUMENT);
}

Test(json, numbers_that_json_has_not)
{
    char buffer[256];
    const uint64_t other_nan = UINT64_C(0x7ff8000000000001); /* not the one that the word NaN stands for */
    glr_initializer nan = glr_constant(0.0), infinite = glr_random_uniform(0.0, INFINITY, 1);
    memcpy(&nan.value, &other_nan, sizeof other_nan);
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

/* Python's words for what JSON has no numbers for. */
Test(json, constants_that_are_not_finite)
{
    const struct {
        const char *value;
        double expected;
    } items[] = {{"Infinity", INFINITY}, {"-Infinity", -INFINITY}, {"NaN", NAN}};
    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        char text[128], written[128];
        glr_initializer read = {0}, again = {0};
        (void)snprintf(text, sizeof text, "{\"class_name\": \"Constant\", \"config\": {\"value\": %s}}",
                       items[i].value);
        cr_assert_eq(parse(text, &read), GLR_OK, "%s: %s", text, glr_last_error());
        cr_expect_arr_eq(&read.value, &items[i].expected, sizeof read.value, "%s", text);
        cr_assert_eq(glr_initializer_to_json(&read, written, sizeof written, NULL), GLR_OK);
        cr_expect_str_eq(written, text);
        cr_assert_eq(parse(written, &again), GLR_OK);
        cr_expect_arr_eq(&read, &again, sizeof read);
    }
}

/* ---- Integers ----------------------------------------------------------------------------------------- */

static const struct {
    const char *value;
    glr_dtype dtype;
    uint64_t bits; /* of the element, if it is not refused */
    bool refused;
} constants[] = {
    {"9007199254740992", GLR_DTYPE_INT64, UINT64_C(1) << 53, false},
    {"9007199254740993", GLR_DTYPE_INT64, (UINT64_C(1) << 53) + 1, false},
    {"-9007199254740993", GLR_DTYPE_INT64, 0 - (UINT64_C(1) << 53) - 1, false},
    {"9007199254740994", GLR_DTYPE_INT64, (UINT64_C(1) << 53) + 2, false},
    {"1234567890123456789", GLR_DTYPE_INT64, UINT64_C(1234567890123456789), false},
    {"-9223372036854775808", GLR_DTYPE_INT64, UINT64_C(1) << 63, false},
    {"9223372036854775807", GLR_DTYPE_UINT64, INT64_MAX, false},
    {"9223372036854775808", GLR_DTYPE_UINT64, UINT64_C(1) << 63, false},
    {"18446744073709549568", GLR_DTYPE_UINT64, UINT64_MAX - 2047, false},
    {"18446744073709551615", GLR_DTYPE_UINT64, UINT64_MAX, false},
    {"18446744073709551617", GLR_DTYPE_UINT64, 0, true},
    {"-9223372036854775809", GLR_DTYPE_INT64, 0, true},
    {"-0", GLR_DTYPE_FLOAT64, 0, false},
    {"9007199254740993.0", GLR_DTYPE_INT64, UINT64_C(1) << 53,
     false}, /* a real, which is rounded as anywhere */
};

/* A constant's integer is stored as it was written, or refused. */
Test(json, integers_are_exact_or_refused)
{
    glr_device *device = NULL;
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    cr_assert_eq(glr_open(&options, &device), GLR_OK);
    for (size_t i = 0; i < sizeof constants / sizeof constants[0]; i++) {
        char text[128], message[128];
        uint64_t element = 0;
        glr_initializer init = {0};
        glr_tensor tensor = {.dtype = constants[i].dtype};
        (void)snprintf(text, sizeof text, "{\"class_name\": \"Constant\", \"config\": {\"value\": %s}}",
                       constants[i].value);
        if (constants[i].refused) {
            cr_expect_eq(parse(text, &init), GLR_ERROR_UNSUPPORTED, "%s", text);
            (void)snprintf(message, sizeof message, "config.value: the integer %s is neither",
                           constants[i].value);
            cr_expect_not_null(strstr(glr_last_error(), message), "%s", glr_last_error());
            continue;
        }
        cr_assert_eq(parse(text, &init), GLR_OK, "%s: %s", text, glr_last_error());
        cr_assert_eq(glr_fill(device, &init, &tensor, &element, sizeof element), GLR_OK, "%s",
                     glr_last_error());
        cr_expect_eq(element, constants[i].bits, "%s: %" PRIx64, text, element);
    }
    glr_close(device);
}

/* Fans come from it, so that the law would be another without it. */
Test(json, layout_of_torch)
{
    static const char written[] =
        "{\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 2.0, \"mode\": \"fan_in\", "
        "\"distribution\": \"untruncated_normal\", \"seed\": 5}, \"layout\": \"torch\"}";
    glr_initializer init = glr_kaiming_normal(0.0, GLR_MODE_FAN_IN, GLR_NONLINEARITY_RELU, 5), read = {0};
    char buffer[256];
    cr_assert_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_OK, "%s", glr_last_error());
    cr_expect_str_eq(buffer, written, "%s", buffer);
    cr_assert_eq(parse(buffer, &read), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(read.layout, GLR_LAYOUT_TORCH);
    init = glr_random_normal(0.0, 1.0, 5); /* which has no fans */
    init.layout = GLR_LAYOUT_TORCH;
    cr_assert_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_OK);
    cr_expect_null(strstr(buffer, "layout"), "%s", buffer);
    init = glr_he_normal(5);
    init.layout = GLR_LAYOUT_TORCH;
    init.has_axes = 1; /* which come first */
    cr_assert_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_OK);
    cr_expect_null(strstr(buffer, "layout"), "%s", buffer);
    init.layout = (glr_layout)2;
    cr_expect_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), "initializer.layout: 2 is neither Keras's (0) nor torch's (1)");
    static const char keras[] = "{\"class_name\": \"HeNormal\", \"config\": null, \"layout\": \"keras\"}";
    static const char null[] = "{\"class_name\": \"HeNormal\", \"layout\": null}";
    cr_assert_eq(parse(keras, &read), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(read.layout, GLR_LAYOUT_KERAS);
    cr_assert_eq(parse(null, &read), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(read.layout, GLR_LAYOUT_KERAS);
}

/* JAX's mode is not one of Keras's. */
Test(json, geometric_mean_is_refused)
{
    glr_initializer init =
        glr_variance_scaling(1.0, GLR_MODE_FAN_GEO_AVG, GLR_DISTRIBUTION_TRUNCATED_NORMAL, 1);
    char buffer[256];
    cr_expect_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_ERROR_UNSUPPORTED);
    cr_expect_str_eq(glr_last_error(),
                     "initializer.mode: fan_geo_avg has no form in JSON, since Keras has no such mode");
    init.kind = GLR_KIND_HE_NORMAL; /* which does not use its mode */
    cr_expect_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_OK, "%s", glr_last_error());
    static const char text[] =
        "{\"class_name\": \"VarianceScaling\", \"config\": {\"mode\": \"fan_geo_avg\"}}";
    cr_expect_eq(parse(text, &init), GLR_ERROR_PARSE);
    cr_expect_str_eq(glr_last_error(), "config.mode: must be fan_in, fan_out or fan_avg, not fan_geo_avg");
}

/* jansson lost one of these digits where an allocation had failed. */
Test(json, seeds_keep_every_digit)
{
    static const int64_t seeds[] = {INT64_C(1234567890123456789), INT64_MIN, INT64_MAX, -1};
    for (size_t i = 0; i < sizeof seeds / sizeof seeds[0]; i++) {
        glr_initializer init = glr_he_normal(seeds[i]), read = {0};
        char buffer[128];
        cr_assert_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_OK);
        cr_assert_eq(parse(buffer, &read), GLR_OK, "%s", buffer);
        cr_expect_eq(read.seed, seeds[i], "%s", buffer);
    }
}

/* ---- Case --------------------------------------------------------------------------------------------- */

/* Whether the process has a Turkish locale now, in which the lower case of I is not an ASCII letter. */
static bool speaks_turkish(void)
{
    char folder[] = "/tmp/glorand-locale-XXXXXX", line[256];
    if (setlocale(LC_ALL, "tr_TR.UTF-8") != NULL) {
        return true;
    }
    if (mkdtemp(folder) == NULL) {
        return false;
    }
    (void)snprintf(line, sizeof line,
                   "localedef -i tr_TR -f UTF-8 --no-archive %s/tr_TR.UTF-8 >/dev/null 2>&1", folder);
    bool made =
        system(line) == 0 && setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, "tr_TR.UTF-8") != NULL;
    (void)snprintf(line, sizeof line, "rm -rf %s", folder);
    (void)system(line);
    return made;
}

/* Within the library, not through its functions, which put the caller's locale aside. */
Test(json, case_is_ignored_in_every_locale)
{
    static const char text[] = "{\"class_name\": \"VarianceScaling\", \"config\": {\"mode\": \"FAN_IN\", "
                               "\"distribution\": \"UNIFORM\"}}";
    glr_json document;
    glr_problem problem;
    glr_initializer init = {0};
    (void)speaks_turkish(); /* where there is none, the C locale is tried alone */
    cr_assert_eq(glr_json_read(text, strlen(text), &document, &problem), GLR_OK);
    cr_expect_eq(glr_initializer_from_value(glr_json_root(&document), &init), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(init.distribution, GLR_DISTRIBUTION_UNIFORM);
    glr_json_free(&document);
    for (int c = 0; c < 256; c++) {
        const int expected = c >= 'A' && c <= 'Z' ? c + 32 : c;
        cr_expect_eq((unsigned char)glr_ascii_lower((char)(unsigned char)c), expected, "%d", c);
    }
    cr_expect(glr_ascii_equal("BIAS", "bias", 4) && !glr_ascii_equal("BI\xc3", "bi\xe3", 3));
}
