/* Integer arithmetic. Signed sums and products are computed as unsigned ones, which wrap as PTX's do. */
#include "lanes.h"

__extension__ typedef unsigned __int128 wide_u;
__extension__ typedef __int128 wide_s;

/* Quotients by 0 are for the caller to refuse (see divides_by_0 in run.c); here they must only not
   trap, and neither must the least number divided by -1. */
#define QUOTIENT_U(x, y)       ((y) == 0 ? 0 : (x) / (y))
#define REMAINDER_U(x, y)      ((y) == 0 ? 0 : (x) % (y))
#define QUOTIENT_S(S, U, x, y) ((y) == 0 ? 0 : (y) == -1 ? (S)(0 - (U)(x)) : (x) / (y))
#define REMAINDER_S(x, y)      ((y) == 0 || (y) == -1 ? 0 : (x) % (y))

/* Operations with the same bits for signed and unsigned numbers. `W` is a type in which products do not
   overflow as signed numbers, though U may be narrower than int. */
#define FOR_EITHER(n, U, W)                                                                                  \
    LANE_2(add_##n, U, U, U, (W)x + y)                                                                       \
    LANE_2(sub_##n, U, U, U, (W)x - y)                                                                       \
    LANE_2(mul_lo_##n, U, U, U, (W)x *y)                                                                     \
    LANE_3(mad_lo_##n, U, U, U, U, (W)x *y + z)                                                              \
    LANE_1(neg_##n, U, U, 0 - (W)x)                                                                          \
    LANE_1(not_##n, U, U, ~(W)x)                                                                             \
    LANE_1(cnot_##n, U, U, x == 0)                                                                           \
    LANE_2(and_##n, U, U, U, x &y)                                                                           \
    LANE_2(or_##n, U, U, U, x | y)                                                                           \
    LANE_2(xor_##n, U, U, U, x ^ y)                                                                          \
    LANE_1(mov_##n, U, U, x)

#define FOR_SIGNED(n, S, U)                                                                                  \
    LANE_2(div_s##n, S, S, S, QUOTIENT_S(S, U, x, y))                                                        \
    LANE_2(rem_s##n, S, S, S, REMAINDER_S(x, y))                                                             \
    LANE_2(min_s##n, S, S, S, x < y ? x : y)                                                                 \
    LANE_2(max_s##n, S, S, S, x > y ? x : y)                                                                 \
    LANE_1(abs_s##n, U, S, x < 0 ? 0U - (U)x : (U)x)

#define FOR_UNSIGNED(n, U)                                                                                   \
    LANE_2(div_u##n, U, U, U, QUOTIENT_U(x, y))                                                              \
    LANE_2(rem_u##n, U, U, U, REMAINDER_U(x, y))                                                             \
    LANE_2(min_u##n, U, U, U, x < y ? x : y)                                                                 \
    LANE_2(max_u##n, U, U, U, x > y ? x : y)

/* D is twice as wide as T; both signed or both unsigned. */
#define FOR_HIGH(n, T, D, bits)                                                                              \
    LANE_2(mul_hi_##n, T, T, T, ((D)x * y) >> (bits))                                                        \
    LANE_3(mad_hi_##n, T, T, T, T, (wide_u)(((D)x * y) >> (bits)) + (wide_u)z)

#define FOR_WIDE(n, T, D, U)                                                                                 \
    LANE_2(mul_wide_##n, D, T, T, (D)x *y)                                                                   \
    LANE_3(mad_wide_##n, D, T, T, D, (U)((D)x * y) + (U)z)

FOR_EITHER(16, uint16_t, uint32_t)
FOR_EITHER(32, uint32_t, uint32_t)
FOR_EITHER(64, uint64_t, uint64_t)
FOR_SIGNED(16, int16_t, uint16_t)
FOR_SIGNED(32, int32_t, uint32_t)
FOR_SIGNED(64, int64_t, uint64_t)
FOR_UNSIGNED(16, uint16_t)
FOR_UNSIGNED(32, uint32_t)
FOR_UNSIGNED(64, uint64_t)
FOR_HIGH(u16, uint16_t, uint32_t, 16)
FOR_HIGH(s16, int16_t, int32_t, 16)
FOR_HIGH(u32, uint32_t, uint64_t, 32)
FOR_HIGH(s32, int32_t, int64_t, 32)
FOR_HIGH(u64, uint64_t, wide_u, 64)
FOR_HIGH(s64, int64_t, wide_s, 64)
FOR_WIDE(u16, uint16_t, uint32_t, uint32_t)
FOR_WIDE(s16, int16_t, int32_t, uint32_t)
FOR_WIDE(u32, uint32_t, uint64_t, uint64_t)
FOR_WIDE(s32, int32_t, int64_t, uint64_t)

/* Rows; s is the letter of the registers' width. */
#define ROWS_EITHER(n, letter)                                                                               \
    {"add.u" #n, letter letter letter, add_##n}, {"add.s" #n, letter letter letter, add_##n},                \
        {"sub.u" #n, letter letter letter, sub_##n}, {"sub.s" #n, letter letter letter, sub_##n},            \
        {"mul.lo.u" #n, letter letter letter, mul_lo_##n},                                                   \
        {"mul.lo.s" #n, letter letter letter, mul_lo_##n},                                                   \
        {"mad.lo.u" #n, letter letter letter letter, mad_lo_##n},                                            \
        {"mad.lo.s" #n, letter letter letter letter, mad_lo_##n}, {"neg.s" #n, letter letter, neg_##n},      \
        {"not.b" #n, letter letter, not_##n}, {"cnot.b" #n, letter letter, cnot_##n},                        \
        {"and.b" #n, letter letter letter, and_##n}, {"or.b" #n, letter letter letter, or_##n},              \
        {"xor.b" #n, letter letter letter, xor_##n}, {"mov.b" #n, letter letter, mov_##n},                   \
        {"mov.u" #n, letter letter, mov_##n}, {"mov.s" #n, letter letter, mov_##n},                          \
        {"div.s" #n, letter letter letter, div_s##n}, {"rem.s" #n, letter letter letter, rem_s##n},          \
        {"div.u" #n, letter letter letter, div_u##n}, {"rem.u" #n, letter letter letter, rem_u##n},          \
        {"min.s" #n, letter letter letter, min_s##n}, {"max.s" #n, letter letter letter, max_s##n},          \
        {"min.u" #n, letter letter letter, min_u##n}, {"max.u" #n, letter letter letter, max_u##n},          \
        {"abs.s" #n, letter letter, abs_s##n}, {"mul.hi.u" #n, letter letter letter, mul_hi_u##n},           \
        {"mul.hi.s" #n, letter letter letter, mul_hi_s##n},                                                  \
        {"mad.hi.u" #n, letter letter letter letter, mad_hi_u##n},                                           \
    {                                                                                                        \
        "mad.hi.s" #n, letter letter letter letter, mad_hi_s##n                                              \
    }

#define ROWS_WIDE(n, letter, d)                                                                              \
    {"mul.wide." #n, d letter letter, mul_wide_##n}, { "mad.wide." #n, d letter letter d, mad_wide_##n }

const ptx_op ptx_integer_ops[] = {
    ROWS_EITHER(16, "h"),      ROWS_EITHER(32, "w"),     ROWS_EITHER(64, "l"),     ROWS_WIDE(u16, "h", "w"),
    ROWS_WIDE(s16, "h", "w"),  ROWS_WIDE(u32, "w", "l"), ROWS_WIDE(s32, "w", "l"), {"mov.f32", "ww", mov_32},
    {"mov.f64", "ll", mov_64}, {NULL, NULL, NULL},
};
