/* Small things that the readers and writers of the model room share. */
#ifndef GLR_MODEL_TEXT_H
#define GLR_MODEL_TEXT_H

#include "problem.h"

#include "glorand/glorand.h"

#include <stddef.h>

/* A file's bytes, with a zero after them; NULL on failure. */
char *glr_read_file(const char *path, size_t *length, glr_problem *problem);

/* malloc'ed; NULL when memory ran out. */
__attribute__((format(printf, 1, 2))) char *glr_format_text(const char *format, ...);

#define GLR_SHAPE_TEXT (GLR_MAX_RANK * 22 + 3)

/* The shape of the part that is held, "[784, 256]". */
void glr_shape_text(const glr_tensor *tensor, char text[GLR_SHAPE_TEXT]);

/* Names of layouts (keras, torch) and methods (resample, icdf), both ways; false if there is none such. */
bool glr_layout_of_name(const char *name, glr_layout *layout);
bool glr_method_of_name(const char *name, glr_method *method);
const char *glr_layout_name(glr_layout layout);
const char *glr_method_name(glr_method method);

#endif
