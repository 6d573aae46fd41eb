/* cvt. Integers convert by way of 64 bits, each register width and type on its own, so that registers wider
   than their types, which PTX allows, need no table of all pairs. */
#include "lanes.h"

#include <math.h>
#include <string.h>

typedef struct by_type {
    const char *type;
    uint32_t bytes; /* of the register */
    ptx_lane_fn *widen, *narrow;
} by_type;

/* Type T in a register whose lanes are of type R, to and from 64 bits. */
#define FOR_TYPE(n, T, R, W)                                                                                 \
    LANE_1(widen_##n, W, R, (T)x)                                                                            \
    LANE_1(narrow_##n, R, W, (T)x)

FOR_TYPE(u8_2, uint8_t, uint16_t, uint64_t)
FOR_TYPE(u8_4, uint8_t, uint32_t, uint64_t)
FOR_TYPE(u8_8, uint8_t, uint64_t, uint64_t)
FOR_TYPE(s8_2, int8_t, int16_t, int64_t)
FOR_TYPE(s8_4, int8_t, int32_t, int64_t)
FOR_TYPE(s8_8, int8_t, int64_t, int64_t)
FOR_TYPE(u16_2, uint16_t, uint16_t, uint64_t)
FOR_TYPE(u16_4, uint16_t, uint32_t, uint64_t)
FOR_TYPE(u16_8, uint16_t, uint64_t, uint64_t)
FOR_TYPE(s16_2, int16_t, int16_t, int64_t)
FOR_TYPE(s16_4, int16_t, int32_t, int64_t)
FOR_TYPE(s16_8, int16_t, int64_t, int64_t)
FOR_TYPE(u32_4, uint32_t, uint32_t, uint64_t)
FOR_TYPE(u32_8, uint32_t, uint64_t, uint64_t)
FOR_TYPE(s32_4, int32_t, int32_t, int64_t)
FOR_TYPE(s32_8, int32_t, int64_t, int64_t)
FOR_TYPE(u64_8, uint64_t, uint64_t, uint64_t)
FOR_TYPE(s64_8, int64_t, int64_t, int64_t)

#define ROW(type, bytes)                                                                                     \
    {                                                                                                        \
#type, bytes, widen_##type##_##bytes, narrow_##type##_##bytes                                        \
    }

static const by_type types[] = {
    ROW(u8, 2),  ROW(u8, 4),  ROW(u8, 8),  ROW(s8, 2),  ROW(s8, 4),  ROW(s8, 8),
    ROW(u16, 2), ROW(u16, 4), ROW(u16, 8), ROW(s16, 2), ROW(s16, 4), ROW(s16, 8),
    ROW(u32, 4), ROW(u32, 8), ROW(s32, 4), ROW(s32, 8), ROW(u64, 8), ROW(s64, 8),
};

static const by_type *type_named(const char *type, uint32_t bytes)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (strcmp(types[i].type, type) == 0 && types[i].bytes == bytes) {
            return &types[i];
        }
    }
    return NULL;
}

ptx_lane_fn *ptx_widen(const char *type, uint32_t register_bytes)
{
    const by_type *row = type_named(type, register_bytes);
    return row == NULL ? NULL : row->widen;
}

ptx_lane_fn *ptx_narrow(const char *type, uint32_t register_bytes)
{
    const by_type *row = type_named(type, register_bytes);
    return row == NULL ? NULL : row->narrow;
}

/* To an integer, after rounding: outside its range the nearest that it has, and 0 for a NaN. */
static int64_t to_signed(double x, int bits)
{
    const double end = ldexp(1.0, bits - 1);
    const int64_t max = (int64_t)((UINT64_C(1) << (bits - 1)) - 1);
    return x != x ? 0 : x >= end ? max : x < -end ? -max - 1 : (int64_t)x;
}

static uint64_t to_unsigned(double x, int bits)
{
    const double end = ldexp(1.0, bits);
    return x != x || x <= 0 ? 0 : x >= end ? UINT64_MAX >> (64 - bits) : (uint64_t)x;
}

