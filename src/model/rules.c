/* Rules: which initializer a tensor gets, and from which seed. */
#include "glob.h"
#include "model.h"
#include "recipe.h"
#include "rule_index.h"
#include "text.h"
#include "unresolved.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool glr_choice_parse(const char *text, const glr_text_names *names, glr_choice *choice, glr_problem *problem)
{
    const char *start =
        text + (strncmp(text, GLR_UTF8_BOM, strlen(GLR_UTF8_BOM)) == 0 ? strlen(GLR_UTF8_BOM) : 0);
    memset(&choice->says, 0, sizeof choice->says);
    if (strcmp(text, "skip") == 0) {
        choice->action = GLR_ACTION_SKIP;
        return true;
    }
    if (strcmp(text, "keep") == 0) {
        return glr_problem_set(problem, "keep: a list of tensors has no values to keep");
    }
    choice->action = GLR_ACTION_FILL;
    const bool is_json = start[0] == '{' || start[0] == '"';
    const glr_status status =
        is_json ? glr_initializer_from_json(text, strlen(text), &choice->initializer)
                : glr_initializer_read_text(text, strlen(text), names, &choice->says, &choice->initializer);
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

/* Adds a rule that has all but its label, and takes over what is allocated in it; false when memory ran out.
 */
static bool append(glr_rules *rules, const char *word, const char *pattern, const glr_rule *rule)
{
    char *label = grow(rules) ? glr_format_text("%s %s", word, pattern) : NULL;
    if (label == NULL) {
        return false;
    }
    glr_rule *added = &rules->rule[rules->count++];
    *added = *rule;
    added->label = label;
    added->pattern = label + strlen(word) + 1;
    return true;
}

static void free_rule(glr_rule *rule)
{
    free(rule->label);
    free(rule->text);
    free(rule->capture);
}

/* Copies the captures of a pattern as variables without values, their names behind them. */
static bool copy_captures(const glr_captures *captures, glr_rule *rule)
{
    size_t bytes = captures->count * sizeof *rule->capture + 1;
    for (size_t i = 0; i < captures->count; i++) {
        bytes += captures->capture[i].name_length + 1;
    }
    rule->capture = calloc(1, bytes);
    if (rule->capture == NULL) {
        return false;
    }
    char *name = (char *)(rule->capture + captures->count);
    for (size_t i = 0; i < captures->count; i++) {
        const glr_variable capture = {
            memcpy(name, captures->capture[i].name, captures->capture[i].name_length), NAN};
        rule->capture[i] = capture;
        name += captures->capture[i].name_length + 1;
    }
    rule->capture_count = captures->count;
    return true;
}

/* The names of a text in a rule. */
static glr_text_names names_of(const glr_variables *variables, const glr_variable *capture, size_t count)
{
    const glr_text_names names = {
        .variable = variables != NULL ? variables->variable : NULL,
        .variable_count = variables != NULL ? variables->count : 0,
        .capture = capture,
        .capture_count = count,
    };
    return names;
}

/* Reads a rule's choice, and keeps the text if it has to be read again. */
static bool read_rule(const char *text, const glr_variables *variables, glr_rule *rule, glr_problem *problem)
{
    const glr_text_names names = names_of(variables, rule->capture, rule->capture_count);
    if (!glr_choice_parse(text, &names, &rule->choice, problem)) {
        return false;
    }
    rule->text = rule->choice.says.capture ? strdup(text) : NULL;
    return !rule->choice.says.capture || rule->text != NULL || glr_problem_memory(problem);
}

bool glr_rules_add_text(glr_rules *rules, const char *word, const char *pattern, const char *text,
                        const glr_variables *variables, glr_problem *problem)
{
    glr_captures captures;
    glr_rule rule = {.label = NULL};
    const bool ok = glr_glob_check(pattern, &captures, problem) &&
                    (copy_captures(&captures, &rule) || glr_problem_memory(problem)) &&
                    read_rule(text, variables, &rule, problem) &&
                    (append(rules, word, pattern, &rule) || glr_problem_memory(problem));
    if (!ok) {
        free_rule(&rule);
    }
    return ok;
}

bool glr_rules_add_choice(glr_rules *rules, const char *word, const char *pattern, const glr_choice *choice,
                          glr_problem *problem)
{
    glr_captures captures;
    const glr_rule rule = {.choice = *choice};
    return glr_glob_check(pattern, &captures, problem) &&
           (append(rules, word, pattern, &rule) || glr_problem_memory(problem));
}

bool glr_rules_add(glr_rules *rules, const char *text, const glr_variables *variables, glr_problem *problem)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return glr_problem_set(problem, "rule: '%s' is not of the form PATTERN=INITIALIZER", text);
    }
    char *pattern = strndup(text, (size_t)(equals - text));
    if (pattern == NULL) {
        return glr_problem_memory(problem);
    }
    const bool ok = glr_rules_add_text(rules, "--rule", pattern, equals + 1, variables, problem) ||
                    glr_problem_prefix(problem, "rule '%s': ", text);
    free(pattern);
    return ok;
}

void glr_rules_free(glr_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        free_rule(&rules->rule[i]);
    }
    free(rules->rule);
    memset(rules, 0, sizeof *rules);
}

/* ---- Deciding ---------------------------------------------------------------------------------------- */

bool glr_is_floating(glr_dtype dtype) { return dtype >= GLR_DTYPE_FLOAT32 && dtype <= GLR_DTYPE_FLOAT8_E5M2; }

/* A request's rules, the list's, and the recipe of one of them. */
typedef struct indexes {
    glr_rule_index asked, listed;
    const glr_recipe *recipe;
} indexes;

