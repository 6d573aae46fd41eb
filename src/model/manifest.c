/* Reading a list of tensors. */
#include "json.h"
#include "model.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Where in the document a value is, and where to complain: "tensors[3].shape". */
typedef struct place {
    char path[128];
    glr_problem *problem;
} place;

static place at(const place *parent, const char *format, size_t index)
{
    place inner = {.problem = parent->problem};
    char step[64];
    (void)snprintf(step, sizeof step, format, index);
    (void)snprintf(inner.path, sizeof inner.path, "%.*s%s", (int)(sizeof inner.path - sizeof step),
                   parent->path, step);
    return inner;
}

static bool complain(const place *where, const char *text)
{
    return glr_problem_set(where->problem, "%s: %s", where->path, text);
}

static bool read_integer(const json_t *value, const place *where, int64_t *number)
{
    if (!json_is_integer(value)) {
        char *text = json_dumps(value, JSON_ENCODE_ANY);
        (void)glr_problem_set(where->problem, "%s: %.80s is not an integer", where->path,
                              text == NULL ? "this" : text);
        free(text);
        return false;
    }
    *number = json_integer_value(value);
    return true;
}

static bool read_string(const json_t *value, const place *where, const char **text)
{
    *text = json_string_value(value);
    return *text != NULL || complain(where, "is not a string");
}

static bool read_shape(const json_t *value, const place *where, glr_tensor *tensor)
{
    size_t rank = json_array_size(value);
    if (!json_is_array(value)) {
        return complain(where, "is not a list of dimensions");
    }
    if (rank > GLR_MAX_RANK) {
        return glr_problem_set(where->problem, "%s: %zu dimensions are more than %d", where->path, rank,
                               GLR_MAX_RANK);
    }
    for (size_t a = 0; a < rank; a++) {
        place dimension = at(where, "[%zu]", a);
        if (!read_integer(json_array_get(value, a), &dimension, &tensor->shape[a])) {
            return false;
        }
        if (tensor->shape[a] < 0) {
            return glr_problem_set(where->problem, "%s: %" PRId64 " is not a positive integer",
                                   dimension.path, tensor->shape[a]);
        }
    }
    tensor->rank = (uint32_t)rank;
    return true;
}

static bool read_dtype(const json_t *value, const place *where, glr_dtype *dtype)
{
    const char *name;
    if (!read_string(value, where, &name)) {
        return false;
    }
    *dtype = glr_dtype_of_name(name);
    return *dtype != GLR_DTYPE_NONE ||
           glr_problem_set(where->problem, "%s: %s is no dtype that glorand knows", where->path, name);
}

static bool read_layout(const json_t *value, const place *where, glr_layout *layout)
{
    const char *name;
    return read_string(value, where, &name) &&
           (glr_layout_of_name(name, layout) ||
            glr_problem_set(where->problem, "%s: %s is neither keras nor torch", where->path, name));
}

static bool read_method(const json_t *value, const place *where, glr_method *method)
{
    const char *name;
    return read_string(value, where, &name) &&
           (glr_method_of_name(name, method) ||
            glr_problem_set(where->problem, "%s: %s is neither resample nor icdf", where->path, name));
}

static bool read_choice(const json_t *value, const place *where, glr_choice *choice)
{
    if (json_is_null(value)) {
        return true;
    }
    char *text =
        json_is_string(value) ? glr_copy_text(json_string_value(value)) : json_dumps(value, JSON_ENCODE_ANY);
    if (text == NULL) {
        return complain(where, "out of memory");
    }
    bool ok = glr_choice_parse(text, choice, where->problem);
    free(text);
    return ok || glr_problem_prefix(where->problem, "%s: ", where->path);
}

static bool read_axes(const json_t *value, const place *where, int32_t axes[GLR_MAX_RANK], uint32_t *count)
{
    size_t length = json_array_size(value);
    if (!json_is_array(value) || length > GLR_MAX_RANK) {
        return complain(where, "is not a list of at most 16 axes");
    }
    for (size_t i = 0; i < length; i++) {
        place item = at(where, "[%zu]", i);
        int64_t axis = 0;
        if (!read_integer(json_array_get(value, i), &item, &axis)) {
            return false;
        }
        if (axis < -GLR_MAX_RANK || axis >= GLR_MAX_RANK) {
            return glr_problem_set(where->problem, "%s: %" PRId64 " is no axis", item.path, axis);
        }
        axes[i] = (int32_t)axis;
    }
    *count = (uint32_t)length;
    return true;
}

