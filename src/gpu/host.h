/* The host's side of the kernels: their names, which one draws a plan, and its arguments. */
#ifndef GLR_GPU_HOST_H
#define GLR_GPU_HOST_H

#include "gpu/args.h"
#include "plan.h"

/* The kernels: KERNEL(NUMBER, entry point). The first four are of packed parts of float32, in the order of
   the samplers, the next four of packed parts of 16 or 8 bits; the last two are not on devices without fp64.
 */
#define GLR_FOR_EACH_GPU_KERNEL(KERNEL)                                                                      \
    KERNEL(UNIFORM, glr_uniform_packed)                                                                      \
    KERNEL(NORMAL, glr_normal_packed)                                                                        \
    KERNEL(TRUNCATED, glr_truncated_packed)                                                                  \
    KERNEL(ICDF, glr_icdf_packed)                                                                            \
    KERNEL(UNIFORM_NARROW, glr_uniform_narrow)                                                               \
    KERNEL(NORMAL_NARROW, glr_normal_narrow)                                                                 \
    KERNEL(TRUNCATED_NARROW, glr_truncated_narrow)                                                           \
    KERNEL(ICDF_NARROW, glr_icdf_narrow)                                                                     \
    KERNEL(ANY, glr_any)                                                                                     \
    KERNEL(CONSTANT, glr_any_constant)                                                                       \
    KERNEL(INDEX, glr_index)                                                                                 \
    KERNEL(BOUNDED, glr_bounded_any)                                                                         \
    KERNEL(CHECK, glr_check)                                                                                 \
    KERNEL(ANY_F64, glr_any_f64)                                                                             \
    KERNEL(BOUNDED_F64, glr_bounded_any_f64)

#define GLR_GPU_KERNEL_NUMBER(NUMBER, name) GLR_GPU_KERNEL_##NUMBER,
typedef enum glr_gpu_kernel {
    GLR_FOR_EACH_GPU_KERNEL(GLR_GPU_KERNEL_NUMBER) GLR_GPU_KERNELS /* how many they are */
} glr_gpu_kernel;
#undef GLR_GPU_KERNEL_NUMBER

extern const char *const glr_gpu_kernel_names[GLR_GPU_KERNELS];

/* How a plan is drawn. */
typedef struct glr_gpu_launch {
    glr_gpu_kernel kernel;
    int takes_runs;  /* the plan's runs are the kernel's third argument; otherwise it has two */
    size_t law_size; /* bytes of the fourth; 0: there is none */
    uint64_t tiles;  /* the most work-groups of GLR_GPU_ITEMS that have something to draw */
    glr_gpu_args args;
    union {
        glr_index_law index;
        glr_bounded bounded;
        glr_bounded_f64 bounded_f64;
    } law; /* the fourth */
} glr_gpu_launch;

/* For a part that begins `offset` elements beyond the destination's pointer. */
glr_gpu_launch glr_gpu_launch_of(const glr_plan *plan, uint64_t offset);

/* The arguments alone. */
glr_gpu_args glr_gpu_args_of(const glr_plan *plan, uint64_t offset);

#endif
