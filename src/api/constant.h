/* One element of a constant, as it lies in memory. */
#ifndef GLR_API_CONSTANT_H
#define GLR_API_CONSTANT_H

#include "glorand/glorand.h"

/* Encodes a value in a dtype: floating types round as random values do, integers and bool take what they can
   represent. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_encode_constant(double value, glr_dtype dtype, unsigned char element[8]);

#endif
