/* A model's tensors: read from a list, given initializers by rules, and written down in a file's metadata. */
#ifndef GLR_MODEL_MODEL_H
#define GLR_MODEL_MODEL_H

#include "interned.h"

#include "api/initializer.h"
#include "text/json.h"
#include "text/names.h"
#include "text/problem.h"
#include "text/variables.h"

#include "glorand/model.h"

#include <stddef.h>

/* An initializer, or skip, as a rule or a tensor of a list gives it. */
typedef struct glr_choice {
    glr_action action;  /* GLR_ACTION_COPY has no initializer */
    glr_text_says says; /* what a text named: it stays as it is */
    glr_initializer initializer;
} glr_choice;

/* Members of a tensor in a list that stand beside its initializer and override what that says. */
typedef struct glr_overrides {
    bool has_method, has_layout, has_stream;
    glr_method method;
    glr_layout layout;
    int64_t stream;
    /* Lists that are given replace the initializer's, empty ones of inputs and outputs, too. */
    bool has_input_axes, has_output_axes;
    uint32_t input_axis_count, output_axis_count, batch_axis_count;
    int32_t input_axes[GLR_MAX_RANK], output_axes[GLR_MAX_RANK], batch_axes[GLR_MAX_RANK];
} glr_overrides;

/* A tensor, with all that is known of it. */
typedef struct glr_item {
    const char *name;
    glr_tensor tensor; /* the whole shape; where a slice was given, its box */
    glr_choice choice; /* the tensor's own, and what was decided after glr_items_resolve */
    glr_overrides overrides;
    const char *decided_by;   /* after glr_items_resolve: the rule, for people to read */
    uint32_t values;          /* GLR_ACTION_COPY: which of the model's values it has */
    uint32_t region, regions; /* the first of the model's regions that are its own, and how many */
} glr_item;

/* A rule: tensors whose names match the pattern get the choice. */
typedef struct glr_rule {
    char *label;         /* for people to read; it ends in the pattern */
    const char *pattern; /* as glr_glob_matches takes it */
    glr_choice choice;
    /* Where the choice depends on captures: its text, which is read for each tensor, and their names. */
    char *text;
    glr_variable *capture;
    size_t capture_count;
} glr_rule;

typedef struct glr_rules {
    glr_rule *rule;
    size_t count, capacity;
} glr_rules;

/* A tensor as a model holds it, small since there may be a million: what many have in common is kept once. */
typedef struct glr_model_entry {
    const char *name, *decided_by;
    int64_t seed, stream;
    uint32_t sizes; /* where the shape is; of a box, start and extent follow */
    uint32_t initializer, overrides, values, region, regions;
    uint8_t action, seeding, rank, part, dtype;
    bool owns_name;
    glr_text_says says;
} glr_model_entry;

/* A number that a list gives, as a constant holds it: see glr_initializer. */
typedef struct glr_list_value {
    double value;
    int64_t integer;
    glr_number number;
} glr_list_value;

/* The values that a list gives for a tensor. */
typedef struct glr_list_values {
    glr_list_value *value;
    size_t count;
} glr_list_values;

/* Initializers by name: see recipe.h. */
typedef struct glr_recipe glr_recipe;

struct glr_model {
    glr_model_entry *entry;
    size_t count, capacity;
    int64_t *sizes;
    size_t size_count, size_capacity;
    glr_interned initializers, overrides;
    glr_model *regions; /* or NULL. Each is an entry with a box of its tensor: glr_region_get */
    glr_list_values *values;
    size_t values_count, values_capacity;
    glr_name *sorted; /* the names; see glr_items_sort */
    char *text;       /* where names of a list are */
    glr_rules given;  /* by glr_model_add_rule: these come before everything else */
    glr_rules rules;  /* the list's own */
    glr_variables variables;
    bool is_resolved; /* also where tensors are left undecided */
    bool has_seed, has_layout;
    int64_t seed;
    glr_layout layout;
    const glr_recipe *recipe; /* or NULL */
    size_t undecided;         /* after glr_items_resolve: tensors without an initializer */
};

/* Makes room for so many tensors, or more, in an empty model; false when memory ran out, as in the next two.
 */
bool glr_items_reserve(glr_model *model, size_t count);

/* Adds a tensor. Its name must live as long as the model. */
bool glr_items_add(glr_model *model, const glr_item *tensor);

/* Replaces a tensor's dtype, choice, number of regions and decided_by. */
bool glr_items_set(glr_model *model, size_t index, const glr_item *tensor);

/* A tensor, in full. */
void glr_items_get(const glr_model *model, size_t index, glr_item *tensor);

/* Sorts the names, for glr_items_find and for *repeated: a duplicate name, or NULL. */
bool glr_items_sort(glr_model *model, const char **repeated);

/* Reads a list of tensors, the form of data/models. The variables come after those of the list. On failure
   the model is empty. */
bool glr_list_parse(const char *text, size_t length, const glr_variable *variables, size_t count,
                    glr_model *model, glr_problem *problem);

void glr_model_clear(glr_model *model);

/* The index of the tensor of a name in a sorted model, or SIZE_MAX. */
size_t glr_items_find(const glr_model *model, const char *name);

/* What a text may name: variables, unless NULL, and captures of a pattern. */
glr_text_names glr_names_of(const glr_variables *variables, const glr_variable *capture, size_t count);

/* Reads a choice: an initializer's text form or JSON, or "skip". */
bool glr_choice_parse(const char *text, const glr_text_names *names, glr_choice *choice,
                      glr_problem *problem);

/* Adds a rule whose choice is text, with a label that begins with a word. */
bool glr_rules_add(glr_rules *rules, const char *word, const char *pattern, const char *text,
                   const glr_variables *variables, glr_problem *problem);

/* Adds a rule whose choice is known. */
bool glr_rules_add_choice(glr_rules *rules, const char *word, const char *pattern, const glr_choice *choice,
                          glr_problem *problem);

void glr_rules_free(glr_rules *rules);

/* Decides every tensor: given rules, the tensor's own initializer, the list's rules, the recipe of the
   options, of the list, or else the defaults by name; and its seed and stream. Skipped tensors stay, marked.
   Fails if tensors are left, which is GLR_ERROR_UNDECIDED, or if the pattern of a rule matches no name at
   all. After another failure than GLR_ERROR_UNDECIDED the model is as it was. */
bool glr_items_resolve(glr_model *model, const glr_model_options *options, glr_problem *problem);

/* Whether some random tensor of a resolved model has no seed: none of its own, and none in options or list.
 */
bool glr_items_need_seed(const glr_model *model);

/* Gives those tensors a seed. */
void glr_items_seed(glr_model *model, int64_t seed);

#endif
