/* Initializers as Keras, tf_keras and TensorFlow serialize them: whose class it is, what stands around
   config, seeds, axes, and what those libraries have and glorand does not draw. */
#include "glorand/glorand.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static glr_status parse(const char *text, glr_initializer *initializer)
{
    return glr_initializer_from_json(text, strlen(text), initializer);
}

static glr_initializer expect_read(const char *text)
{
    glr_initializer read = {0};
    cr_expect_eq(parse(text, &read), GLR_OK, "%s: %s", text, glr_last_error());
    return read;
}

static void expect_refused(const char *text, glr_status status, const char *message)
{
    glr_initializer read = {0};
    cr_expect_eq(parse(text, &read), status, "%s: %s", text, glr_last_error());
    cr_expect_not_null(strstr(glr_last_error(), message), "%s: %s", text, glr_last_error());
}

/* TensorFlow's have it, whatever the kind; no kind has a member of another. */
Test(keras_json, every_kind_may_have_a_dtype)
{
    for (int kind = GLR_KIND_ZEROS; kind <= GLR_KIND_RANDOM_BYTES; kind++) {
        char text[128];
        if (strcmp(glr_kind_name((glr_kind)kind), "unknown initializer") == 0) {
            continue; /* not every number is one */
        }
        (void)snprintf(text, sizeof text, "{\"class_name\": \"%s\", \"config\": {\"dtype\": \"float16\"}}",
                       glr_kind_name((glr_kind)kind));
        cr_expect_eq(expect_read(text).kind, (glr_kind)kind, "%s", text);
        (void)snprintf(text, sizeof text, "{\"class_name\": \"%s\", \"config\": {\"%s\": 1}}",
                       glr_kind_name((glr_kind)kind), kind == GLR_KIND_CONSTANT ? "mean" : "value");
        expect_refused(text, GLR_ERROR_PARSE, ": not a member of");
    }
}

/* ---- Whose class it is ------------------------------------------------------------------------------- */

#define FROM(module, registered)                                                                             \
    "{\"module\": " module ", \"class_name\": \"GlorotUniform\", \"config\": {\"seed\": 3, \"input_axes\": " \
    "null, \"output_axes\": null}, \"registered_name\": " registered "}"

Test(keras_json, own_classes)
{
    static const char *const texts[] = {
        FROM("\"keras.initializers\"", "null"),
        FROM("\"keras.initializers\"", "\"GlorotUniform\""),
        FROM("\"keras.src.initializers.random_initializers\"", "null"),
        FROM("\"keras.src.initializers.initializers\"", "null"),
        FROM("\"keras.initializers.initializers_v2\"", "null"),
        FROM("\"tf_keras.initializers\"", "null"),
        FROM("\"tf_keras.src.initializers.initializers\"", "null"),
        FROM("\"tensorflow.keras.initializers\"", "null"),
        FROM("null", "null"),
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        const glr_initializer read = expect_read(texts[i]);
        cr_expect(read.kind == GLR_KIND_GLOROT_UNIFORM && read.seed == 3, "%s", texts[i]);
    }
}

/* As Keras 3.15 writes them: registered ones, those of another package, and subclasses in the program itself.
 */
