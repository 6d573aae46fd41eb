/* Handles, and every function that is not a fill. */
#include "calls.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

glr_device *call_open(uint32_t threads)
{
    glr_device *device = NULL;
    glr_options options = GLR_OPTIONS_INIT;
    glr_status status = GLR_OK;
    options.backend = GLR_BACKEND_CPU;
    options.threads = threads;
    CALL(glr_open, status = glr_open(&options, &device));
    CHECK(status == GLR_OK, "glr_open: %s", glr_last_error());
    return device;
}

void call_close(glr_device *device) { CALL(glr_close, glr_close(device)); }

/* The members of an initializer, without its padding. */
static void record_initializer(record *into, const char *label, const glr_initializer *of)
{
    const double numbers[] = {of->value,  of->mean,  of->stddev, of->minval,
                              of->maxval, of->scale, of->lower,  of->upper};
    const int64_t integers[] = {of->kind,   of->mode,    of->distribution, of->method,     of->seed,
                                of->stream, of->seeding, of->layout,       of->lower_unit, of->upper_unit};
    record_bytes(into, label, numbers, sizeof numbers);
    record_bytes(into, label, integers, sizeof integers);
    record_bytes(into, label, of->key, sizeof of->key);
    record_bytes(into, label, of->counter, sizeof of->counter);
}

static void call_describe(record *into, const char *label, const glr_initializer *initializer)
{
    glr_status status = GLR_OK;
    glr_summary summary = {0};
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT64, .rank = 4, .shape = {3, 5, 7, 11}};
    CALL(glr_describe, status = glr_describe(initializer, &tensor, &summary));
    const double numbers[] = {summary.fan_in, summary.fan_out, summary.mean,
                              summary.stddev, summary.lower,   summary.upper};
    record_status(into, label, status);
    record_bytes(into, label, numbers, sizeof numbers);
}

static void call_to_json(record *into, const char *label, const glr_initializer *initializer)
{
    char text[2048] = "";
    size_t length = 0;
    glr_status status = GLR_OK;
    CALL(glr_initializer_to_json, status = glr_initializer_to_json(initializer, text, sizeof text, &length));
    record_status(into, label, status);
    record_text(into, label, text);
    CALL(glr_initializer_to_json, status = glr_initializer_to_json(initializer, text, 3, NULL));
    record_status(into, label, status);
}

static void call_to_text(record *into, const char *label, const glr_initializer *initializer)
{
    char text[1024] = "";
    size_t length = 0;
    glr_status status = GLR_OK;
    CALL(glr_initializer_to_text, status = glr_initializer_to_text(initializer, text, sizeof text, &length));
    record_status(into, label, status);
    record_text(into, label, text);
}

/* Numbers whose shortest decimal form, or nearest value, needs every digit. */
static const double numbers[] = {
    0.1,       1.0 / 3.0, 2.5,  1234567.891, 1e-5, 9007199254740991.0, 0x1.fffffffffffffp1023,
    0x1p-1074, 1e-310,    1e23,
};

static void call_with_numbers(record *into)
{
    for (size_t i = 0; i < COUNT(numbers); i++) {
        char label[LABEL];
        (void)snprintf(label, sizeof label, "number %zu", i);
        const glr_initializer made[] = {
            glr_truncated_normal(0.0, numbers[i], 1),
            glr_random_uniform(0.0, numbers[i], INT64_MIN),
            glr_constant(numbers[i]),
            glr_variance_scaling(numbers[i], GLR_MODE_FAN_IN, GLR_DISTRIBUTION_TRUNCATED_NORMAL, INT64_MAX),
            glr_variance_scaling(numbers[i], GLR_MODE_FAN_OUT, GLR_DISTRIBUTION_UNIFORM, 1),
        };
        for (size_t j = 0; j < COUNT(made); j++) {
            call_describe(into, label, &made[j]);
            call_to_json(into, label, &made[j]);
            call_to_text(into, label, &made[j]);
        }
    }
}

