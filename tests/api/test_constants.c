/* Constants that are integers of 64 bits, in every dtype. */
#include "glorand/glorand.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <inttypes.h>
#include <math.h>
#include <string.h>

static glr_device *device;

static void set_up(void)
{
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    cr_assert_eq(glr_open(&options, &device), GLR_OK, "%s", glr_last_error());
}

static void tear_down(void) { glr_close(device); }

TestSuite(constants, .init = set_up, .fini = tear_down);

/* The element's bytes as a number, or fails. */
static glr_status element_of(glr_initializer initializer, glr_dtype dtype, uint64_t *bits)
{
    const glr_tensor tensor = {.dtype = dtype};
    *bits = 0;
    return glr_fill(device, &initializer, &tensor, bits, sizeof *bits);
}

static void expect_bits(glr_initializer initializer, glr_dtype dtype, uint64_t expected)
{
    uint64_t bits = 0;
    cr_expect_eq(element_of(initializer, dtype, &bits), GLR_OK, "%s", glr_last_error());
    cr_expect_eq(bits, expected, "%s: %" PRIx64 ", not %" PRIx64, glr_dtype_name(dtype), bits, expected);
}

/* Half of what float32 and float64 can tell apart at 2^60 and 2^53, and a little more or less: an integer
   that was rounded to double first would be a tie in float32. */
Test(constants, integers_are_rounded_once)
{
    const int64_t tie = (INT64_C(1) << 60) + (INT64_C(1) << 36);
    expect_bits(glr_constant_int64(tie + 1), GLR_DTYPE_FLOAT32, UINT64_C(0x5d800001));
    expect_bits(glr_constant_int64(tie), GLR_DTYPE_FLOAT32, UINT64_C(0x5d800000));
    expect_bits(glr_constant_int64(-tie - 1), GLR_DTYPE_FLOAT32, UINT64_C(0xdd800001));
    expect_bits(glr_constant_uint64((UINT64_C(1) << 63) + (UINT64_C(1) << 39) + 1), GLR_DTYPE_FLOAT32,
                UINT64_C(0x5f000001));
    expect_bits(glr_constant_uint64(UINT64_MAX), GLR_DTYPE_FLOAT32, UINT64_C(0x5f800000));
    expect_bits(glr_constant_int64((INT64_C(1) << 53) + 1), GLR_DTYPE_FLOAT64, UINT64_C(0x4340000000000000));
    expect_bits(glr_constant_int64((INT64_C(1) << 53) + 3), GLR_DTYPE_FLOAT64, UINT64_C(0x4340000000000002));
    expect_bits(glr_constant_int64((INT64_C(1) << 53) + 1), GLR_DTYPE_BFLOAT16, UINT64_C(0x5a00));
    expect_bits(glr_constant_int64((INT64_C(1) << 53) + 1), GLR_DTYPE_FLOAT16, UINT64_C(0x7c00));
}

__extension__ typedef __int128 wide;

static bool fits(glr_dtype dtype, bool is_signed, uint64_t bits)
{
    const wide value = is_signed ? (wide)(int64_t)bits : (wide)bits;
    const int width = dtype == GLR_DTYPE_BOOL ? 1 : 8 * (int)glr_dtype_size(dtype);
    const bool has_sign = dtype >= GLR_DTYPE_INT8 && dtype <= GLR_DTYPE_INT64;
    const wide min = has_sign ? -((wide)1 << (width - 1)) : 0;
    const wide end = (wide)1 << (has_sign ? width - 1 : width);
    return value >= min && value < end;
}

/* Around each power of two, of either sign. */
Test(constants, integers_of_every_dtype)
{
    int refused = 0;
    for (int dtype = GLR_DTYPE_BOOL; dtype <= GLR_DTYPE_UINT64; dtype++) {
        for (int i = 0; i < 64 * 5 * 4; i++) {
            uint64_t bits = (UINT64_C(1) << (i / 20)) + (uint64_t)(i / 4 % 5) - 2;
            const bool is_signed = i % 2 == 0;
            bits = i / 2 % 2 == 0 ? bits : 0 - bits;
            glr_initializer initializer =
                is_signed ? glr_constant_int64((int64_t)bits) : glr_constant_uint64(bits);
            uint64_t element = 0;
            const glr_status status = element_of(initializer, (glr_dtype)dtype, &element);
            const size_t size = glr_dtype_size((glr_dtype)dtype);
            if (!fits((glr_dtype)dtype, is_signed, bits)) {
                cr_expect_eq(status, GLR_ERROR_ARGUMENT, "%s: %" PRIx64, glr_dtype_name((glr_dtype)dtype),
                             bits);
                refused++;
            } else {
                cr_expect_eq(status, GLR_OK, "%s", glr_last_error());
                cr_expect_eq(memcmp(&element, &bits, size), 0, "%s: %" PRIx64 ", not %" PRIx64,
                             glr_dtype_name((glr_dtype)dtype), element, bits);
            }
        }
    }
    cr_expect_gt(refused, 1000);
}

/* What is made by hand is drawn as well. */
Test(constants, small_integers)
{
    glr_initializer initializer = glr_constant(0.5);
    initializer.number = GLR_NUMBER_INT64;
    initializer.integer = -7;
    expect_bits(initializer, GLR_DTYPE_INT16, UINT64_C(0xfff9));
    expect_bits(initializer, GLR_DTYPE_FLOAT32, UINT64_C(0xc0e00000));
    glr_summary summary;
    const glr_tensor tensor = {.dtype = GLR_DTYPE_INT8};
    cr_assert_eq(glr_describe(&initializer, &tensor, &summary), GLR_OK, "%s", glr_last_error());
    cr_expect(summary.mean == -7.0 && summary.lower == -7.0 && summary.upper == -7.0 &&
              summary.stddev == 0.0);
}

/* What ml_dtypes 0.6 and PyTorch 2.15 make of these float32 values, tests/python/check_rounding.py of many.
 */
Test(constants, powers_of_two)
{
    static const struct {
        double value;
        uint64_t code;
    } cases[] = {
        {1.0, 127},      {1.5, 128},      {0x1.7ffffep0, 127},   {3.0, 129},           {0.75, 127},
        {0x1p-127, 0},   {0x1.8p-127, 1}, {0x1.000004p-127, 1},  {0x1.fffff8p-128, 0}, {0x1p-149, 0},
        {0x1.8p-126, 2}, {0x1p127, 254},  {0x1.7ffffep127, 254}, {0x1.8p127, 255},     {INFINITY, 255},
        {NAN, 255},      {-NAN, 255},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        expect_bits(glr_constant(cases[i].value), GLR_DTYPE_FLOAT8_E8M0FNU, cases[i].code);
    }
    expect_bits(glr_ones(), GLR_DTYPE_FLOAT8_E8M0FNU, 127);
    expect_bits(glr_constant_int64((INT64_C(3) << 59) + 1), GLR_DTYPE_FLOAT8_E8M0FNU, 127 + 61);
}
