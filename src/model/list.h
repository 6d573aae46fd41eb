/* Parts of a list of tensors that stand in more than one place of it. */
#ifndef GLR_MODEL_LIST_H
#define GLR_MODEL_LIST_H

#include "place.h"

/* Reads an initializer: its text form, its JSON, or "skip". */
bool glr_choice_read(glr_json_value value, const glr_place *where, glr_choice *choice);

#endif
