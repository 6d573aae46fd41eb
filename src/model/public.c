/* The public functions of model.h. */
#include "glob.h"
#include "model.h"
#include "spec.h"
#include "unresolved.h"

#include "api/call.h"
#include "api/initializer.h"
#include "api/make_plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static glr_status fail_resolved(void) { return glr_fail(GLR_ERROR_ARGUMENT, "model: is resolved already"); }

static glr_status check_resolved(const glr_model *model)
{
    if (model == NULL) {
        return glr_fail_null("model");
    }
    return model->is_resolved ? GLR_OK : glr_fail(GLR_ERROR_ARGUMENT, "model: is not resolved yet");
}

/* ---- Making and freeing ---------------------------------------------------------------------------- */

/* Moves a model to where it can be handed out, or frees it. */
static glr_status hand_out(glr_model *made, glr_model **model)
{
    *model = malloc(sizeof **model);
    if (*model == NULL) {
        glr_model_clear(made);
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for a model");
    }
    **model = *made;
    return GLR_OK;
}

static glr_status check_making(const glr_variable *variables, size_t count, glr_model **model)
{
    if (model == NULL) {
        return glr_fail_null("model");
    }
    *model = NULL;
    return glr_check_variables(variables, count);
}

static glr_status create(const glr_variable *variables, size_t count, glr_model **model)
{
    const glr_status status = check_making(variables, count, model);
    if (status != GLR_OK) {
        return status;
    }
    glr_model made = {.entry = NULL};
    if (!glr_items_reserve(&made, 0) || !glr_variables_add_all(&made.variables, variables, count) ||
        !glr_variables_sort(&made.variables)) {
        glr_model_clear(&made);
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for a model");
    }
    return hand_out(&made, model);
}

glr_status glr_model_create(const glr_variable *variables, size_t variable_count, glr_model **model)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, create(variables, variable_count, model));
}

static glr_status from_list(const char *text, size_t length, const glr_variable *variables, size_t count,
                            glr_model **model)
{
    const glr_status status = check_making(variables, count, model);
    if (status != GLR_OK || text == NULL) {
        return status != GLR_OK ? status : glr_fail_null("text");
    }
    glr_model made;
    glr_problem problem;
    return glr_list_parse(text, length, variables, count, &made, &problem) ? hand_out(&made, model)
                                                                           : glr_fail_by(&problem);
}

glr_status glr_model_from_list(const char *text, size_t length, const glr_variable *variables,
                               size_t variable_count, glr_model **model)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, from_list(text, length, variables, variable_count, model));
}

static glr_status from_spec(const char *text, size_t length, glr_model **model)
{
    const glr_status status = check_making(NULL, 0, model);
    if (status != GLR_OK || text == NULL) {
        return status != GLR_OK ? status : glr_fail_null("text");
    }
    glr_model made;
    glr_problem problem;
    return glr_spec_read(text, length, &made, &problem) ? hand_out(&made, model) : glr_fail_by(&problem);
}

glr_status glr_model_from_spec(const char *text, size_t length, glr_model **model)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, from_spec(text, length, model));
}

void glr_model_free(glr_model *model)
{
    if (model != NULL) {
        glr_model_clear(model);
        free(model);
    }
}

/* ---- Tensors and rules ----------------------------------------------------------------------------- */

/* A model keeps shapes and boxes: where the values lie is told by whoever fills. */
static glr_status check_tensor(const glr_tensor *tensor)
{
    const glr_status status = glr_tensor_extent(tensor, NULL, NULL);
    if (status != GLR_OK) {
        return status;
    }
    if (tensor->part != GLR_PART_WHOLE && tensor->part != GLR_PART_BOX) {
        return glr_fail(GLR_ERROR_ARGUMENT, "tensor.part: must be whole (0) or a box (1) in a model, not %d",
                        (int)tensor->part);
    }
    for (uint32_t a = 0; a < tensor->rank; a++) {
        if (tensor->strides[a] != 0) {
            return glr_fail(GLR_ERROR_ARGUMENT, "tensor.strides[%u]: must be 0 in a model, not %" PRId64, a,
                            tensor->strides[a]);
        }
    }
    return GLR_OK;
}

