/* Rounding float32 to the 16- and 8-bit types, to nearest even, with integers and one exact addition. */
#ifndef GLR_CORE_ROUND_H
#define GLR_CORE_ROUND_H

#include "lanes.h"

/* A binary format: sign, exponent with this bias, fraction of this many bits with this largest finite code,
   and what comes beyond: the code of infinity or, in a format that has none, NaN. */
typedef struct glr_format {
    uint32_t fraction_bits, bias, largest, overflow, nan;
} glr_format;

#define GLR_FORMAT_FLOAT16                                                                                   \
    {                                                                                                        \
        10, 15, 0x7bffU, 0x7c00U, 0x7e00U                                                                    \
    }
#define GLR_FORMAT_BFLOAT16                                                                                  \
    {                                                                                                        \
        7, 127, 0x7f7fU, 0x7f80U, 0x7fc0U                                                                    \
    }
#define GLR_FORMAT_FLOAT8_E4M3FN                                                                             \
    {                                                                                                        \
        3, 7, 0x7eU, 0x7fU, 0x7fU                                                                            \
    }
#define GLR_FORMAT_FLOAT8_E5M2                                                                               \
    {                                                                                                        \
        2, 15, 0x7bU, 0x7cU, 0x7eU                                                                           \
    }

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

/* The code of a float32 in a format of `width` bits, in the low bits of the word. */
GLR_FN glr_u32 glr_round_to(glr_f32 value, glr_format format, int width)
{
    glr_u32 bits = glr_bits_of(value);
    glr_u32 sign = (bits & 0x80000000U) >> (32 - width);
    return glr_round_magnitude(bits & 0x7fffffffU, format) | sign;
}

#endif
