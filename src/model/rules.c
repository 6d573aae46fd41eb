/* Rules: which initializer a tensor gets, and from which seed. */
#include "model.h"
#include "rule_index.h"
#include "text.h"
#include "unresolved.h"

#include "api/ascii.h"
#include "api/initializer_json.h"

#include <stdlib.h>
#include <string.h>

bool glr_choice_parse(const char *text, glr_choice *choice, glr_problem *problem)
{
    if (strcmp(text, "skip") == 0) {
        choice->action = GLR_ACTION_SKIP;
        return true;
    }
    if (strcmp(text, "keep") == 0) {
        return glr_problem_set(problem, "keep: a list of tensors has no values to keep");
    }
    const char *start =
        text + (strncmp(text, GLR_UTF8_BOM, strlen(GLR_UTF8_BOM)) == 0 ? strlen(GLR_UTF8_BOM) : 0);
    const bool is_json = start[0] == '{' || start[0] == '"';
    glr_status status = is_json ? glr_initializer_from_json(text, strlen(text), &choice->initializer)
                                : glr_initializer_from_name(text, &choice->initializer);
    choice->action = GLR_ACTION_FILL;
    return status == GLR_OK || glr_problem_status(problem, status);
}

/* Makes room for one more. */
static bool grow(glr_rules *rules)
{
    if (rules->count < rules->capacity) {
        return true;
    }
    if (rules->capacity > SIZE_MAX / 4 / sizeof *rules->rule) {
        return false;
    }
    size_t capacity = rules->capacity == 0 ? 4 : 2 * rules->capacity;
    glr_rule *grown = realloc(rules->rule, capacity * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    rules->rule = grown;
    rules->capacity = capacity;
    return true;
}

bool glr_rules_append(glr_rules *rules, const char *word, const char *pattern, const glr_choice *choice)
{
    char *label = grow(rules) ? glr_format_text("%s %s", word, pattern) : NULL;
    if (label == NULL) {
        return false;
    }
    glr_rule added = {label, label + strlen(word) + 1, *choice};
    rules->rule[rules->count++] = added;
    return true;
}

bool glr_rules_add(glr_rules *rules, const char *text, glr_problem *problem)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return glr_problem_set(problem, "rule: '%s' is not of the form PATTERN=INITIALIZER", text);
    }
    glr_choice choice = {.action = GLR_ACTION_UNDECIDED};
    if (!glr_choice_parse(equals + 1, &choice, problem)) {
        return glr_problem_prefix(problem, "rule '%s': ", text);
    }
    char *pattern = glr_format_text("%.*s", (int)(equals - text), text);
    bool ok = pattern != NULL && glr_rules_append(rules, "--rule", pattern, &choice);
    free(pattern);
    return ok || glr_problem_memory(problem);
}

void glr_rules_free(glr_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        free(rules->rule[i].label);
    }
    free(rules->rule);
    memset(rules, 0, sizeof *rules);
}

/* ---- Defaults by name ------------------------------------------------------------------------------ */

/* Names of a tensor's last component, after the last '.' or '/' and without a ":0" behind. */
static const struct {
    const char *component;
    glr_kind kind;
    const char *rule;
} by_component[] = {
    {"bias", GLR_KIND_ZEROS, "default: bias"},
    {"beta", GLR_KIND_ZEROS, "default: beta"},
    {"moving_mean", GLR_KIND_ZEROS, "default: moving_mean"},
    {"running_mean", GLR_KIND_ZEROS, "default: running_mean"},
    {"gamma", GLR_KIND_ONES, "default: gamma"},
    {"moving_variance", GLR_KIND_ONES, "default: moving_variance"},
    {"running_var", GLR_KIND_ONES, "default: running_var"},
};

