/* The spec of a model: what each of its tensors is drawn from, as files keep it in their metadata. */
#ifndef GLR_MODEL_SPEC_H
#define GLR_MODEL_SPEC_H

#include "model.h"

#include "text/json.h"

/* Adds the spec of a resolved model, skipped tensors left out: an object with a member for each name. */
bool glr_spec_write(glr_text *text, const glr_model *model, glr_problem *problem);

/* A resolved model from such text, of version 0.1.0, too. On failure it is empty. */
bool glr_spec_read(const char *spec, size_t length, glr_model *model, glr_problem *problem);

#endif
