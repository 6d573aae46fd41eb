/* Constants: one element as it lies in memory, and integers as initializers hold them. */
#ifndef GLR_API_DTYPE_H
#define GLR_API_DTYPE_H

#include "make_plan.h"

#include <stdbool.h>

/* Encodes a value in a dtype: floating types round as random values do, integers and bool take what they can
   represent. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_encode_constant(const glr_params *params, glr_dtype dtype, unsigned char element[8]);

/* Whether a double holds an integer exactly. */
bool glr_is_double(uint64_t magnitude);

/* Sets a constant to an integer, which value holds if it can, and integer otherwise. The magnitude of a
   negative one is at most 2^63. */
void glr_set_integer(glr_initializer *initializer, bool negative, uint64_t magnitude);

#endif
