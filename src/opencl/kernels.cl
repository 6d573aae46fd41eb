/* The kernels for OpenCL C: a work-item is a lane. glr_gpu_args and glr_runs are passed by value. */
#include "gpu/draw.h"
#include "gpu/operations.h"
#include "gpu/truncated.h"

#define GLR_KERNEL __kernel __attribute__((reqd_work_group_size(GLR_GPU_ITEMS, 1, 1)))

#ifndef GLR_WITHOUT_PACKED /* as where tiles.cl draws packed parts: compilers take long for these */

GLR_KERNEL void glr_uniform_packed(__global uint8_t *dst, glr_gpu_args args)
{
    glr_gpu_draw(dst, &args, GLR_SAMPLE_UNIFORM);
}

GLR_KERNEL void glr_normal_packed(__global uint8_t *dst, glr_gpu_args args)
{
    glr_gpu_draw(dst, &args, GLR_SAMPLE_NORMAL);
}

GLR_KERNEL void glr_icdf_packed(__global uint8_t *dst, glr_gpu_args args)
{
    glr_gpu_draw(dst, &args, GLR_SAMPLE_ICDF);
}

GLR_KERNEL void glr_truncated_packed(__global uint8_t *dst, glr_gpu_args args)
{
    __local glr_gpu_queue queue;
    glr_gpu_draw_truncated(dst, &args, 0, &queue);
}

#endif

GLR_KERNEL void glr_any(__global uint8_t *dst, glr_gpu_args args, glr_runs runs)
{
    __local glr_gpu_queue queue;
    if (args.sampler == GLR_SAMPLE_TRUNCATED) {
        glr_gpu_draw_truncated(dst, &args, &runs, &queue);
    } else {
        glr_gpu_draw_any(dst, &args, &runs);
    }
}

#if GLR_HAS_F64
GLR_KERNEL void glr_any_f64(__global uint8_t *dst, glr_gpu_args args, glr_runs runs)
{
    glr_gpu_draw_f64(dst, &args, &runs);
}
#endif

GLR_KERNEL void glr_constant(__global uint8_t *dst, glr_gpu_args args, glr_runs runs)
{
    glr_gpu_fill_constant(dst, &args, &runs);
}

/* One work-item. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
glr_check(__global uint32_t *words, glr_gpu_args args, float a, float b, float c, float tiny)
{
    glr_gpu_check(words, &args, a, b, c, tiny);
}
