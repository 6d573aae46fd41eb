/* Rules: which initializer a tensor gets, and from which seed. */
#include "glob.h"
#include "model.h"
#include "recipe.h"
#include "regions.h"
#include "rule_index.h"
#include "text/text.h"
#include "unresolved.h"
#include "values.h"

#include "api/initializer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool glr_choice_parse(const char *text, const glr_text_names *names, glr_choice *choice, glr_problem *problem)
{
    memset(&choice->says, 0, sizeof choice->says);
    if (strcmp(text, "skip") == 0) {
        choice->action = GLR_ACTION_SKIP;
        return true;
    }
    if (strcmp(text, "keep") == 0) {
        return glr_problem_set(problem, "keep: a list of tensors has no values to keep");
    }
    choice->action = GLR_ACTION_FILL;
    const glr_status status =
        glr_json_is_meant(text)
            ? glr_initializer_from_json(text, strlen(text), &choice->initializer)
            : glr_initializer_read_text(text, strlen(text), names, &choice->says, &choice->initializer);
    return status == GLR_OK || glr_problem_status(problem, status);
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

glr_text_names glr_names_of(const glr_variables *variables, const glr_variable *capture, size_t count)
{
    static const glr_variables none = {.count = 0};
    const glr_variables *known = variables != NULL ? variables : &none;
    const glr_text_names names = {
        .variable = known->variable,
        .variable_count = known->count,
        .capture = capture,
        .capture_count = count,
        .sorted = known->sorted,
        .sorted_count = known->sorted_count,
    };
    return names;
}

/* Reads a rule's choice, and keeps the text if it has to be read again. */
static bool read_rule(const char *text, const glr_variables *variables, glr_rule *rule, glr_problem *problem)
{
    const glr_text_names names = glr_names_of(variables, rule->capture, rule->capture_count);
    if (!glr_choice_parse(text, &names, &rule->choice, problem)) {
        return false;
    }
    rule->text = rule->choice.says.capture ? strdup(text) : NULL;
    return !rule->choice.says.capture || rule->text != NULL || glr_problem_memory(problem);
}

static bool set_label(const char *word, const char *pattern, glr_rule *rule, glr_problem *problem)
{
    rule->label = glr_format_text("%s %s", word, pattern);
    if (rule->label == NULL) {
        return glr_problem_memory(problem);
    }
    rule->pattern = rule->label + strlen(word) + 1;
    return true;
}

/* The place of the next rule, empty; NULL when memory ran out. */
static glr_rule *next_rule(glr_rules *rules)
{
    glr_rule *grown = glr_grow(rules->rule, rules->count, &rules->capacity, sizeof *grown);
    if (grown == NULL) {
        return NULL;
    }
    rules->rule = grown;
    return memset(&grown[rules->count], 0, sizeof *grown);
}

/* Keeps a rule that was made in its place, or frees it. */
static bool keep(glr_rules *rules, glr_rule *rule, bool ok)
{
    if (ok) {
        rules->count++;
    } else {
        free_rule(rule);
    }
    return ok;
}

bool glr_rules_add(glr_rules *rules, const char *word, const char *pattern, const char *text,
                   const glr_variables *variables, glr_problem *problem)
{
    glr_captures captures;
    glr_rule *rule = next_rule(rules);
    if (rule == NULL) {
        return glr_problem_memory(problem);
    }
    const bool ok = glr_glob_check(pattern, &captures, problem) &&
                    (copy_captures(&captures, rule) || glr_problem_memory(problem)) &&
                    read_rule(text, variables, rule, problem) && set_label(word, pattern, rule, problem);
    return keep(rules, rule, ok);
}

bool glr_rules_add_choice(glr_rules *rules, const char *word, const char *pattern, const glr_choice *choice,
                          glr_problem *problem)
{
    glr_captures captures;
    glr_rule *rule = next_rule(rules);
    if (rule == NULL) {
        return glr_problem_memory(problem);
    }
    rule->choice = *choice;
    const bool ok = glr_glob_check(pattern, &captures, problem) && set_label(word, pattern, rule, problem);
    return keep(rules, rule, ok);
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

/* All that decides: given rules and the list's, variables for texts that are read again, and the recipe. */
typedef struct resolver {
    glr_rule_index given, listed;
    const glr_variables *variables;
    const glr_recipe *recipe; /* or NULL */
} resolver;

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
static bool read_with_captures(const glr_rule *rule, const glr_variables *variables, glr_item *tensor,
                               glr_problem *problem)
{
    glr_captures found = {.count = 0};
    glr_variable capture[GLR_MAX_CAPTURES];
    (void)glr_glob_capture(rule->pattern, tensor->name, &found);
    for (size_t i = 0; i < rule->capture_count; i++) {
        capture[i].name = rule->capture[i].name;
        capture[i].value = digits_value(&found.capture[i]);
    }
    const glr_text_names names = glr_names_of(variables, capture, rule->capture_count);
    return glr_choice_parse(rule->text, &names, &tensor->choice, problem) ||
           glr_problem_prefix(problem, "tensor %s: %s: ", tensor->name, rule->label);
}

/* Decides by a rule, or by the recipe without one. */
static bool decide_by_rule(glr_item *tensor, const glr_rule *rule, const resolver *rules,
                           glr_problem *problem)
{
    if (rule == NULL) {
        glr_recipe_decide(rules->recipe, tensor);
        return true;
    }
    tensor->choice = rule->choice;
    tensor->decided_by = rule->label;
    return rule->text == NULL || read_with_captures(rule, rules->variables, tensor, problem);
}

/* Whose choice it is; *own is whether it is the tensor's own, with which its regions go. A seed that the
   tensor's own initializer names goes with stream 0, as in Keras; one that a rule names, for many tensors,
   goes with the streams of their names. */
static bool decide(glr_item *tensor, resolver *rules, bool *own, glr_problem *problem)
{
    const glr_rule *rule = glr_rule_index_find(&rules->given, tensor->name);
    const glr_rule *second = glr_rule_index_find(&rules->listed, tensor->name);
    *own = rule == NULL && tensor->choice.action != GLR_ACTION_NONE;
    if (*own) {
        tensor->decided_by = "its own";
        return true;
    }
    tensor->regions = 0;
    return decide_by_rule(tensor, rule != NULL ? rule : second, rules, problem);
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

/* The tensor's own member, else what its text says, else the options, else the list. */
static bool apply_overrides(glr_item *tensor, const glr_model *model, const glr_model_options *options,
                            glr_problem *problem)
{
    glr_initializer *initializer = &tensor->choice.initializer;
    const glr_overrides *over = &tensor->overrides;
    const glr_text_says *says = &tensor->choice.says;
    if (over->has_method) {
        initializer->method = over->method;
    } else if (options->has_method && !says->method) {
        initializer->method = options->method;
    }
    if (over->has_layout) {
        initializer->layout = over->layout;
    } else if ((options->has_layout || model->has_layout) && !says->layout) {
        initializer->layout = options->has_layout ? options->layout : model->layout;
    }
    return override_axes(initializer, over, problem) ||
           glr_problem_prefix(problem, "tensor %s: ", tensor->name);
}

static void seed_tensor(glr_item *tensor, const glr_model *model, const glr_model_options *options, bool own)
{
    glr_initializer *initializer = &tensor->choice.initializer;
    const bool has_seed = initializer->seeding == GLR_SEEDING_SEED;
    if (initializer->seeding == GLR_SEEDING_KEY) {
        return; /* it has its stream in the counter */
    }
    if (!has_seed && (options->has_seed || model->has_seed)) {
        initializer->seeding = GLR_SEEDING_SEED;
        initializer->seed = options->has_seed ? options->seed : model->seed;
    }
    if (tensor->overrides.has_stream) {
        initializer->stream = tensor->overrides.stream;
    } else if (!tensor->choice.says.stream && !(has_seed && own)) {
        initializer->stream = glr_stream_of_name(tensor->name, strlen(tensor->name));
    }
}

static bool check(const glr_item *tensor, glr_problem *problem)
{
    glr_summary summary = {0};
    const glr_status status = glr_describe(&tensor->choice.initializer, &tensor->tensor, &summary);
    if (status == GLR_OK) {
        return true;
    }
    (void)glr_problem_status(problem, status);
    return glr_problem_prefix(problem, "tensor %s: ", tensor->name);
}

/* Gives a tensor that is filled its settings, its seed and its stream. */
static bool settle(glr_item *tensor, const glr_model *model, const glr_model_options *options, bool own,
                   glr_problem *problem)
{
    if (!apply_overrides(tensor, model, options, problem)) {
        return false;
    }
    seed_tensor(tensor, model, options, own);
    return check(tensor, problem);
}

/* `box` is behind the tensor's name in `name`, which only this needs. */
static bool resolve_region(const glr_item *tensor, uint32_t number, const char *name, char *box,
                           glr_model *model, const glr_model_options *options, glr_problem *problem)
{
    glr_item region;
    int64_t start[GLR_MAX_RANK];
    glr_region_get(model, tensor, number, &region, start);
    glr_region_box(&region, start, box);
    region.name = name;
    return settle(&region, model, options, true, problem) &&
           (glr_items_set(model->regions, tensor->region + number, &region) || glr_problem_memory(problem));
}

/* The tensor's name may be long: it is copied once for all of its regions. */
static bool resolve_regions(const glr_item *tensor, glr_model *model, const glr_model_options *options,
                            glr_problem *problem)
{
    const size_t length = strlen(tensor->name);
    char *name = tensor->regions > 0 ? malloc(length + GLR_REGION_BOX) : NULL;
    bool ok = name != NULL || tensor->regions == 0 || glr_problem_memory(problem);
    if (name != NULL) {
        memcpy(name, tensor->name, length);
    }
    for (uint32_t i = 0; ok && i < tensor->regions; i++) {
        ok = resolve_region(tensor, i, name, name + length, model, options, problem);
    }
    free(name);
    return ok;
}

static bool resolve_tensor(glr_item *tensor, glr_model *model, const glr_model_options *options,
                           resolver *rules, glr_problem *problem)
{
    if (options->dtype != GLR_DTYPE_NONE && glr_dtype_is_floating(tensor->tensor.dtype)) {
        tensor->tensor.dtype = options->dtype;
    }
    bool own = false;
    if (!decide(tensor, rules, &own, problem)) {
        return false;
    }
    switch (tensor->choice.action) {
    case GLR_ACTION_COPY:
        return glr_values_check(model, tensor, problem) ||
               glr_problem_prefix(problem, "tensor %s: ", tensor->name);
    case GLR_ACTION_FILL:
        return settle(tensor, model, options, own, problem) &&
               resolve_regions(tensor, model, options, problem);
    default: return true;
    }
}

static bool resolve(glr_model *model, const glr_model_options *options, resolver *rules, glr_problem *problem)
{
    glr_item tensor;
    for (size_t i = 0; i < model->count; i++) {
        glr_items_get(model, i, &tensor);
        if (!resolve_tensor(&tensor, model, options, rules, problem)) {
            return false;
        }
        if (!glr_items_set(model, i, &tensor)) {
            return glr_problem_memory(problem);
        }
        model->undecided += tensor.choice.action == GLR_ACTION_NONE;
    }
    return glr_check_resolved(model, &rules->given, &rules->listed, problem);
}

/* A copy of a model's entries, to be freed; NULL when memory ran out. */
static glr_model_entry *copy_entries(const glr_model *model)
{
    const size_t count = model != NULL ? model->count : 0;
    glr_model_entry *copy = malloc((count + 1) * sizeof *copy);
    if (copy != NULL && count > 0) {
        memcpy(copy, model->entry, count * sizeof *copy);
    }
    return copy;
}

static void put_back(glr_model *model, const glr_model_entry *entries)
{
    if (model != NULL && model->count > 0) {
        memcpy(model->entry, entries, model->count * sizeof *entries);
    }
}

bool glr_items_resolve(glr_model *model, const glr_model_options *options, glr_problem *problem)
{
    resolver rules = {.variables = &model->variables, .recipe = model->recipe};
    if (options->recipe != NULL) {
        rules.recipe = glr_recipe_of_name(options->recipe, problem);
        if (rules.recipe == NULL) {
            return false;
        }
    }
    glr_model_entry *before = copy_entries(model), *regions_before = copy_entries(model->regions);
    const bool has_given = glr_rule_index_make(&model->given, &rules.given);
    const bool has_listed = glr_rule_index_make(&model->rules, &rules.listed);
    const bool has_memory = before != NULL && regions_before != NULL && has_given && has_listed;
    const bool ok = has_memory ? resolve(model, options, &rules, problem) : glr_problem_memory(problem);
    model->is_resolved = ok || (has_memory && problem->status == GLR_ERROR_UNDECIDED);
    if (!model->is_resolved && has_memory) {
        put_back(model, before);
        put_back(model->regions, regions_before);
        model->undecided = 0;
    }
    free(before);
    free(regions_before);
    glr_rule_index_free(&rules.given);
    glr_rule_index_free(&rules.listed);
    return ok;
}

static bool needs_seed(const glr_model *model, const glr_model_entry *entry)
{
    glr_initializer initializer;
    if (entry->action != GLR_ACTION_FILL || entry->seeding != GLR_SEEDING_NONE) {
        return false;
    }
    glr_interned_get(&model->initializers, entry->initializer, &initializer, sizeof initializer);
    return glr_kind_is_random(initializer.kind);
}

bool glr_items_need_seed(const glr_model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        const glr_model_entry *entry = &model->entry[i];
        bool needs = needs_seed(model, entry);
        for (uint32_t r = 0; r < entry->regions && !needs; r++) {
            needs = needs_seed(model->regions, &model->regions->entry[entry->region + r]);
        }
        if (needs) {
            return true;
        }
    }
    return false;
}

void glr_items_seed(glr_model *model, int64_t seed)
{
    for (size_t i = 0; i < model->count; i++) {
        if (needs_seed(model, &model->entry[i])) {
            model->entry[i].seeding = GLR_SEEDING_SEED;
            model->entry[i].seed = seed;
        }
    }
    if (model->regions != NULL) {
        glr_items_seed(model->regions, seed);
    }
}