static bool read_tensor_member(const char *name, const json_t *value, const place *where,
                               glr_model_tensor *tensor, const char **slice)
{
    glr_overrides *over = &tensor->overrides;
    const char *text;
    if (strcmp(name, "name") == 0) {
        if (!read_string(value, where, &text)) {
            return false;
        }
        if (strcmp(text, "__metadata__") == 0) {
            return complain(where,
                            "__metadata__ is the one name that the safetensors format takes for itself");
        }
        tensor->name = glr_copy_text(text);
        return tensor->name != NULL || complain(where, "out of memory");
    }
    if (strcmp(name, "shape") == 0) {
        return read_shape(value, where, &tensor->tensor);
    }
    if (strcmp(name, "dtype") == 0) {
        return read_dtype(value, where, &tensor->tensor.dtype);
    }
    if (strcmp(name, "initializer") == 0) {
        return read_choice(value, where, &tensor->choice);
    }
    if (strcmp(name, "method") == 0) {
        over->has_method = true;
        return read_method(value, where, &over->method);
    }
    if (strcmp(name, "layout") == 0) {
        over->has_layout = true;
        return read_layout(value, where, &over->layout);
    }
    if (strcmp(name, "stream") == 0) {
        over->has_stream = true;
        return read_integer(value, where, &over->stream);
    }
    if (strcmp(name, "slice") == 0) {
        return read_string(value, where, slice);
    }
    if (strcmp(name, "input_axes") == 0) {
        return read_axes(value, where, over->input_axes, &over->input_axis_count);
    }
    if (strcmp(name, "output_axes") == 0) {
        return read_axes(value, where, over->output_axes, &over->output_axis_count);
    }
    if (strcmp(name, "batch_axes") == 0) {
        return read_axes(value, where, over->batch_axes, &over->batch_axis_count);
    }
    return complain(where, "is no member of a tensor");
}

static bool read_tensor(json_t *value, const place *where, glr_dtype default_dtype, glr_model_tensor *tensor)
{
    if (!json_is_object(value)) {
        return complain(where, "is not an object");
    }
    tensor->tensor.dtype = default_dtype;
    const char *slice = NULL, *name;
    json_t *member;
    json_object_foreach(value, name, member)
    {
        place inner = at(where, ".", 0);
        (void)strncat(inner.path, name, sizeof inner.path - strlen(inner.path) - 1);
        if (!read_tensor_member(name, member, &inner, tensor, &slice)) {
            return false;
        }
    }
    if (tensor->name == NULL) {
        return complain(where, "has no name");
    }
    if (json_object_get(value, "shape") == NULL) {
        return complain(where, "has no shape");
    }
    if (tensor->tensor.dtype == GLR_DTYPE_NONE) {
        return complain(where, "has no dtype, and the list names none for all");
    }
    if (slice != NULL && !glr_slice_parse(slice, &tensor->tensor, where->problem)) {
        return glr_problem_prefix(where->problem, "%s.", where->path);
    }
    if (glr_tensor_extent(&tensor->tensor, NULL, NULL) != GLR_OK) {
        return complain(where, glr_last_error());
    }
    return true;
}