static glr_status add(glr_model *model, const char *name, const glr_tensor *tensor,
                      const glr_initializer *initializer)
{
    if (model == NULL || name == NULL || tensor == NULL) {
        return glr_fail_null(model == NULL ? "model" : name == NULL ? "name" : "tensor");
    }
    if (model->is_resolved) {
        return fail_resolved();
    }
    glr_status status = check_tensor(tensor);
    if (status == GLR_OK && initializer != NULL) {
        status = glr_check_seeding(initializer); /* which an entry keeps in a byte */
    }
    if (status != GLR_OK) {
        return status;
    }
    glr_item item;
    memset(&item, 0, sizeof item); /* padding, too: equal ones are kept once */
    item.name = strdup(name);
    item.tensor = *tensor;
    item.choice.action = initializer != NULL ? GLR_ACTION_FILL : GLR_ACTION_NONE;
    if (initializer != NULL) {
        item.choice.initializer = *initializer;
    }
    if (item.name == NULL || !glr_items_add(model, &item)) {
        free((void *)item.name);
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for tensor %s", name);
    }
    model->entry[model->count - 1].owns_name = true;
    free(model->sorted); /* a list's names, of which this is none */
    model->sorted = NULL;
    return GLR_OK;
}

glr_status glr_model_add(glr_model *model, const char *name, const glr_tensor *tensor,
                         const glr_initializer *initializer)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, add(model, name, tensor, initializer));
}

static glr_status add_rule(glr_model *model, const char *pattern, const char *text)
{
    glr_problem problem;
    if (model == NULL || pattern == NULL || text == NULL) {
        return glr_fail_null(model == NULL ? "model" : pattern == NULL ? "pattern" : "text");
    }
    if (model->is_resolved) {
        return fail_resolved();
    }
    return glr_rules_add(&model->given, "rule:", pattern, text, &model->variables, &problem)
               ? GLR_OK
               : glr_fail_by(&problem);
}

glr_status glr_model_add_rule(glr_model *model, const char *pattern, const char *text)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, add_rule(model, pattern, text));
}

static glr_status match(const char *pattern, const char *name, uint32_t *matches)
{
    glr_captures captures;
    glr_problem problem;
    if (pattern == NULL || name == NULL || matches == NULL) {
        return glr_fail_null(pattern == NULL ? "pattern" : name == NULL ? "name" : "matches");
    }
    if (!glr_glob_check(pattern, &captures, &problem)) {
        return glr_fail_by(&problem);
    }
    *matches = glr_glob_matches(pattern, name);
    return GLR_OK;
}

glr_status glr_pattern_match(const char *pattern, const char *name, uint32_t *matches)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, match(pattern, name, matches));
}

/* ---- Resolving ------------------------------------------------------------------------------------- */

static glr_status check_options(const glr_model_options *options)
{
    if (options->has_seed > 1 || options->has_method > 1 || options->has_layout > 1) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "options: has_seed, has_method and has_layout are 0 or 1, not %u, %u, %u",
                        options->has_seed, options->has_method, options->has_layout);
    }
    glr_status status = options->has_method ? glr_check_method("options", options->method) : GLR_OK;
    if (status == GLR_OK && options->has_layout) {
        status = glr_check_layout("options", options->layout);
    }
    if (status != GLR_OK) {
        return status;
    }
    if (options->dtype != GLR_DTYPE_NONE && !glr_dtype_is_floating(options->dtype)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "options.dtype: %d (%s) is not a floating-point type",
                        (int)options->dtype, glr_dtype_name(options->dtype));
    }
    return GLR_CHECK_RESERVED("options", options);
}

