/* Small things that the readers and writers of the model room share. */
#ifndef GLR_MODEL_JSON_H
#define GLR_MODEL_JSON_H

#include "problem.h"

#include "glorand/glorand.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>

/* Parses JSON of a given length; NULL with line and column in the problem. */
json_t *glr_json_parse(const char *text, size_t length, glr_problem *problem);

/* A file's bytes, with a zero after them; NULL on failure. */
char *glr_read_file(const char *path, size_t *length, glr_problem *problem);

/* malloc'ed copies; NULL when memory ran out. */
char *glr_copy_text(const char *text);
__attribute__((format(printf, 1, 2))) char *glr_format_text(const char *format, ...);

/* Names of layouts (keras, torch) and methods (resample, icdf), both ways; false if there is none such. */
bool glr_layout_of_name(const char *name, glr_layout *layout);
bool glr_method_of_name(const char *name, glr_method *method);
const char *glr_layout_name(glr_layout layout);
const char *glr_method_name(glr_method method);

#endif
