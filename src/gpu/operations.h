/* The body of the kernel that is run once when a device is opened; see check.h. One work-item. */
#ifndef GLR_GPU_OPERATIONS_H
#define GLR_GPU_OPERATIONS_H

#include "check.h"
#include "language.h"

GLR_FN void glr_gpu_operate(GLR_GLOBAL uint32_t *words, const glr_gpu_args *args, float a, float b, float c,
                            float tiny)
{
    words[GLR_CHECK_SCALED] = glr_bits_of(glr_scaled(a, b, c));
    words[GLR_CHECK_FMA] = glr_bits_of(glr_fma(a, b, c));
    float subnormal = tiny * 0.5f;
    words[GLR_CHECK_DENORMAL] = glr_bits_of(subnormal);
    words[GLR_CHECK_SUM] = glr_bits_of(subnormal * 2.0f);
    for (uint32_t i = 0; i < GLR_CHECK_SQRTS; i++) {
        /* `reserved` is 0 at run time; adding it keeps the compiler from constant-folding the square roots.
         */
        uint32_t bits = glr_check_argument_bits(i) + args->reserved;
        words[GLR_CHECK_SQRT + i] = glr_bits_of(glr_sqrt(glr_float_of(bits)));
    }
    glr_values values = glr_truncated_group(args->base, 0, &args->keys);
    for (int j = 0; j < GLR_GROUP_SIZE; j++) {
        words[GLR_CHECK_STREAM + j] = glr_bits_of(values.value[j]);
    }
}

#endif