static const char *const texts[] = {
    "\"glorot_uniform\"",
    "{\"class_name\": \"TruncatedNormal\", \"config\": {\"mean\": 0.1, \"stddev\": 1e-310, \"seed\": -5}}",
    "{\"class_name\": \"TruncatedNormal\", \"config\": {\"lower\": -0.1, \"lower_unit\": \"absolute\", "
    "\"upper\": 2.0000000000000004, \"upper_unit\": \"stddev\"}}",
    "{\"class_name\": \"RandomUniform\", \"config\": {\"minval\": -0.3333333333333333, \"maxval\": 1e23}}",
    "{\"class_name\": \"Constant\", \"config\": {\"value\": 2.2250738585072011e-308}}",
    "{\"class_name\": \"Constant\", \"config\": {\"value\": 1,5}}",
    "{\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 1.00000000000000011102230246251565, "
    "\"mode\": \"fan_in\", \"distribution\": \"UNIFORM\", \"seed\": 9223372036854775807}}",
    "{\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 0.1, \"mode\": \"fan_out\", "
    "\"distribution\": \"Truncated_Normal\"}}",
    "{\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": 0.1, \"mode\": \"fan_in\", "
    "\"distribution\": \"UNTRUNCATED_NORMAL\"}}",
    "{\"class_name\": \"VarianceScaling\", \"config\": {\"scale\": -1.25}}",
    "{\"class_name\": \"VarianceScaling\", \"config\": {\"mode\": \"FAN_IN\"}}",
    "{\"class_name\": \"Constant\", \"config\": {\"value\": 1e999}}",
    "{\"class_name\": ",
};

static void call_from_json(record *into)
{
    for (size_t i = 0; i < COUNT(texts); i++) {
        glr_initializer read = {0};
        glr_status status = GLR_OK;
        CALL(glr_initializer_from_json,
             status = glr_initializer_from_json(texts[i], strlen(texts[i]), &read));
        record_status(into, texts[i], status);
        record_initializer(into, texts[i], &read);
        if (status == GLR_OK) {
            call_to_json(into, texts[i], &read);
            call_describe(into, texts[i], &read);
        }
    }
}

/* As deep as an expression may be, with an error in its middle. */
static const char nested[] =
    "constant(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt("
    "sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(sqrt(1e999)))))))))))))))))))"
    "))))))))))))))";

static const char *const forms[] = {
    "truncated_normal(0.1, 1e-310, -2s, 2s, seed=-5)",
    "random_uniform(-0.02/sqrt(2*n_layer), 0.1 + 1/3 * 1e23)",
    "kaiming_uniform(0.1, fan_out)",
    "linear_bias(63)",
    "trunc_normal(0.1, 0.3, -2, 2)",
    "truncated_normal(0.1, 0.3, -1.1s, 0.1 + 1/3)",
    "constant(0x1.8p-1074)",
    "constant(1,5)",
    "constant(1.00000000000000011102230246251565 - 1)",
    "constant(1/(0.1 + 0.2 - 0.30000000000000004))",
    "he_normal(key=[1, 4294967295], counter=[1, 2, 3, 4], input_axes=[0, -1], output_axes=[], method=icdf)",
    "constant(1e999)",
    "constant((((((((((((((((((((((((((((((((1e-5))))))))))))))))))))))))))))))))",
    nested,
};

static void call_from_text(record *into)
{
    const glr_variable variables[] = {{"n_layer", 32.0}};
    for (size_t i = 0; i < COUNT(forms); i++) {
        glr_initializer read = {0};
        glr_status status = GLR_OK;
        CALL(glr_initializer_from_text, status = glr_initializer_from_text(
                                            forms[i], strlen(forms[i]), variables, COUNT(variables), &read));
        record_status(into, forms[i], status);
        record_initializer(into, forms[i], &read);
        if (status == GLR_OK) {
            call_to_text(into, forms[i], &read);
        }
    }
}