Test(keras_json, classes_of_others)
{
    expect_refused("{\"class_name\": \"my>GlorotUniform\", \"config\": {}}", GLR_ERROR_UNSUPPORTED,
                   "my>GlorotUniform is not one of Keras's own");
    expect_refused("{\"class_name\": \"__tensor__\", \"config\": {}}", GLR_ERROR_UNSUPPORTED,
                   "__tensor__ is not one of Keras's own");
    expect_refused(FROM("\"my.package\"", "\"my>GlorotUniform\""), GLR_ERROR_UNSUPPORTED,
                   "class_name: GlorotUniform of module my.package, registered as my>GlorotUniform, is not");
    expect_refused(FROM("\"my.package\"", "null"), GLR_ERROR_UNSUPPORTED,
                   "class_name: GlorotUniform of module my.package is not one of Keras's own");
    expect_refused(FROM("\"keras.initializers\"", "\"my>GlorotUniform\""), GLR_ERROR_UNSUPPORTED,
                   "registered as my>GlorotUniform");
    expect_refused(FROM("null", "\"my>GlorotUniform\""), GLR_ERROR_UNSUPPORTED,
                   "class_name: GlorotUniform, registered as my>GlorotUniform, is not");
    expect_refused(FROM("null", "\"GlorotUniform\""), GLR_ERROR_UNSUPPORTED, "registered as GlorotUniform");
    expect_refused(FROM("\"keras.initializers.evil\"", "null"), GLR_ERROR_UNSUPPORTED,
                   "keras.initializers.evil");
    expect_refused(FROM("\"keras.layers\"", "null"), GLR_ERROR_UNSUPPORTED, "keras.layers");
    /* It draws with other seeds than the classes of version 2. */
    expect_refused(FROM("\"keras.initializers.initializers_v1\"", "null"), GLR_ERROR_UNSUPPORTED,
                   "initializers_v1");
    expect_refused("{\"module\": null, \"class_name\": \"MyVS\", \"config\": {\"scale\": 1.0}, "
                   "\"registered_name\": \"MyVS\"}",
                   GLR_ERROR_UNSUPPORTED, "class_name: MyVS, registered as MyVS");
    expect_refused("{\"module\": \"builtins\", \"class_name\": \"function\", \"config\": \"fn\", "
                   "\"registered_name\": \"function\"}",
                   GLR_ERROR_UNSUPPORTED, "class_name: function of module builtins");
    expect_refused("{\"module\": \"keras.initializers\", \"class_name\": \"Later\", \"config\": {}, "
                   "\"registered_name\": null}",
                   GLR_ERROR_UNSUPPORTED, "class_name: Later is not supported");
    expect_refused(FROM("3", "null"), GLR_ERROR_PARSE, "module: must be a string or null, not 3");
    expect_refused(FROM("null", "[]"), GLR_ERROR_PARSE,
                   "registered_name: must be a string or null, not an array");
}

#define AROUND(members) "{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 3}, " members "}"

Test(keras_json, members_around_config)
{
    expect_read(AROUND("\"shared_object_id\": 140301345678912"));
    expect_read(AROUND("\"shared_object_id\": null"));
    expect_read(AROUND("\"build_config\": null, \"compile_config\": null"));
    expect_refused(AROUND("\"shared_object_id\": 1.5"), GLR_ERROR_PARSE,
                   "shared_object_id: must be an integer or null, not 1.5");
    expect_refused(AROUND("\"build_config\": {}"), GLR_ERROR_PARSE, "build_config: not a member");
    expect_refused("{\"class_name\": \"STFT\", \"config\": {\"side\": \"real\", \"window\": \"hann\"}, "
                   "\"shared_object_id\": 5}",
                   GLR_ERROR_UNSUPPORTED, "class_name: STFT is not supported");
    expect_read("\xef\xbb\xbf" AROUND("\"shared_object_id\": 1"));
    expect_refused("\xef\xbb\xbf\xef\xbb\xbf{}", GLR_ERROR_PARSE, "line 1, column 1");
    expect_refused("\xef\xbb", GLR_ERROR_PARSE, "UTF-8");
}

/* ---- Names ------------------------------------------------------------------------------------------- */

Test(keras_json, every_name_of_tf_keras)
{
    static const char *const classes[] = {
        "Constant",        "GlorotNormal",    "GlorotUniform", "HeNormal",     "HeUniform",
        "LecunNormal",     "LecunUniform",    "Ones",          "RandomNormal", "RandomUniform",
        "TruncatedNormal", "VarianceScaling", "Zeros",         "Identity",     "Orthogonal"};
    static const char *const functions[] = {"glorot_normal", "glorot_uniform", "he_normal",
                                            "he_uniform",    "lecun_normal",   "lecun_uniform"};
    char name[32];
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
        (void)snprintf(name, sizeof name, "%sV2", classes[i]);
        cr_expect_neq(glr_kind_of_name(name), GLR_KIND_NONE, "%s", name);
        cr_expect_eq(glr_kind_of_name(name), glr_kind_of_name(classes[i]), "%s", name);
    }
    for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
        (void)snprintf(name, sizeof name, "%sV2", functions[i]);
        cr_expect_neq(glr_kind_of_name(name), GLR_KIND_NONE, "%s", name);
        cr_expect_eq(glr_kind_of_name(name), glr_kind_of_name(functions[i]), "%s", name);
    }
    cr_expect_eq(glr_kind_of_name("random_normalV2"), GLR_KIND_NONE); /* which tf_keras does not have */
    cr_expect_eq(glr_kind_of_name("HeNormalV3"), GLR_KIND_NONE);
    cr_expect_eq(glr_kind_of_name("HeNormalV22"), GLR_KIND_NONE);
    static const char *const others[] = {"\"STFTInitializer\"", "\"Initializer\"",
                                         "{\"class_name\": \"__lambda__\", \"config\": {\"value\": []}}"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        expect_refused(others[i], GLR_ERROR_UNSUPPORTED, "is not supported");
    }
}

