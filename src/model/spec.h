/* The spec of a file: what each of its tensors was drawn from, as text in the file's metadata. */
#ifndef GLR_MODEL_SPEC_H
#define GLR_MODEL_SPEC_H

#include "model.h"

#include "api/json.h"

/* Strings of the metadata. */
#define GLR_KEY_STREAM_VERSION "glorand.stream_version"
#define GLR_KEY_SPEC           "glorand.spec"

/* Adds the metadata of a file with these tensors, skipped ones left out: an object with format, versions and
   spec. That memory ran out, or a name is not UTF-8, is noted in the text. */
bool glr_spec_write(glr_text *text, const glr_model *model, glr_problem *problem);

/* A resolved model from two strings of a file's metadata, either of which may be NULL. On failure it is
 * empty. */
bool glr_spec_read(const char *spec, const char *stream_version, glr_model *model, glr_problem *problem);

#endif
