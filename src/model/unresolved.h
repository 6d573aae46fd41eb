/* A list and rules that do not fit each other: the message, and the list of tensors without an initializer.
 */
#ifndef GLR_MODEL_UNRESOLVED_H
#define GLR_MODEL_UNRESOLVED_H

#include "rule_index.h"

#include "text/json.h"

/* Fails if a rule has matched no tensor, or, by GLR_ERROR_UNDECIDED, if a tensor of the model is undecided.
   Rules are counted, and named as far as there is room; glr_undecided_write lists the tensors. */
bool glr_check_resolved(const glr_model *model, const glr_rule_index *given, const glr_rule_index *listed,
                        glr_problem *problem);

/* Adds a line for each undecided tensor, "  NAME SHAPE DTYPE", in the model's order; names are as glr_show
   shows them. Tensors that differ in a number of their names alone share a line: h.{0..11}.attn.weight. False
   when memory ran out. */
bool glr_undecided_write(glr_text *text, const glr_model *model);

#endif
