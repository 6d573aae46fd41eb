#include "host.h"

#include <string.h>

int glr_gpu_is_packed(const glr_plan *plan) { return plan->runs.axes == 0 && plan->runs.stride == 1; }

/* The groups that a run of the part can touch: a part of one run is known exactly; others may begin anywhere
   in a group. */
static uint64_t units_per_run(const glr_plan *plan, uint64_t group_size)
{
    uint64_t before = plan->runs.axes == 0 ? plan->runs.first % group_size : group_size - 1;
    return (before + plan->runs.length + group_size - 1) / group_size;
}

glr_gpu_args glr_gpu_args_of(const glr_plan *plan, uint64_t offset)
{
    glr_gpu_args args = {.base = plan->base,
                         .first = plan->runs.first,
                         .length = plan->runs.length,
                         .stride = plan->runs.stride,
                         .offset = offset,
                         .scale = plan->scale,
                         .shift = plan->shift,
                         .keys = plan->keys,
                         .sampler = (uint32_t)plan->sampler,
                         .dtype = (uint32_t)plan->dtype,
                         .element_size = (uint32_t)glr_dtype_size(plan->dtype)};
    int is_f64 = plan->dtype == GLR_DTYPE_FLOAT64 && plan->sampler != GLR_SAMPLE_CONSTANT;
    args.units_per_run = units_per_run(plan, is_f64 ? GLR_GROUP_SIZE_F64 : GLR_GROUP_SIZE);
    args.units = args.units_per_run * (plan->count / plan->runs.length);
    memcpy(&args.pattern, plan->constant, sizeof plan->constant); /* little-endian: see plan.h */
    memcpy(&args.scale_f64_bits, &plan->scale_f64, sizeof plan->scale_f64);
    memcpy(&args.shift_f64_bits, &plan->shift_f64, sizeof plan->shift_f64);
    return args;
}
