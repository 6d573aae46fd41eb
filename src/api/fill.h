/* Steps that all ways to fill share. */
#ifndef GLR_API_FILL_H
#define GLR_API_FILL_H

#include "plan.h"

/* Seeds a plan, as the last step before it is used, so that a call that fails draws no seed. An unseeded
   initializer is resolved here only for a whole tensor: the parts of one would each get numbers of their own.
 */
glr_status glr_seed_fill(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan);

/* The last steps before a backend fills by a plan, which needs so many bytes of dst and holds at least one
   element: the backend accepts both, and the plan gets its seed. */
glr_status glr_accept_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                           const void *dst, glr_plan *plan, uint64_t bytes);

#endif
