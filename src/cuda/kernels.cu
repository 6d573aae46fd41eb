/* The kernels for CUDA: a thread is a lane. glr_gpu_plan and glr_runs are passed by value. A block draws one tile
   after the other, as far apart as there are blocks, so that no part is too large for a grid. */
#include "gpu/draw.h"
#include "gpu/operations.h"

#define GLR_KERNEL     extern "C" __global__ void __launch_bounds__(GLR_GPU_ITEMS)
#define GLR_BY_VALUE   const __grid_constant__
#define GLR_EACH_TILE(plan, tile)                                                                            \
    (uint64_t tile = GLR_WORK_GROUP; tile * GLR_GPU_UNITS < (plan).units; tile += gridDim.x)

GLR_KERNEL glr_uniform_packed(uint8_t *dst, GLR_BY_VALUE glr_gpu_plan plan)
{
    for GLR_EACH_TILE (plan, tile) {
        glr_gpu_draw(dst, &plan, tile, GLR_SAMPLE_UNIFORM);
    }
}

GLR_KERNEL glr_normal_packed(uint8_t *dst, GLR_BY_VALUE glr_gpu_plan plan)
{
    for GLR_EACH_TILE (plan, tile) {
        glr_gpu_draw(dst, &plan, tile, GLR_SAMPLE_NORMAL);
    }
}

GLR_KERNEL glr_icdf_packed(uint8_t *dst, GLR_BY_VALUE glr_gpu_plan plan)
{
    for GLR_EACH_TILE (plan, tile) {
        glr_gpu_draw(dst, &plan, tile, GLR_SAMPLE_ICDF);
    }
}

GLR_KERNEL glr_truncated_packed(uint8_t *dst, GLR_BY_VALUE glr_gpu_plan plan)
{
    __shared__ glr_gpu_queue queue;
    for GLR_EACH_TILE (plan, tile) {
        glr_gpu_draw_truncated(dst, &plan, tile, &queue);
        GLR_BARRIER(); /* the next tile's queue begins when nobody reads this one's any more */
    }
}

GLR_KERNEL glr_any(uint8_t *dst, GLR_BY_VALUE glr_gpu_plan plan, GLR_BY_VALUE glr_runs runs)
{
    for GLR_EACH_TILE (plan, tile) {
        glr_gpu_draw_any(dst, &plan, &runs, tile);
    }
}

GLR_KERNEL glr_any_f64(uint8_t *dst, GLR_BY_VALUE glr_gpu_plan plan, GLR_BY_VALUE glr_runs runs)
{
    for GLR_EACH_TILE (plan, tile) {
        glr_gpu_draw_f64(dst, &plan, &runs, tile);
    }
}

GLR_KERNEL glr_constant(uint8_t *dst, GLR_BY_VALUE glr_gpu_plan plan, GLR_BY_VALUE glr_runs runs)
{
    for GLR_EACH_TILE (plan, tile) {
        glr_gpu_fill_constant(dst, &plan, &runs, tile);
    }
}

/* One thread. */
GLR_KERNEL glr_check(uint32_t *words, GLR_BY_VALUE glr_gpu_plan plan, float a, float b, float c, float tiny)
{
    glr_gpu_check(words, &plan, a, b, c, tiny);
}