/* The value of a run of digits. */
static double digits_value(const glr_capture *capture)
{
    char digits[400]; /* more than the largest double has */
    if (capture->length >= sizeof digits) {
        return INFINITY;
    }
    memcpy(digits, capture->digits, capture->length);
    digits[capture->length] = '\0';
    return strtod(digits, NULL);
}

/* Reads the text of a rule with what its pattern captured in the tensor's name. */
static bool read_with_captures(const glr_rule *rule, const glr_variables *variables, glr_model_tensor *tensor,
                               glr_problem *problem)
{
    glr_captures found = {.count = 0};
    glr_variable capture[GLR_MAX_CAPTURES];
    (void)glr_glob_capture(rule->pattern, tensor->name, &found);
    for (size_t i = 0; i < rule->capture_count; i++) {
        capture[i].name = rule->capture[i].name;
        capture[i].value = digits_value(&found.capture[i]);
    }
    const glr_text_names names = names_of(variables, capture, rule->capture_count);
    return glr_choice_parse(rule->text, &names, &tensor->choice, problem) ||
           glr_problem_prefix(problem, "tensor %s: %s: ", tensor->name, rule->label);
}

/* Decides by a rule. */
static bool decide_by_rule(glr_model_tensor *tensor, const glr_rule *rule, const glr_variables *variables,
                           glr_problem *problem)
{
    tensor->choice = rule->choice;
    tensor->decided_by = rule->label;
    return rule->text == NULL || read_with_captures(rule, variables, tensor, problem);
}

/* Whose choice it is; *own is whether it is the tensor's own. A seed that the tensor's own initializer names
   goes with stream 0, as in Keras; one that a rule names, for many tensors, goes with the streams of their
   names. */
static bool decide(glr_model_tensor *tensor, const glr_variables *variables, indexes *rules, bool *own,
                   glr_problem *problem)
{
    const glr_rule *rule = glr_rule_index_find(&rules->asked, tensor->name);
    const glr_rule *second = glr_rule_index_find(&rules->listed, tensor->name);
    *own = rule == NULL && tensor->choice.action != GLR_ACTION_UNDECIDED;
    if (*own) {
        tensor->decided_by = "its own";
        return true;
    }
    if (rule == NULL && second == NULL) {
        glr_recipe_decide(rules->recipe, tensor);
        return true;
    }
    return decide_by_rule(tensor, rule != NULL ? rule : second, variables, problem);
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

/* The tensor's own member, else what its text says, else the request, else the list. */
static bool apply_overrides(glr_model_tensor *tensor, const glr_model *model, const glr_request *request,
                            glr_problem *problem)
{
    glr_initializer *initializer = &tensor->choice.initializer;
    const glr_overrides *over = &tensor->overrides;
    const glr_text_says *says = &tensor->choice.says;
    if (over->has_method) {
        initializer->method = over->method;
    } else if (request->has_method && !says->method) {
        initializer->method = request->method;
    }
    if (over->has_layout) {
        initializer->layout = over->layout;
    } else if ((request->has_layout || model->has_layout) && !says->layout) {
        initializer->layout = request->has_layout ? request->layout : model->layout;
    }
    return override_axes(initializer, over, problem) ||
           glr_problem_prefix(problem, "tensor %s: ", tensor->name);
}

static void seed_tensor(glr_model_tensor *tensor, const glr_model *model, const glr_request *request,
                        bool own)
{
    glr_initializer *initializer = &tensor->choice.initializer;
    const bool has_seed = initializer->seeding == GLR_SEEDING_SEED;
    if (initializer->seeding == GLR_SEEDING_KEY) {
        return; /* it has its stream in the counter */
    }
    if (!has_seed && (request->has_seed || model->has_seed)) {
        initializer->seeding = GLR_SEEDING_SEED;
        initializer->seed = request->has_seed ? request->seed : model->seed;
    }
    if (tensor->overrides.has_stream) {
        initializer->stream = tensor->overrides.stream;
    } else if (!tensor->choice.says.stream && !(has_seed && own)) {
        initializer->stream = glr_stream_of_name(tensor->name, strlen(tensor->name));
    }
}

static bool check(const glr_model_tensor *tensor, glr_problem *problem)
{
    glr_summary summary = {0};
    return glr_describe(&tensor->choice.initializer, &tensor->tensor, &summary) == GLR_OK ||
           glr_problem_set(problem, "tensor %s: %s", tensor->name, glr_last_error());
}

static bool resolve_tensor(glr_model_tensor *tensor, const glr_model *model, const glr_request *request,
                           indexes *rules, glr_problem *problem)
{
    if (request->has_dtype && glr_is_floating(tensor->tensor.dtype)) {
        tensor->tensor.dtype = request->dtype;
    }
    bool own = false;
    if (!decide(tensor, &model->variables, rules, &own, problem)) {
        return false;
    }
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
    size_t undecided = 0;
    for (size_t i = 0; i < model->count; i++) {
        glr_model_get(model, i, &tensor);
        if (!resolve_tensor(&tensor, model, request, rules, problem)) {
            return false;
        }
        if (!glr_model_set(model, i, &tensor)) {
            return glr_problem_memory(problem);
        }
        undecided += tensor.choice.action == GLR_ACTION_UNDECIDED;
    }
    model->undecided = undecided;
    return glr_check_resolved(model, &rules->asked, &rules->listed, problem);
}

bool glr_model_resolve(glr_model *model, const glr_request *request, glr_problem *problem)
{
    indexes rules;
    rules.recipe = request->recipe != NULL ? request->recipe : model->recipe;
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
