/* The spec of a file, to and from its metadata. */
#include "spec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define KEY_VERSION        "glorand.version"
#define KEY_STREAM_VERSION "glorand.stream_version"
#define KEY_SPEC           "glorand.spec"

/* ---- Writing ----------------------------------------------------------------------------------------- */

static json_t *integers(const int64_t *values, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        (void)json_array_append_new(list, json_integer(values[i]));
    }
    return list;
}

static json_t *axes(const int32_t *values, uint32_t count)
{
    int64_t wide[GLR_MAX_RANK];
    for (uint32_t i = 0; i < count; i++) {
        wide[i] = values[i];
    }
    return integers(wide, count);
}

static json_t *initializer_json(const glr_initializer *initializer)
{
    char text[1024];
    size_t length;
    if (glr_initializer_to_json(initializer, text, sizeof text, &length) != GLR_OK) {
        return NULL;
    }
    return json_loadb(text, length, 0, NULL);
}

/* A tensor's entry: members that have their defaults are left out. */
static json_t *write_entry(const glr_model_tensor *tensor)
{
    const glr_initializer *initializer = &tensor->choice.initializer;
    const glr_tensor *shape = &tensor->tensor;
    json_t *entry = json_object();
    int failed = json_object_set_new(entry, "shape", integers(shape->shape, shape->rank));
    failed |= json_object_set_new(entry, "dtype", json_string(glr_dtype_name(shape->dtype)));
    failed |= json_object_set_new(entry, "initializer", initializer_json(initializer));
    failed |= json_object_set_new(entry, "stream", json_integer(initializer->stream));
    if (initializer->method != GLR_METHOD_RESAMPLE) {
        failed |= json_object_set_new(entry, "method", json_string(glr_method_name(initializer->method)));
    }
    if (initializer->layout != GLR_LAYOUT_KERAS) {
        failed |= json_object_set_new(entry, "layout", json_string(glr_layout_name(initializer->layout)));
    }
    if (initializer->batch_axis_count > 0) {
        failed |= json_object_set_new(entry, "batch_axes",
                                      axes(initializer->batch_axes, initializer->batch_axis_count));
    }
    if (shape->part == GLR_BOX) {
        failed |= json_object_set_new(entry, "start", integers(shape->start, shape->rank));
        failed |= json_object_set_new(entry, "extent", integers(shape->extent, shape->rank));
    }
    if (failed) {
        json_decref(entry);
        return NULL;
    }
    return entry;
}

static char *write_entries(const glr_model *model)
{
    json_t *entries = json_object();
    int failed = 0;
    for (size_t i = 0; i < model->count; i++) {
        if (model->tensor[i].choice.action == GLR_ACTION_FILL) {
            failed |= json_object_set_new(entries, model->tensor[i].name, write_entry(&model->tensor[i]));
        }
    }
    char *text = failed ? NULL : json_dumps(entries, JSON_COMPACT);
    json_decref(entries);
    return text;
}

json_t *glr_spec_write(const glr_model *model, glr_problem *problem)
{
    char *spec = write_entries(model);
    char version[16];
    (void)snprintf(version, sizeof version, "%" PRIu32, glr_stream_version());
    json_t *metadata = spec == NULL
                           ? NULL
                           : json_pack("{s:s, s:s, s:s, s:s}", "format", "pt", KEY_VERSION,
                                       glr_version_string(), KEY_STREAM_VERSION, version, KEY_SPEC, spec);
    free(spec);
    if (metadata == NULL) {
        (void)glr_problem_set(problem, "a name that is not UTF-8, or out of memory");
    }
    return metadata;
}

/* ---- Reading ----------------------------------------------------------------------------------------- */

static bool read_integers(const json_t *list, uint32_t rank, int64_t *values)
{
    if (json_array_size(list) != rank) {
        return false;
    }
    for (uint32_t i = 0; i < rank; i++) {
        if (!json_is_integer(json_array_get(list, i))) {
            return false;
        }
        values[i] = json_integer_value(json_array_get(list, i));
    }
    return true;
}

