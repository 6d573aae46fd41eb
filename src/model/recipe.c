#include "recipe.h"

#include "text/ascii.h"

#include <stdio.h>
#include <string.h>

/* Where an entry looks for its part of a name. Components end at '.' and '/'; the last one, at ":0", too. */
typedef enum place {
    LAST_COMPONENT, /* is the part */
    LAST_OF_LAYER,  /* the same, in a name without any of the misleading parts */
    LAST_OF_NORM,   /* the same, and the component before is a norm's */
    BEFORE_WEIGHT,  /* the name ends in ".weight" and has the part before that */
    ANY_NAME
} place;

/* One entry: of these ranks, names with this part there get an initializer of this kind. */
typedef struct entry {
    place place;
    const char *part;
    uint32_t min_rank, max_rank;
    glr_kind kind;
    const char *label; /* for people to read */
} entry;

/* The first entry that fits decides. */
struct glr_recipe {
    const char *name;
    const entry *entry;
    size_t count;
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Nothing that is drawn, and nothing of rank 2 or more: names do not say which scale a layer needs. */
static const entry default_entries[] = {
    {LAST_OF_LAYER, "bias", 0, 1, GLR_KIND_ZEROS, "default: bias"},
    {LAST_OF_NORM, "beta", 0, 1, GLR_KIND_ZEROS, "default: beta of a norm"},
    {LAST_OF_NORM, "gamma", 0, 1, GLR_KIND_ONES, "default: gamma of a norm"},
    {LAST_OF_NORM, "weight", 1, 1, GLR_KIND_ONES, "default: weight of a norm"},
    {LAST_COMPONENT, "moving_mean", 0, 1, GLR_KIND_ZEROS, "default: moving_mean"},
    {LAST_COMPONENT, "running_mean", 0, 1, GLR_KIND_ZEROS, "default: running_mean"},
    {LAST_COMPONENT, "moving_variance", 0, 1, GLR_KIND_ONES, "default: moving_variance"},
    {LAST_COMPONENT, "running_var", 0, 1, GLR_KIND_ONES, "default: running_var"},
};

/* The defaults from before there were recipes: the same file for the same seed. */
static const entry keras_entries[] = {
    {LAST_COMPONENT, "bias", 0, GLR_MAX_RANK, GLR_KIND_ZEROS, "recipe keras: bias"},
    {LAST_COMPONENT, "beta", 0, GLR_MAX_RANK, GLR_KIND_ZEROS, "recipe keras: beta"},
    {LAST_COMPONENT, "moving_mean", 0, GLR_MAX_RANK, GLR_KIND_ZEROS, "recipe keras: moving_mean"},
    {LAST_COMPONENT, "running_mean", 0, GLR_MAX_RANK, GLR_KIND_ZEROS, "recipe keras: running_mean"},
    {LAST_COMPONENT, "gamma", 0, GLR_MAX_RANK, GLR_KIND_ONES, "recipe keras: gamma"},
    {LAST_COMPONENT, "moving_variance", 0, GLR_MAX_RANK, GLR_KIND_ONES, "recipe keras: moving_variance"},
    {LAST_COMPONENT, "running_var", 0, GLR_MAX_RANK, GLR_KIND_ONES, "recipe keras: running_var"},
    {BEFORE_WEIGHT, "norm", 1, 1, GLR_KIND_ONES, "recipe keras: *norm*.weight"},
    {BEFORE_WEIGHT, "ln_", 1, 1, GLR_KIND_ONES, "recipe keras: *ln_*.weight"},
    {BEFORE_WEIGHT, "ln", 1, 1, GLR_KIND_ONES, "recipe keras: *ln*.weight"},
    {ANY_NAME, "", 2, GLR_MAX_RANK, GLR_KIND_GLOROT_NORMAL, "recipe keras: rank 2 and more"},
};

static const glr_recipe defaults = {"", default_entries, COUNT(default_entries)};

static const glr_recipe recipes[] = {
    {"keras", keras_entries, COUNT(keras_entries)},
};

/* Parts of names whose biases or scales are known to start from something else: the bias of Mamba's dt_proj
   from the inverse softplus of random steps, those of forget gates from ones and more, RWKV's ln_x from a
   scale that grows with the layer, layer scales from small constants, positions and low-rank factors from
   what their papers say. */
static const char *const misleading[] = {"dt_proj", "lstm",        "forget",   "fgate",   "ln_x",
                                         "lora_",   "layer_scale", "position", "pos_emb", "relative"};

/* A stretch of a name. */
typedef struct component {
    const char *start;
    size_t length;
} component;

/* The component that ends where another begins; empty if that is the first. */
static component component_before(const char *name, const char *begin)
{
    const char *end = begin > name ? begin - 1 : name, *start = end;
    while (start > name && start[-1] != '.' && start[-1] != '/') {
        start--;
    }
    const component before = {start, (size_t)(end - start)};
    return before;
}

static component last_component(const char *name)
{
    const char *dot = strrchr(name, '.'), *slash = strrchr(name, '/');
    const char *separator = dot > slash ? dot : slash, *start = separator == NULL ? name : separator + 1;
    const component last = {start, strcspn(start, ":")};
    return last;
}

static bool is_equal(component of, const char *part)
{
    return of.length == strlen(part) && glr_ascii_equal(of.start, part, of.length);
}

static bool contains(component of, const char *part)
{
    const size_t length = strlen(part);
    for (size_t i = 0; i + length <= of.length; i++) {
        if (glr_ascii_equal(of.start + i, part, length)) {
            return true;
        }
    }
    return false;
}

static bool is_letter(char c)
{
    c = glr_ascii_lower(c);
    return c >= 'a' && c <= 'z';
}

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* Whether a component has a word that stands between other characters than letters: ln_1, conv1_bn. */
static bool has_word(component of, const char *word)
{
    const size_t length = strlen(word);
    for (size_t i = 0; i + length <= of.length; i++) {
        if (glr_ascii_equal(of.start + i, word, length) && (i == 0 || !is_letter(of.start[i - 1])) &&
            (i + length == of.length || !is_letter(of.start[i + length]))) {
            return true;
        }
    }
    return false;
}

static bool is_number(component of)
{
    size_t i = 0;
    while (i < of.length && is_digit(of.start[i])) {
        i++;
    }
    return i > 0 && i == of.length;
}

/* Whether the layer is a norm: by the component before the last, or before the numbers there, as of a list of
   norms. A bn's weight is PyTorch's: in some models the last one of a block starts from zeros. */
static bool is_norm(const char *name, component last)
{
    component layer = component_before(name, last.start);
    while (is_number(layer)) {
        layer = component_before(name, layer.start);
    }
    return contains(layer, "norm") || has_word(layer, "ln") ||
           (has_word(layer, "bn") && !is_equal(last, "weight"));
}

static bool is_misleading(const char *name)
{
    const component whole = {name, strlen(name)};
    for (size_t i = 0; i < COUNT(misleading); i++) {
        if (contains(whole, misleading[i])) {
            return true;
        }
    }
    return false;
}

static bool is_before_weight(const char *name, const char *part)
{
    static const char weight[] = ".weight";
    const size_t length = strlen(name), tail = sizeof weight - 1;
    const component before = {name, length - tail};
    return length >= tail && glr_ascii_equal(name + length - tail, weight, tail) && contains(before, part);
}

static bool fits(const entry *candidate, const glr_item *tensor)
{
    const component last = last_component(tensor->name);
    if (tensor->tensor.rank < candidate->min_rank || tensor->tensor.rank > candidate->max_rank) {
        return false;
    }
    switch (candidate->place) {
    case LAST_COMPONENT: return is_equal(last, candidate->part);
    case LAST_OF_LAYER: return is_equal(last, candidate->part) && !is_misleading(tensor->name);
    case LAST_OF_NORM:
        return is_equal(last, candidate->part) && !is_misleading(tensor->name) && is_norm(tensor->name, last);
    case BEFORE_WEIGHT: return is_before_weight(tensor->name, candidate->part);
    case ANY_NAME: return true;
    }
    return false;
}

const glr_recipe *glr_recipe_of_name(const char *name, glr_problem *problem)
{
    char known[256] = "";
    for (size_t i = 0; i < COUNT(recipes); i++) {
        if (strcmp(recipes[i].name, name) == 0) {
            return &recipes[i];
        }
        const size_t used = strlen(known);
        (void)snprintf(known + used, sizeof known - used, "%s%s", used > 0 ? ", " : "", recipes[i].name);
    }
    (void)glr_problem_set(problem, "unknown recipe '%s', expected one of: %s", name, known);
    return NULL;
}

void glr_recipe_decide(const glr_recipe *recipe, glr_item *tensor)
{
    recipe = recipe != NULL ? recipe : &defaults;
    for (size_t i = 0; i < recipe->count && glr_dtype_is_floating(tensor->tensor.dtype); i++) {
        const entry *candidate = &recipe->entry[i];
        if (fits(candidate, tensor)) {
            tensor->choice.action = GLR_ACTION_FILL;
            tensor->choice.initializer = glr_initializer_of_kind(candidate->kind);
            tensor->choice.initializer.seeding = GLR_SEEDING_NONE;
            tensor->decided_by = candidate->label;
            return;
        }
    }
}