static glr_status resolve(glr_model *model, const glr_model_options *options)
{
    static const glr_model_options none = {0};
    const char *repeated = NULL;
    glr_problem problem;
    if (model == NULL) {
        return glr_fail_null("model");
    }
    if (model->is_resolved) {
        return fail_resolved();
    }
    const glr_status status = options != NULL ? check_options(options) : GLR_OK;
    if (status != GLR_OK) {
        return status;
    }
    if (model->sorted == NULL && !glr_items_sort(model, &repeated)) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for %zu names", model->count);
    }
    if (repeated != NULL) {
        free(model->sorted); /* or the next call would take the names for checked */
        model->sorted = NULL;
        return glr_fail(GLR_ERROR_PARSE, "duplicate tensor name %s", repeated);
    }
    return glr_items_resolve(model, options != NULL ? options : &none, &problem) ? GLR_OK
                                                                                 : glr_fail_by(&problem);
}

glr_status glr_model_resolve(glr_model *model, const glr_model_options *options)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, resolve(model, options));
}

uint32_t glr_model_has_seeds(const glr_model *model)
{
    return model != NULL && model->is_resolved && !glr_items_need_seed(model);
}

glr_status glr_model_set_seed(glr_model *model, int64_t seed)
{
    const glr_status status = check_resolved(model);
    if (status == GLR_OK) {
        glr_items_seed(model, seed);
    }
    return status;
}

/* ---- Looking --------------------------------------------------------------------------------------- */

size_t glr_model_count(const glr_model *model) { return model != NULL ? model->count : 0; }

glr_status glr_model_get(const glr_model *model, size_t index, glr_model_tensor *tensor)
{
    if (model == NULL || tensor == NULL) {
        return glr_fail_null(model == NULL ? "model" : "tensor");
    }
    if (index >= model->count) {
        return glr_fail(GLR_ERROR_ARGUMENT, "index: %zu of %zu tensors", index, model->count);
    }
    glr_item item;
    glr_items_get(model, index, &item);
    const glr_model_tensor found = {
        .name = item.name,
        .reason = item.decided_by,
        .action = model->is_resolved ? item.choice.action : GLR_ACTION_NONE,
        .initializer = item.choice.initializer,
        .tensor = item.tensor,
        .regions = item.regions,
    };
    *tensor = found;
    return GLR_OK;
}

glr_status glr_model_find(const glr_model *model, const char *name, size_t *index)
{
    if (name == NULL || index == NULL) {
        return glr_fail_null(name == NULL ? "name" : "index");
    }
    const glr_status status = check_resolved(model);
    if (status == GLR_OK) {
        *index = glr_items_find(model, name);
    }
    return status;
}

typedef bool writer(glr_text *text, const glr_model *model, glr_problem *problem);

static bool write_undecided(glr_text *text, const glr_model *model, glr_problem *problem)
{
    return glr_undecided_write(text, model) || glr_problem_memory(problem);
}

static glr_status to_text(const glr_model *model, writer *write, char *buffer, size_t capacity,
                          size_t *length)
{
    glr_problem problem;
    glr_text text = {0};
    if (buffer == NULL && capacity > 0) {
        return glr_fail_null("buffer");
    }
    glr_status status = check_resolved(model);
    if (status != GLR_OK) {
        return status;
    }
    status = write(&text, model, &problem) ? glr_text_hand_over(&text, buffer, capacity, length)
                                           : glr_fail_by(&problem);
    glr_text_free(&text);
    return status;
}

glr_status glr_model_undecided(const glr_model *model, char *buffer, size_t capacity, size_t *length)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, to_text(model, write_undecided, buffer, capacity, length));
}

glr_status glr_model_to_spec(const glr_model *model, char *buffer, size_t capacity, size_t *length)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, to_text(model, glr_spec_write, buffer, capacity, length));
}
