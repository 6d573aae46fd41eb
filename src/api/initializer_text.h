/* Initializers from their text form, for those who also have captures and need to know what a text says. */
#ifndef GLR_API_INITIALIZER_TEXT_H
#define GLR_API_INITIALIZER_TEXT_H

#include "text/names.h"

#include "glorand/glorand.h"

#include <stdbool.h>

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

#endif
