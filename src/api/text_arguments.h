/* The arguments of initializers in their text form, and the members of glr_initializer that they set; the
   laws that the text knows by torch's names. */
#ifndef GLR_API_TEXT_ARGUMENTS_H
#define GLR_API_TEXT_ARGUMENTS_H

#include "glorand/glorand.h"

typedef enum glr_argument_form {
    GLR_ARGUMENT_FINITE,  /* an expression */
    GLR_ARGUMENT_VALUE,   /* an expression, inf or nan */
    GLR_ARGUMENT_OPEN,    /* an expression or inf */
    GLR_ARGUMENT_BOUND,   /* an expression, with "s" behind it or not, or inf; its unit is a member, too */
    GLR_ARGUMENT_CHOICE,  /* one of some names */
    GLR_ARGUMENT_INTEGER, /* an int64_t */
    GLR_ARGUMENT_WORDS,   /* a list of `count` uint32_t */
    GLR_ARGUMENT_AXES     /* a list of int32_t, whose length is a member of its own */
} glr_argument_form;

typedef struct glr_argument {
    const char *name;
    glr_argument_form form;
    size_t member;             /* offset in glr_initializer, or in glr_torch_values */
    uint32_t count;            /* names of a choice, words of a list */
    const char *const *choice; /* the names, in the order of the enumerators */
    size_t length;             /* of axes: the offset of their count */
    size_t unit;               /* of a bound: the offset of its unit */
    double bound;              /* of a bound: its default, in standard deviations */
    const char *needed;        /* what the law needs if it is not given; NULL if it has a default */
} glr_argument;

/* Arguments of a kind by position or by name, in the order of Keras's constructor. */
const glr_argument *glr_law_arguments(glr_kind kind, size_t *count);

/* Arguments of every kind, by name alone. */
enum {
    GLR_SETTING_SEED,
    GLR_SETTING_STREAM,
    GLR_SETTING_KEY,
    GLR_SETTING_COUNTER,
    GLR_SETTING_METHOD,
    GLR_SETTING_LAYOUT,
    GLR_SETTING_INPUT_AXES,
    GLR_SETTING_OUTPUT_AXES,
    GLR_SETTING_BATCH_AXES,
    GLR_SETTING_COUNT
};
extern const glr_argument glr_settings[GLR_SETTING_COUNT];

/* Most arguments of a kind by position. */
#define GLR_MAX_LAW_ARGUMENTS 4

/* The unit of a bound that is given as a value: an infinite one, which is the same in both, counts standard
   deviations. */
glr_bound_unit glr_unit_of_value(double bound);

/* ---- Laws by torch's names: torch.c ---------------------------------------------------------------- */

/* Values of torch's arguments. */
typedef struct glr_torch_values {
    double gain, mean, std, a, b, fan_in;
    glr_mode mode;
    glr_nonlinearity nonlinearity;
} glr_torch_values;

/* A law that text knows by torch's name, and that an initializer of a kind draws. */
typedef struct glr_torch_law {
    const char *name;
    const glr_argument *arguments; /* in torch's order, offsets in glr_torch_values */
    size_t count;
    /* Sets the law's members from values. Returns what the argument *wrong must be, or NULL if nothing is. */
    const char *(*make)(const glr_torch_values *values, glr_initializer *to, size_t *wrong);
    glr_kind kind;
    glr_distribution distribution;
    glr_layout layout; /* unless the text says another */
} glr_torch_law;

/* NULL if torch has no such law. */
const glr_torch_law *glr_torch_law_of_name(const char *name);

/* index counts from 0; NULL for one past the last. */
const char *glr_torch_law_name(size_t index);

/* The unseeded initializer, and the values, before arguments are read. */
glr_initializer glr_torch_begin(const glr_torch_law *law, glr_torch_values *values);

#endif