/* Every float32 is a float64, so that both come in as that. */
#define FOR_ROUNDING(mode, function, F, f)                                                                   \
    LANE_1(s8_##mode##_##f, int64_t, F, to_signed(function(x), 8))                                           \
    LANE_1(s16_##mode##_##f, int64_t, F, to_signed(function(x), 16))                                         \
    LANE_1(s32_##mode##_##f, int64_t, F, to_signed(function(x), 32))                                         \
    LANE_1(s64_##mode##_##f, int64_t, F, to_signed(function(x), 64))                                         \
    LANE_1(u8_##mode##_##f, uint64_t, F, to_unsigned(function(x), 8))                                        \
    LANE_1(u16_##mode##_##f, uint64_t, F, to_unsigned(function(x), 16))                                      \
    LANE_1(u32_##mode##_##f, uint64_t, F, to_unsigned(function(x), 32))                                      \
    LANE_1(u64_##mode##_##f, uint64_t, F, to_unsigned(function(x), 64))                                      \
    LANE_1(whole_##mode##_##f, F, F, function(x))

FOR_ROUNDING(rni, rintf, float, f32)
FOR_ROUNDING(rzi, truncf, float, f32)
FOR_ROUNDING(rmi, floorf, float, f32)
FOR_ROUNDING(rpi, ceilf, float, f32)
FOR_ROUNDING(rni, rint, double, f64)
FOR_ROUNDING(rzi, trunc, double, f64)
FOR_ROUNDING(rmi, floor, double, f64)
FOR_ROUNDING(rpi, ceil, double, f64)

LANE_1(f32_of_u, float, uint64_t, x)
LANE_1(f32_of_s, float, int64_t, x)
LANE_1(f64_of_u, double, uint64_t, x)
LANE_1(f64_of_s, double, int64_t, x)
LANE_1(f32_of_f64, float, double, x)
LANE_1(f64_of_f32, double, float, x)
LANE_1(same_32, uint32_t, uint32_t, x)
LANE_1(same_64, uint64_t, uint64_t, x)

/* An integer's width in the shape is that of 64 bits: see the header. */
#define ROWS_TO(mode, f, letter)                                                                             \
    {#mode ".s8." #f, "l" letter, s8_##mode##_##f}, {#mode ".s16." #f, "l" letter, s16_##mode##_##f},        \
        {#mode ".s32." #f, "l" letter, s32_##mode##_##f}, {#mode ".s64." #f, "l" letter, s64_##mode##_##f},  \
        {#mode ".u8." #f, "l" letter, u8_##mode##_##f}, {#mode ".u16." #f, "l" letter, u16_##mode##_##f},    \
        {#mode ".u32." #f, "l" letter, u32_##mode##_##f}, {#mode ".u64." #f, "l" letter, u64_##mode##_##f},  \
    {                                                                                                        \
#mode "." #f "." #f, letter letter, whole_##mode##_##f                                               \
    }

#define ROWS_FROM(f, letter)                                                                                 \
    {"rn." #f ".u8", letter "l", f##_of_u}, {"rn." #f ".u16", letter "l", f##_of_u},                         \
        {"rn." #f ".u32", letter "l", f##_of_u}, {"rn." #f ".u64", letter "l", f##_of_u},                    \
        {"rn." #f ".s8", letter "l", f##_of_s}, {"rn." #f ".s16", letter "l", f##_of_s},                     \
        {"rn." #f ".s32", letter "l", f##_of_s},                                                             \
    {                                                                                                        \
        "rn." #f ".s64", letter "l", f##_of_s                                                                \
    }

static const ptx_op conversions[] = {
    ROWS_TO(rni, f32, "w"),     ROWS_TO(rzi, f32, "w"),           ROWS_TO(rmi, f32, "w"),
    ROWS_TO(rpi, f32, "w"),     ROWS_TO(rni, f64, "l"),           ROWS_TO(rzi, f64, "l"),
    ROWS_TO(rmi, f64, "l"),     ROWS_TO(rpi, f64, "l"),           ROWS_FROM(f32, "w"),
    ROWS_FROM(f64, "l"),        {"rn.f32.f64", "wl", f32_of_f64}, {"f64.f32", "lw", f64_of_f32},
    {"f32.f32", "ww", same_32}, {"f64.f64", "ll", same_64},
};

const ptx_op *ptx_conversion_named(const char *name)
{
    for (size_t i = 0; i < sizeof conversions / sizeof conversions[0]; i++) {
        if (strcmp(conversions[i].name, name) == 0) {
            return &conversions[i];
        }
    }
    return NULL;
}

const ptx_op *ptx_op_named(const char *name)
{
    const ptx_op *const parts[] = {ptx_integer_ops, ptx_bit_ops, ptx_float_ops, ptx_compare_ops};
    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
        for (const ptx_op *op = parts[part]; op->name != NULL; op++) {
            if (strcmp(op->name, name) == 0) {
                return op;
            }
        }
    }
    return NULL;
}
