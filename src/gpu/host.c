#include "host.h"

#include <string.h>

#define NAME(NUMBER, name) #name,
const char *const glr_gpu_kernel_names[GLR_GPU_KERNELS] = {GLR_FOR_EACH_GPU_KERNEL(NAME)};

/* The groups that a run of the part can touch: a part of one run is known exactly; others may begin anywhere
   in a group. */
static uint64_t units_per_run(const glr_plan *plan, uint64_t group_size)
{
    uint64_t before = plan->runs.axes == 0 ? plan->runs.first % group_size : group_size - 1;
    return (before + plan->runs.length + group_size - 1) / group_size;
}

static glr_gpu_kernel kernel_of(const glr_plan *plan)
{
    if (plan->sampler == GLR_SAMPLE_CONSTANT) {
        return GLR_GPU_KERNEL_CONSTANT;
    }
    if (plan->sampler == GLR_SAMPLE_INDEX) {
        return GLR_GPU_KERNEL_INDEX;
    }
    if (glr_is_bounded(plan->sampler)) {
        return plan->dtype == GLR_DTYPE_FLOAT64 ? GLR_GPU_KERNEL_BOUNDED_F64 : GLR_GPU_KERNEL_BOUNDED;
    }
    if (plan->dtype == GLR_DTYPE_FLOAT64) {
        return GLR_GPU_KERNEL_ANY_F64;
    }
    if (plan->runs.axes > 0 || plan->runs.stride != 1) {
        return GLR_GPU_KERNEL_ANY;
    }
    const glr_gpu_kernel first =
        plan->dtype == GLR_DTYPE_FLOAT32 ? GLR_GPU_KERNEL_UNIFORM : GLR_GPU_KERNEL_UNIFORM_NARROW;
    return first + (glr_gpu_kernel)(plan->sampler - GLR_SAMPLE_UNIFORM);
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
    const int is_f64 = kernel_of(plan) >= GLR_GPU_KERNEL_ANY_F64; /* which draws groups of two */
    args.units_per_run = units_per_run(plan, is_f64 ? GLR_GROUP_SIZE_F64 : GLR_GROUP_SIZE);
    args.units = args.units_per_run * (plan->count / plan->runs.length);
    memcpy(&args.pattern, plan->constant, sizeof plan->constant); /* little-endian: see plan.h */
    memcpy(&args.scale_f64_bits, &plan->scale_f64, sizeof plan->scale_f64);
    memcpy(&args.shift_f64_bits, &plan->shift_f64, sizeof plan->shift_f64);
    return args;
}

glr_gpu_launch glr_gpu_launch_of(const glr_plan *plan, uint64_t offset)
{
    const glr_gpu_kernel kernel = kernel_of(plan);
    glr_gpu_launch launch = {.kernel = kernel, .takes_runs = kernel >= GLR_GPU_KERNEL_ANY};
    switch (kernel) {
    case GLR_GPU_KERNEL_INDEX:
        launch.law.index = plan->law;
        launch.law_size = sizeof launch.law.index;
        break;
    case GLR_GPU_KERNEL_BOUNDED:
        launch.law.bounded = plan->bounded;
        launch.law_size = sizeof launch.law.bounded;
        break;
    case GLR_GPU_KERNEL_BOUNDED_F64:
        launch.law.bounded_f64 = plan->bounded_f64;
        launch.law_size = sizeof launch.law.bounded_f64;
        break;
    default: break;
    }
    launch.args = glr_gpu_args_of(plan, offset);
    launch.tiles = (launch.args.units + GLR_GPU_UNITS - 1) / GLR_GPU_UNITS;
    return launch;
}