/* Every named initializer, and those of Keras's defaults. */
static void call_constructors(record *into)
{
    glr_initializer made[29];
    double gain = 0.0;
    size_t count = 0;
    CALL(glr_zeros, made[count++] = glr_zeros());
    CALL(glr_ones, made[count++] = glr_ones());
    CALL(glr_glorot_normal, made[count++] = glr_glorot_normal(1));
    CALL(glr_glorot_uniform, made[count++] = glr_glorot_uniform(1));
    CALL(glr_he_normal, made[count++] = glr_he_normal(1));
    CALL(glr_he_uniform, made[count++] = glr_he_uniform(1));
    CALL(glr_lecun_normal, made[count++] = glr_lecun_normal(1));
    CALL(glr_lecun_uniform, made[count++] = glr_lecun_uniform(1));
    CALL(glr_xavier_normal, made[count++] = glr_xavier_normal(0.1, 1));
    CALL(glr_xavier_uniform, made[count++] = glr_xavier_uniform(0.1, 1));
    CALL(glr_kaiming_normal,
         made[count++] = glr_kaiming_normal(0.1, GLR_MODE_FAN_IN, GLR_NONLINEARITY_LEAKY_RELU, 1));
    CALL(glr_kaiming_uniform,
         made[count++] = glr_kaiming_uniform(0.1, GLR_MODE_FAN_OUT, GLR_NONLINEARITY_LEAKY_RELU, 1));
    CALL(glr_linear_weight, made[count++] = glr_linear_weight(1));
    CALL(glr_linear_bias, made[count++] = glr_linear_bias(63, 1));
    CALL(glr_trunc_normal, made[count++] = glr_trunc_normal(0.1, 0.3, -INFINITY, 0.1, 1));
    CALL(glr_truncated_normal_between,
         made[count++] = glr_truncated_normal_between(0.1, 0.3, -1.1, INFINITY, GLR_BOUND_STDDEV, 1));
    CALL(glr_calculate_gain, (void)glr_calculate_gain(GLR_NONLINEARITY_LEAKY_RELU, 0.1, &gain));
    record_bytes(into, "glr_calculate_gain", &gain, sizeof gain);
    CALL(glr_log_arange, made[count++] = glr_log_arange());
    CALL(glr_dt_bias, made[count++] = glr_dt_bias(0.001, 0.1, 1e-4, 1));
    CALL(glr_sinusoids, made[count++] = glr_sinusoids(10000.0));
    CALL(glr_sinusoids_interleaved, made[count++] = glr_sinusoids_interleaved(10000.0));
    CALL(glr_identity, made[count++] = glr_identity(0.5));
    CALL(glr_dirac, made[count++] = glr_dirac(1));
    CALL(glr_orthogonal, made[count++] = glr_orthogonal(0.5, 1));
    CALL(glr_unit_forget_bias, made[count++] = glr_unit_forget_bias());
    CALL(glr_random_bytes, made[count++] = glr_random_bytes(1));
    CALL(glr_initializer_of_kind, made[count++] = glr_initializer_of_kind(GLR_KIND_RANDOM_UNIFORM));
    for (size_t i = 0; i < count; i++) {
        const char *name = NULL;
        CALL(glr_kind_name, name = glr_kind_name(made[i].kind));
        record_initializer(into, name, &made[i]);
        call_describe(into, name, &made[i]);
        call_to_json(into, name, &made[i]);
    }
}

static void call_seeds(record *into)
{
    CALL(glr_set_seed, glr_set_seed(-1234567890123456789));
    for (int i = 0; i < 5; i++) {
        glr_initializer resolved = glr_he_normal(1);
        glr_status status = GLR_OK;
        resolved.seeding = GLR_SEEDING_NONE;
        CALL(glr_resolve, status = glr_resolve(&resolved, &resolved));
        record_status(into, "glr_resolve", status);
        record_initializer(into, "glr_resolve", &resolved);
    }
    int64_t stream = 0;
    CALL(glr_stream_of_name, stream = glr_stream_of_name("dense/kernel", 12));
    record_bytes(into, "glr_stream_of_name", &stream, sizeof stream);
    const char *law = NULL;
    CALL(glr_law_name, law = glr_law_name(1));
    record_bytes(into, "glr_law_name", law, strlen(law));
}