static bool read_rules(json_t *value, const place *where, glr_rules *rules)
{
    if (!json_is_array(value)) {
        return complain(where, "is not a list");
    }
    size_t i;
    json_t *item;
    json_array_foreach(value, i, item)
    {
        place rule = at(where, "[%zu]", i);
        const json_t *match = json_object_get(item, "match"),
                     *initializer = json_object_get(item, "initializer");
        if (!json_is_string(match) || initializer == NULL || json_object_size(item) != 2) {
            return complain(&rule, "is not of the form {\"match\": PATTERN, \"initializer\": ...}");
        }
        glr_choice choice = {.action = GLR_ACTION_UNDECIDED};
        if (!read_choice(initializer, &rule, &choice)) {
            return false;
        }
        if (choice.action == GLR_ACTION_UNDECIDED) {
            return complain(&rule, "its initializer is null");
        }
        if (!glr_rules_append(rules, json_string_value(match), &choice)) {
            return complain(&rule, "out of memory");
        }
    }
    return true;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool check_names(const glr_model *model, glr_problem *problem)
{
    const char **names = calloc(model->count + 1, sizeof *names);
    if (names == NULL) {
        return glr_problem_set(problem, "out of memory");
    }
    for (size_t i = 0; i < model->count; i++) {
        names[i] = model->tensor[i].name;
    }
    qsort(names, model->count, sizeof *names, compare_names);
    bool ok = true;
    for (size_t i = 1; i < model->count && ok; i++) {
        if (strcmp(names[i - 1], names[i]) == 0) {
            ok = glr_problem_set(problem, "tensors: the name %s stands twice", names[i]);
        }
    }
    free(names);
    return ok;
}

static bool read_tensors(json_t *list, const place *root, glr_dtype default_dtype, glr_model *model)
{
    if (!json_is_array(list)) {
        return glr_problem_set(root->problem, "tensors: is %s", list == NULL ? "missing" : "not a list");
    }
    model->count = json_array_size(list);
    model->tensor = calloc(model->count + 1, sizeof *model->tensor);
    if (model->tensor == NULL) {
        model->count = 0;
        return glr_problem_set(root->problem, "out of memory");
    }
    size_t i;
    json_t *item;
    json_array_foreach(list, i, item)
    {
        place where = at(root, "tensors[%zu]", i);
        if (!read_tensor(item, &where, default_dtype, &model->tensor[i])) {
            return false;
        }
    }
    return check_names(model, root->problem);
}

static bool read_document(json_t *document, glr_model *model, glr_problem *problem)
{
    place root = {.problem = problem};
    glr_dtype dtype = GLR_DTYPE_NONE;
    const char *name;
    json_t *value;
    if (!json_is_object(document)) {
        return glr_problem_set(problem, "is not an object");
    }
    json_object_foreach(document, name, value)
    {
        place where = root;
        (void)snprintf(where.path, sizeof where.path, "%s", name);
        bool ok = true;
        if (strcmp(name, "seed") == 0) {
            model->has_seed = true;
            ok = read_integer(value, &where, &model->seed);
        } else if (strcmp(name, "dtype") == 0) {
            ok = read_dtype(value, &where, &dtype);
        } else if (strcmp(name, "layout") == 0) {
            model->has_layout = true;
            ok = read_layout(value, &where, &model->layout);
        } else if (strcmp(name, "rules") == 0) {
            ok = read_rules(value, &where, &model->rules);
        } else if (strcmp(name, "tensors") != 0 && strcmp(name, "source") != 0 &&
                   strcmp(name, "parameters") != 0) {
            ok = complain(&where, "is no member of a list of tensors");
        }
        if (!ok) {
            return false;
        }
    }
    return read_tensors(json_object_get(document, "tensors"), &root, dtype, model);
}

bool glr_model_parse(const char *text, size_t length, glr_model *model, glr_problem *problem)
{
    memset(model, 0, sizeof *model);
    json_t *document = glr_json_parse(text, length, problem);
    bool ok = document != NULL && read_document(document, model, problem);
    json_decref(document);
    if (!ok) {
        glr_model_free(model);
    }
    return ok;
}

bool glr_model_read(const char *path, glr_model *model, glr_problem *problem)
{
    memset(model, 0, sizeof *model);
    size_t length;
    char *text = glr_read_file(path, &length, problem);
    bool ok = text != NULL &&
              (glr_model_parse(text, length, model, problem) || glr_problem_prefix(problem, "%s: ", path));
    free(text);
    return ok;
}

void glr_model_free(glr_model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        free(model->tensor[i].name);
        free(model->tensor[i].decided_by);
    }
    free(model->tensor);
    glr_rules_free(&model->rules);
    memset(model, 0, sizeof *model);
}

const glr_model_tensor *glr_model_find(const glr_model *model, const char *name, size_t *next)
{
    for (size_t tried = 0; tried < model->count; tried++) {
        const glr_model_tensor *tensor = &model->tensor[(*next + tried) % model->count];
        if (strcmp(tensor->name, name) == 0) {
            *next = (*next + tried + 1) % model->count;
            return tensor;
        }
    }
    return NULL;
}
