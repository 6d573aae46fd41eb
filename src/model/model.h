/* A model's tensors: read from a list, given initializers by rules, and written down in a file's metadata. */
#ifndef GLR_MODEL_MODEL_H
#define GLR_MODEL_MODEL_H

#include "interned.h"
#include "problem.h"
#include "variables.h"

#include "api/initializer_text.h"
#include "api/json.h"
#include "api/names.h"

#include "glorand/glorand.h"

#include <stddef.h>

/* A tensor's action. */
typedef enum glr_action {
    GLR_ACTION_UNDECIDED = 0, /* no initializer yet: rules decide */
    GLR_ACTION_FILL = 1,
    GLR_ACTION_SKIP = 2 /* the tensor is left out of the output */
} glr_action;

/* An initializer, or skip, as a rule or a tensor of a list gives it. */
typedef struct glr_choice {
    glr_action action;
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
typedef struct glr_model_tensor {
    const char *name;
    glr_tensor tensor; /* the whole shape; where a slice was given, its box */
    glr_choice choice; /* the tensor's own, and what was decided after glr_model_resolve */
    glr_overrides overrides;
    const char *decided_by; /* after glr_model_resolve: the rule, for people to read */
} glr_model_tensor;

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
    uint32_t initializer, overrides;
    uint8_t action, seeding, rank, part, dtype;
    glr_text_says says;
} glr_model_entry;

/* Initializers by name: see recipe.h. */
typedef struct glr_recipe glr_recipe;

typedef struct glr_model {
    glr_model_entry *entry;
    size_t count, capacity;
    int64_t *sizes;
    size_t size_count, size_capacity;
    glr_interned initializers, overrides;
    glr_name *sorted; /* the names; see glr_model_sort */
    char *text;       /* where the names are, unless somebody else keeps them */
    glr_rules rules;  /* the list's own */
    glr_variables variables;
    bool has_seed, has_layout;
    int64_t seed;
    glr_layout layout;
    const glr_recipe *recipe; /* or NULL */
    size_t undecided;         /* after glr_model_resolve: tensors without an initializer */
} glr_model;

/* Makes room for so many tensors in an empty model; false when memory ran out, as in the next two. */
bool glr_model_reserve(glr_model *model, size_t count);

/* Adds a tensor for which there is room. Its name must live as long as the model. */
bool glr_model_add(glr_model *model, const glr_model_tensor *tensor);

/* Replaces a tensor's dtype, choice and decided_by. */
bool glr_model_set(glr_model *model, size_t index, const glr_model_tensor *tensor);

/* A tensor, in full. */
void glr_model_get(const glr_model *model, size_t index, glr_model_tensor *tensor);

/* The shape of the part that is held, which the model keeps. */
const int64_t *glr_model_part_shape(const glr_model *model, size_t index);

/* Sorts the names, for glr_model_find and for *repeated: a duplicate name, or NULL. */
bool glr_model_sort(glr_model *model, const char **repeated);

/* Reads a list of tensors, the form of data/models. The variables, unless NULL, replace those of the list. On
   failure the model is empty. */
bool glr_model_read(const char *path, const glr_variables *variables, glr_model *model, glr_problem *problem);

/* The same from text of a given length. */
bool glr_model_parse(const char *text, size_t length, const glr_variables *variables, glr_model *model,
                     glr_problem *problem);

void glr_model_free(glr_model *model);

/* The index of the tensor of a name in a sorted model, or SIZE_MAX. *next is looked at first and set behind
   what was found, so that names that come in the model's order are found at once. */
size_t glr_model_find(const glr_model *model, const char *name, size_t *next);

/* Reads a choice: an initializer's text form or JSON, or "skip". */
bool glr_choice_parse(const char *text, const glr_text_names *names, glr_choice *choice,
                      glr_problem *problem);

/* Adds the rule "PATTERN=CHOICE". */
bool glr_rules_add(glr_rules *rules, const char *text, const glr_variables *variables, glr_problem *problem);

/* Adds a rule whose choice is text, with a label that begins with a word. */
bool glr_rules_add_text(glr_rules *rules, const char *word, const char *pattern, const char *text,
                        const glr_variables *variables, glr_problem *problem);

/* Adds a rule whose choice is known. */
bool glr_rules_add_choice(glr_rules *rules, const char *word, const char *pattern, const glr_choice *choice,
                          glr_problem *problem);

void glr_rules_free(glr_rules *rules);

/* The user's options, which override a list. */
typedef struct glr_request {
    const glr_rules *rules; /* these come before everything else */
    bool has_seed, has_dtype, has_layout, has_method;
    int64_t seed;
    glr_dtype dtype;
    glr_layout layout;
    glr_method method;
    const glr_recipe *recipe; /* or NULL */
} glr_request;

/* Decides every tensor: rules of the request, the tensor's own initializer, the list's rules, the recipe of
   the request, of the list, or else the defaults by name; and its seed and stream. Skipped tensors stay,
   marked. Fails if tensors are left, which glr_undecided_write lists, or if the pattern of a rule matches no
   name at all. */
bool glr_model_resolve(glr_model *model, const glr_request *request, glr_problem *problem);

/* Whether some random tensor of a resolved model has no seed: none of its own, and none in request or list.
 */
bool glr_model_needs_seed(const glr_model *model);

/* Gives those tensors a seed. */
void glr_model_seed(glr_model *model, int64_t seed);

/* Whether a dtype holds floating-point numbers, of any width. */
bool glr_is_floating(glr_dtype dtype);

/* Whether an initializer of this kind draws random numbers. */
bool glr_is_random(glr_kind kind);

/* Parses a slice, "0:100,:,-3:", into the tensor's box. */
bool glr_slice_parse(const char *text, glr_tensor *tensor, glr_problem *problem);

/* The shape of the part that is held: the box's extents, or the shape. */
void glr_part_shape(const glr_tensor *tensor, int64_t shape[GLR_MAX_RANK]);

#endif
