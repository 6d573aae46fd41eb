/* The spec of a file: what each of its tensors was drawn from, as text in the file's metadata. */
#include "spec.h"

#include "regions.h"
#include "values.h"

#include "api/initializer.h"

#include <string.h>

/* ---- Writing ----------------------------------------------------------------------------------------- */

/* Bytes of the longest text of an initializer: it has a dozen numbers, and 3 times 16 axes. */
#define INITIALIZER_TEXT 1024

static void write_integers(glr_text *text, const char *name, const int64_t *values, uint32_t count)
{
    glr_text_name(text, name);
    glr_text_integers(text, values, count);
}

/* A member that is a string, with a comma before it. */
static void write_word(glr_text *text, const char *name, const char *word)
{
    glr_text_comma(text);
    glr_text_name(text, name);
    glr_text_string(text, word);
}

/* The places of a box, with a comma before it. */
static void write_box(glr_text *text, const int64_t *start, const int64_t *extent, uint32_t rank)
{
    write_integers(text, "start", start, rank);
    glr_text_comma(text);
    write_integers(text, "extent", extent, rank);
}

static glr_status write_initializer(glr_text *text, const glr_initializer *initializer)
{
    char written[INITIALIZER_TEXT];
    const glr_status status = glr_initializer_to_text(initializer, written, sizeof written, NULL);
    if (status == GLR_OK) {
        write_word(text, "initializer", written);
    }
    return status;
}

static glr_status write_regions(glr_text *text, const glr_model *model, const glr_item *item)
{
    glr_item region;
    int64_t start[GLR_MAX_RANK];
    glr_status status = GLR_OK;
    glr_text_comma(text);
    glr_text_name(text, "regions");
    for (uint32_t i = 0; status == GLR_OK && i < item->regions; i++) {
        glr_region_get(model, item, i, &region, start);
        glr_text_add(text, i == 0 ? "[{" : ",{");
        write_box(text, start, region.tensor.shape, region.tensor.rank);
        status = write_initializer(text, &region.choice.initializer);
        glr_text_add(text, "}");
    }
    glr_text_add(text, "]");
    return status;
}

static glr_status write_entry(glr_text *text, const glr_model *model, const glr_item *item)
{
    const glr_tensor *tensor = &item->tensor;
    glr_status status = GLR_OK;
    glr_text_name(text, item->name);
    glr_text_add(text, "{");
    write_integers(text, "shape", tensor->shape, tensor->rank);
    write_word(text, "dtype", glr_dtype_name(tensor->dtype));
    if (item->choice.action == GLR_ACTION_COPY) {
        glr_text_comma(text);
        glr_text_name(text, "values");
        glr_values_write(text, model, item);
    } else {
        status = write_initializer(text, &item->choice.initializer);
    }
    if (tensor->part == GLR_PART_BOX) {
        glr_text_comma(text);
        write_box(text, tensor->start, tensor->extent, tensor->rank);
    }
    if (status == GLR_OK && item->regions > 0) {
        status = write_regions(text, model, item);
    }
    glr_text_add(text, "}");
    return status;
}

bool glr_spec_write(glr_text *text, const glr_model *model, glr_problem *problem)
{
    glr_item item;
    bool first = true;
    glr_text_add(text, "{");
    for (size_t i = 0; i < model->count; i++) {
        if (model->entry[i].action != GLR_ACTION_FILL && model->entry[i].action != GLR_ACTION_COPY) {
            continue;
        }
        if (!first) {
            glr_text_comma(text);
        }
        first = false;
        glr_items_get(model, i, &item);
        const glr_status status = write_entry(text, model, &item);
        if (status != GLR_OK) {
            (void)glr_problem_status(problem, status);
            return glr_problem_prefix(problem, "tensor %s: ", item.name);
        }
        if (text->not_utf8) {
            return glr_problem_set(problem, "tensor %s: the name is not UTF-8", item.name);
        }
    }
    glr_text_add(text, "}");
    return !text->out_of_memory || glr_problem_memory(problem);
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
    glr_json_value shape, dtype, initializer, stream, method, layout, batch_axes, start, extent, values,
        regions;
} members;

