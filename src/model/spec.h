/* The spec of a file: what each of its tensors was drawn from, as text in the file's metadata. */
#ifndef GLR_MODEL_SPEC_H
#define GLR_MODEL_SPEC_H

#include "json.h"
#include "model.h"

/* The metadata of a file with these tensors, skipped ones left out: format, versions and spec. NULL when
   memory ran out. */
json_t *glr_spec_write(const glr_model *model, glr_problem *problem);

/* A resolved model from a file's metadata. On failure it is empty. */
bool glr_spec_read(const json_t *metadata, glr_model *model, glr_problem *problem);

#endif
