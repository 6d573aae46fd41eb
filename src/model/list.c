/* Reading a list of tensors. */
#include "list.h"
#include "recipe.h"
#include "regions.h"
#include "text/text.h"
#include "values.h"

#include "api/initializer.h"
#include "text/ascii.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_integer(glr_json_value value, const glr_place *where, int64_t *number)
{
    return glr_json_int64(value, number) ||
           glr_complain_kind(where, value,
                             glr_json_is_integer(value) ? "an integer of 64 bits" : "an integer");
}

static bool read_string(glr_json_value value, const glr_place *where, const char **text)
{
    *text = glr_json_string(value);
    return *text != NULL || glr_complain_kind(where, value, "a string");
}

static bool read_seed(glr_json_value value, const glr_place *where, int64_t *seed)
{
    return glr_json_seed(value, seed) || read_integer(value, where, seed);
}

/* Whether it is null and what may as well be missing. */
static bool is_no_member(const char *name, glr_json_value value, const char *const *optional, size_t count)
{
    for (size_t i = 0; value.kind == GLR_JSON_NULL && i < count; i++) {
        if (strcmp(name, optional[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool read_shape(glr_json_value value, const glr_place *where, glr_tensor *tensor)
{
    size_t rank = glr_json_size(value);
    if (value.kind != GLR_JSON_ARRAY) {
        return glr_complain_kind(where, value, "a list of dimensions");
    }
    if (rank > GLR_MAX_RANK) {
        (void)glr_problem_set(where->problem, "%zu dimensions are more than %d", rank, GLR_MAX_RANK);
        return glr_complain_at(where, ": ");
    }
    glr_json_walk walk = glr_json_children(value);
    while (glr_json_next(&walk)) {
        glr_place dimension = glr_place_of_element(where, walk.index);
        int64_t *size = &tensor->shape[walk.index];
        if (!read_integer(walk.value, &dimension, size)) {
            return false;
        }
        if (*size < 0) {
            (void)glr_problem_set(where->problem, "%" PRId64 " is outside [0, %" PRId64 "]", *size,
                                  INT64_MAX);
            return glr_complain_at(&dimension, ": ");
        }
    }
    tensor->rank = (uint32_t)rank;
    return true;
}

static bool read_dtype(glr_json_value value, const glr_place *where, glr_dtype *dtype)
{
    const char *name;
    if (!read_string(value, where, &name)) {
        return false;
    }
    *dtype = glr_dtype_of_name(name);
    if (*dtype != GLR_DTYPE_NONE) {
        return true;
    }
    (void)glr_problem_set(where->problem, "%s is not a dtype that glorand knows", name);
    return glr_complain_at(where, ": ");
}

static bool read_layout(glr_json_value value, const glr_place *where, glr_layout *layout)
{
    const char *name;
    return read_string(value, where, &name) && glr_take_status(glr_layout_of_name(name, layout), where);
}

static bool read_method(glr_json_value value, const glr_place *where, glr_method *method)
{
    const char *name;
    return read_string(value, where, &name) && glr_take_status(glr_method_of_name(name, method), where);
}

static bool read_recipe(glr_json_value value, const glr_place *where, const glr_recipe **recipe)
{
    const char *name;
    if (!read_string(value, where, &name)) {
        return false;
    }
    *recipe = glr_recipe_of_name(name, where->problem);
    return *recipe != NULL || glr_complain_at(where, ": ");
}

bool glr_choice_read(glr_json_value value, const glr_place *where, glr_choice *choice)
{
    if (value.kind == GLR_JSON_STRING) {
        const glr_text_names names = glr_names_of(where->variables, NULL, 0);
        return glr_choice_parse(glr_json_string(value), &names, choice, where->problem) ||
               glr_complain_at(where, ": ");
    }
    choice->action = GLR_ACTION_FILL;
    choice->says.layout = glr_json_string(glr_json_member(value, "layout")) != NULL;
    return glr_take_status(glr_initializer_from_value(value, &choice->initializer), where);
}

static bool read_axes(glr_json_value value, const glr_place *where, int32_t axes[GLR_MAX_RANK],
                      uint32_t *count)
{
    size_t length = glr_json_size(value);
    if (value.kind != GLR_JSON_ARRAY) {
        return glr_complain_kind(where, value, "a list of axes");
    }
    if (length > GLR_MAX_RANK) {
        (void)glr_problem_set(where->problem, "%zu axes are more than %d", length, GLR_MAX_RANK);
        return glr_complain_at(where, ": ");
    }
    glr_json_walk walk = glr_json_children(value);
    while (glr_json_next(&walk)) {
        glr_place item = glr_place_of_element(where, walk.index);
        int64_t axis = 0;
        if (!read_integer(walk.value, &item, &axis)) {
            return false;
        }
        if (axis < -GLR_MAX_RANK || axis >= GLR_MAX_RANK) {
            (void)glr_problem_set(where->problem, "%" PRId64 " is outside [%d, %d]", axis, -GLR_MAX_RANK,
                                  GLR_MAX_RANK - 1);
            return glr_complain_at(&item, ": ");
        }
        axes[walk.index] = (int32_t)axis;
    }
    *count = (uint32_t)length;
    return true;
}

/* Members that need the shape, or its absence, before they are read. */
typedef struct later {
    const char *slice;
    bool has_shape;
    glr_json_value values, regions;
} later;

static bool read_tensor_member(const char *name, glr_json_value value, const glr_place *where,
                               glr_item *tensor, later *rest)
{
    static const char *const optional[] = {"dtype",       "initializer", "method", "layout",
                                           "stream",      "slice",       "values", "input_axes",
                                           "output_axes", "batch_axes",  "regions"};
    glr_overrides *over = &tensor->overrides;
    const char *text;
    if (is_no_member(name, value, optional, sizeof optional / sizeof optional[0])) {
        return true;
    }
    if (strcmp(name, "name") == 0) {
        if (!read_string(value, where, &text)) {
            return false;
        }
        if (strcmp(text, "__metadata__") == 0) {
            return glr_complain(where,
                                "__metadata__ is the one name that the safetensors format takes for itself");
        }
        tensor->name = text;
        return true;
    }
    if (strcmp(name, "shape") == 0) {
        rest->has_shape = true;
        return read_shape(value, where, &tensor->tensor);
    }
    if (strcmp(name, "dtype") == 0) {
        return read_dtype(value, where, &tensor->tensor.dtype);
    }
    if (strcmp(name, "initializer") == 0) {
        return glr_choice_read(value, where, &tensor->choice);
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
        return read_string(value, where, &rest->slice);
    }
    if (strcmp(name, "values") == 0) {
        rest->values = value;
        return true;
    }
    if (strcmp(name, "regions") == 0) {
        rest->regions = value;
        return true;
    }
    if (strcmp(name, "input_axes") == 0) {
        over->has_input_axes = true;
        return read_axes(value, where, over->input_axes, &over->input_axis_count);
    }
    if (strcmp(name, "output_axes") == 0) {
        over->has_output_axes = true;
        return read_axes(value, where, over->output_axes, &over->output_axis_count);
    }
    if (strcmp(name, "batch_axes") == 0) {
        return read_axes(value, where, over->batch_axes, &over->batch_axis_count);
    }
    return glr_complain(where, "not a member of a tensor");
}

static bool read_members(glr_json_value value, const glr_place *where, glr_item *tensor, later *rest)
{
    glr_json_walk walk = glr_json_children(value);
    while (glr_json_next(&walk)) {
        glr_place inner = glr_place_of_member(where, walk.name);
        if (!read_tensor_member(walk.name, walk.value, &inner, tensor, rest)) {
            return false;
        }
    }
    return true;
}

/* Whether nothing that a tensor needs is missing. */
static bool check_members(const glr_item *tensor, const later *rest, const glr_place *where)
{
    if (tensor->name == NULL) {
        return glr_complain(where, "has no name");
    }
    if (!rest->has_shape) {
        return glr_complain(where, "has no shape");
    }
    if (tensor->tensor.dtype == GLR_DTYPE_NONE) {
        return glr_complain(where, "has no dtype, and the list names none for all");
    }
    if (rest->values.kind != GLR_JSON_MISSING && tensor->choice.action != GLR_ACTION_NONE) {
        return glr_complain(where, "has both values and an initializer");
    }
    return true;
}

static bool read_rest(const later *rest, const glr_place *where, glr_model *model, glr_item *tensor)
{
    const glr_place values = glr_place_of_member(where, "values");
    const glr_place regions = glr_place_of_member(where, "regions");
    if (rest->slice != NULL && !glr_slice_parse(rest->slice, &tensor->tensor, where->problem)) {
        return glr_complain_at(where, ".");
    }
    if (glr_tensor_extent(&tensor->tensor, NULL, NULL) != GLR_OK) {
        return glr_complain(where, glr_last_error());
    }
    return (rest->values.kind == GLR_JSON_MISSING || glr_values_read(rest->values, &values, model, tensor)) &&
           (rest->regions.kind == GLR_JSON_MISSING ||
            glr_regions_read(rest->regions, &regions, model, tensor));
}

static bool read_tensor(glr_json_value value, const glr_place *where, glr_dtype default_dtype,
                        glr_model *model, glr_item *tensor)
{
    if (value.kind != GLR_JSON_OBJECT) {
        return glr_complain_kind(where, value, "an object");
    }
    tensor->tensor.dtype = default_dtype;
    later rest = {.slice = NULL};
    return read_members(value, where, tensor, &rest) && check_members(tensor, &rest, where) &&
           read_rest(&rest, where, model, tensor);
}

static bool read_rule(glr_json_value item, const glr_place *where, glr_rules *rules)
{
    const char *match = glr_json_string(glr_json_member(item, "match"));
    glr_json_value initializer = glr_json_member(item, "initializer");
    if (match == NULL || initializer.kind == GLR_JSON_MISSING || glr_json_size(item) != 2) {
        return glr_complain(where, "not of the form {\"match\": PATTERN, \"initializer\": ...}");
    }
    if (initializer.kind == GLR_JSON_NULL) {
        return glr_complain(where, "its initializer is null");
    }
    glr_choice choice = {.action = GLR_ACTION_NONE};
    const char *text = glr_json_string(initializer);
    if (text != NULL) {
        return glr_rules_add(rules, "list:", match, text, where->variables, where->problem) ||
               glr_complain_at(where, ": ");
    }
    return glr_choice_read(initializer, where, &choice) &&
           (glr_rules_add_choice(rules, "list:", match, &choice, where->problem) ||
            glr_complain_at(where, ": "));
}

static bool read_rules(glr_json_value value, const glr_place *where, glr_rules *rules)
{
    if (value.kind != GLR_JSON_ARRAY) {
        return glr_complain_kind(where, value, "a list");
    }
    glr_json_walk walk = glr_json_children(value);
    while (glr_json_next(&walk)) {
        glr_place rule = glr_place_of_element(where, walk.index);
        if (!read_rule(walk.value, &rule, rules)) {
            return false;
        }
    }
    return true;
}

static bool read_tensors(glr_json_value list, glr_dtype default_dtype, glr_model *model, glr_problem *problem)
{
    const glr_place tensors = {.name = "tensors", .variables = &model->variables, .problem = problem};
    if (list.kind != GLR_JSON_ARRAY) {
        return glr_complain_kind(&tensors, list, "a list");
    }
    if (!glr_items_reserve(model, glr_json_size(list))) {
        return glr_problem_memory(problem);
    }
    glr_json_walk walk = glr_json_children(list);
    while (glr_json_next(&walk)) {
        glr_place where = glr_place_of_element(&tensors, walk.index);
        glr_item tensor;
        memset(&tensor, 0, sizeof tensor);
        if (!read_tensor(walk.value, &where, default_dtype, model, &tensor)) {
            return false;
        }
        if (!glr_items_add(model, &tensor)) {
            return glr_problem_memory(problem);
        }
    }
    return true;
}

static bool read_member(const char *name, glr_json_value value, const glr_place *where, glr_dtype *dtype,
                        glr_model *model)
{
    static const char *const optional[] = {"seed", "dtype", "layout", "recipe", "rules", "variables"};
    if (is_no_member(name, value, optional, sizeof optional / sizeof optional[0])) {
        return true;
    }
    if (strcmp(name, "seed") == 0) {
        model->has_seed = true;
        return read_seed(value, where, &model->seed);
    }
    if (strcmp(name, "dtype") == 0) {
        return read_dtype(value, where, dtype);
    }
    if (strcmp(name, "layout") == 0) {
        model->has_layout = true;
        return read_layout(value, where, &model->layout);
    }
    if (strcmp(name, "recipe") == 0) {
        return read_recipe(value, where, &model->recipe);
    }
    if (strcmp(name, "rules") == 0) {
        return read_rules(value, where, &model->rules);
    }
    return strcmp(name, "tensors") == 0 || strcmp(name, "variables") == 0 || strcmp(name, "source") == 0 ||
           strcmp(name, "parameters") == 0 || glr_complain(where, "not a member of a list of tensors");
}

/* {"n_layer": 12}, before whatever uses them. */
static bool read_variables(glr_json_value value, const glr_place *where, glr_variables *variables)
{
    if (value.kind == GLR_JSON_MISSING || value.kind == GLR_JSON_NULL) {
        return true;
    }
    if (value.kind != GLR_JSON_OBJECT) {
        return glr_complain_kind(where, value, "an object of names and numbers");
    }
    glr_json_walk walk = glr_json_children(value);
    while (glr_json_next(&walk)) {
        double number;
        const size_t length = strlen(walk.name);
        const glr_place inner = glr_place_of_member(where, walk.name);
        if (!glr_ascii_is_name(walk.name, length)) {
            return glr_complain(&inner, "cannot be the name of a variable");
        }
        if (!glr_json_double(walk.value, &number)) {
            return glr_complain_kind(&inner, walk.value, "a number");
        }
        const glr_variable read = {walk.name, number};
        if (glr_check_variables(&read, 1) != GLR_OK) {
            return glr_complain(&inner, "has a meaning of its own");
        }
        if (!glr_variables_add(variables, walk.name, length, number)) {
            return glr_problem_memory(where->problem);
        }
    }
    return true;
}

/* The variables of the list, and then those that are given. */
static bool take_variables(glr_json_value document, const glr_variable *given, size_t count, glr_model *model,
                           glr_problem *problem)
{
    const glr_place where = {.name = "variables", .problem = problem};
    if (!read_variables(glr_json_member(document, where.name), &where, &model->variables)) {
        return false;
    }
    return (glr_variables_add_all(&model->variables, given, count) &&
            glr_variables_sort(&model->variables)) ||
           glr_problem_memory(problem);
}

static bool read_document(glr_json_value document, const glr_variable *given, size_t count, glr_model *model,
                          glr_problem *problem)
{
    glr_dtype dtype = GLR_DTYPE_NONE;
    if (document.kind != GLR_JSON_OBJECT) {
        char text[GLR_JSON_QUOTED];
        return glr_problem_set(problem, "a list of tensors must be an object, not %s",
                               glr_json_quoted(document, text));
    }
    if (glr_json_member(document, "weight_map").kind != GLR_JSON_MISSING) {
        return glr_problem_set(problem,
                               "this is the index of a model in several files, not a list of tensors");
    }
    if (glr_json_member(document, "tensors").kind == GLR_JSON_MISSING) {
        return glr_problem_set(problem, "tensors: missing, so this is not a list of tensors");
    }
    if (!take_variables(document, given, count, model, problem)) {
        return false;
    }
    glr_json_walk walk = glr_json_children(document);
    while (glr_json_next(&walk)) {
        glr_place where = {.name = walk.name, .variables = &model->variables, .problem = problem};
        if (!read_member(walk.name, walk.value, &where, &dtype, model)) {
            return false;
        }
    }
    return read_tensors(glr_json_member(document, "tensors"), dtype, model, problem);
}

static bool check_names(glr_model *model, glr_problem *problem)
{
    const char *repeated;
    if (!glr_items_sort(model, &repeated)) {
        return glr_problem_memory(problem);
    }
    return repeated == NULL || glr_problem_set(problem, "tensors: duplicate tensor name %s", repeated);
}

/* A document into an empty model, which keeps its text. */
static bool take_document(glr_json *document, const glr_variable *given, size_t count, glr_model *model,
                          glr_problem *problem)
{
    bool ok = read_document(glr_json_root(document), given, count, model, problem);
    glr_json_free_nodes(document);
    model->text = document->text;
    ok = ok && check_names(model, problem);
    if (!ok) {
        glr_model_clear(model);
    }
    return ok;
}

bool glr_list_parse(const char *text, size_t length, const glr_variable *variables, size_t count,
                    glr_model *model, glr_problem *problem)
{
    glr_json document;
    memset(model, 0, sizeof *model);
    return glr_json_read_python(text, length, &document, problem) == GLR_OK &&
           take_document(&document, variables, count, model, problem);
}
