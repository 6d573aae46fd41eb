/* The spec of a file: what each of its tensors was drawn from, as text in the file's metadata. */
#include "spec.h"

#include "text.h"

#include "api/initializer_json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Writing ----------------------------------------------------------------------------------------- */

static void write_integers(glr_text *text, const char *name, const int64_t *values, uint32_t count)
{
    glr_text_name(text, name);
    glr_text_integers(text, values, count);
}

static void write_batch_axes(glr_text *text, const glr_initializer *initializer)
{
    int64_t wide[GLR_MAX_RANK];
    for (uint32_t i = 0; i < initializer->batch_axis_count; i++) {
        wide[i] = initializer->batch_axes[i];
    }
    write_integers(text, "batch_axes", wide, initializer->batch_axis_count);
}

/* A member that is a string, with a comma before it. */
static void write_word(glr_text *text, const char *name, const char *word)
{
    glr_text_comma(text);
    glr_text_name(text, name);
    glr_text_string(text, word);
}

/* A tensor's entry: members that have their defaults are left out. */
static glr_status write_entry(glr_text *text, const glr_model_tensor *tensor)
{
    const glr_initializer *initializer = &tensor->choice.initializer;
    const glr_tensor *shape = &tensor->tensor;
    glr_text_name(text, tensor->name);
    glr_text_add(text, "{");
    write_integers(text, "shape", shape->shape, shape->rank);
    write_word(text, "dtype", glr_dtype_name(shape->dtype));
    glr_text_comma(text);
    glr_text_name(text, "initializer");
    glr_status status = glr_initializer_write(text, initializer);
    if (status != GLR_OK) {
        return status;
    }
    glr_text_comma(text);
    glr_text_name(text, "stream");
    glr_text_int64(text, initializer->stream);
    if (initializer->method != GLR_METHOD_RESAMPLE) {
        write_word(text, "method", glr_method_name(initializer->method));
    }
    if (initializer->layout != GLR_LAYOUT_KERAS) {
        write_word(text, "layout", glr_layout_name(initializer->layout));
    }
    if (initializer->batch_axis_count > 0) {
        glr_text_comma(text);
        write_batch_axes(text, initializer);
    }
    if (shape->part == GLR_PART_BOX) {
        glr_text_comma(text);
        write_integers(text, "start", shape->start, shape->rank);
        glr_text_comma(text);
        write_integers(text, "extent", shape->extent, shape->rank);
    }
    glr_text_add(text, "}");
    return GLR_OK;
}

static bool write_entries(glr_text *text, const glr_model *model, glr_problem *problem)
{
    glr_model_tensor tensor;
    bool first = true;
    glr_text_add(text, "{");
    for (size_t i = 0; i < model->count; i++) {
        if (model->entry[i].action != GLR_ACTION_FILL) {
            continue;
        }
        if (!first) {
            glr_text_comma(text);
        }
        first = false;
        glr_model_get(model, i, &tensor);
        glr_status status = write_entry(text, &tensor);
        if (status != GLR_OK) {
            (void)glr_problem_status(problem, status);
            return glr_problem_prefix(problem, "tensor %s: ", tensor.name);
        }
    }
    glr_text_add(text, "}");
    return true;
}

bool glr_spec_write(glr_text *text, const glr_model *model, glr_problem *problem)
{
    char version[16];
    (void)snprintf(version, sizeof version, "%" PRIu32, glr_stream_version());
    glr_text_add(text, "{");
    glr_text_name(text, "format");
    glr_text_string(text, "pt");
    write_word(text, "glorand.version", glr_version_string());
    write_word(text, GLR_KEY_STREAM_VERSION, version);
    glr_text_comma(text);
    glr_text_name(text, GLR_KEY_SPEC);
    glr_text_add(text, "\"");
    text->quoted = true;
    bool ok = write_entries(text, model, problem);
    text->quoted = false;
    glr_text_add(text, "\"}");
    return ok;
}

/* ---- Reading ----------------------------------------------------------------------------------------- */

static bool read_integers(glr_json_value list, uint32_t rank, int64_t *values)
{
    if (glr_json_size(list) != rank) {
        return false;
    }
    glr_json_walk walk = glr_json_children(list);
    while (glr_json_next(&walk)) {
        if (!glr_json_int64(walk.value, &values[walk.index])) {
            return false;
        }
    }
    return true;
}

/* An entry's members, of which none but these is known: what another version may have added would change the
   values. */
typedef struct members {
    glr_json_value shape, dtype, initializer, stream, method, layout, batch_axes, start, extent;
} members;

