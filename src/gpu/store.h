/* From a unit's raw values to the tensor's, one rounding each. */
#ifndef GLR_GPU_STORE_H
#define GLR_GPU_STORE_H

#include "language.h"
#include "units.h"

/* The codes of a group's raw values, scaled, in a dtype of at most 32 bits. */
GLR_FN void glr_gpu_encode(const glr_gpu_args *args, uint32_t dtype, const glr_values *raw, glr_u32 code[4])
{
    glr_values values;
    GLR_UNROLL
    for (int j = 0; j < 4; j++) {
        values.value[j] = glr_scaled(raw->value[j], args->scale, args->shift);
    }
    if (dtype == GLR_DTYPE_NUMBER_BFLOAT16) { /* the most common one, without a look at the others */
        glr_encode(values.value, 4, GLR_DTYPE_NUMBER_BFLOAT16, code);
    } else {
        glr_encode(values.value, 4, dtype, code);
    }
}

/* GLR_DEFINE_PUT(BITS, VECTOR): glr_put_four_BITS stores a group's codes as one vector; glr_put_BITS those of
   a unit, as one vector if it has all four and the address is a multiple of its size. Every index is a
   constant: see glr_keep. */
#define GLR_DEFINE_PUT(bits, vector)                                                                         \
    GLR_FN void glr_put_four_##bits(GLR_GLOBAL uint8_t *to, const glr_u32 code[4])                           \
    {                                                                                                        \
        vector four;                                                                                         \
        four.x = (uint##bits##_t)code[0];                                                                    \
        four.y = (uint##bits##_t)code[1];                                                                    \
        four.z = (uint##bits##_t)code[2];                                                                    \
        four.w = (uint##bits##_t)code[3];                                                                    \
        *(GLR_GLOBAL vector *)to = four;                                                                     \
    }                                                                                                        \
    GLR_FN void glr_put_##bits(GLR_GLOBAL uint8_t *dst, glr_unit unit, uint64_t stride,                      \
                               const glr_u32 code[4])                                                        \
    {                                                                                                        \
        GLR_GLOBAL uint##bits##_t *to = (GLR_GLOBAL uint##bits##_t *)dst + unit.place;                       \
        if (unit.count == 4 && stride == 1 && ((size_t)to & (sizeof(vector) - 1)) == 0) {                    \
            glr_put_four_##bits((GLR_GLOBAL uint8_t *)to, code);                                             \
            return;                                                                                          \
        }                                                                                                    \
        GLR_UNROLL                                                                                           \
        for (uint32_t j = 0; j < 4; j++) {                                                                   \
            if (j - unit.first < unit.count) { /* unsigned wrap-around also rejects j < unit.first */        \
                to[(j - unit.first) * stride] = (uint##bits##_t)code[j];                                     \
            }                                                                                                \
        }                                                                                                    \
    }

GLR_DEFINE_PUT(32, uint4)
GLR_DEFINE_PUT(16, ushort4)
GLR_DEFINE_PUT(8, uchar4)

/* `dtype` is the arguments', given as a constant where a kernel is for that alone. */
GLR_FN void glr_gpu_store(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, uint32_t dtype, glr_unit unit,
                          uint64_t stride, const glr_values *raw)
{
    glr_u32 code[4];
    glr_gpu_encode(args, dtype, raw, code);
    if (dtype == GLR_DTYPE_NUMBER_FLOAT32) {
        glr_put_32(dst, unit, stride, code);
    } else if (args->element_size == 2) {
        glr_put_16(dst, unit, stride, code);
    } else {
        glr_put_8(dst, unit, stride, code);
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

/* Element number `place`, given its bytes, the first lowest. */
GLR_FN void glr_gpu_store_element(GLR_GLOBAL uint8_t *dst, uint32_t element_size, uint64_t place,
                                  uint64_t element)
{
    switch (element_size) {
    case 1: ((GLR_GLOBAL uint8_t *)dst)[place] = (uint8_t)element; break;
    case 2: ((GLR_GLOBAL uint16_t *)dst)[place] = (uint16_t)element; break;
    case 4: ((GLR_GLOBAL uint32_t *)dst)[place] = (uint32_t)element; break;
    default: ((GLR_GLOBAL uint64_t *)dst)[place] = element;
    }
}

/* The first `count` elements of a run's unit, each the arguments' pattern. */
GLR_FN void glr_gpu_store_constant(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, glr_unit unit)
{
    for (uint32_t j = 0; j < unit.count; j++) {
        glr_gpu_store_element(dst, args->element_size, unit.place + j * args->stride, args->pattern);
    }
}

#endif
