/* From a unit's raw values to the tensor's, one rounding each. */
#ifndef GLR_GPU_STORE_H
#define GLR_GPU_STORE_H

#include "language.h"
#include "units.h"

/* GLR_DEFINE_PUT(NAME, TYPE, VECTOR): stores the unit's codes of four, as one vector if the unit has all
   four and the address is a multiple of its size. Every index is a constant: see glr_keep.
 */
#define GLR_DEFINE_PUT(name, type, vector)                                                                   \
    GLR_FN void name(GLR_GLOBAL uint8_t *dst, glr_unit unit, uint64_t stride, const glr_u32 code[4])         \
    {                                                                                                        \
        GLR_GLOBAL type *to = (GLR_GLOBAL type *)dst + unit.place;                                           \
        if (unit.count == 4 && stride == 1 && ((size_t)to & (sizeof(vector) - 1)) == 0) {                    \
            vector four;                                                                                     \
            four.x = (type)code[0];                                                                          \
            four.y = (type)code[1];                                                                          \
            four.z = (type)code[2];                                                                          \
            four.w = (type)code[3];                                                                          \
            *(GLR_GLOBAL vector *)to = four;                                                                 \
            return;                                                                                          \
        }                                                                                                    \
        GLR_UNROLL                                                                                           \
        for (uint32_t j = 0; j < 4; j++) {                                                                   \
            if (j - unit.first < unit.count) { /* unsigned wrap-around also rejects j < unit.first */        \
                to[(j - unit.first) * stride] = (type)code[j];                                               \
            }                                                                                                \
        }                                                                                                    \
    }

GLR_DEFINE_PUT(glr_put_32, uint32_t, uint4)
GLR_DEFINE_PUT(glr_put_16, uint16_t, ushort4)
GLR_DEFINE_PUT(glr_put_8, uint8_t, uchar4)

GLR_FN void glr_gpu_store(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, glr_unit unit, uint64_t stride,
                          const glr_values *raw)
{
    glr_values values;
    glr_u32 code[4];
    GLR_UNROLL
    for (int j = 0; j < 4; j++) {
        values.value[j] = glr_scaled(raw->value[j], args->scale, args->shift);
    }
    glr_encode(values.value, 4, args->dtype, code);
    switch (args->element_size) {
    case 1: glr_put_8(dst, unit, stride, code); break;
    case 2: glr_put_16(dst, unit, stride, code); break;
    default: glr_put_32(dst, unit, stride, code);
    }
}

#if GLR_HAS_F64

GLR_FN void glr_gpu_store_f64(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, glr_unit unit,
                              glr_f64_pair raw)
{
    GLR_GLOBAL double *to = (GLR_GLOBAL double *)dst + unit.place;
    const double scale = glr_f64_of(args->scale_f64_bits), shift = glr_f64_of(args->shift_f64_bits);
    if (unit.first == 0 && unit.count > 0) {
        to[0] = glr_scaled_f64(raw.first, scale, shift);
    }
    if (unit.first + unit.count == GLR_GROUP_SIZE_F64) {
        to[(1 - unit.first) * args->stride] = glr_scaled_f64(raw.second, scale, shift);
    }
}

#endif

/* The first `count` elements of a run's unit, each the arguments' pattern. */
GLR_FN void glr_gpu_store_constant(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, glr_unit unit)
{
    for (uint32_t j = 0; j < unit.count; j++) {
        uint64_t place = unit.place + j * args->stride;
        switch (args->element_size) {
        case 1: ((GLR_GLOBAL uint8_t *)dst)[place] = (uint8_t)args->pattern; break;
        case 2: ((GLR_GLOBAL uint16_t *)dst)[place] = (uint16_t)args->pattern; break;
        case 4: ((GLR_GLOBAL uint32_t *)dst)[place] = (uint32_t)args->pattern; break;
        default: ((GLR_GLOBAL uint64_t *)dst)[place] = args->pattern;
        }
    }
}

#endif
