/* Floating point: each operation rounds once, to nearest even. There are no rows for approximate, flushing,
   saturating or differently rounded forms, and none without .rn where ptxas may contract. */
#include "lanes.h"

#include <math.h>
#include <string.h>

static float float_of(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* A float32 operation gives one NaN only. */
static float one_nan(float value) { return value == value ? value : float_of(0x7fffffffU); }

/* A number rather than a NaN; +0 is more than -0. */
#define LESSER(x, y)                                                                                         \
    ((x) != (x) ? (y) : (y) != (y) ? (x) : (x) < (y) || ((x) == (y) && signbit(x)) ? (x) : (y))
#define GREATER(x, y)                                                                                        \
    ((x) != (x) ? (y) : (y) != (y) ? (x) : (x) > (y) || ((x) == (y) && !signbit(x)) ? (x) : (y))

LANE_2(add_f32, float, float, float, one_nan(x + y))
LANE_2(sub_f32, float, float, float, one_nan(x - y))
LANE_2(mul_f32, float, float, float, one_nan(x *y))
LANE_2(div_f32, float, float, float, one_nan(x / y))
LANE_3(fma_f32, float, float, float, float, one_nan(__builtin_fmaf(x, y, z)))
LANE_1(sqrt_f32, float, float, one_nan(__builtin_sqrtf(x)))
LANE_1(rcp_f32, float, float, one_nan(1.0f / x))
LANE_2(min_f32, float, float, float, one_nan(LESSER(x, y)))
LANE_2(max_f32, float, float, float, one_nan(GREATER(x, y)))
LANE_1(neg_f32, uint32_t, uint32_t, x ^ 0x80000000U)
LANE_1(abs_f32, uint32_t, uint32_t, x & 0x7fffffffU)
LANE_2(copysign_f32, uint32_t, uint32_t, uint32_t, (x & 0x80000000U) | (y & 0x7fffffffU))

LANE_2(add_f64, double, double, double, x + y)
LANE_2(sub_f64, double, double, double, x - y)
LANE_2(mul_f64, double, double, double, x *y)
LANE_2(div_f64, double, double, double, x / y)
LANE_3(fma_f64, double, double, double, double, __builtin_fma(x, y, z))
LANE_1(sqrt_f64, double, double, __builtin_sqrt(x))
LANE_1(rcp_f64, double, double, 1.0 / x)
LANE_2(min_f64, double, double, double, LESSER(x, y))
LANE_2(max_f64, double, double, double, GREATER(x, y))
LANE_1(neg_f64, uint64_t, uint64_t, x ^ (UINT64_C(1) << 63))
LANE_1(abs_f64, uint64_t, uint64_t, x & ~(UINT64_C(1) << 63))
LANE_2(copysign_f64, uint64_t, uint64_t, uint64_t, (x & (UINT64_C(1) << 63)) | (y & ~(UINT64_C(1) << 63)))

#define ROWS(n, letter)                                                                                      \
    {"add.rn." #n, letter letter letter, add_##n}, {"sub.rn." #n, letter letter letter, sub_##n},            \
        {"mul.rn." #n, letter letter letter, mul_##n}, {"div.rn." #n, letter letter letter, div_##n},        \
        {"fma.rn." #n, letter letter letter letter, fma_##n}, {"sqrt.rn." #n, letter letter, sqrt_##n},      \
        {"rcp.rn." #n, letter letter, rcp_##n}, {"min." #n, letter letter letter, min_##n},                  \
        {"max." #n, letter letter letter, max_##n}, {"neg." #n, letter letter, neg_##n},                     \
        {"abs." #n, letter letter, abs_##n},                                                                 \
    {                                                                                                        \
        "copysign." #n, letter letter letter, copysign_##n                                                   \
    }

const ptx_op ptx_float_ops[] = {
    ROWS(f32, "w"),
    ROWS(f64, "l"),
    {NULL, NULL, NULL},
};
