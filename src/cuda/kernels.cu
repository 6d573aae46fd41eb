/* The kernels for CUDA: a thread is a lane. glr_gpu_args and glr_runs are passed by value. */
#include "gpu/draw.h"
#include "gpu/operations.h"
#include "gpu/truncated.h"

#define GLR_KERNEL   extern "C" __global__ void __launch_bounds__(GLR_GPU_ITEMS)
#define GLR_BY_VALUE const __grid_constant__

GLR_KERNEL glr_uniform_packed(uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    glr_gpu_draw(dst, &args, GLR_SAMPLE_UNIFORM);
}

GLR_KERNEL glr_normal_packed(uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    glr_gpu_draw(dst, &args, GLR_SAMPLE_NORMAL);
}

GLR_KERNEL glr_icdf_packed(uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    glr_gpu_draw(dst, &args, GLR_SAMPLE_ICDF);
}

GLR_KERNEL glr_truncated_packed(uint8_t *dst, GLR_BY_VALUE glr_gpu_args args)
{
    __shared__ glr_gpu_queue queues[GLR_SUBGROUPS];
    glr_gpu_draw_truncated(dst, &args, NULL, &queues[GLR_SUBGROUP]);
}

GLR_KERNEL glr_any(uint8_t *dst, GLR_BY_VALUE glr_gpu_args args, GLR_BY_VALUE glr_runs runs)
{
    __shared__ glr_gpu_queue queues[GLR_SUBGROUPS];
    if (args.sampler == GLR_SAMPLE_TRUNCATED) {
        glr_gpu_draw_truncated(dst, &args, &runs, &queues[GLR_SUBGROUP]);
    } else {
        glr_gpu_draw_any(dst, &args, &runs);
    }
}

GLR_KERNEL glr_any_f64(uint8_t *dst, GLR_BY_VALUE glr_gpu_args args, GLR_BY_VALUE glr_runs runs)
{
    glr_gpu_draw_f64(dst, &args, &runs);
}

GLR_KERNEL glr_constant(uint8_t *dst, GLR_BY_VALUE glr_gpu_args args, GLR_BY_VALUE glr_runs runs)
{
    glr_gpu_fill_constant(dst, &args, &runs);
}

/* One thread. */
GLR_KERNEL glr_check(uint32_t *words, GLR_BY_VALUE glr_gpu_args args, float a, float b, float c, float tiny)
{
    glr_gpu_check(words, &args, a, b, c, tiny);
}
