/* Names of things, both ways. */
#include "support/golden.h"

#include <criterion/criterion.h>
#include <string.h>

Test(names, of_dtypes)
{
    static const size_t sizes[] = {0, 4, 8, 2, 2, 1, 1, 1, 1, 2, 4, 8, 1, 2, 4, 8, 1};
    for (unsigned i = GLR_DTYPE_FLOAT32; i <= GLR_DTYPE_FLOAT8_E8M0FNU; i++) {
        glr_dtype dtype = (glr_dtype)i;
        const char *name = glr_dtype_name(dtype);
        cr_expect_eq(glr_dtype_of_name(name), dtype, "%s", name);
        cr_expect_eq(glr_dtype_size(dtype), sizes[i], "%s", name);
    }
    cr_expect_str_eq(glr_dtype_name(GLR_DTYPE_FLOAT8_E4M3FN), "float8_e4m3fn");
    cr_expect_eq(glr_dtype_of_name("F8_E8M0"), GLR_DTYPE_FLOAT8_E8M0FNU);
    cr_expect_eq(glr_dtype_of_name("torch.float8_e8m0fnu"), GLR_DTYPE_FLOAT8_E8M0FNU);
    cr_expect(glr_dtype_is_floating(GLR_DTYPE_FLOAT8_E8M0FNU));
    cr_expect_str_eq(glr_dtype_name((glr_dtype)17), "unknown dtype");
    cr_expect_str_eq(glr_dtype_name(GLR_DTYPE_NONE), "unknown dtype");
    cr_expect_eq(glr_dtype_size((glr_dtype)-1), 0);
    cr_expect_eq(glr_dtype_of_name("float"), GLR_DTYPE_NONE);
    cr_expect_eq(glr_dtype_of_name(NULL), GLR_DTYPE_NONE);
}

Test(names, of_kinds)
{
    for (unsigned i = GLR_KIND_ZEROS; i <= GLR_KIND_UNIT_FORGET_BIAS; i++) {
        glr_kind kind = (glr_kind)i;
        const char *name = glr_kind_name(kind);
        cr_expect_eq(glr_kind_of_name(name), kind, "%s", name);
    }
    cr_expect_eq(glr_kind_of_name("RandomBytes"), GLR_KIND_RANDOM_BYTES);
    cr_expect_eq(glr_kind_of_name(glr_kind_name(GLR_KIND_RANDOM_BYTES)), GLR_KIND_RANDOM_BYTES);
    cr_expect_str_eq(glr_kind_name((glr_kind)23), "unknown initializer");
    cr_expect_eq(glr_kind_of_name("Glorot"), GLR_KIND_NONE);
    cr_expect_eq(glr_kind_of_name(NULL), GLR_KIND_NONE);
}

/* Every alias under which Keras knows an initializer that glorand draws. */
Test(names, aliases_of_keras)
{
    json_t *golden = golden_read("golden/configs.json"), *aliases;
    const char *class_name;
    size_t i, checked = 0;
    json_t *alias;
    json_object_foreach(json_object_get(golden, "keras_aliases"), class_name, aliases)
    {
        glr_kind kind = glr_kind_of_name(class_name);
        json_array_foreach(aliases, i, alias)
        {
            cr_expect_eq(glr_kind_of_name(json_string_value(alias)), kind, "%s", json_string_value(alias));
            checked += kind != GLR_KIND_NONE;
        }
    }
    cr_expect_eq(checked, 36, "%zu", checked);
    json_decref(golden);
}

Test(names, of_statuses_and_backends)
{
    cr_expect_str_eq(glr_status_name(GLR_OK), "GLR_OK");
    cr_expect_str_eq(glr_status_name(GLR_ERROR_UNSEEDED), "GLR_ERROR_UNSEEDED");
    cr_expect_str_eq(glr_status_name((glr_status)999), "unknown status");
    cr_expect_str_eq(glr_backend_name(GLR_BACKEND_OPENCL), "opencl");
    cr_expect_str_eq(glr_backend_name((glr_backend_kind)999), "unknown backend");
}

Test(names, streams_of_tensors)
{
    json_t *golden = golden_read("golden/streams.json"), *item;
    size_t i;
    json_array_foreach(json_object_get(golden, "streams"), i, item)
    {
        const json_t *name = json_object_get(item, "name");
        int64_t stream = glr_stream_of_name(json_string_value(name), json_string_length(name));
        cr_expect_eq(stream, json_integer_value(json_object_get(item, "stream")), "%s",
                     json_string_value(name));
    }
    cr_expect_eq(i, 21);
    cr_expect_eq(glr_stream_of_name(NULL, 0), glr_stream_of_name("", 0));
    json_decref(golden);
}

Test(names, versions)
{
    cr_expect_str_eq(glr_version_string(), GLR_VERSION_STRING);
    cr_expect_eq(glr_version(), GLR_VERSION_MAJOR * 1000000 + GLR_VERSION_MINOR * 1000 + GLR_VERSION_PATCH);
    cr_expect_eq(glr_stream_version(), 1);
}

Test(names, last_error_belongs_to_its_thread_and_survives_success)
{
    glr_tensor bad = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {-3}},
               good = {.dtype = GLR_DTYPE_FLOAT32};
    cr_expect_str_eq(glr_last_error(), "");
    cr_expect_eq(glr_tensor_extent(&bad, NULL, NULL), GLR_ERROR_SHAPE);
    cr_expect_eq(glr_tensor_extent(&good, NULL, NULL), GLR_OK);
    cr_expect_str_eq(glr_last_error(), "tensor.shape[0]: -3 is negative");
}