/* ---- Seeds ------------------------------------------------------------------------------------------- */

#define GENERATOR(config)                                                                                    \
    "{\"class_name\": \"HeNormal\", \"config\": {\"seed\": {\"module\": \"keras.random\", \"class_name\": "  \
    "\"SeedGenerator\", \"config\": {" config "}, \"registered_name\": null}}}"

static void expect_seed(const char *text, int64_t seed)
{
    const glr_initializer read = expect_read(text);
    cr_expect(read.seeding == GLR_SEEDING_SEED && read.seed == seed && read.stream == 0, "%s: %lld", text,
              (long long)read.seed);
}

Test(keras_json, seeds)
{
    expect_seed("{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 9223372036854775808}}", INT64_MIN);
    expect_seed("{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 18446744073709551615}}", -1);
    expect_seed(GENERATOR("\"seed\": 1337, \"name\": \"seed_generator_6\""), 1337);
    expect_seed(GENERATOR("\"seed\": 0"), 0);
    expect_seed(GENERATOR("\"seed\": 2147483645, \"name\": null"), 2147483645);
    expect_seed(GENERATOR("\"seed\": 2147483646"), 0);
    expect_seed(GENERATOR("\"seed\": 4294967296"), 4);
    expect_seed(GENERATOR("\"seed\": -1"), 2147483645);
    expect_seed(GENERATOR("\"seed\": -9223372036854775808"), 2147483638);
    cr_expect_eq(expect_read(GENERATOR("\"seed\": null")).seeding, GLR_SEEDING_NONE);
    cr_expect_eq(expect_read(GENERATOR("\"name\": \"a\"")).seeding, GLR_SEEDING_NONE);
    expect_seed("{\"class_name\": \"HeNormal\", \"config\": {\"seed\": {\"class_name\": \"SeedGenerator\", "
                "\"module\": \"keras.src.random.seed_generator\", \"config\": {\"seed\": 5}, "
                "\"shared_object_id\": 7}}}",
                5);
    expect_refused(GENERATOR("\"seed\": 9223372036854775808"), GLR_ERROR_UNSUPPORTED,
                   "config.seed.config.seed: 9223372036854775808 is not in int64's range");
    expect_refused(GENERATOR("\"seed\": 1.5"), GLR_ERROR_PARSE,
                   "config.seed.config.seed: must be an integer or null, not 1.5");
    expect_refused(GENERATOR("\"state\": 1"), GLR_ERROR_PARSE,
                   "config.seed.config.state: not a member of SeedGenerator");
    expect_refused("{\"class_name\": \"HeNormal\", \"config\": {\"seed\": {\"module\": \"my.random\", "
                   "\"class_name\": \"SeedGenerator\", \"config\": {\"seed\": 1}}}}",
                   GLR_ERROR_UNSUPPORTED, "SeedGenerator of module my.random");
    expect_refused("{\"class_name\": \"HeNormal\", \"config\": {\"seed\": {\"class_name\": \"MySeeds\", "
                   "\"config\": {}}}}",
                   GLR_ERROR_UNSUPPORTED, "MySeeds");
    expect_refused("{\"class_name\": \"HeNormal\", \"config\": {\"seed\": {}}}", GLR_ERROR_PARSE,
                   "config.seed.class_name: missing");
}

/* ---- Members of config ------------------------------------------------------------------------------- */

#define CONSTANT(value) "{\"class_name\": \"Constant\", \"config\": {\"value\": " value "}}"