/* The weights of norms, which have rank 1: what their names contain before ".weight". */
static const struct {
    const char *part, *rule;
} norms[] = {
    {"norm", "default: *norm*.weight"},
    {"ln_", "default: *ln_*.weight"},
    {"ln", "default: *ln*.weight"},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The length and, through *component, the start of the last component. */
static size_t last_component(const char *name, const char **component)
{
    const char *dot = strrchr(name, '.'), *slash = strrchr(name, '/');
    const char *last = dot > slash ? dot : slash;
    *component = last == NULL ? name : last + 1;
    return strcspn(*component, ":");
}

static bool contains(const char *name, size_t length, const char *part)
{
    const size_t part_length = strlen(part);
    for (size_t i = 0; i + part_length <= length; i++) {
        if (glr_ascii_equal(name + i, part, part_length)) {
            return true;
        }
    }
    return false;
}

/* The name of a norm's rule, or NULL if the tensor is not a norm's weight. */
static const char *norm_rule(const char *name)
{
    static const char weight[] = ".weight";
    const size_t length = strlen(name), tail = sizeof weight - 1;
    if (length < tail || !glr_ascii_equal(name + length - tail, weight, tail)) {
        return NULL;
    }
    for (size_t i = 0; i < COUNT(norms); i++) {
        if (contains(name, length - tail, norms[i].part)) {
            return norms[i].rule;
        }
    }
    return NULL;
}

/* The default of a tensor's name and rank, and its name for people; GLR_KIND_NONE if there is none. */
static glr_kind default_kind(const glr_model_tensor *tensor, const char **rule)
{
    const char *component;
    size_t length = last_component(tensor->name, &component);
    for (size_t i = 0; i < COUNT(by_component); i++) {
        if (strlen(by_component[i].component) == length &&
            glr_ascii_equal(by_component[i].component, component, length)) {
            *rule = by_component[i].rule;
            return by_component[i].kind;
        }
    }
    *rule = tensor->tensor.rank == 1 ? norm_rule(tensor->name) : NULL;
    if (*rule != NULL) {
        return GLR_KIND_ONES;
    }
    *rule = "default: rank 2 and more";
    return tensor->tensor.rank >= 2 ? GLR_KIND_GLOROT_NORMAL : GLR_KIND_NONE;
}

/* ---- Deciding ---------------------------------------------------------------------------------------- */

bool glr_is_floating(glr_dtype dtype) { return dtype >= GLR_DTYPE_FLOAT32 && dtype <= GLR_DTYPE_FLOAT8_E5M2; }

/* Leaves a tensor undecided that has no default. */
static void decide_by_default(glr_model_tensor *tensor)
{
    const char *rule;
    glr_kind kind = glr_is_floating(tensor->tensor.dtype) ? default_kind(tensor, &rule) : GLR_KIND_NONE;
    if (kind == GLR_KIND_NONE) {
        return;
    }
    tensor->choice.action = GLR_ACTION_FILL;
    tensor->choice.initializer = glr_initializer_of_kind(kind);
    tensor->choice.initializer.seeding = GLR_SEEDING_NONE;
    tensor->decided_by = rule;
}

/* Whose choice it is; returns whether it is the tensor's own. A seed that the tensor's own initializer names
   goes with stream 0, as in Keras; one that a rule names, for many tensors, goes with the streams of their
   names. */
static bool decide(glr_model_tensor *tensor, glr_rule_index *asked, glr_rule_index *listed)
{
    const glr_rule *rule = glr_rule_index_find(asked, tensor->name);
    const glr_rule *second = glr_rule_index_find(listed, tensor->name);
    if (rule == NULL && tensor->choice.action != GLR_ACTION_UNDECIDED) {
        tensor->decided_by = "its own";
        return true;
    }
    rule = rule != NULL ? rule : second;
    if (rule == NULL) {
        decide_by_default(tensor);
    } else {
        tensor->choice = rule->choice;
        tensor->decided_by = rule->label;
    }
    return false;
}

/* One list alone replaces that of an initializer which has both, or else it would have no effect. */
static bool override_axes(glr_initializer *initializer, const glr_overrides *over, glr_problem *problem)
{
    if (over->has_input_axes != over->has_output_axes && !initializer->has_axes) {
        return glr_problem_set(problem, "%s: needed beside %s",
                               over->has_input_axes ? "output_axes" : "input_axes",
                               over->has_input_axes ? "input_axes" : "output_axes");
    }
    if (over->has_input_axes) {
        initializer->has_axes = 1;
        initializer->input_axis_count = over->input_axis_count;
        memcpy(initializer->input_axes, over->input_axes, sizeof over->input_axes);
    }
    if (over->has_output_axes) {
        initializer->output_axis_count = over->output_axis_count;
        memcpy(initializer->output_axes, over->output_axes, sizeof over->output_axes);
    }
    if (over->batch_axis_count > 0) {
        initializer->batch_axis_count = over->batch_axis_count;
        memcpy(initializer->batch_axes, over->batch_axes, sizeof over->batch_axes);
    }
    return true;
}

/* The tensor's own word, else the request's, else the list's. */
static bool apply_overrides(glr_model_tensor *tensor, const glr_model *model, const glr_request *request,
                            glr_problem *problem)
{
    glr_initializer *initializer = &tensor->choice.initializer;
    const glr_overrides *over = &tensor->overrides;
    if (over->has_method || request->has_method) {
        initializer->method = over->has_method ? over->method : request->method;
    }
    if (over->has_layout) {
        initializer->layout = over->layout;
    } else if (request->has_layout || model->has_layout) {
        initializer->layout = request->has_layout ? request->layout : model->layout;
    }
    return override_axes(initializer, over, problem) ||
           glr_problem_prefix(problem, "tensor %s: ", tensor->name);
}

static void seed_tensor(glr_model_tensor *tensor, const glr_model *model, const glr_request *request,
                        bool own)
{
    glr_initializer *initializer = &tensor->choice.initializer;
    bool has_seed = initializer->seeding == GLR_SEEDING_SEED;
    if (!has_seed && (request->has_seed || model->has_seed)) {
        initializer->seeding = GLR_SEEDING_SEED;
        initializer->seed = request->has_seed ? request->seed : model->seed;
    }
    if (tensor->overrides.has_stream) {
        initializer->stream = tensor->overrides.stream;
    } else if (!(has_seed && own)) {
        initializer->stream = glr_stream_of_name(tensor->name, strlen(tensor->name));
    }
}

static bool check(const glr_model_tensor *tensor, glr_problem *problem)
{
    glr_summary summary = {0};
    return glr_describe(&tensor->choice.initializer, &tensor->tensor, &summary) == GLR_OK ||
           glr_problem_set(problem, "tensor %s: %s", tensor->name, glr_last_error());
}

/* A request's rules, and the list's. */
typedef struct indexes {
    glr_rule_index asked, listed;
} indexes;

static bool resolve_tensor(glr_model_tensor *tensor, const glr_model *model, const glr_request *request,
                           indexes *rules, glr_problem *problem)
{
    if (request->has_dtype && glr_is_floating(tensor->tensor.dtype)) {
        tensor->tensor.dtype = request->dtype;
    }
    const bool own = decide(tensor, &rules->asked, &rules->listed);
    if (tensor->choice.action != GLR_ACTION_FILL) {
        return true;
    }
    if (!apply_overrides(tensor, model, request, problem)) {
        return false;
    }
    seed_tensor(tensor, model, request, own);
    return check(tensor, problem);
}

static bool resolve(glr_model *model, const glr_request *request, indexes *rules, glr_problem *problem)
{
    glr_model_tensor tensor;
    for (size_t i = 0; i < model->count; i++) {
        glr_model_get(model, i, &tensor);
        if (!resolve_tensor(&tensor, model, request, rules, problem)) {
            return false;
        }
        if (!glr_model_set(model, i, &tensor)) {
            return glr_problem_memory(problem);
        }
    }
    return glr_check_resolved(model, &rules->asked, &rules->listed, problem);
}

bool glr_model_resolve(glr_model *model, const glr_request *request, glr_problem *problem)
{
    indexes rules;
    const bool has_asked = glr_rule_index_make(request->rules, &rules.asked);
    const bool has_listed = glr_rule_index_make(&model->rules, &rules.listed);
    const bool ok =
        has_asked && has_listed ? resolve(model, request, &rules, problem) : glr_problem_memory(problem);
    glr_rule_index_free(&rules.asked);
    glr_rule_index_free(&rules.listed);
    return ok;
}

bool glr_is_random(glr_kind kind)
{
    return kind != GLR_KIND_ZEROS && kind != GLR_KIND_ONES && kind != GLR_KIND_CONSTANT;
}

static bool needs_seed(const glr_model *model, const glr_model_entry *entry)
{
    glr_initializer initializer;
    if (entry->action != GLR_ACTION_FILL || entry->seeding != GLR_SEEDING_NONE) {
        return false;
    }
    glr_interned_get(&model->initializers, entry->initializer, &initializer, sizeof initializer);
    return glr_is_random(initializer.kind);
}

bool glr_model_needs_seed(const glr_model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        if (needs_seed(model, &model->entry[i])) {
            return true;
        }
    }
    return false;
}

void glr_model_seed(glr_model *model, int64_t seed)
{
    for (size_t i = 0; i < model->count; i++) {
        if (needs_seed(model, &model->entry[i])) {
            model->entry[i].seeding = GLR_SEEDING_SEED;
            model->entry[i].seed = seed;
        }
    }
}
