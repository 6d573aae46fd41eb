/* setp: comparisons that give predicates. */
#include "lanes.h"

#define FOR_EQUALITY(n, U)                                                                                   \
    LANE_TEST(eq_##n, U, U, x == y)                                                                          \
    LANE_TEST(ne_##n, U, U, x != y)

#define FOR_ORDER(n, T)                                                                                      \
    LANE_TEST(lt_##n, T, T, x < y)                                                                           \
    LANE_TEST(le_##n, T, T, x <= y)                                                                          \
    LANE_TEST(gt_##n, T, T, x > y)                                                                           \
    LANE_TEST(ge_##n, T, T, x >= y)

/* False with a NaN, save the forms that end in u, and num and nan, which ask for it. */
#define FOR_FLOATS(n, F)                                                                                     \
    FOR_ORDER(n, F)                                                                                          \
    LANE_TEST(eq_##n, F, F, x == y)                                                                          \
    LANE_TEST(ne_##n, F, F, x<y || x> y)                                                                     \
    LANE_TEST(equ_##n, F, F, !(x < y || x > y))                                                              \
    LANE_TEST(neu_##n, F, F, !(x == y))                                                                      \
    LANE_TEST(ltu_##n, F, F, !(x >= y))                                                                      \
    LANE_TEST(leu_##n, F, F, !(x > y))                                                                       \
    LANE_TEST(gtu_##n, F, F, !(x <= y))                                                                      \
    LANE_TEST(geu_##n, F, F, !(x < y))                                                                       \
    LANE_TEST(num_##n, F, F, x == x && y == y)                                                               \
    LANE_TEST(nan_##n, F, F, x != x || y != y)

FOR_EQUALITY(16, uint16_t)
FOR_EQUALITY(32, uint32_t)
FOR_EQUALITY(64, uint64_t)
FOR_ORDER(u16, uint16_t)
FOR_ORDER(s16, int16_t)
FOR_ORDER(u32, uint32_t)
FOR_ORDER(s32, int32_t)
FOR_ORDER(u64, uint64_t)
FOR_ORDER(s64, int64_t)
FOR_FLOATS(f32, float)
FOR_FLOATS(f64, double)

#define ROWS_ORDER(n, letter)                                                                                \
    {"setp.lt." #n, "p" letter letter, lt_##n}, {"setp.le." #n, "p" letter letter, le_##n},                  \
        {"setp.gt." #n, "p" letter letter, gt_##n},                                                          \
    {                                                                                                        \
        "setp.ge." #n, "p" letter letter, ge_##n                                                             \
    }

#define ROWS_INTEGER(n, letter)                                                                              \
    {"setp.eq.b" #n, "p" letter letter, eq_##n}, {"setp.ne.b" #n, "p" letter letter, ne_##n},                \
        {"setp.eq.u" #n, "p" letter letter, eq_##n}, {"setp.ne.u" #n, "p" letter letter, ne_##n},            \
        {"setp.eq.s" #n, "p" letter letter, eq_##n}, {"setp.ne.s" #n, "p" letter letter, ne_##n},            \
        ROWS_ORDER(u##n, letter), ROWS_ORDER(s##n, letter), {"setp.lo.u" #n, "p" letter letter, lt_u##n},    \
        {"setp.ls.u" #n, "p" letter letter, le_u##n}, {"setp.hi.u" #n, "p" letter letter, gt_u##n},          \
    {                                                                                                        \
        "setp.hs.u" #n, "p" letter letter, ge_u##n                                                           \
    }

#define ROWS_FLOAT(n, letter)                                                                                \
    ROWS_ORDER(n, letter), {"setp.eq." #n, "p" letter letter, eq_##n},                                       \
        {"setp.ne." #n, "p" letter letter, ne_##n}, {"setp.equ." #n, "p" letter letter, equ_##n},            \
        {"setp.neu." #n, "p" letter letter, neu_##n}, {"setp.ltu." #n, "p" letter letter, ltu_##n},          \
        {"setp.leu." #n, "p" letter letter, leu_##n}, {"setp.gtu." #n, "p" letter letter, gtu_##n},          \
        {"setp.geu." #n, "p" letter letter, geu_##n}, {"setp.num." #n, "p" letter letter, num_##n},          \
    {                                                                                                        \
        "setp.nan." #n, "p" letter letter, nan_##n                                                           \
    }

const ptx_op ptx_compare_ops[] = {
    ROWS_INTEGER(16, "h"), ROWS_INTEGER(32, "w"), ROWS_INTEGER(64, "l"),
    ROWS_FLOAT(f32, "w"),  ROWS_FLOAT(f64, "l"),  {NULL, NULL, NULL},
};
