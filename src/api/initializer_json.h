/* Initializers from and to JSON, for those who have the values of a larger document or write one. */
#ifndef GLR_API_INITIALIZER_JSON_H
#define GLR_API_INITIALIZER_JSON_H

#include "json.h"

/* As glr_initializer_from_json, of a value. */
glr_status glr_initializer_from_value(glr_json_value value, glr_initializer *initializer);

/* The same of a name alone. */
glr_status glr_initializer_from_name(const char *name, glr_initializer *initializer);

/* As glr_initializer_to_json, but adds to a text; that memory ran out is noted there. Errors:
   GLR_ERROR_ARGUMENT, GLR_ERROR_UNSUPPORTED. */
glr_status glr_initializer_write(glr_text *text, const glr_initializer *initializer);

#endif
