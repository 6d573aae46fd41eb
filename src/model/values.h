/* Values that a list gives for a tensor in place of an initializer: each is written as a constant is. */
#ifndef GLR_MODEL_VALUES_H
#define GLR_MODEL_VALUES_H

#include "place.h"

/* Reads the values of a tensor, whose shape is known: a list of its elements in row-major order. */
bool glr_values_read(glr_json_value list, const glr_place *where, glr_model *model, glr_item *tensor);

/* Whether the tensor's dtype can hold its values; the problem names the first that it cannot. */
bool glr_values_check(const glr_model *model, const glr_item *tensor, glr_problem *problem);

/* The bytes of a value in a dtype. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_value_encode(const glr_list_value *value, glr_dtype dtype, unsigned char element[8]);

/* Adds a tensor's values to a text, as an array. */
void glr_values_write(glr_text *text, const glr_model *model, const glr_item *tensor);

#endif