/* Messages with numbers in them. */
static void call_wrongly(record *into, glr_device *device)
{
    float value = 0.0F;
    glr_status status = GLR_OK;
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *none = NULL;
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {1}};
    glr_initializer initializer = glr_random_normal(0.0, -1234.5, 1);
    CALL(glr_fill, status = glr_fill(device, &initializer, &tensor, &value, sizeof value));
    record_status(into, "a negative deviation", status);
    initializer = glr_random_uniform(0.75, 0.25, 1);
    CALL(glr_fill, status = glr_fill(device, &initializer, &tensor, &value, sizeof value));
    record_status(into, "bounds the other way round", status);
    initializer = glr_constant(0.1);
    tensor.dtype = GLR_DTYPE_INT8;
    CALL(glr_fill, status = glr_fill(device, &initializer, &tensor, &value, sizeof value));
    record_status(into, "a fraction as an integer", status);
    initializer = glr_constant(-9.2e18);
    tensor.dtype = GLR_DTYPE_INT64;
    CALL(glr_fill, status = glr_fill(device, &initializer, &tensor, &value, sizeof value));
    record_status(into, "too few bytes", status);
    tensor.shape[0] = 1000000000;
    tensor.dtype = GLR_DTYPE_FLOAT32;
    CALL(glr_fill, status = glr_fill(device, &initializer, &tensor, &value, sizeof value));
    record_status(into, "far too few bytes", status);
    tensor.shape[0] = INT64_MIN;
    CALL(glr_tensor_extent, status = glr_tensor_extent(&tensor, NULL, NULL));
    record_status(into, "a negative extent", status);
    options.threads = 1234567;
    CALL(glr_open, status = glr_open(&options, &none));
    record_status(into, "threads", status);
    const char *message = NULL;
    CALL(glr_last_error, message = glr_last_error());
    record_text(into, "glr_last_error", message);
}

static void call_memory(record *into, glr_device *device)
{
    const glr_initializer initializer = glr_lecun_normal(1);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {64}};
    glr_status status = GLR_OK;
    void *memory = NULL;
    float values[64] = {0};
    CALL(glr_alloc, status = glr_alloc(device, sizeof values, &memory));
    record_status(into, "glr_alloc", status);
    CALL(glr_fill, status = glr_fill(device, &initializer, &tensor, memory, sizeof values));
    record_status(into, "glr_fill", status);
    CALL(glr_sync, status = glr_sync(device));
    record_status(into, "glr_sync", status);
    CALL(glr_copy_to_host, status = glr_copy_to_host(device, values, memory, sizeof values));
    record_status(into, "glr_copy_to_host", status);
    record_bytes(into, "glr_copy_to_host", values, sizeof values);
    CALL(glr_free, status = glr_free(device, memory));
    record_status(into, "glr_free", status);
    const void *staged = NULL;
    glr_stage *stage = NULL;
    CALL(glr_stage_open, status = glr_stage_open(device, sizeof values, &stage));
    record_status(into, "glr_stage_open", status);
    CALL(glr_stage_fill, status = glr_stage_fill(stage, &initializer, &tensor));
    record_status(into, "glr_stage_fill", status);
    CALL(glr_stage_wait, status = glr_stage_wait(stage, &staged));
    record_status(into, "glr_stage_wait", status);
    record_bytes(into, "glr_stage_wait", staged, sizeof values);
    CALL(glr_stage_close, glr_stage_close(stage));
    memory = values;
    CALL(glr_alloc, status = glr_alloc(device, UINT64_MAX, &memory));
    record_status(into, "glr_alloc of all memory", status);
}

/* An orthogonal matrix, for which the fill allocates. */
static void call_matrix(record *into, glr_device *device)
{
    const glr_initializer initializer = glr_orthogonal(0.3, 1);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 2, .shape = {40, 36}};
    glr_status status = GLR_OK;
    uint64_t scratch = 0;
    float *values = allocate(sizeof *values * 40 * 36);
    CALL(glr_fill_scratch, status = glr_fill_scratch(device, &initializer, &tensor, &scratch));
    record_status(into, "glr_fill_scratch", status);
    record_bytes(into, "glr_fill_scratch", &scratch, sizeof scratch);
    CALL(glr_fill, status = glr_fill(device, &initializer, &tensor, values, sizeof *values * 40 * 36));
    record_status(into, "glr_fill of a matrix", status);
    record_bytes(into, "glr_fill of a matrix", values, sizeof *values * 40 * 36);
    free(values);
}

