/* Element types. */
#ifndef GLR_API_DTYPE_H
#define GLR_API_DTYPE_H

#include "glorand/glorand.h"

/* Whether a dtype holds floating-point numbers, of any width. */
int glr_dtype_is_floating(glr_dtype dtype);

#endif
