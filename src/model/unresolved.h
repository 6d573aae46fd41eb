/* The message about a list and rules that do not fit each other. */
#ifndef GLR_MODEL_UNRESOLVED_H
#define GLR_MODEL_UNRESOLVED_H

#include "rule_index.h"

/* Fails if a rule has matched no tensor, or, by GLR_ERROR_UNDECIDED, if a tensor of the model is undecided.
   Rules are counted, and named as far as there is room; glr_undecided_write lists the tensors. */
bool glr_check_resolved(const glr_model *model, const glr_rule_index *given, const glr_rule_index *listed,
                        glr_problem *problem);

#endif
