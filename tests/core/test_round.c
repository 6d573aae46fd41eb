/* Rounding to the 16- and 8-bit types against independent code: the compiler's _Float16, and, for the others,
   a search among all codes of the type for the nearest value. */
#include "core/core.h"
#include "glorand/glorand.h"
#include "support/golden.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <math.h>

/* A type, and what each of its codes means: an independent reading of the format's definition. */
typedef struct small_type {
    glr_dtype dtype;
    int width, exponent_bits;
    int has_infinity;
} small_type;

static double meaning(uint32_t code, const small_type *type)
{
    const int fraction_bits = type->width - 1 - type->exponent_bits;
    const int bias = (1 << (type->exponent_bits - 1)) - 1;
    int exponent = (int)(code >> fraction_bits) & ((1 << type->exponent_bits) - 1);
    int fraction = (int)(code & ((1U << fraction_bits) - 1U));
    if (exponent == (1 << type->exponent_bits) - 1 && type->has_infinity) {
        return fraction == 0 ? INFINITY : NAN;
    }
    if (exponent == (1 << type->exponent_bits) - 1 && fraction == (1 << fraction_bits) - 1) {
        return NAN;
    }
    double significand = (double)fraction / (1 << fraction_bits) + (exponent > 0 ? 1.0 : 0.0);
    return ldexp(significand, (exponent > 0 ? exponent : 1) - bias);
}

/* The two neighbouring codes of every pair, and float32 values at, below and above their middle. */
static void check_between_all_codes(const small_type *type)
{
    const uint32_t codes = 1U << (type->width - 1);
    for (uint32_t code = 0; code + 1 < codes; code++) {
        double low = meaning(code, type), high = meaning(code + 1, type);
        if (isnan(low) || isinf(low)) {
            break;
        }
        uint32_t expected_above = code + 1;
        if (!isfinite(high)) { /* beyond the largest: as if the next exponent were there */
            high = low + (low - meaning(code - 1, type));
        }
        float middle = (float)((low + high) / 2.0); /* exact in float32 */
        if (!isfinite(middle) || middle == (float)low) {
            continue; /* bfloat16's last middle is beyond float32 */
        }
        uint32_t even = code & 1U ? expected_above : code;
        cr_assert_eq(glr_code_of((float)low, type->dtype), code);
        cr_assert_eq(glr_code_of(middle, type->dtype), even, "%a", (double)middle);
        cr_assert_eq(glr_code_of(nextafterf(middle, 0.0f), type->dtype), code);
        cr_assert_eq(glr_code_of(nextafterf(middle, INFINITY), type->dtype), expected_above);
        cr_assert_eq(glr_code_of(-nextafterf(middle, 0.0f), type->dtype), code | codes);
    }
}

static const small_type float16 = {GLR_DTYPE_FLOAT16, 16, 5, 1};
static const small_type bfloat16 = {GLR_DTYPE_BFLOAT16, 16, 8, 1};
static const small_type e4m3fn = {GLR_DTYPE_FLOAT8_E4M3FN, 8, 4, 0};
static const small_type e5m2 = {GLR_DTYPE_FLOAT8_E5M2, 8, 5, 1};

Test(round, nearest_even_between_all_codes)
{
    check_between_all_codes(&float16);
    check_between_all_codes(&bfloat16);
    check_between_all_codes(&e4m3fn);
    check_between_all_codes(&e5m2);
}

Test(round, what_is_beyond_every_type)
{
    cr_assert_eq(glr_code_of(INFINITY, float16.dtype), 0x7c00);
    cr_assert_eq(glr_code_of(-INFINITY, bfloat16.dtype), 0xff80);
    cr_assert_eq(glr_code_of(1e30f, e4m3fn.dtype), 0x7f);
    cr_assert_eq(glr_code_of(-1e30f, e5m2.dtype), 0xfc);
    cr_assert_eq(glr_code_of(0x1.fffffep127f, bfloat16.dtype), 0x7f80);
    cr_assert_eq(glr_code_of(464.0f, e4m3fn.dtype), 0x7e, "448 is the largest, and even");
    cr_assert_eq(glr_code_of(0x1p-149f, bfloat16.dtype), 0);
    cr_assert_eq(glr_code_of(-0.0f, e5m2.dtype), 0x80);
    cr_assert_eq(glr_code_of(NAN, float16.dtype) & 0x7fffU, 0x7e00);
    cr_assert_eq(glr_code_of(NAN, e4m3fn.dtype) & 0x7fU, 0x7f);
}

#ifdef __FLT16_MAX__
__extension__ typedef _Float16 half; /* not in ISO C */

/* All 2^32 inputs in the long form, otherwise every 4099th, a prime. */
Test(round, float16_as_the_compiler)
{
    const uint64_t step = test_is_long() ? 1 : 4099;
    uint64_t different = 0;
    for (uint64_t bits = 0; bits < UINT64_C(1) << 32; bits += step) {
        float value = glr_float_of((uint32_t)bits);
        half rounded = (half)value;
        uint16_t expected;
        memcpy(&expected, &rounded, sizeof expected);
        if (isnan(value)) { /* any NaN will do; ours keeps the sign */
            expected = (uint16_t)((expected & 0x8000U) | 0x7e00U);
        }
        different += glr_code_of(value, float16.dtype) != expected;
    }
    cr_assert_eq(different, 0, "%lu differ", (unsigned long)different);
}
#endif
