/* Rules: which initializer a tensor gets, and from which seed. */
#include "json.h"
#include "model.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool glr_choice_parse(const char *text, glr_choice *choice, glr_problem *problem)
{
    if (strcmp(text, "skip") == 0) {
        choice->action = GLR_ACTION_SKIP;
        return true;
    }
    if (strcmp(text, "keep") == 0) {
        return glr_problem_set(problem, "keep: a list of tensors has no values to keep");
    }
    /* Names are JSON strings without their quotes. */
    char *quoted = text[0] == '{' || text[0] == '"' ? glr_copy_text(text) : glr_format_text("\"%s\"", text);
    if (quoted == NULL) {
        return glr_problem_set(problem, "out of memory");
    }
    glr_status status = glr_initializer_from_json(quoted, strlen(quoted), &choice->initializer);
    free(quoted);
    choice->action = GLR_ACTION_FILL;
    return status == GLR_OK || glr_problem_set(problem, "%s", glr_last_error());
}

bool glr_rules_append(glr_rules *rules, const char *pattern, const glr_choice *choice)
{
    glr_rule *grown = realloc(rules->rule, (rules->count + 1) * sizeof *grown);
    if (grown == NULL) {
        return false;
    }
    rules->rule = grown;
    glr_rule added = {glr_copy_text(pattern), *choice};
    rules->rule[rules->count] = added;
    rules->count += added.pattern != NULL;
    return added.pattern != NULL;
}

bool glr_rules_add(glr_rules *rules, const char *text, glr_problem *problem)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        return glr_problem_set(problem, "rule: '%s' is not of the form PATTERN=INITIALIZER", text);
    }
    glr_choice choice;
    if (!glr_choice_parse(equals + 1, &choice, problem)) {
        return glr_problem_prefix(problem, "rule '%s': ", text);
    }
    char *pattern = glr_format_text("%.*s", (int)(equals - text), text);
    bool ok = pattern != NULL && glr_rules_append(rules, pattern, &choice);
    free(pattern);
    return ok || glr_problem_set(problem, "out of memory");
}

void glr_rules_free(glr_rules *rules)
{
    for (size_t i = 0; i < rules->count; i++) {
        free(rules->rule[i].pattern);
    }
    free(rules->rule);
    memset(rules, 0, sizeof *rules);
}

/* ---- Defaults by name ------------------------------------------------------------------------------ */

/* Names of a tensor's last component, after the last '.' or '/' and without a ":0" behind. */
static const struct {
    const char *component;
    glr_kind kind;
} by_component[] = {
    {"bias", GLR_ZEROS},         {"beta", GLR_ZEROS}, {"moving_mean", GLR_ZEROS},
    {"running_mean", GLR_ZEROS}, {"gamma", GLR_ONES}, {"moving_variance", GLR_ONES},
    {"running_var", GLR_ONES},
};