Test(keras_json, numbers_of_python)
{
    cr_expect_eq(expect_read(CONSTANT("true")).value, 1.0);
    cr_expect_eq(expect_read(CONSTANT("false")).value, 0.0);
    cr_expect_eq(expect_read(CONSTANT("-Infinity")).value, -INFINITY);
    cr_expect(isnan(expect_read(CONSTANT("NaN")).value));
    cr_expect_eq(expect_read("{\"class_name\": \"RandomUniform\", \"config\": {\"maxval\": true}}").maxval,
                 1.0);
    expect_refused("{\"class_name\": \"RandomUniform\", \"config\": {\"maxval\": Infinity}}", GLR_ERROR_PARSE,
                   "config.maxval: Infinity is not finite");
    expect_refused(CONSTANT("-NaN"), GLR_ERROR_PARSE, "this is not a number of JSON: -NaN");
    expect_refused(CONSTANT("Infinite"), GLR_ERROR_PARSE, "line 1");
    expect_refused(CONSTANT("Nan"), GLR_ERROR_PARSE, "expected a value, not Nan");
    expect_refused(CONSTANT("[1, 2]"), GLR_ERROR_UNSUPPORTED, "config.value: must be a number, not an array");
    expect_refused(CONSTANT("{\"class_name\": \"__numpy__\", \"config\": {\"value\": [0.0], \"dtype\": "
                            "\"float64\"}}"),
                   GLR_ERROR_UNSUPPORTED, "config.value: must be a number, not an object");
    expect_refused("{\"class_name\": \"RandomNormal\", \"config\": {\"mean\": {\"class_name\": "
                   "\"__tensor__\", \"config\": {\"value\": 0.5, \"dtype\": \"float32\"}}}}",
                   GLR_ERROR_UNSUPPORTED, "config.mean: must be a number, not an object");
}

Test(keras_json, nulls_are_missing_members)
{
    const glr_initializer scaling = expect_read(
        "{\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": null, \"mode\": null, "
        "\"distribution\": "
        "null, \"seed\": null, \"input_axes\": null, \"output_axes\": null, \"dtype\": null}, \"module\": "
        "null, \"registered_name\": null}");
    const glr_initializer plain = expect_read("\"VarianceScaling\"");
    cr_expect_arr_eq(&scaling, &plain, sizeof plain);
    const glr_initializer normal =
        expect_read("{\"class_name\": \"RandomNormal\", \"config\": {\"mean\": null, \"stddev\": null}}");
    cr_expect(normal.mean == 0.0 && normal.stddev == 0.05);
    cr_expect_eq(expect_read(CONSTANT("null")).value, 0.0);
    cr_expect_eq(expect_read("{\"class_name\": \"Ones\", \"config\": null}").kind, GLR_KIND_ONES);
    expect_refused("{\"class_name\": null}", GLR_ERROR_PARSE, "class_name: must be a string, not null");
    expect_refused("{\"class_name\": \"Ones\", \"config\": {\"value\": null}}", GLR_ERROR_PARSE,
                   "config.value: not a member of Ones");
}

/* ---- Bounds ------------------------------------------------------------------------------------------ */

#define TRUNCATED(members) "{\"class_name\": \"TruncatedNormal\", \"config\": {" members "}}"

static void expect_written(glr_initializer made, const char *expected)
{
    char written[256];
    cr_assert_eq(glr_initializer_to_json(&made, written, sizeof written, NULL), GLR_OK, "%s",
                 glr_last_error());
    cr_expect_str_eq(written, expected, "%s", written);
    const glr_initializer again = expect_read(written);
    cr_expect_arr_eq(&again.lower, &made.lower, sizeof made.lower, "%s", written);
    cr_expect_arr_eq(&again.upper, &made.upper, sizeof made.upper, "%s", written);
    cr_expect(again.lower_unit == made.lower_unit && again.upper_unit == made.upper_unit, "%s", written);
}

Test(keras_json, bounds_are_written_with_their_units)
{
    const double third = 1.0 / 3.0;
    expect_written(glr_truncated_normal(0.0, 1.0, 7),
                   TRUNCATED("\"mean\": 0.0, \"stddev\": 1.0, \"seed\": 7"));
    expect_written(glr_truncated_normal_between(0.0, 1.0, -3.0, third, GLR_BOUND_STDDEV, 7),
                   TRUNCATED("\"mean\": 0.0, \"stddev\": 1.0, \"lower\": -3.0, \"lower_unit\": \"stddev\", "
                             "\"upper\": 0.33333333333333331, \"upper_unit\": \"stddev\", \"seed\": 7"));
    expect_written(glr_truncated_normal_between(0.0, 1.0, -2.0, 2.0, GLR_BOUND_STDDEV, 7),
                   TRUNCATED("\"mean\": 0.0, \"stddev\": 1.0, \"lower\": -2.0, \"lower_unit\": \"stddev\", "
                             "\"upper\": 2.0, \"upper_unit\": \"stddev\", \"seed\": 7"));
    expect_written(glr_truncated_normal_between(0.0, 1.0, -0.0, INFINITY, GLR_BOUND_ABSOLUTE, 7),
                   TRUNCATED("\"mean\": 0.0, \"stddev\": 1.0, \"lower\": -0.0, \"lower_unit\": \"absolute\", "
                             "\"upper\": Infinity, \"upper_unit\": \"absolute\", \"seed\": 7"));
    expect_written(glr_trunc_normal(0.0, 1.0, -INFINITY, 0.5, 7),
                   TRUNCATED("\"mean\": 0.0, \"stddev\": 1.0, \"lower\": -Infinity, \"lower_unit\": "
                             "\"stddev\", \"upper\": 0.5, \"upper_unit\": \"absolute\", \"seed\": 7"));
    glr_initializer one_sided = glr_truncated_normal(0.0, 1.0, 7);
    one_sided.upper = 0.125;
    one_sided.upper_unit = GLR_BOUND_ABSOLUTE;
    expect_written(one_sided, TRUNCATED("\"mean\": 0.0, \"stddev\": 1.0, \"upper\": 0.125, \"upper_unit\": "
                                        "\"absolute\", \"seed\": 7"));
}

