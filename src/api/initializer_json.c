/* Initializers from and to JSON, in TensorFlow's form and Keras 3's. */
#include "error.h"
#include "guest.h"
#include "kind.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Members of config, as bits, that each kind has. */
enum {
    HAS_VALUE = 1,
    HAS_MEAN_STDDEV = 2,
    HAS_BOUNDS = 4,
    HAS_SCALING = 8,
    HAS_SEED = 16,
    HAS_AXES = 32,
};

static unsigned members_of(glr_kind kind)
{
    switch (kind) {
    case GLR_ZEROS:
    case GLR_ONES: return 0;
    case GLR_CONSTANT: return HAS_VALUE;
    case GLR_RANDOM_NORMAL:
    case GLR_TRUNCATED_NORMAL: return HAS_MEAN_STDDEV | HAS_SEED;
    case GLR_RANDOM_UNIFORM: return HAS_BOUNDS | HAS_SEED;
    case GLR_VARIANCE_SCALING: return HAS_SCALING | HAS_SEED | HAS_AXES;
    default: return HAS_SEED | HAS_AXES;
    }
}

static const char *const mode_names[] = {"fan_in", "fan_out", "fan_avg"};
static const char *const distribution_names[] = {"truncated_normal", "untruncated_normal", "uniform"};

/* Initializers of Keras that are no draws of independent values. */
static const char *const unsupported_names[] = {
    "Orthogonal", "orthogonal", "OrthogonalInitializer", "Identity", "identity", "IdentityInitializer",
    "STFT",       "stft",       "STFTInitializer",
};

/* ---- Reading -------------------------------------------------------------------------------------- */

static glr_status read_number(const json_t *value, const char *name, double *number)
{
    if (!json_is_number(value)) {
        return glr_fail(GLR_ERROR_PARSE, "config.%s: is not a number", name);
    }
    *number = json_number_value(value);
    return GLR_OK;
}

/* The position of a string among names, in any case where that is allowed. */
static glr_status read_name(const json_t *value, const char *name, const char *const names[3], int *position)
{
    const char *text = json_string_value(value);
    for (int i = 0; text != NULL && i < 3; i++) {
        if (strcasecmp(text, names[i]) == 0) {
            *position = i;
            return GLR_OK;
        }
    }
    return glr_fail(GLR_ERROR_PARSE, "config.%s: %s is none of %s, %s, %s", name,
                    text == NULL ? "what is no string" : text, names[0], names[1], names[2]);
}

static glr_status read_distribution(const json_t *value, glr_initializer *initializer)
{
    const char *text = json_string_value(value);
    if (text != NULL && strcasecmp(text, "normal") == 0) {
        initializer->distribution = GLR_DISTRIBUTION_TRUNCATED_NORMAL;
        return GLR_OK;
    }
    int position = 0;
    glr_status status = read_name(value, "distribution", distribution_names, &position);
    initializer->distribution = (glr_distribution)position;
    return status;
}

static glr_status read_mode(const json_t *value, glr_initializer *initializer)
{
    int position = 0;
    glr_status status = read_name(value, "mode", mode_names, &position);
    initializer->mode = (glr_mode)position;
    return status;
}

static glr_status read_seed(const json_t *value, glr_initializer *initializer)
{
    if (json_is_null(value)) {
        return GLR_OK;
    }
    if (!json_is_integer(value)) {
        return glr_fail(GLR_ERROR_PARSE, "config.seed: is neither an integer nor null");
    }
    initializer->seeding = GLR_SEEDED;
    initializer->seed = json_integer_value(value);
    return GLR_OK;
}

/* An axis, or a list of axes, or null. */
static glr_status read_axes(const json_t *value, const char *name, int32_t axes[GLR_MAX_RANK],
                            uint32_t *count)
{
    *count = 0;
    if (json_is_null(value)) {
        return GLR_OK;
    }
    size_t length = json_is_array(value) ? json_array_size(value) : 1;
    if (length > GLR_MAX_RANK) {
        return glr_fail(GLR_ERROR_PARSE, "config.%s: %zu axes are more than %d", name, length, GLR_MAX_RANK);
    }
    for (size_t i = 0; i < length; i++) {
        const json_t *axis = json_is_array(value) ? json_array_get(value, i) : value;
        json_int_t number = json_integer_value(axis);
        if (!json_is_integer(axis) || number < -GLR_MAX_RANK || number >= GLR_MAX_RANK) {
            return glr_fail(GLR_ERROR_PARSE, "config.%s[%zu]: is no integer from %d to %d", name, i,
                            -GLR_MAX_RANK, GLR_MAX_RANK - 1);
        }
        axes[i] = (int32_t)number;
    }
    *count = (uint32_t)length;
    return GLR_OK;
}

