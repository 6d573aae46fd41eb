/* One element of a constant, as it lies in memory. */
#include "constant.h"

#include "core/round.h"
#include "error.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
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

static void store_integer(uint64_t bits, unsigned char element[8])
{
    /* In two's complement the low bytes of the 64-bit value are those of every narrower type. */
    for (int i = 0; i < 8; i++) {
        element[i] = (unsigned char)(bits >> (8 * i) & 0xffU);
    }
}

static glr_status encode_double_as_integer(double value, glr_dtype dtype, unsigned char element[8])
{
    integer_range range = range_of(dtype);
    if (!(value >= range.min && value < range.end) || value != floor(value)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.value: %.17g is not a value of %s", value,
                        glr_dtype_name(dtype));
    }
    store_integer(value < 0.0 ? (uint64_t)(int64_t)value : (uint64_t)value, element);
    return GLR_OK;
}

/* Whether an integer type has a value, by its largest and its least one. */
static bool has_value(glr_dtype dtype, bool negative, uint64_t bits)
{
    const int width = dtype == GLR_DTYPE_BOOL ? 1 : 8 * (int)glr_dtype_size(dtype);
    const bool is_signed = dtype >= GLR_DTYPE_INT8 && dtype <= GLR_DTYPE_INT64;
    const uint64_t max = UINT64_MAX >> (64 - width + is_signed);
    return negative ? is_signed && ~bits <= max : bits <= max; /* ~bits is -value - 1 */
}

static glr_status encode_integer(const glr_params *params, glr_dtype dtype, unsigned char element[8])
{
    const uint64_t bits = (uint64_t)params->integer;
    const bool negative = params->number == GLR_NUMBER_INT64 && params->integer < 0;
    if (params->number == GLR_NUMBER_DOUBLE) {
        return encode_double_as_integer(params->shift, dtype, element);
    }
    if (!has_value(dtype, negative, bits)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.integer: %s%" PRIu64 " is not a value of %s",
                        negative ? "-" : "", negative ? 0 - bits : bits, glr_dtype_name(dtype));
    }
    store_integer(bits, element);
    return GLR_OK;
}

static void encode_small(float value, glr_format format, int width, unsigned char element[8])
{
    uint32_t code = glr_round_to(value, format, width);
    element[0] = (unsigned char)(code & 0xffU);
    element[1] = (unsigned char)(code >> 8 & 0xffU);
}

/* To float32, an integer in one rounding. */
static glr_status encode_float32(const glr_params *params, float *rounded)
{
    switch (params->number) {
    case GLR_NUMBER_INT64: *rounded = (float)params->integer; return GLR_OK;
    case GLR_NUMBER_UINT64: *rounded = (float)(uint64_t)params->integer; return GLR_OK;
    default: return glr_round_to_float32("value", params->shift, rounded);
    }
}

glr_status glr_encode_constant(const glr_params *params, glr_dtype dtype, unsigned char element[8])
{
    static const glr_format float16 = GLR_FORMAT_FLOAT16, bfloat16 = GLR_FORMAT_BFLOAT16;
    static const glr_format e4m3fn = GLR_FORMAT_FLOAT8_E4M3FN, e5m2 = GLR_FORMAT_FLOAT8_E5M2;
    if (dtype == GLR_DTYPE_FLOAT64) {
        memcpy(element, &params->shift, sizeof params->shift);
        return GLR_OK;
    }
    if (!glr_dtype_is_floating(dtype)) {
        return encode_integer(params, dtype, element);
    }
    float rounded;
    glr_status status = encode_float32(params, &rounded);
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

/* 53 bits from the first to the last that is set. */
bool glr_is_double(uint64_t magnitude)
{
    while (magnitude != 0 && (magnitude & 1U) == 0) {
        magnitude >>= 1;
    }
    return magnitude < UINT64_C(1) << 53;
}

void glr_set_integer(glr_initializer *initializer, bool negative, uint64_t magnitude)
{
    const uint64_t bits = negative ? 0 - magnitude : magnitude;
    initializer->value = 0.0;
    initializer->integer = 0;
    initializer->number = GLR_NUMBER_DOUBLE;
    if (glr_is_double(magnitude)) {
        initializer->value = negative ? -(double)magnitude : (double)magnitude;
        return;
    }
    memcpy(&initializer->integer, &bits, sizeof bits);
    initializer->number = negative || magnitude <= INT64_MAX ? GLR_NUMBER_INT64 : GLR_NUMBER_UINT64;
}