/* Patterns of the weights of norms, which have rank 1. */
static const char *const norm_patterns[] = {"*norm*.weight", "*ln_*.weight", "*ln*.weight"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* The length and, through *component, the start of the last component. */
static size_t last_component(const char *name, const char **component)
{
    const char *dot = strrchr(name, '.'), *slash = strrchr(name, '/');
    const char *last = dot > slash ? dot : slash;
    *component = last == NULL ? name : last + 1;
    return strcspn(*component, ":");
}

/* Case is folded by hand: fnmatch's own folding is no part of POSIX. */
static bool matches_lower(const char *pattern, const char *name)
{
    char *lower = glr_copy_text(name);
    for (char *c = lower; c != NULL && *c != '\0'; c++) {
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
    }
    bool matches = lower != NULL && fnmatch(pattern, lower, 0) == 0;
    free(lower);
    return matches;
}

/* The default of a tensor's name and rank, and its name for people; GLR_KIND_NONE if there is none. */
static glr_kind default_kind(const glr_model_tensor *tensor, const char **rule)
{
    const char *component;
    size_t length = last_component(tensor->name, &component);
    for (size_t i = 0; i < COUNT(by_component); i++) {
        if (strlen(by_component[i].component) == length &&
            strncasecmp(by_component[i].component, component, length) == 0) {
            *rule = by_component[i].component;
            return by_component[i].kind;
        }
    }
    for (size_t i = 0; i < COUNT(norm_patterns) && tensor->tensor.rank == 1; i++) {
        if (matches_lower(norm_patterns[i], tensor->name)) {
            *rule = norm_patterns[i];
            return GLR_ONES;
        }
    }
    *rule = "rank 2 and more";
    return tensor->tensor.rank >= 2 ? GLR_GLOROT_NORMAL : GLR_KIND_NONE;
}

/* ---- Deciding ---------------------------------------------------------------------------------------- */

static const glr_rule *first_match(const glr_rules *rules, const char *name)
{
    for (size_t i = 0; rules != NULL && i < rules->count; i++) {
        if (fnmatch(rules->rule[i].pattern, name, 0) == 0) {
            return &rules->rule[i];
        }
    }
    return NULL;
}

bool glr_is_floating(glr_dtype dtype) { return dtype >= GLR_FLOAT32 && dtype <= GLR_FLOAT8_E5M2; }

static bool decide_by_default(glr_model_tensor *tensor, glr_problem *problem)
{
    const char *rule;
    glr_kind kind = glr_is_floating(tensor->tensor.dtype) ? default_kind(tensor, &rule) : GLR_KIND_NONE;
    if (kind == GLR_KIND_NONE) {
        return glr_problem_set(
            problem,
            "tensor %s: no rule says how a tensor of rank %u and dtype %s is initialized; give "
            "one, for example --rule '%s=zeros'",
            tensor->name, tensor->tensor.rank, glr_dtype_name(tensor->tensor.dtype), tensor->name);
    }
    tensor->choice.action = GLR_ACTION_FILL;
    tensor->choice.initializer = glr_initializer_of_kind(kind);
    tensor->choice.initializer.seeding = GLR_UNSEEDED;
    tensor->decided_by = glr_format_text("default: %s", rule);
    return true;
}

/* Whose choice it is. A seed that the tensor's own initializer names goes with stream 0, as in Keras; one
   that a rule names, for many tensors, goes with the streams of their names. */
static bool decide(glr_model_tensor *tensor, const glr_rules *asked, const glr_rules *listed, bool *own,
                   glr_problem *problem)
{
    const glr_rule *rule = first_match(asked, tensor->name);
    *own = false;
    if (rule != NULL) {
        tensor->choice = rule->choice;
        tensor->decided_by = glr_format_text("--rule %s", rule->pattern);
    } else if (tensor->choice.action != GLR_ACTION_UNDECIDED) {
        *own = true;
        tensor->decided_by = glr_copy_text("its own");
    } else if ((rule = first_match(listed, tensor->name)) != NULL) {
        tensor->choice = rule->choice;
        tensor->decided_by = glr_format_text("rules: %s", rule->pattern);
    } else if (!decide_by_default(tensor, problem)) {
        return false;
    }
    return tensor->decided_by != NULL || glr_problem_set(problem, "out of memory");
}

static void override_axes(glr_initializer *initializer, const glr_overrides *over)
{
    if (over->input_axis_count > 0) {
        initializer->input_axis_count = over->input_axis_count;
        memcpy(initializer->input_axes, over->input_axes, sizeof over->input_axes);
    }
    if (over->output_axis_count > 0) {
        initializer->output_axis_count = over->output_axis_count;
        memcpy(initializer->output_axes, over->output_axes, sizeof over->output_axes);
    }
    if (over->batch_axis_count > 0) {
        initializer->batch_axis_count = over->batch_axis_count;
        memcpy(initializer->batch_axes, over->batch_axes, sizeof over->batch_axes);
    }
}

/* The tensor's own word, else the request's, else the list's. */
static void apply_overrides(glr_model_tensor *tensor, const glr_model *model, const glr_request *request)
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
    override_axes(initializer, over);
}

static void seed_tensor(glr_model_tensor *tensor, const glr_model *model, const glr_request *request,
                        bool own)
{
    glr_initializer *initializer = &tensor->choice.initializer;
    bool has_seed = initializer->seeding == GLR_SEEDED;
    if (!has_seed && (request->has_seed || model->has_seed)) {
        initializer->seeding = GLR_SEEDED;
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

bool glr_model_resolve(glr_model *model, const glr_request *request, glr_problem *problem)
{
    for (size_t i = 0; i < model->count; i++) {
        glr_model_tensor *tensor = &model->tensor[i];
        bool own;
        if (request->has_dtype && glr_is_floating(tensor->tensor.dtype)) {
            tensor->tensor.dtype = request->dtype;
        }
        if (!decide(tensor, request->rules, &model->rules, &own, problem)) {
            return false;
        }
        if (tensor->choice.action == GLR_ACTION_SKIP) {
            continue;
        }
        apply_overrides(tensor, model, request);
        seed_tensor(tensor, model, request, own);
        if (!check(tensor, problem)) {
            return false;
        }
    }
    return true;
}

bool glr_is_random(glr_kind kind) { return kind != GLR_ZEROS && kind != GLR_ONES && kind != GLR_CONSTANT; }

static bool needs_seed(const glr_choice *choice)
{
    return choice->action == GLR_ACTION_FILL && glr_is_random(choice->initializer.kind) &&
           choice->initializer.seeding == GLR_UNSEEDED;
}

bool glr_model_needs_seed(const glr_model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        if (needs_seed(&model->tensor[i].choice)) {
            return true;
        }
    }
    return false;
}

void glr_model_seed(glr_model *model, int64_t seed)
{
    for (size_t i = 0; i < model->count; i++) {
        if (needs_seed(&model->tensor[i].choice)) {
            model->tensor[i].choice.initializer.seeding = GLR_SEEDED;
            model->tensor[i].choice.initializer.seed = seed;
        }
    }
}
