/* The kernels for OpenCL C: a work-item is a lane. glr_gpu_plan and glr_runs are passed by value. */
#include "gpu/check.h"
#include "gpu/draw.h"

#define GLR_KERNEL __kernel __attribute__((reqd_work_group_size(GLR_GPU_ITEMS, 1, 1)))

GLR_KERNEL void glr_uniform_packed(__global uint8_t *dst, glr_gpu_plan plan)
{
    glr_gpu_draw(dst, &plan, GLR_SAMPLE_UNIFORM);
}

GLR_KERNEL void glr_normal_packed(__global uint8_t *dst, glr_gpu_plan plan)
{
    glr_gpu_draw(dst, &plan, GLR_SAMPLE_NORMAL);
}

GLR_KERNEL void glr_icdf_packed(__global uint8_t *dst, glr_gpu_plan plan)
{
    glr_gpu_draw(dst, &plan, GLR_SAMPLE_ICDF);
}

GLR_KERNEL void glr_truncated_packed(__global uint8_t *dst, glr_gpu_plan plan)
{
    __local glr_gpu_queue queue;
    glr_gpu_draw_truncated(dst, &plan, &queue);
}

GLR_KERNEL void glr_any(__global uint8_t *dst, glr_gpu_plan plan, glr_runs runs)
{
    glr_gpu_draw_any(dst, &plan, &runs);
}

#if GLR_HAS_F64
GLR_KERNEL void glr_any_f64(__global uint8_t *dst, glr_gpu_plan plan, glr_runs runs)
{
    glr_gpu_draw_f64(dst, &plan, &runs);
}
#endif

GLR_KERNEL void glr_constant(__global uint8_t *dst, glr_gpu_plan plan, glr_runs runs)
{
    glr_gpu_fill_constant(dst, &plan, &runs);
}

/* One work-item. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void
glr_check(__global uint32_t *words, glr_gpu_plan plan, float a, float b, float c, float tiny)
{
    words[GLR_CHECK_SCALED] = glr_bits_of(glr_scaled(a, b, c));
    words[GLR_CHECK_FMA] = glr_bits_of(glr_fma(a, b, c));
    float subnormal = tiny * 0.5f;
    words[GLR_CHECK_DENORMAL] = glr_bits_of(subnormal);
    words[GLR_CHECK_SUM] = glr_bits_of(subnormal * 2.0f);
    for (uint32_t i = 0; i < GLR_CHECK_SQRTS; i++) {
        words[GLR_CHECK_SQRT + i] = glr_bits_of(glr_sqrt(glr_float_of(glr_check_argument_bits(i))));
    }
    glr_values values = glr_truncated_group(plan.base, 0, &plan.keys);
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        words[GLR_CHECK_STREAM + j] = glr_bits_of(values.value[j]);
    }
}
