#include "files.h"

#include "core/dtypes.h"

#include <math.h>
#include <string.h>

/* Where a 16- or 8-bit format has its parts: see core/dtypes.h. In formats with infinity the greatest
   exponent means that and NaN; in others only all ones mean something else, NaN. */
typedef struct format {
    int bytes, fraction_bits, bias;
    bool has_infinity, is_power; /* the latter: an exponent alone */
} format;

static const format formats[] = {
#define FORMAT(NAME, number, name, bits, aliases, tag, descr, fraction_bits, bias, largest, overflow, nan)   \
    [GLR_DTYPE_##NAME] = {(bits) / 8, fraction_bits, bias, (overflow) != (nan), false},
#define POWER_FORMAT(NAME, number, name, bits, aliases, tag, descr, bias)                                    \
    [GLR_DTYPE_##NAME] = {(bits) / 8, 0, bias, false, true},
    GLR_FOR_EACH_DTYPE(GLR_NO_FLOAT, FORMAT, GLR_NO_INTEGER, POWER_FORMAT)};

#define FORMAT_COUNT (sizeof formats / sizeof formats[0])

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

static double decode_power(uint32_t code, format form)
{
    return code == (1U << (8 * form.bytes)) - 1U ? NAN : ldexp(1.0, (int)code - form.bias);
}

static void decode_all(const unsigned char *elements, size_t count, format form, double *values)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t code = elements[i * (size_t)form.bytes];
        if (form.bytes == 2) {
            code |= (uint32_t)elements[2 * i + 1] << 8;
        }
        values[i] = form.is_power ? decode_power(code, form) : decode_small(code, form);
    }
}

bool glr_decode(glr_dtype dtype, const void *elements, size_t count, double *values)
{
    const unsigned char *bytes = elements;
    if (dtype == GLR_DTYPE_FLOAT64) {
        memcpy(values, elements, count * sizeof *values);
    } else if (dtype == GLR_DTYPE_FLOAT32) {
        for (size_t i = 0; i < count; i++) {
            float value;
            memcpy(&value, bytes + i * sizeof value, sizeof value);
            values[i] = value;
        }
    } else if ((size_t)dtype < FORMAT_COUNT && formats[dtype].bytes != 0) {
        decode_all(bytes, count, formats[dtype], values);
    } else {
        return false;
    }
    return true;
}
