/* One element of a constant, as it lies in memory. */
#include "constant.h"

#include "core/round.h"
#include "error.h"
#include "params.h"

#include <math.h>
#include <string.h>

/* The range [min, end) of an integer type; both are exact in double. */
typedef struct integer_range {
    double min, end;
} integer_range;

static integer_range range_of(glr_dtype dtype)
{
    const int bits = dtype == GLR_DTYPE_BOOL ? 1 : 8 * (int)glr_dtype_size(dtype);
    const int is_signed = dtype >= GLR_DTYPE_INT8 && dtype <= GLR_DTYPE_INT64;
    integer_range range = {is_signed ? -ldexp(1.0, bits - 1) : 0.0, ldexp(1.0, is_signed ? bits - 1 : bits)};
    return range;
}

static glr_status encode_integer(double value, glr_dtype dtype, unsigned char element[8])
{
    integer_range range = range_of(dtype);
    if (!(value >= range.min && value < range.end) || value != floor(value)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.value: %.17g is not a value of %s", value,
                        glr_dtype_name(dtype));
    }
    /* In two's complement the low bytes of the 64-bit value are those of every narrower type. */
    uint64_t bits = value < 0.0 ? (uint64_t)(int64_t)value : (uint64_t)value;
    for (int i = 0; i < 8; i++) {
        element[i] = (unsigned char)(bits >> (8 * i) & 0xffU);
    }
    return GLR_OK;
}

static void encode_small(float value, glr_format format, int width, unsigned char element[8])
{
    uint32_t code = glr_round_to(value, format, width);
    element[0] = (unsigned char)(code & 0xffU);
    element[1] = (unsigned char)(code >> 8 & 0xffU);
}

glr_status glr_encode_constant(double value, glr_dtype dtype, unsigned char element[8])
{
    static const glr_format float16 = GLR_FORMAT_FLOAT16, bfloat16 = GLR_FORMAT_BFLOAT16;
    static const glr_format e4m3fn = GLR_FORMAT_FLOAT8_E4M3FN, e5m2 = GLR_FORMAT_FLOAT8_E5M2;
    if (dtype == GLR_DTYPE_FLOAT64) {
        memcpy(element, &value, sizeof value);
        return GLR_OK;
    }
    if (!glr_dtype_is_floating(dtype)) {
        return encode_integer(value, dtype, element);
    }
    float rounded;
    glr_status status = glr_round_to_float32("value", value, &rounded);
    if (status != GLR_OK) {
        return status;
    }
    switch (dtype) {
    case GLR_DTYPE_FLOAT16: encode_small(rounded, float16, 16, element); break;
    case GLR_DTYPE_BFLOAT16: encode_small(rounded, bfloat16, 16, element); break;
    case GLR_DTYPE_FLOAT8_E4M3FN: encode_small(rounded, e4m3fn, 8, element); break;
    case GLR_DTYPE_FLOAT8_E5M2: encode_small(rounded, e5m2, 8, element); break;
    default: memcpy(element, &rounded, sizeof rounded);
    }
    return GLR_OK;
}
