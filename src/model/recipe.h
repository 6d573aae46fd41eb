/* Recipes: initializers by a tensor's name and rank, for tensors that neither a rule nor the list decides. */
#ifndef GLR_MODEL_RECIPE_H
#define GLR_MODEL_RECIPE_H

#include "model.h"

/* The recipe of a name, or NULL after a message that lists the names there are. */
const glr_recipe *glr_recipe_of_name(const char *name, glr_problem *problem);

/* Decides a tensor by a recipe, by the defaults if that is NULL. Without an entry that fits, the tensor stays
   as it is. */
void glr_recipe_decide(const glr_recipe *recipe, glr_item *tensor);

#endif