static bool read_tensor(const json_t *entry, glr_tensor *tensor)
{
    const json_t *shape = json_object_get(entry, "shape"), *start = json_object_get(entry, "start");
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    size_t rank = json_array_size(shape);
    tensor->dtype = glr_dtype_of_name(dtype);
    if (!json_is_array(shape) || rank > GLR_MAX_RANK || tensor->dtype == GLR_DTYPE_NONE) {
        return false;
    }
    tensor->rank = (uint32_t)rank;
    tensor->part = start != NULL ? GLR_BOX : GLR_WHOLE;
    return read_integers(shape, tensor->rank, tensor->shape) &&
           (start == NULL || (read_integers(start, tensor->rank, tensor->start) &&
                              read_integers(json_object_get(entry, "extent"), tensor->rank, tensor->extent)));
}

static bool read_batch_axes(const json_t *list, glr_initializer *initializer)
{
    int64_t wide[GLR_MAX_RANK];
    size_t count = json_array_size(list);
    if (count > GLR_MAX_RANK || !read_integers(list, (uint32_t)count, wide)) {
        return false;
    }
    initializer->batch_axis_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        if (wide[i] < -GLR_MAX_RANK || wide[i] >= GLR_MAX_RANK) {
            return false;
        }
        initializer->batch_axes[i] = (int32_t)wide[i];
    }
    return true;
}

static bool read_initializer(const json_t *entry, glr_initializer *initializer)
{
    char *text = json_dumps(json_object_get(entry, "initializer"), 0);
    bool ok = text != NULL && glr_initializer_from_json(text, strlen(text), initializer) == GLR_OK;
    free(text);
    const char *method = json_string_value(json_object_get(entry, "method"));
    const char *layout = json_string_value(json_object_get(entry, "layout"));
    const json_t *batch = json_object_get(entry, "batch_axes"), *stream = json_object_get(entry, "stream");
    initializer->stream = json_integer_value(stream);
    return ok && json_is_integer(stream) &&
           (method == NULL || glr_method_of_name(method, &initializer->method)) &&
           (layout == NULL || glr_layout_of_name(layout, &initializer->layout)) &&
           (batch == NULL || read_batch_axes(batch, initializer));
}

/* What another version may have added would change the values. */
static bool has_known_members(json_t *entry)
{
    static const char *const members[] = {"shape",  "dtype",      "initializer", "stream", "method",
                                          "layout", "batch_axes", "start",       "extent"};
    size_t known = 0;
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        known += json_object_get(entry, members[i]) != NULL;
    }
    return known == json_object_size(entry);
}

static bool read_entries(json_t *entries, glr_model *model, glr_problem *problem)
{
    const char *name;
    json_t *entry;
    model->tensor = calloc(json_object_size(entries) + 1, sizeof *model->tensor);
    if (model->tensor == NULL) {
        return glr_problem_set(problem, "out of memory");
    }
    json_object_foreach(entries, name, entry)
    {
        glr_model_tensor *tensor = &model->tensor[model->count];
        tensor->name = glr_copy_text(name);
        if (tensor->name == NULL) {
            return glr_problem_set(problem, "out of memory");
        }
        model->count++;
        tensor->choice.action = GLR_ACTION_FILL;
        if (!has_known_members(entry) || !read_tensor(entry, &tensor->tensor) ||
            !read_initializer(entry, &tensor->choice.initializer)) {
            return glr_problem_set(problem, "metadata: the spec of tensor %s is damaged", name);
        }
        /* A part outside its tensor, for one: nothing could be drawn, and so nothing compared. */
        glr_summary summary = {0};
        if (glr_describe(&tensor->choice.initializer, &tensor->tensor, &summary) != GLR_OK) {
            return glr_problem_set(problem, "metadata: tensor %s: %s", name, glr_last_error());
        }
    }
    return true;
}

bool glr_spec_read(const json_t *metadata, glr_model *model, glr_problem *problem)
{
    memset(model, 0, sizeof *model);
    const char *spec = json_string_value(json_object_get(metadata, KEY_SPEC));
    const char *stream = json_string_value(json_object_get(metadata, KEY_STREAM_VERSION));
    if (spec == NULL || stream == NULL) {
        return glr_problem_set(problem, "has no glorand metadata");
    }
    if (strtoul(stream, NULL, 10) != glr_stream_version()) {
        return glr_problem_set(problem,
                               "was drawn from stream version %s; this glorand draws version %" PRIu32,
                               stream, glr_stream_version());
    }
    json_t *entries = glr_json_parse(spec, strlen(spec), problem);
    if (entries == NULL) {
        return glr_problem_prefix(problem, "metadata: ");
    }
    bool ok = read_entries(entries, model, problem);
    json_decref(entries);
    if (!ok) {
        glr_model_free(model);
    }
    return ok;
}
