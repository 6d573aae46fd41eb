/* Initializers: their kinds, checks of one by itself, and JSON and text for those who have the values of a
   larger document or captures. */
#ifndef GLR_API_INITIALIZER_H
#define GLR_API_INITIALIZER_H

#include "text/json.h"
#include "text/names.h"

#include "glorand/glorand.h"

/* Keras's class name, "GlorotNormal" for example, of a valid kind. */
const char *glr_kind_class_name(glr_kind kind);

/* Names of choices, in the order of their enumerators. */
extern const char *const glr_mode_names[4];
extern const char *const glr_distribution_names[3];
extern const char *const glr_method_names[2];
extern const char *const glr_layout_names[2];

/* Whether the kind is variance scaling, under that name or that of Glorot, He or LeCun. */
int glr_kind_scales_variance(glr_kind kind);

/* Whether the kind is a law of the index: core/index.h. */
int glr_kind_is_of_index(glr_kind kind);

/* Whether the kind draws random numbers. */
int glr_kind_is_random(glr_kind kind);

/* Scale, mode and distribution of a kind that scales variance: its own, or, of
   GLR_KIND_VARIANCE_SCALING, those of the initializer. */
typedef struct glr_scaling {
    double scale;
    glr_mode mode;
    glr_distribution distribution;
} glr_scaling;

glr_scaling glr_scaling_of(const glr_initializer *initializer);

/* Whether a double holds an integer exactly. */
bool glr_is_double(uint64_t magnitude);

/* Sets a constant to an integer, which value holds if it can, and integer otherwise. The magnitude of a
   negative one is at most 2^63. */
void glr_set_integer(glr_initializer *initializer, bool negative, uint64_t magnitude);

/* ---- Checks ---------------------------------------------------------------------------------------- */

/* Errors of the checks: GLR_ERROR_ARGUMENT, when the member is not one of its enumerators. `argument` names
   the struct whose member it is. */
glr_status glr_check_kind(const glr_initializer *initializer);
glr_status glr_check_seeding(const glr_initializer *initializer);
glr_status glr_check_method(const char *argument, glr_method method);
glr_status glr_check_layout(const char *argument, glr_layout layout);

/* Of a truncated normal, bounds that are numbers, in a unit. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_check_bounds(const glr_initializer *initializer);

/* All of these, and the constant's number. */
glr_status glr_check_choices(const glr_initializer *initializer);

/* Fails when has_axes and axis counts do not agree. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_check_axes_given(const glr_initializer *initializer);

/* ---- JSON: keras_json.c ---------------------------------------------------------------------------- */

/* As glr_initializer_from_json, of a value. */
glr_status glr_initializer_from_value(glr_json_value value, glr_initializer *initializer);

/* Sets a constant to a JSON number, true or false; an integer is kept exactly, or refused. `path` begins the
   message. Errors: GLR_ERROR_PARSE, GLR_ERROR_UNSUPPORTED. */
glr_status glr_constant_from_value(glr_json_value value, const char *path, glr_initializer *initializer);

/* The same as glr_initializer_from_value of a name alone. */
glr_status glr_initializer_from_name(const char *name, glr_initializer *initializer);

/* Copies a text and a zero to a caller's buffer, if that is large enough, and its length to *length, unless
   that is NULL. Errors: GLR_ERROR_MEMORY, GLR_ERROR_TOO_SMALL (*length is set all the same). */
glr_status glr_text_hand_over(const glr_text *text, char *buffer, size_t capacity, size_t *length);

/* Adds an initializer to a text, which notes that memory ran out. Errors: GLR_ERROR_ARGUMENT,
   GLR_ERROR_UNSUPPORTED. */
typedef glr_status glr_initializer_writer(glr_text *text, const glr_initializer *initializer);

/* Hands over what a writer makes of an initializer; `name` is the buffer's argument. */
glr_status glr_initializer_hand_over(glr_initializer_writer *write, const glr_initializer *initializer,
                                     const char *name, char *buffer, size_t capacity, size_t *length);

/* Adds the digits of a constant that is an integer of 64 bits. */
void glr_write_integer(glr_text *text, const glr_initializer *initializer);

/* ---- Text: read_text.c ----------------------------------------------------------------------------- */

/* Numbers that a text may use by name: variables as n_layer, captures as {i}. A capture that is NaN has no
   value yet: a text with one is read, but its numbers are not checked, and what is read must not be used. */
typedef struct glr_text_names {
    const glr_variable *variable, *capture;
    size_t variable_count, capture_count;
    const glr_name *sorted; /* the variables' names, each once, or NULL; indices into variable */
    size_t sorted_count;
} glr_text_names;

/* Settings that a text names, and whether it uses a capture. */
typedef struct glr_text_says {
    bool method, layout, stream, capture;
} glr_text_says;

/* As glr_initializer_from_text; the names of variables have been checked. */
glr_status glr_initializer_read_text(const char *text, size_t length, const glr_text_names *names,
                                     glr_text_says *says, glr_initializer *initializer);

/* Fails unless every variable has a name that an expression can use. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_check_variables(const glr_variable *variables, size_t count);

#endif
