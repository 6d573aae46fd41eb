/* The list of a model's tensors that have no initializer. */
#ifndef GLR_MODEL_UNDECIDED_H
#define GLR_MODEL_UNDECIDED_H

#include "model.h"

#include "text/json.h"

/* Adds a line for each undecided tensor, "  NAME SHAPE DTYPE", in the model's order; names are as glr_show
   shows them. Tensors that differ in a number of their names alone share a line: h.{0..11}.attn.weight. False
   when memory ran out. */
bool glr_undecided_write(glr_text *text, const glr_model *model);

#endif
