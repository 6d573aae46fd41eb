/* Initializers from and to JSON, for those who have the values of a larger document or write one. */
#ifndef GLR_API_INITIALIZER_JSON_H
#define GLR_API_INITIALIZER_JSON_H

#include "text/json.h"

/* As glr_initializer_from_json, of a value. */
glr_status glr_initializer_from_value(glr_json_value value, glr_initializer *initializer);

/* The same of a name alone. */
glr_status glr_initializer_from_name(const char *name, glr_initializer *initializer);

/* As glr_initializer_to_json, but adds to a text; that memory ran out is noted there. Errors:
   GLR_ERROR_ARGUMENT, GLR_ERROR_UNSUPPORTED. */
glr_status glr_initializer_write(glr_text *text, const glr_initializer *initializer);

/* Copies a text and a zero to a caller's buffer, if that is large enough, and its length to *length, unless
   that is NULL. Errors: GLR_ERROR_MEMORY, GLR_ERROR_TOO_SMALL (*length is set all the same). */
glr_status glr_text_hand_over(const glr_text *text, char *buffer, size_t capacity, size_t *length);

/* Fails with "NAME: must be EXPECTED, not VALUE", or "NAME: missing" without a value. */
glr_status glr_json_fail_kind(glr_status status, const char *name, glr_json_value value,
                              const char *expected);

/* Adds the digits of a constant that is an integer of 64 bits. */
void glr_write_integer(glr_text *text, const glr_initializer *initializer);

#endif
