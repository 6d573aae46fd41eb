#include "text_arguments.h"

#include "error.h"
#include "initializer.h"

#include <stddef.h>
#include <string.h>

/* Enumerators are read and written by way of uint32_t. */
_Static_assert(sizeof(glr_mode) == sizeof(uint32_t) && sizeof(glr_distribution) == sizeof(uint32_t) &&
                   sizeof(glr_method) == sizeof(uint32_t) && sizeof(glr_layout) == sizeof(uint32_t),
               "an enumeration of another size");

static const char *const method_names[] = {"resample", "icdf"};
static const char *const layout_names[] = {"keras", "torch"};

#define MEMBER(name) offsetof(glr_initializer, name)
#define FINITE(name)                                                                                         \
    {                                                                                                        \
#name, GLR_ARGUMENT_FINITE, MEMBER(name), 0, NULL, 0, 0.0                                            \
    }
#define BOUND(name, bound)                                                                                   \
    {                                                                                                        \
        name, GLR_ARGUMENT_BOUND, 0, 0, NULL, 0, bound                                                       \
    }
#define CHOICE(name, n, names)                                                                               \
    {                                                                                                        \
#name, GLR_ARGUMENT_CHOICE, MEMBER(name), n, names, 0, 0.0                                           \
    }
#define INTEGER(name)                                                                                        \
    {                                                                                                        \
#name, GLR_ARGUMENT_INTEGER, MEMBER(name), 0, NULL, 0, 0.0                                           \
    }
#define WORDS(name, n)                                                                                       \
    {                                                                                                        \
#name, GLR_ARGUMENT_WORDS, MEMBER(name), n, NULL, 0, 0.0                                             \
    }
#define AXES(name, length)                                                                                   \
    {                                                                                                        \
#name, GLR_ARGUMENT_AXES, MEMBER(name), 0, NULL, MEMBER(length), 0.0                                 \
    }

static const glr_argument of_constant[] = {
    {"value", GLR_ARGUMENT_VALUE, MEMBER(value), 0, NULL, 0, 0.0},
};
static const glr_argument of_normal[] = {FINITE(mean), FINITE(stddev)};
static const glr_argument of_truncated[] = {
    FINITE(mean),
    FINITE(stddev),
    BOUND("lower", -2.0),
    BOUND("upper", 2.0),
};
static const glr_argument of_uniform[] = {FINITE(minval), FINITE(maxval)};
static const glr_argument of_scaling[] = {
    FINITE(scale),
    CHOICE(mode, 3, glr_mode_names),
    CHOICE(distribution, 3, glr_distribution_names),
};

const glr_argument glr_settings[GLR_SETTING_COUNT] = {
    [GLR_SETTING_SEED] = INTEGER(seed),
    [GLR_SETTING_STREAM] = INTEGER(stream),
    [GLR_SETTING_KEY] = WORDS(key, 2),
    [GLR_SETTING_COUNTER] = WORDS(counter, 4),
    [GLR_SETTING_METHOD] = CHOICE(method, 2, method_names),
    [GLR_SETTING_LAYOUT] = CHOICE(layout, 2, layout_names),
    [GLR_SETTING_INPUT_AXES] = AXES(input_axes, input_axis_count),
    [GLR_SETTING_OUTPUT_AXES] = AXES(output_axes, output_axis_count),
    [GLR_SETTING_BATCH_AXES] = AXES(batch_axes, batch_axis_count),
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

const glr_argument *glr_law_arguments(glr_kind kind, size_t *count)
{
    switch (kind) {
    case GLR_KIND_CONSTANT: *count = COUNT(of_constant); return of_constant;
    case GLR_KIND_RANDOM_NORMAL: *count = COUNT(of_normal); return of_normal;
    case GLR_KIND_TRUNCATED_NORMAL: *count = COUNT(of_truncated); return of_truncated;
    case GLR_KIND_RANDOM_UNIFORM: *count = COUNT(of_uniform); return of_uniform;
    case GLR_KIND_VARIANCE_SCALING: *count = COUNT(of_scaling); return of_scaling;
    default: *count = 0; return NULL;
    }
}

const char *glr_method_name(glr_method method)
{
    return (size_t)method < COUNT(method_names) ? method_names[method] : "unknown method";
}

const char *glr_layout_name(glr_layout layout)
{
    return (size_t)layout < COUNT(layout_names) ? layout_names[layout] : "unknown layout";
}

/* The index of one of two names. */
static glr_status find_name(const char *what, const char *const names[2], const char *name, uint32_t *index)
{
    if (name == NULL) {
        return glr_fail_null("name");
    }
    for (*index = 0; *index < 2; (*index)++) {
        if (strcmp(names[*index], name) == 0) {
            return GLR_OK;
        }
    }
    return glr_fail(GLR_ERROR_PARSE, "unknown %s '%s', expected %s or %s", what, name, names[0], names[1]);
}

glr_status glr_method_of_name(const char *name, glr_method *method)
{
    uint32_t index = 0;
    if (method == NULL) {
        return glr_fail_null("method");
    }
    const glr_status status = find_name("method", method_names, name, &index);
    *method = status == GLR_OK ? (glr_method)index : *method;
    return status;
}

glr_status glr_layout_of_name(const char *name, glr_layout *layout)
{
    uint32_t index = 0;
    if (layout == NULL) {
        return glr_fail_null("layout");
    }
    const glr_status status = find_name("layout", layout_names, name, &index);
    *layout = status == GLR_OK ? (glr_layout)index : *layout;
    return status;
}
