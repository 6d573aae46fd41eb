/* The values of TensorFlow and Keras, bit for bit. */
#include "support/any_fill.h"
#include "support/golden.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LARGE (1 << 26) /* cases of more values have a test of their own */

static void check_hash(glr_device *device, const json_t *golden_case)
{
    char hash[SHA256_TEXT];
    glr_initializer initializer = golden_initializer(golden_case);
    glr_tensor tensor = golden_tensor(golden_case);
    sha256_of_fill(device, &initializer, &tensor, hash);
    if (strcmp(hash, json_string_value(json_object_get(golden_case, "sha256"))) != 0) {
        char *text = json_dumps(golden_case, JSON_COMPACT);
        cr_expect_fail("%.200s: sha256 %s", text, hash);
        free(text);
    }
}

static size_t check_cases(const char *file, const char *list, const char *dtype, int large)
{
    glr_device *device = open_any(0);
    json_t *golden = golden_read(file), *item;
    size_t i, checked = 0;
    json_array_foreach(json_object_get(golden, list), i, item)
    {
        const char *its = json_string_value(json_object_get(item, "dtype"));
        int is_large = json_integer_value(json_object_get(item, "count")) > LARGE;
        if ((its == NULL || strcmp(its, dtype) == 0) && is_large == large) {
            check_hash(device, item);
            checked++;
        }
    }
    json_decref(golden);
    glr_close(device);
    return checked;
}

Test(golden, float32_cases)
{
    size_t checked = check_cases("golden/cases.json", "cases", "float32", 0);
    cr_expect_eq(checked, 1440, "%zu", checked);
}

/* 67 and 268 million values. */
Test(golden, float32_large_cases, .timeout = 1000)
{
    if (test_is_light() || any_is_interpreted()) {
        return;
    }
    size_t checked = check_cases("golden/cases.json", "cases", "float32", 1);
    cr_expect_eq(checked, 2, "%zu", checked);
}

Test(golden, keras_axes)
{
    size_t checked = check_cases("golden/streams.json", "axes", "float32", 0);
    cr_expect_eq(checked, 6, "%zu", checked);
}

Test(golden, icdf_cases)
{
    size_t checked = check_cases("golden/icdf.json", "cases", "float32", 0);
    cr_expect_eq(checked, 80, "%zu", checked);
}

static void check_stream(glr_device *device, const json_t *item, glr_initializer initializer, const char *key)
{
    char hash[SHA256_TEXT];
    glr_tensor tensor = {
        .dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {json_integer_value(json_object_get(item, "count"))}};
    const json_t *name = json_object_get(item, "name");
    initializer.stream = glr_stream_of_name(json_string_value(name), json_string_length(name));
    sha256_of_fill(device, &initializer, &tensor, hash);
    cr_expect_str_eq(hash, json_string_value(json_object_get(item, key)), "%s of %s", key,
                     json_string_value(name));
}

Test(golden, streams_of_names)
{
    glr_device *device = open_any(0);
    json_t *golden = golden_read("golden/streams.json"), *item;
    size_t i;
    json_array_foreach(json_object_get(golden, "streams"), i, item)
    {
        int64_t seed = json_integer_value(json_object_get(item, "seed"));
        check_stream(device, item, glr_truncated_normal(0.0, 1.0, seed), "truncated_normal_sha256");
        check_stream(device, item, glr_random_normal(0.0, 1.0, seed), "normal_sha256");
        check_stream(device, item, glr_random_uniform(0.0, 1.0, seed), "uniform_sha256");
    }
    cr_expect_eq(i, 21);
    json_decref(golden);
    glr_close(device);
}

/* Binary64 numbers as integers in the order of their values. */
static int64_t ordered(double value)
{
    int64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits < 0 ? INT64_MIN - bits : bits;
}

static double check_samples(glr_device *device, const json_t *item)
{
    glr_initializer initializer = golden_initializer(item);
    glr_tensor tensor = golden_tensor(item);
    const json_t *index = json_object_get(item, "sample_index"),
                 *samples = json_object_get(item, "sample_hex");
    int64_t worst = 0;
    for (size_t i = 0; i < json_array_size(index); i++) {
        double value = 0.0, expected = strtod(json_string_value(json_array_get(samples, i)), NULL);
        tensor.part = GLR_PART_RANGE;
        tensor.first = json_integer_value(json_array_get(index, i));
        tensor.count = 1;
        cr_assert_eq(any_fill(device, &initializer, &tensor, &value, sizeof value), GLR_OK, "%s",
                     any_error());
        int64_t apart = llabs(ordered(value) - ordered(expected));
        worst = apart > worst ? apart : worst;
    }
    return (double)worst;
}

Test(golden, float64_cases_within_4_units)
{
    if (!any_has_f64()) {
        return;
    }
    glr_device *device = open_any(1);
    json_t *golden = golden_read("golden/cases.json"), *item;
    size_t i, checked = 0;
    json_array_foreach(json_object_get(golden, "cases"), i, item)
    {
        if (strcmp(json_string_value(json_object_get(item, "dtype")), "float64") == 0) {
            double worst = check_samples(device, item);
            cr_expect(worst <= 4.0, "case %zu: %g units in the last place", i, worst);
            checked++;
        }
    }
    cr_expect_eq(checked, 1440, "%zu", checked);
    json_decref(golden);
    glr_close(device);
}