static glr_status read_member(const char *name, const json_t *value, glr_initializer *initializer)
{
    unsigned members = members_of(initializer->kind);
    if (members & HAS_VALUE && strcmp(name, "value") == 0) {
        return read_number(value, name, &initializer->value);
    }
    if (members & HAS_MEAN_STDDEV && strcmp(name, "mean") == 0) {
        return read_number(value, name, &initializer->mean);
    }
    if (members & HAS_MEAN_STDDEV && strcmp(name, "stddev") == 0) {
        return read_number(value, name, &initializer->stddev);
    }
    if (members & HAS_BOUNDS && strcmp(name, "minval") == 0) {
        return read_number(value, name, &initializer->minval);
    }
    if (members & HAS_BOUNDS && strcmp(name, "maxval") == 0) {
        return read_number(value, name, &initializer->maxval);
    }
    if (members & HAS_SCALING && strcmp(name, "scale") == 0) {
        return read_number(value, name, &initializer->scale);
    }
    if (members & HAS_SCALING && strcmp(name, "mode") == 0) {
        return read_mode(value, initializer);
    }
    if (members & HAS_SCALING && strcmp(name, "distribution") == 0) {
        return read_distribution(value, initializer);
    }
    if (members & HAS_SEED && strcmp(name, "seed") == 0) {
        return read_seed(value, initializer);
    }
    if (members & HAS_AXES && strcmp(name, "input_axes") == 0) {
        return read_axes(value, name, initializer->input_axes, &initializer->input_axis_count);
    }
    if (members & HAS_AXES && strcmp(name, "output_axes") == 0) {
        return read_axes(value, name, initializer->output_axes, &initializer->output_axis_count);
    }
    if (strcmp(name, "dtype") == 0) {
        return GLR_OK;
    }
    return glr_fail(GLR_ERROR_PARSE, "config.%s: is no member of %s", name,
                    glr_kind_class_name(initializer->kind));
}

static glr_status read_class_name(const json_t *value, glr_initializer *initializer)
{
    const char *name = json_string_value(value);
    if (name == NULL) {
        return glr_fail(GLR_ERROR_PARSE, "class_name: is %s", value == NULL ? "missing" : "not a string");
    }
    for (size_t i = 0; i < sizeof unsupported_names / sizeof unsupported_names[0]; i++) {
        if (strcmp(name, unsupported_names[i]) == 0) {
            return glr_fail(GLR_ERROR_UNSUPPORTED, "class_name: %s is not supported", name);
        }
    }
    glr_kind kind = glr_kind_of_name(name);
    if (kind == GLR_KIND_NONE) {
        return glr_fail(GLR_ERROR_PARSE, "class_name: %s is no initializer", name);
    }
    *initializer = glr_initializer_of_kind(kind);
    initializer->seeding = GLR_UNSEEDED;
    return GLR_OK;
}

static glr_status read_config(json_t *config, glr_initializer *initializer)
{
    if (config == NULL || json_is_null(config)) {
        return GLR_OK;
    }
    if (!json_is_object(config)) {
        return glr_fail(GLR_ERROR_PARSE, "config: is not an object");
    }
    const char *name;
    json_t *value;
    json_object_foreach(config, name, value)
    {
        glr_status status = read_member(name, value, initializer);
        if (status != GLR_OK) {
            return status;
        }
    }
    return GLR_OK;
}

static glr_status read_document(json_t *document, glr_initializer *initializer)
{
    if (json_is_string(document)) {
        return read_class_name(document, initializer);
    }
    if (!json_is_object(document)) {
        return glr_fail(GLR_ERROR_PARSE, "an initializer is a string or an object");
    }
    static const char *const known[] = {"class_name", "config", "module", "registered_name"};
    const char *name;
    json_t *value;
    json_object_foreach(document, name, value)
    {
        size_t i = 0;
        while (i < 4 && strcmp(name, known[i]) != 0) {
            i++;
        }
        if (i == 4) {
            return glr_fail(GLR_ERROR_PARSE, "%s: is no member of an initializer", name);
        }
    }
    glr_status status = read_class_name(json_object_get(document, "class_name"), initializer);
    return status == GLR_OK ? read_config(json_object_get(document, "config"), initializer) : status;
}

static glr_status from_json(const char *text, size_t length, glr_initializer *initializer)
{
    if (text == NULL || initializer == NULL) {
        return glr_fail_null(text == NULL ? "text" : "initializer");
    }
    json_error_t error;
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (document == NULL) {
        if (json_error_code(&error) == json_error_out_of_memory) {
            return glr_fail(GLR_ERROR_MEMORY, "out of memory");
        }
        return glr_fail(GLR_ERROR_PARSE, "line %d, column %d: %s", error.line, error.column, error.text);
    }
    glr_initializer read = {0};
    glr_status status = read_document(document, &read);
    if (status == GLR_OK) {
        *initializer = read;
    }
    json_decref(document);
    return status;
}

glr_status glr_initializer_from_json(const char *text, size_t length, glr_initializer *initializer)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, from_json(text, length, initializer));
}

/* ---- Writing -------------------------------------------------------------------------------------- */

static int write_axes(json_t *config, const char *name, const int32_t *axes, uint32_t count)
{
    if (count == 0) {
        return 0;
    }
    json_t *list = json_array();
    int failed = 0;
    for (uint32_t i = 0; i < count; i++) {
        failed |= json_array_append_new(list, json_integer(axes[i]));
    }
    return failed | json_object_set_new(config, name, list);
}

