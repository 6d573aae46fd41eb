/* Steps that all ways to fill share. */
#ifndef GLR_API_FILL_H
#define GLR_API_FILL_H

#include "plan.h"

/* Seeds a plan, as the last step before it is used, so that a call that fails draws no seed. An unseeded
   initializer is resolved here only for a whole tensor: the parts of one would each get numbers of their own.
 */
glr_status glr_seed_fill(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan);

/* All of glr_fill up to the backend's fill: checks, plan and seed. *bytes is what the plan takes of dst; with
   plan->count 0 there is nothing to do. */
glr_status glr_plan_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                         const void *dst, uint64_t dst_bytes, glr_plan *plan, uint64_t *bytes);

#endif
