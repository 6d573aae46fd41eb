/* The kernels' entry points, for each language, in the order of GLR_FOR_EACH_GPU_KERNEL (host.h). This text
   is all that is compiled: nvcc takes it as it stands; for OpenCL the build writes it behind the headers that
   it includes. */
#include "draw.h"
#include "language.h"
#include "operations.h"
#include "truncated.h"

#ifndef GLR_WITHOUT_PACKED /* as where tiles.cl draws packed parts: compilers take long for these */

GLR_KERNEL void glr_uniform_packed(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    glr_gpu_draw(dst, &args, GLR_SAMPLE_UNIFORM);
}

GLR_KERNEL void glr_normal_packed(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    glr_gpu_draw(dst, &args, GLR_SAMPLE_NORMAL);
}

GLR_KERNEL void glr_truncated_packed(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    GLR_SHARED(glr_gpu_queue, queues, GLR_SUBGROUPS);
    glr_gpu_draw_truncated(dst, &args, GLR_DTYPE_NUMBER_FLOAT32, 0, &queues[GLR_SUBGROUP]);
}

GLR_KERNEL void glr_icdf_packed(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    glr_gpu_draw(dst, &args, GLR_SAMPLE_ICDF);
}

GLR_KERNEL void glr_uniform_narrow(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    glr_gpu_draw_narrow(dst, &args, GLR_SAMPLE_UNIFORM);
}

GLR_KERNEL void glr_normal_narrow(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    glr_gpu_draw_narrow(dst, &args, GLR_SAMPLE_NORMAL);
}

GLR_KERNEL void glr_truncated_narrow(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    GLR_SHARED(glr_gpu_queue, queues, GLR_SUBGROUPS);
    glr_gpu_draw_truncated(dst, &args, args.dtype, 0, &queues[GLR_SUBGROUP]);
}

GLR_KERNEL void glr_icdf_narrow(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    glr_gpu_draw_narrow(dst, &args, GLR_SAMPLE_ICDF);
}

#endif

GLR_KERNEL void glr_any(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args, GLR_BY_VALUE glr_runs runs)
{
    GLR_SHARED(glr_gpu_queue, queues, GLR_SUBGROUPS);
    if (args.sampler == GLR_SAMPLE_TRUNCATED) {
        glr_gpu_draw_truncated(dst, &args, args.dtype, &runs, &queues[GLR_SUBGROUP]);
    } else {
        glr_gpu_draw_any(dst, &args, &runs, 0);
    }
}

GLR_KERNEL void glr_any_constant(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args,
                                 GLR_BY_VALUE glr_runs runs)
{
    glr_gpu_fill_constant(dst, &args, &runs);
}

GLR_KERNEL void glr_index(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args, GLR_BY_VALUE glr_runs runs,
                          GLR_BY_VALUE glr_index_law law)
{
    glr_gpu_draw_index(dst, &args, &runs, &law);
}

GLR_KERNEL void glr_bounded_any(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args,
                                GLR_BY_VALUE glr_runs runs, GLR_BY_VALUE glr_bounded bounded)
{
    glr_gpu_draw_any(dst, &args, &runs, &bounded);
}

GLR_KERNEL_OF_ONE void glr_check(GLR_GLOBAL uint32_t *words, GLR_BY_VALUE glr_gpu_args args, float a, float b,
                                 float c, float tiny)
{
    glr_gpu_operate(words, &args, a, b, c, tiny);
}

#if GLR_HAS_F64

GLR_KERNEL void glr_any_f64(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args,
                            GLR_BY_VALUE glr_runs runs)
{
    glr_gpu_draw_f64(dst, &args, &runs, 0);
}

GLR_KERNEL void glr_bounded_any_f64(GLR_GLOBAL uint8_t *dst, GLR_BY_VALUE glr_gpu_args args,
                                    GLR_BY_VALUE glr_runs runs, GLR_BY_VALUE glr_bounded_f64 bounded)
{
    glr_gpu_draw_f64(dst, &args, &runs, &bounded);
}

#endif
