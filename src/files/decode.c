#include "decode.h"

#include <math.h>
#include <string.h>

/* Where a 16- or 8-bit format has its parts. In all but e4m3fn the greatest exponent means infinity and NaN;
   in e4m3fn only all ones mean something else, NaN. */
typedef struct format {
    int bytes, fraction_bits, bias;
    bool has_infinity;
} format;

static double decode_small(uint32_t code, format form)
{
    const int bits = 8 * form.bytes, exponent_bits = bits - 1 - form.fraction_bits;
    const uint32_t largest = (1U << exponent_bits) - 1U;
    uint32_t fraction = code & ((1U << form.fraction_bits) - 1U);
    uint32_t exponent = code >> form.fraction_bits & largest;
    double magnitude;
    if (exponent == largest && form.has_infinity) {
        magnitude = fraction == 0 ? INFINITY : NAN;
    } else if (exponent == largest && fraction == (1U << form.fraction_bits) - 1U) {
        magnitude = NAN;
    } else {
        uint32_t implied = exponent == 0 ? 0 : 1U << form.fraction_bits;
        int scale = (exponent == 0 ? 1 : (int)exponent) - form.bias - form.fraction_bits;
        magnitude = ldexp((double)(implied + fraction), scale);
    }
    return code >> (bits - 1) & 1U ? -magnitude : magnitude;
}

static void decode_all(const unsigned char *elements, size_t count, format form, double *values)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t code = elements[i * (size_t)form.bytes];
        if (form.bytes == 2) {
            code |= (uint32_t)elements[2 * i + 1] << 8;
        }
        values[i] = decode_small(code, form);
    }
}

bool glr_decode(glr_dtype dtype, const void *elements, size_t count, double *values)
{
    static const format float16 = {2, 10, 15, true}, bfloat16 = {2, 7, 127, true};
    static const format e4m3fn = {1, 3, 7, false}, e5m2 = {1, 2, 15, true};
    const unsigned char *bytes = elements;
    switch (dtype) {
    case GLR_DTYPE_FLOAT32:
        for (size_t i = 0; i < count; i++) {
            float value;
            memcpy(&value, bytes + i * sizeof value, sizeof value);
            values[i] = value;
        }
        return true;
    case GLR_DTYPE_FLOAT64: memcpy(values, elements, count * sizeof *values); return true;
    case GLR_DTYPE_FLOAT16: decode_all(bytes, count, float16, values); return true;
    case GLR_DTYPE_BFLOAT16: decode_all(bytes, count, bfloat16, values); return true;
    case GLR_DTYPE_FLOAT8_E4M3FN: decode_all(bytes, count, e4m3fn, values); return true;
    case GLR_DTYPE_FLOAT8_E5M2: decode_all(bytes, count, e5m2, values); return true;
    default: return false;
    }
}