static bool find_members(glr_json_value entry, members *found)
{
    struct {
        const char *name;
        glr_json_value *value;
    } const known[] = {
        {"shape", &found->shape},   {"dtype", &found->dtype},     {"initializer", &found->initializer},
        {"stream", &found->stream}, {"method", &found->method},   {"layout", &found->layout},
        {"start", &found->start},   {"extent", &found->extent},   {"batch_axes", &found->batch_axes},
        {"values", &found->values}, {"regions", &found->regions},
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

/* The box of a part, if it is one. */
static bool read_box(const members *entry, glr_tensor *tensor)
{
    const bool is_box = entry->start.kind != GLR_JSON_MISSING;
    if (is_box != (entry->extent.kind != GLR_JSON_MISSING)) {
        return false;
    }
    tensor->part = is_box ? GLR_PART_BOX : GLR_PART_WHOLE;
    return !is_box || (read_integers(entry->start, tensor->rank, tensor->start) &&
                       read_integers(entry->extent, tensor->rank, tensor->extent));
}

static bool read_tensor(const members *entry, glr_tensor *tensor)
{
    size_t rank = glr_json_size(entry->shape);
    tensor->dtype = glr_dtype_of_name(glr_json_string(entry->dtype));
    if (entry->shape.kind != GLR_JSON_ARRAY || rank > GLR_MAX_RANK || tensor->dtype == GLR_DTYPE_NONE) {
        return false;
    }
    tensor->rank = (uint32_t)rank;
    return read_integers(entry->shape, tensor->rank, tensor->shape) && read_box(entry, tensor);
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

/* As version 0.1.0 wrote it: Keras's JSON, and beside it what Keras has no word for. */
static bool read_json(const members *entry, glr_initializer *initializer)
{
    const char *method = glr_json_string(entry->method), *layout = glr_json_string(entry->layout);
    return glr_initializer_from_value(entry->initializer, initializer) == GLR_OK &&
           glr_json_int64(entry->stream, &initializer->stream) &&
           (method == NULL || glr_method_of_name(method, &initializer->method) == GLR_OK) &&
           (layout == NULL || glr_layout_of_name(layout, &initializer->layout) == GLR_OK) &&
           (entry->batch_axes.kind == GLR_JSON_MISSING || read_batch_axes(entry->batch_axes, initializer));
}

static bool fail_damaged(const char *name, glr_problem *problem)
{
    return glr_problem_set(problem, "spec: tensor %s: its entry is damaged", name);
}

/* Members of version 0.1.0, which stand beside Keras's JSON alone: the text form says all, and values have
 * none. */
static bool has_old_members(const members *entry)
{
    return entry->stream.kind != GLR_JSON_MISSING || entry->method.kind != GLR_JSON_MISSING ||
           entry->layout.kind != GLR_JSON_MISSING || entry->batch_axes.kind != GLR_JSON_MISSING;
}

static bool read_initializer(const members *entry, glr_item *item, glr_problem *problem)
{
    const char *text = glr_json_string(entry->initializer);
    glr_initializer *initializer = &item->choice.initializer;
    if (text == NULL) {
        return read_json(entry, initializer) || fail_damaged(item->name, problem);
    }
    if (has_old_members(entry)) {
        return fail_damaged(item->name, problem);
    }
    const glr_status status = glr_initializer_from_text(text, strlen(text), NULL, 0, initializer);
    if (status == GLR_OK) {
        return true;
    }
    (void)glr_problem_status(problem, status);
    return glr_problem_prefix(problem, "spec: tensor %s: ", item->name);
}

/* Whether a tensor can be drawn: one with a part outside it, for one, could not be compared with anything. */
static bool check_drawn(const glr_item *tensor, glr_problem *problem)
{
    glr_summary summary = {0};
    return glr_describe(&tensor->choice.initializer, &tensor->tensor, &summary) == GLR_OK ||
           glr_problem_set(problem, "spec: tensor %s: %s", tensor->name, glr_last_error());
}

static bool read_region(glr_json_value value, glr_model *model, glr_item *tensor, glr_problem *problem)
{
    members entry;
    glr_item region = {.name = tensor->name};
    glr_tensor box = {.dtype = tensor->tensor.dtype, .rank = tensor->tensor.rank};
    int64_t start[GLR_MAX_RANK];
    memcpy(box.shape, tensor->tensor.shape, sizeof box.shape);
    if (!find_members(value, &entry) || glr_json_size(value) != 3 || !read_box(&entry, &box) ||
        box.part != GLR_PART_BOX || glr_tensor_extent(&box, NULL, NULL) != GLR_OK) {
        return fail_damaged(tensor->name, problem);
    }
    region.choice.action = GLR_ACTION_FILL;
    if (!read_initializer(&entry, &region, problem)) {
        return false;
    }
    if (!glr_region_add(model, tensor, &box, &region.choice)) {
        return glr_problem_memory(problem);
    }
    glr_region_get(model, tensor, tensor->regions - 1, &region, start);
    return check_drawn(&region, problem);
}

static bool read_regions(glr_json_value list, glr_model *model, glr_item *tensor, glr_problem *problem)
{
    if (list.kind != GLR_JSON_MISSING && list.kind != GLR_JSON_ARRAY) {
        return fail_damaged(tensor->name, problem);
    }
    if (!glr_regions_check(glr_json_size(list), problem)) {
        return glr_problem_prefix(problem, "spec: tensor %s: ", tensor->name);
    }
    glr_json_walk walk = glr_json_children(list);
    while (glr_json_next(&walk)) {
        if (!read_region(walk.value, model, tensor, problem)) {
            return false;
        }
    }
    return true;
}

/* Values that their dtype cannot hold are a damage, too. */
static bool read_values_of(glr_json_value list, glr_model *model, glr_item *tensor, glr_problem *problem)
{
    const glr_place where = {.name = "values", .problem = problem};
    if (!glr_values_read(list, &where, model, tensor)) {
        return false;
    }
    const bool ok = glr_values_check(model, tensor, problem);
    problem->status = ok ? problem->status : GLR_ERROR_PARSE;
    return ok;
}

/* Values take the place of an initializer, and have no regions. */
static bool read_values(const members *entry, glr_model *model, glr_item *tensor, glr_problem *problem)
{
    if (entry->initializer.kind != GLR_JSON_MISSING || entry->regions.kind != GLR_JSON_MISSING ||
        has_old_members(entry) || glr_tensor_extent(&tensor->tensor, NULL, NULL) != GLR_OK) {
        return fail_damaged(tensor->name, problem);
    }
    return read_values_of(entry->values, model, tensor, problem) ||
           glr_problem_prefix(problem, "spec: tensor %s: ", tensor->name);
}

static bool read_entry(glr_json_value value, glr_model *model, glr_item *tensor, glr_problem *problem)
{
    members entry;
    tensor->choice.action = GLR_ACTION_FILL;
    if (!find_members(value, &entry) || !read_tensor(&entry, &tensor->tensor)) {
        return fail_damaged(tensor->name, problem);
    }
    if (entry.values.kind != GLR_JSON_MISSING) {
        return read_values(&entry, model, tensor, problem);
    }
    return read_initializer(&entry, tensor, problem) && check_drawn(tensor, problem) &&
           read_regions(entry.regions, model, tensor, problem);
}

static bool read_entries(glr_json_value entries, glr_model *model, glr_problem *problem)
{
    if (entries.kind != GLR_JSON_OBJECT) {
        char text[GLR_JSON_QUOTED];
        return glr_problem_set(problem, "spec: must be an object, not %s", glr_json_quoted(entries, text));
    }
    if (!glr_items_reserve(model, glr_json_size(entries))) {
        return glr_problem_memory(problem);
    }
    glr_json_walk walk = glr_json_children(entries);
    while (glr_json_next(&walk)) {
        glr_item tensor;
        memset(&tensor, 0, sizeof tensor);
        tensor.name = walk.name;
        if (!read_entry(walk.value, model, &tensor, problem)) {
            return false;
        }
        if (!glr_items_add(model, &tensor)) {
            return glr_problem_memory(problem);
        }
    }
    return true;
}

bool glr_spec_read(const char *spec, size_t length, glr_model *model, glr_problem *problem)
{
    glr_json entries;
    memset(model, 0, sizeof *model);
    if (glr_json_read_python(spec, length, &entries, problem) != GLR_OK) {
        return glr_problem_prefix(problem, "spec: ");
    }
    bool ok = read_entries(glr_json_root(&entries), model, problem);
    glr_json_free_nodes(&entries);
    model->text = entries.text;
    model->is_resolved = true;
    const char *repeated; /* none: names of an object's members are different */
    ok = ok && (glr_items_sort(model, &repeated) || glr_problem_memory(problem));
    if (!ok) {
        glr_model_clear(model);
    }
    return ok;
}
