/* Formatted copies, shapes, slices, and arrays that grow. */
#ifndef GLR_TEXT_TEXT_H
#define GLR_TEXT_TEXT_H

#include "problem.h"

#include "glorand/glorand.h"

#include <stddef.h>

/* malloc'ed; NULL when memory ran out. */
__attribute__((format(printf, 1, 2))) char *glr_format_text(const char *format, ...);

/* An array of `count` items of so many bytes, with room for one more, and its capacity; NULL, and all is as
   it was, when memory ran out. */
void *glr_grow(void *items, size_t count, size_t *capacity, size_t bytes);

#define GLR_SHAPE_TEXT (GLR_MAX_RANK * 22 + 3)

/* The shape of the part that is held, "[784, 256]". */
void glr_shape_text(const glr_tensor *tensor, char text[GLR_SHAPE_TEXT]);

/* The shape of the part that is held: the box's extents, or the shape. */
void glr_part_shape(const glr_tensor *tensor, int64_t shape[GLR_MAX_RANK]);

/* Parses a slice, "0:100,:,-3:", into the tensor's box. */
bool glr_slice_parse(const char *text, glr_tensor *tensor, glr_problem *problem);

#endif
