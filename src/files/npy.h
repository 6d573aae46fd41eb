/* The .npy format of NumPy: one tensor after a header. */
#ifndef GLR_FILES_NPY_H
#define GLR_FILES_NPY_H

#include "text/problem.h"

#include "glorand/glorand.h"

#include <stddef.h>

/* The beginning of a file that holds a tensor of this shape in row-major order; *length is a multiple of 64.
   To be freed; NULL on failure, which a dtype that NumPy does not have is. */
char *glr_npy_header(glr_dtype dtype, uint32_t rank, const int64_t *shape, size_t *length,
                     glr_problem *problem);

#endif