Test(keras_json, bounds_need_a_number_and_a_unit)
{
    const glr_initializer absent = expect_read(
        TRUNCATED("\"lower\": null, \"lower_unit\": null, \"upper_unit\": \"stddev\", \"upper\": true"));
    cr_expect(absent.lower == 0.0 && absent.lower_unit == GLR_BOUND_DEFAULT);
    cr_expect(absent.upper == 1.0 && absent.upper_unit == GLR_BOUND_STDDEV);
    expect_refused(TRUNCATED("\"lower\": -3"), GLR_ERROR_PARSE, "config.lower_unit: missing beside lower");
    expect_refused(TRUNCATED("\"upper\": 3, \"upper_unit\": null"), GLR_ERROR_PARSE,
                   "config.upper_unit: missing beside upper");
    expect_refused(TRUNCATED("\"upper_unit\": \"stddev\""), GLR_ERROR_PARSE,
                   "config.upper: missing beside upper_unit");
    expect_refused(TRUNCATED("\"lower\": -3, \"lower_unit\": \"Stddev\""), GLR_ERROR_PARSE,
                   "config.lower_unit: must be stddev or absolute, not Stddev");
    expect_refused(TRUNCATED("\"lower\": -3, \"lower_unit\": 1"), GLR_ERROR_PARSE,
                   "config.lower_unit: must be stddev or absolute, not 1");
    expect_refused(TRUNCATED("\"lower\": NaN, \"lower_unit\": \"stddev\""), GLR_ERROR_PARSE,
                   "config.lower: NaN is not a bound");
    expect_refused(TRUNCATED("\"lower\": \"-3s\", \"lower_unit\": \"stddev\""), GLR_ERROR_PARSE,
                   "config.lower: must be a number");
    expect_refused("{\"class_name\": \"RandomNormal\", \"config\": {\"lower\": -3}}", GLR_ERROR_PARSE,
                   "config.lower: not a member of RandomNormal");
}

