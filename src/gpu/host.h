/* The host's side of the kernels' arguments. */
#ifndef GLR_GPU_HOST_H
#define GLR_GPU_HOST_H

#include "gpu/args.h"
#include "plan.h"

/* The plan as the kernels take it, for a part that begins `offset` elements beyond the destination's pointer.
 */
glr_gpu_args glr_gpu_args_of(const glr_plan *plan, uint64_t offset);

/* Whether the part is a single run of adjacent elements, for which there are faster kernels. */
int glr_gpu_is_packed(const glr_plan *plan);

#endif