static void call_names(record *into, glr_device *device)
{
    const char *text = NULL;
    uint64_t number = 0;
    CALL(glr_version_string, text = glr_version_string());
    record_text(into, "glr_version_string", text);
    CALL(glr_status_name, text = glr_status_name(GLR_ERROR_SHAPE));
    record_text(into, "glr_status_name", text);
    CALL(glr_backend_name, text = glr_backend_name(GLR_BACKEND_CPU));
    record_text(into, "glr_backend_name", text);
    CALL(glr_dtype_name, text = glr_dtype_name(GLR_DTYPE_FLOAT16));
    record_text(into, "glr_dtype_name", text);
    CALL(glr_version, number = glr_version());
    record_bytes(into, "glr_version", &number, sizeof number);
    CALL(glr_stream_version, number = glr_stream_version());
    record_bytes(into, "glr_stream_version", &number, sizeof number);
    CALL(glr_dtype_size, number = glr_dtype_size(GLR_DTYPE_INT16));
    record_bytes(into, "glr_dtype_size", &number, sizeof number);
    CALL(glr_dtype_of_name, number = glr_dtype_of_name("int16"));
    record_bytes(into, "glr_dtype_of_name", &number, sizeof number);
    CALL(glr_kind_of_name, number = glr_kind_of_name("uniform"));
    record_bytes(into, "glr_kind_of_name", &number, sizeof number);
    CALL(glr_dtype_is_floating, number = glr_dtype_is_floating(GLR_DTYPE_FLOAT16));
    record_bytes(into, "glr_dtype_is_floating", &number, sizeof number);
    CALL(glr_device_backend, number = glr_device_backend(device));
    record_bytes(into, "glr_device_backend", &number, sizeof number);
}

static void call_settings(record *into)
{
    glr_initializer constant;
    const char *text = NULL;
    glr_method method = GLR_METHOD_RESAMPLE;
    glr_layout layout = GLR_LAYOUT_KERAS;
    glr_status status = GLR_OK;
    uint32_t threads = 0;
    CALL(glr_method_name, text = glr_method_name(GLR_METHOD_ICDF));
    record_text(into, "glr_method_name", text);
    CALL(glr_method_of_name, status = glr_method_of_name("icdf", &method));
    record_status(into, "glr_method_of_name", status);
    record_bytes(into, "glr_method_of_name", &method, sizeof method);
    CALL(glr_layout_name, text = glr_layout_name(GLR_LAYOUT_TORCH));
    record_text(into, "glr_layout_name", text);
    CALL(glr_layout_of_name, status = glr_layout_of_name("Torch", &layout));
    record_status(into, "glr_layout_of_name", status);
    CALL(glr_constant_int64, constant = glr_constant_int64(-INT64_MAX));
    record_initializer(into, "glr_constant_int64", &constant);
    CALL(glr_constant_uint64, constant = glr_constant_uint64(UINT64_MAX));
    record_initializer(into, "glr_constant_uint64", &constant);
    CALL(glr_default_threads, threads = glr_default_threads());
    CHECK(threads > 0, "no threads");
}

static void call_stage(record *into, glr_device *device)
{
    const glr_initializer initializer = glr_truncated_normal(0.1, 1e-39, 1);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {64}};
    glr_status status = GLR_OK;
    glr_stage *stage = NULL;
    const void *values = NULL;
    CALL(glr_stage_open, status = glr_stage_open(device, 256, &stage));
    record_status(into, "glr_stage_open", status);
    CALL(glr_stage_fill, status = glr_stage_fill(stage, &initializer, &tensor));
    record_status(into, "glr_stage_fill", status);
    CALL(glr_stage_wait, status = glr_stage_wait(stage, &values));
    record_status(into, "glr_stage_wait", status);
    record_bytes(into, "glr_stage_wait", values, 256);
    CALL(glr_stage_close, glr_stage_close(stage));
}

static void call_devices(record *into)
{
    glr_device_info infos[16];
    size_t count = 0;
    glr_status status = GLR_OK;
    memset(infos, 0, sizeof infos);
    CALL(glr_devices, status = glr_devices(infos, COUNT(infos), &count));
    record_status(into, "glr_devices", status);
    for (size_t i = 0; i < count && i < COUNT(infos); i++) {
        record_text(into, "a device's name", infos[i].name);
        record_text(into, "a device's reason", infos[i].reason);
    }
}

void call_others(record *into, glr_device *device)
{
    call_names(into, device);
    call_settings(into);
    call_devices(into);
    call_constructors(into);
    call_with_numbers(into);
    call_from_json(into);
    call_from_text(into);
    call_seeds(into);
    call_memory(into, device);
    call_matrix(into, device);
    call_models(into);
    call_shards(into);
    call_stage(into, device);
    call_wrongly(into, device);
}
