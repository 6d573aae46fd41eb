/* From the arguments of a fill to its plan. */
#ifndef GLR_API_MAKE_PLAN_H
#define GLR_API_MAKE_PLAN_H

#include "plan.h"

/* Checks initializer and tensor and makes the plan, all but its keys and base counter (glr_seed_plan); *bytes
   is what a destination needs. Errors: as glr_fill, less those of the seed and the destination. */
glr_status glr_make_plan(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan,
                         uint64_t *bytes);

#endif
