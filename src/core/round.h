/* From float32 values to the codes of a dtype: to nearest even, with integers and one exact addition. */
#ifndef GLR_CORE_ROUND_H
#define GLR_CORE_ROUND_H

#include "dtypes.h"
#include "lanes.h"

/* A binary format: see dtypes.h. */
typedef struct glr_format {
    uint32_t bits, fraction_bits, bias, largest, overflow, nan;
} glr_format;

/* The code, without its sign, of a float32's magnitude. `format` is a constant where this is inlined. */
GLR_FN glr_u32 glr_round_magnitude(glr_u32 magnitude, glr_format format)
{
    /* Normal results: the bits that are dropped round the code up when they are more than half of its last
       place, or half and the code is odd. A carry out of the fraction raises the exponent, as it should. */
    const int shift = (int)(23U - format.fraction_bits);
    const uint32_t rebias = (127U - format.bias) << 23;
    glr_u32 odd = (magnitude >> shift) & 1U;
    glr_u32 normal = (magnitude - rebias + ((1U << (shift - 1)) - 1U) + odd) >> shift;
    if (format.bias == 127U) {
        /* bfloat16 has float32's exponent range: subnormals need no special case, and the carry out of the
           largest finite value is infinity. */
        return glr_select_below(glr_splat_u32(0x7f800000U), magnitude, glr_splat_u32(format.nan), normal);
    }

    /* Subnormal results are multiples of 2^(1 - bias - fraction_bits): adding the power of two whose last
       place that is rounds to one, which then stands in the sum's low bits. */
    const uint32_t power = (127U + 24U - format.bias - format.fraction_bits) << 23;
    glr_u32 subnormal = glr_bits_of(glr_float_of(magnitude) + glr_float_of(glr_splat_u32(power))) - power;

    const uint32_t smallest_normal = rebias + (1U << 23);
    glr_u32 code = glr_select_below(magnitude, glr_splat_u32(smallest_normal), subnormal, normal);
    code = glr_select_below(glr_splat_u32(format.largest), code, glr_splat_u32(format.overflow), code);
    return glr_select_below(glr_splat_u32(0x7f800000U), magnitude, glr_splat_u32(format.nan), code);
}

/* The code of a float32 in a format, in the low bits of the word. */
GLR_FN glr_u32 glr_round_to(glr_f32 value, glr_format format)
{
    glr_u32 bits = glr_bits_of(value);
    glr_u32 sign = (bits & 0x80000000U) >> (32 - format.bits);
    return glr_round_magnitude(bits & 0x7fffffffU, format) | sign;
}

/* The codes of float32 values in a dtype that holds floats of at most 32 bits: the one place that chooses a
   rounding. Faster where `dtype` is a constant, or `count` is one and loops are unrolled. */
GLR_FN void glr_encode(const glr_f32 value[], int count, uint32_t dtype, glr_u32 code[])
{
    switch (dtype) {
/* clang-format off */
#define GLR_ENCODE(NAME, number, name, bits, aliases, tag, descr, fraction_bits, bias, largest, overflow, nan) \
    case number: {                                                                                             \
        const glr_format format = {bits, fraction_bits, bias, largest, overflow, nan};                         \
        GLR_UNROLL                                                                                             \
        for (int i = 0; i < count; i++) {                                                                      \
            code[i] = glr_round_to(value[i], format);                                                          \
        }                                                                                                      \
        break;                                                                                                 \
    }
        GLR_FOR_EACH_DTYPE(GLR_NO_FLOAT, GLR_ENCODE, GLR_NO_INTEGER, GLR_NO_POWER)
#undef GLR_ENCODE
    /* clang-format on */
    default:
        GLR_UNROLL
        for (int i = 0; i < count; i++) {
            code[i] = glr_bits_of(value[i]);
        }
    }
}

GLR_FN glr_u32 glr_code_of(glr_f32 value, uint32_t dtype)
{
    glr_u32 code;
    glr_encode(&value, 1, dtype, &code);
    return code;
}

#endif