static bool find_members(glr_json_value entry, members *found)
{
    struct {
        const char *name;
        glr_json_value *value;
    } const known[] = {
        {"shape", &found->shape},   {"dtype", &found->dtype},   {"initializer", &found->initializer},
        {"stream", &found->stream}, {"method", &found->method}, {"layout", &found->layout},
        {"start", &found->start},   {"extent", &found->extent}, {"batch_axes", &found->batch_axes},
    };
    memset(found, 0, sizeof *found);
    glr_json_walk walk = glr_json_children(entry);
    while (glr_json_next(&walk)) {
        size_t i = 0;
        while (i < sizeof known / sizeof known[0] && (!walk.named || strcmp(walk.name, known[i].name) != 0)) {
            i++;
        }
        if (i == sizeof known / sizeof known[0]) {
            return false;
        }
        *known[i].value = walk.value;
    }
    return true;
}

static bool read_tensor(const members *entry, glr_tensor *tensor)
{
    size_t rank = glr_json_size(entry->shape);
    tensor->dtype = glr_dtype_of_name(glr_json_string(entry->dtype));
    if (entry->shape.kind != GLR_JSON_ARRAY || rank > GLR_MAX_RANK || tensor->dtype == GLR_DTYPE_NONE) {
        return false;
    }
    tensor->rank = (uint32_t)rank;
    const bool is_box = entry->start.kind != GLR_JSON_MISSING;
    tensor->part = is_box ? GLR_PART_BOX : GLR_PART_WHOLE;
    return read_integers(entry->shape, tensor->rank, tensor->shape) &&
           (!is_box || (read_integers(entry->start, tensor->rank, tensor->start) &&
                        read_integers(entry->extent, tensor->rank, tensor->extent)));
}

static bool read_batch_axes(glr_json_value list, glr_initializer *initializer)
{
    int64_t wide[GLR_MAX_RANK];
    size_t count = glr_json_size(list);
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

static bool read_initializer(const members *entry, glr_initializer *initializer)
{
    const char *method = glr_json_string(entry->method), *layout = glr_json_string(entry->layout);
    return glr_initializer_from_value(entry->initializer, initializer) == GLR_OK &&
           glr_json_int64(entry->stream, &initializer->stream) &&
           (method == NULL || glr_method_of_name(method, &initializer->method)) &&
           (layout == NULL || glr_layout_of_name(layout, &initializer->layout)) &&
           (entry->batch_axes.kind == GLR_JSON_MISSING || read_batch_axes(entry->batch_axes, initializer));
}

static bool read_entry(glr_json_value value, glr_model_tensor *tensor, glr_problem *problem)
{
    members entry;
    tensor->choice.action = GLR_ACTION_FILL;
    if (!find_members(value, &entry) || !read_tensor(&entry, &tensor->tensor) ||
        !read_initializer(&entry, &tensor->choice.initializer)) {
        return glr_problem_set(problem, "metadata: the spec of tensor %s is damaged", tensor->name);
    }
    /* A part outside its tensor, for one: nothing could be drawn, and so nothing compared. */
    glr_summary summary = {0};
    return glr_describe(&tensor->choice.initializer, &tensor->tensor, &summary) == GLR_OK ||
           glr_problem_set(problem, "metadata: tensor %s: %s", tensor->name, glr_last_error());
}

static bool read_entries(glr_json_value entries, glr_model *model, glr_problem *problem)
{
    if (entries.kind != GLR_JSON_OBJECT) {
        char text[GLR_JSON_QUOTED];
        return glr_problem_set(problem, "metadata: the spec must be an object, not %s",
                               glr_json_quoted(entries, text));
    }
    if (!glr_model_reserve(model, glr_json_size(entries))) {
        return glr_problem_memory(problem);
    }
    glr_json_walk walk = glr_json_children(entries);
    while (glr_json_next(&walk)) {
        glr_model_tensor tensor;
        memset(&tensor, 0, sizeof tensor);
        tensor.name = walk.name;
        if (!read_entry(walk.value, &tensor, problem)) {
            return false;
        }
        if (!glr_model_add(model, &tensor)) {
            return glr_problem_memory(problem);
        }
    }
    return true;
}

bool glr_spec_read(const char *spec, const char *stream_version, glr_model *model, glr_problem *problem)
{
    memset(model, 0, sizeof *model);
    if (spec == NULL || stream_version == NULL) {
        return glr_problem_set(problem,
                               "has no glorand metadata: give the list it was made from with --spec");
    }
    if (strtoul(stream_version, NULL, 10) != glr_stream_version()) {
        return glr_problem_set(problem,
                               "was drawn from stream version %s; this glorand draws version %" PRIu32,
                               stream_version, glr_stream_version());
    }
    glr_json entries;
    glr_status status = glr_json_read_python(spec, strlen(spec), &entries);
    if (status != GLR_OK) {
        (void)glr_problem_status(problem, status);
        return glr_problem_prefix(problem, "metadata: ");
    }
    bool ok = read_entries(glr_json_root(&entries), model, problem);
    glr_json_free_nodes(&entries);
    model->text = entries.text;
    const char *repeated; /* none: names of an object's members are different */
    ok = ok && (glr_model_sort(model, &repeated) || glr_problem_memory(problem));
    if (!ok) {
        glr_model_free(model);
    }
    return ok;
}