/* JSON has no infinities and no NaN. */
static glr_status check_finite(const glr_initializer *initializer)
{
    const struct {
        unsigned member;
        const char *name;
        double value;
    } numbers[] = {
        {HAS_VALUE, "value", initializer->value},         {HAS_MEAN_STDDEV, "mean", initializer->mean},
        {HAS_MEAN_STDDEV, "stddev", initializer->stddev}, {HAS_BOUNDS, "minval", initializer->minval},
        {HAS_BOUNDS, "maxval", initializer->maxval},      {HAS_SCALING, "scale", initializer->scale},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (members_of(initializer->kind) & numbers[i].member && !isfinite(numbers[i].value)) {
            return glr_fail(GLR_ERROR_ARGUMENT, "initializer.%s: %g has no form in JSON", numbers[i].name,
                            numbers[i].value);
        }
    }
    return GLR_OK;
}

/* Nonzero when memory ran out. */
static int write_config(json_t *config, const glr_initializer *initializer)
{
    unsigned members = members_of(initializer->kind);
    int failed = 0;
    if (members & HAS_VALUE) {
        failed |= json_object_set_new(config, "value", json_real(initializer->value));
    }
    if (members & HAS_MEAN_STDDEV) {
        failed |= json_object_set_new(config, "mean", json_real(initializer->mean));
        failed |= json_object_set_new(config, "stddev", json_real(initializer->stddev));
    }
    if (members & HAS_BOUNDS) {
        failed |= json_object_set_new(config, "minval", json_real(initializer->minval));
        failed |= json_object_set_new(config, "maxval", json_real(initializer->maxval));
    }
    if (members & HAS_SCALING) {
        failed |= json_object_set_new(config, "scale", json_real(initializer->scale));
        failed |= json_object_set_new(config, "mode", json_string(mode_names[initializer->mode]));
        failed |= json_object_set_new(config, "distribution",
                                      json_string(distribution_names[initializer->distribution]));
    }
    if (members & HAS_SEED) {
        failed |= json_object_set_new(config, "seed",
                                      initializer->seeding == GLR_UNSEEDED ? json_null()
                                                                           : json_integer(initializer->seed));
    }
    if (members & HAS_AXES) {
        failed |= write_axes(config, "input_axes", initializer->input_axes, initializer->input_axis_count);
        failed |= write_axes(config, "output_axes", initializer->output_axes, initializer->output_axis_count);
    }
    return failed;
}

static glr_status check_writable(const glr_initializer *initializer)
{
    glr_status status = glr_check_struct_size("initializer", initializer->size, sizeof *initializer);
    if (status != GLR_OK) {
        return status;
    }
    if (!glr_kind_is_valid(initializer->kind)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.kind: %d is no initializer", (int)initializer->kind);
    }
    if ((unsigned)initializer->mode > GLR_FAN_AVG ||
        (unsigned)initializer->distribution > GLR_DISTRIBUTION_UNIFORM ||
        initializer->input_axis_count > GLR_MAX_RANK || initializer->output_axis_count > GLR_MAX_RANK) {
        return glr_fail(
            GLR_ERROR_ARGUMENT,
            "initializer: its mode (%d), distribution (%d) or axis counts (%u, %u) are out of range",
            (int)initializer->mode, (int)initializer->distribution, initializer->input_axis_count,
            initializer->output_axis_count);
    }
    if (glr_kind_is_random(initializer->kind) && initializer->seeding == GLR_KEYED) {
        return glr_fail(GLR_ERROR_UNSUPPORTED,
                        "initializer.seeding: a raw key and counter have no form in JSON");
    }
    return check_finite(initializer);
}

static glr_status to_json(const glr_initializer *initializer, char *buffer, size_t capacity, size_t *length)
{
    if (initializer == NULL || (buffer == NULL && capacity > 0)) {
        return glr_fail_null(initializer == NULL ? "initializer" : "buffer");
    }
    glr_status status = check_writable(initializer);
    if (status != GLR_OK) {
        return status;
    }
    json_t *config = json_object();
    int failed = write_config(config, initializer);
    json_t *document =
        json_pack("{s:s, s:o}", "class_name", glr_kind_class_name(initializer->kind), "config", config);
    char *text = failed || document == NULL ? NULL : json_dumps(document, 0);
    json_decref(document);
    if (text == NULL) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory");
    }
    size_t needed = strlen(text);
    if (length != NULL) {
        *length = needed;
    }
    if (needed < capacity) {
        memcpy(buffer, text, needed + 1);
    }
    free(text);
    return needed < capacity
               ? GLR_OK
               : glr_fail(GLR_ERROR_TOO_SMALL, "capacity: %zu is fewer than the %zu bytes of the text",
                          capacity, needed + 1);
}

glr_status glr_initializer_to_json(const glr_initializer *initializer, char *buffer, size_t capacity,
                                   size_t *length)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, to_json(initializer, buffer, capacity, length));
}