static void expect_unwritten(glr_initializer made, const char *message)
{
    char written[256];
    cr_expect_eq(glr_initializer_to_json(&made, written, sizeof written, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_str_eq(glr_last_error(), message, "%s", glr_last_error());
}

Test(keras_json, bounds_without_a_form)
{
    glr_initializer unitless = glr_truncated_normal(0.0, 1.0, 7);
    unitless.upper = 3.0;
    expect_unwritten(unitless, "initializer.upper: 3 without a unit, since upper_unit is 0");
    expect_unwritten(glr_truncated_normal_between(0.0, 1.0, NAN, 1.0, GLR_BOUND_STDDEV, 7),
                     "initializer.lower: nan is not a bound");
    expect_unwritten(
        glr_truncated_normal_between(0.0, 1.0, -1.0, 1.0, (glr_bound_unit)3, 7),
        "initializer.lower_unit: must be default (0), standard deviations (1) or absolute (2), not 3");
}

/* ---- Axes -------------------------------------------------------------------------------------------- */

#define AXES(axes) "{\"class_name\": \"HeNormal\", \"config\": {\"seed\": 3, " axes "}}"

/* Expects axes as they are read, and that writing gives them back. */
static void expect_axes(const char *text, uint32_t has_axes, uint32_t inputs, uint32_t outputs)
{
    char written[256];
    const glr_initializer read = expect_read(text);
    cr_expect(read.has_axes == has_axes && read.input_axis_count == inputs &&
                  read.output_axis_count == outputs,
              "%s: %u, %u, %u", text, read.has_axes, read.input_axis_count, read.output_axis_count);
    cr_assert_eq(glr_initializer_to_json(&read, written, sizeof written, NULL), GLR_OK, "%s",
                 glr_last_error());
    cr_expect_eq(strstr(written, "_axes") != NULL, has_axes == 1, "%s", written);
    const glr_initializer again = expect_read(written);
    cr_expect_arr_eq(&read, &again, sizeof read, "%s became %s", text, written);
}

Test(keras_json, axes)
{
    expect_axes(AXES("\"input_axes\": [], \"output_axes\": []"), 1, 0, 0);
    expect_axes(AXES("\"input_axes\": [0], \"output_axes\": []"), 1, 1, 0);
    expect_axes(AXES("\"input_axes\": [], \"output_axes\": [0, 0, -1]"), 1, 0, 3);
    expect_axes(AXES("\"input_axes\": [0, 1], \"output_axes\": [1]"), 1, 2, 1);
    expect_axes(AXES("\"input_axes\": [0], \"output_axes\": null"), 0, 0, 0);
    expect_axes(AXES("\"input_axes\": null, \"output_axes\": [1]"), 0, 0, 0);
    expect_axes(AXES("\"input_axes\": [0]"), 0, 0, 0);
    expect_axes(AXES("\"output_axes\": []"), 0, 0, 0);

    glr_initializer init = glr_he_normal(3);
    char buffer[256];
    init.input_axis_count = 1;
    cr_expect_eq(glr_initializer_to_json(&init, buffer, sizeof buffer, NULL), GLR_ERROR_ARGUMENT);
    cr_expect_not_null(strstr(glr_last_error(), "initializer.has_axes: 0, but input_axis_count is 1"));
}

/* ---- Dtypes ------------------------------------------------------------------------------------------ */

Test(keras_json, dtypes_by_other_names)
{
    static const struct {
        const char *name;
        glr_dtype dtype;
    } names[] = {
        {"F32", GLR_DTYPE_FLOAT32},
        {"FLOAT32", GLR_DTYPE_FLOAT32},
        {"torch.float", GLR_DTYPE_FLOAT32},
        {"fp32", GLR_DTYPE_FLOAT32},
        {"single", GLR_DTYPE_FLOAT32},
        {"jnp.float32", GLR_DTYPE_FLOAT32},
        {"double", GLR_DTYPE_FLOAT64},
        {"F64", GLR_DTYPE_FLOAT64},
        {"np.float64", GLR_DTYPE_FLOAT64},
        {"half", GLR_DTYPE_FLOAT16},
        {"tf.half", GLR_DTYPE_FLOAT16},
        {"fp16", GLR_DTYPE_FLOAT16},
        {"bf16", GLR_DTYPE_BFLOAT16},
        {"BF16", GLR_DTYPE_BFLOAT16},
        {"torch.bfloat16", GLR_DTYPE_BFLOAT16},
        {"F8_E5M2", GLR_DTYPE_FLOAT8_E5M2},
        {"F8_E4M3", GLR_DTYPE_FLOAT8_E4M3FN},
        {"torch.float8_e4m3fn", GLR_DTYPE_FLOAT8_E4M3FN},
        {"ml_dtypes.bfloat16", GLR_DTYPE_BFLOAT16},
        {"BOOL", GLR_DTYPE_BOOL},
        {"np.bool_", GLR_DTYPE_BOOL},
        {"I64", GLR_DTYPE_INT64},
        {"torch.long", GLR_DTYPE_INT64},
        {"U8", GLR_DTYPE_UINT8},
        {"torch.byte", GLR_DTYPE_UINT8},
        {"float", GLR_DTYPE_NONE},
        {"int", GLR_DTYPE_NONE},
        {"float8_e4m3", GLR_DTYPE_NONE},
        {"np.float", GLR_DTYPE_NONE},
        {"my.float32", GLR_DTYPE_NONE},
        {"torch.", GLR_DTYPE_NONE},
        {"", GLR_DTYPE_NONE},
        {"F8_E8M0", GLR_DTYPE_FLOAT8_E8M0FNU},
        {"F4", GLR_DTYPE_NONE},
        {"bfloat16 ", GLR_DTYPE_NONE},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        cr_expect_eq(glr_dtype_of_name(names[i].name), names[i].dtype, "%s", names[i].name);
    }
    cr_expect_eq(glr_dtype_of_name(NULL), GLR_DTYPE_NONE);
}
