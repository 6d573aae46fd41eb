/* Floating-point values of a file as double. */
#ifndef GLR_FILES_DECODE_H
#define GLR_FILES_DECODE_H

#include "glorand/glorand.h"

#include <stdbool.h>
#include <stddef.h>

/* Decodes count elements; false for dtypes that are not floating-point. */
bool glr_decode(glr_dtype dtype, const void *elements, size_t count, double *values);

#endif
