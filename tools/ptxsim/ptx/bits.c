/* Shifts, fields, permutations and selections, and operations on predicates. */
#include "lanes.h"

/* A shift by the width or more gives 0, or copies of the sign. */
#define FOR_SHIFTS(n, U, S)                                                                                  \
    LANE_2(shl_##n, U, U, uint32_t, y >= (n) ? 0U : (U)(x << (y & ((n)-1))))                                 \
    LANE_2(shr_u##n, U, U, uint32_t, y >= (n) ? 0U : (U)(x >> (y & ((n)-1))))                                \
    LANE_2(shr_s##n, S, S, uint32_t, x >> (y >= (n) ? (n)-1 : y))

FOR_SHIFTS(16, uint16_t, int16_t)
FOR_SHIFTS(32, uint32_t, int32_t)
FOR_SHIFTS(64, uint64_t, int64_t)

static uint32_t reversed(uint32_t x)
{
    x = (x & 0x55555555U) << 1 | (x >> 1 & 0x55555555U);
    x = (x & 0x33333333U) << 2 | (x >> 2 & 0x33333333U);
    x = (x & 0x0f0f0f0fU) << 4 | (x >> 4 & 0x0f0f0f0fU);
    return __builtin_bswap32(x);
}

static uint64_t reversed_64(uint64_t x)
{
    return (uint64_t)reversed((uint32_t)x) << 32 | reversed((uint32_t)(x >> 32));
}

/* The place of the highest bit that is set, or for negative numbers the highest that is not. */
static uint32_t highest(uint64_t x) { return x == 0 ? UINT32_MAX : 63U - (uint32_t)__builtin_clzll(x); }

static uint32_t shift_amount(uint64_t x, uint32_t bits)
{
    return x == 0 ? UINT32_MAX : bits - 1 - highest(x);
}

LANE_1(popc_32, uint32_t, uint32_t, __builtin_popcount(x))
LANE_1(popc_64, uint32_t, uint64_t, __builtin_popcountll(x))
LANE_1(clz_32, uint32_t, uint32_t, x == 0 ? 32 : __builtin_clz(x))
LANE_1(clz_64, uint32_t, uint64_t, x == 0 ? 64 : __builtin_clzll(x))
LANE_1(brev_32, uint32_t, uint32_t, reversed(x))
LANE_1(brev_64, uint64_t, uint64_t, reversed_64(x))
LANE_1(bfind_u32, uint32_t, uint32_t, highest(x))
LANE_1(bfind_s32, uint32_t, int32_t, highest((uint32_t)(x < 0 ? ~x : x)))
LANE_1(bfind_u64, uint32_t, uint64_t, highest(x))
LANE_1(bfind_s64, uint32_t, int64_t, highest((uint64_t)(x < 0 ? ~x : x)))
LANE_1(amount_u32, uint32_t, uint32_t, shift_amount(x, 32))
LANE_1(amount_s32, uint32_t, int32_t, shift_amount((uint32_t)(x < 0 ? ~x : x), 32))
LANE_1(amount_u64, uint32_t, uint64_t, shift_amount(x, 64))
LANE_1(amount_s64, uint32_t, int64_t, shift_amount((uint64_t)(x < 0 ? ~x : x), 64))

/* The field of `length` bits from `first` on; bits beyond the number's end are copies of its sign, or 0. */
static uint64_t field(uint64_t x, uint32_t first, uint32_t length, uint32_t bits, bool is_signed)
{
    first &= 0xff;
    length &= 0xff;
    if (length == 0) {
        return 0;
    }
    uint32_t last = first + length - 1 < bits - 1 ? first + length - 1 : bits - 1;
    bool fill = is_signed && (x >> last & 1) != 0;
    uint64_t result = 0;
    for (uint32_t i = 0; i < bits; i++) {
        bool bit = i < length && first + i < bits ? (x >> (first + i) & 1) != 0 : fill;
        result |= (uint64_t)bit << i;
    }
    return result;
}

/* base with its bits from `first` on replaced by the low `length` bits of x. */
static uint64_t inserted(uint64_t x, uint64_t base, uint32_t first, uint32_t length, uint32_t bits)
{
    first &= 0xff;
    length &= 0xff;
    for (uint32_t i = 0; i < length && first + i < bits; i++) {
        uint64_t bit = UINT64_C(1) << (first + i);
        base = (x >> i & 1) != 0 ? base | bit : base & ~bit;
    }
    return base;
}

LANE_3(bfe_u32, uint32_t, uint32_t, uint32_t, uint32_t, field(x, y, z, 32, false))
LANE_3(bfe_s32, uint32_t, uint32_t, uint32_t, uint32_t, field(x, y, z, 32, true))
LANE_3(bfe_u64, uint64_t, uint64_t, uint32_t, uint32_t, field(x, y, z, 64, false))
LANE_3(bfe_s64, uint64_t, uint64_t, uint32_t, uint32_t, field(x, y, z, 64, true))
LANE_4(bfi_32, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, inserted(x, y, z, v, 32))
LANE_4(bfi_64, uint64_t, uint64_t, uint64_t, uint32_t, uint32_t, inserted(x, y, z, v, 64))

/* Byte i of the result is byte `nibble i of the selector` of high:low, or eight copies of its sign. */
static uint32_t permuted(uint32_t low, uint32_t high, uint32_t selector)
{
    uint64_t both = (uint64_t)high << 32 | low;
    uint32_t result = 0;
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t nibble = selector >> (4 * i) & 15U;
        uint32_t byte = (uint32_t)(both >> (8 * (nibble & 7U))) & 0xffU;
        if (nibble & 8U) {
            byte = byte & 0x80U ? 0xffU : 0;
        }
        result |= byte << (8 * i);
    }
    return result;
}

/* Any function of three bits: bit 4a + 2b + c of the table is its value. */
static uint32_t by_table(uint32_t a, uint32_t b, uint32_t c, uint32_t table)
{
    uint32_t result = 0;
    for (uint32_t i = 0; i < 8; i++) {
        uint32_t here = (i & 4U ? a : ~a) & (i & 2U ? b : ~b) & (i & 1U ? c : ~c);
        result |= table >> i & 1U ? here : 0;
    }
    return result;
}

/* Shifts of high:low by at most 32: the upper word of a shift to the left, the lower one of one to the right.
 */
static uint32_t funnel_left(uint32_t low, uint32_t high, uint32_t n)
{
    return (uint32_t)(((uint64_t)high << 32 | low) << (n & 63U) >> 32);
}

static uint32_t funnel_right(uint32_t low, uint32_t high, uint32_t n)
{
    return (uint32_t)(((uint64_t)high << 32 | low) >> (n & 63U));
}

LANE_3(prmt_32, uint32_t, uint32_t, uint32_t, uint32_t, permuted(x, y, z))
LANE_4(lop3_32, uint32_t, uint32_t, uint32_t, uint32_t, uint32_t, by_table(x, y, z, v))
LANE_3(shf_l_wrap, uint32_t, uint32_t, uint32_t, uint32_t, funnel_left(x, y, z & 31U))
LANE_3(shf_l_clamp, uint32_t, uint32_t, uint32_t, uint32_t, funnel_left(x, y, z > 32 ? 32 : z))
LANE_3(shf_r_wrap, uint32_t, uint32_t, uint32_t, uint32_t, funnel_right(x, y, z & 31U))
LANE_3(shf_r_clamp, uint32_t, uint32_t, uint32_t, uint32_t, funnel_right(x, y, z > 32 ? 32 : z))

/* Packing and unpacking. */
LANE_2(pack_16, uint32_t, uint16_t, uint16_t, x | (uint32_t)y << 16)
LANE_2(pack_32, uint64_t, uint32_t, uint32_t, x | (uint64_t)y << 32)
LANE_4(pack_4, uint64_t, uint16_t, uint16_t, uint16_t, uint16_t,
       x | (uint32_t)y << 16 | (uint64_t)z << 32 | (uint64_t)v << 48)
LANE_1(low_16, uint16_t, uint32_t, x)
LANE_1(high_16, uint16_t, uint32_t, x >> 16)
LANE_1(low_32, uint32_t, uint64_t, x)
LANE_1(high_32, uint32_t, uint64_t, x >> 32)

/* The first source where the predicate is true, the second elsewhere. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type can not stand in parentheses. */
#define FOR_SELECT(n, U)                                                                                     \
    static void select_##n(void *result, const void *const *source)                                          \
    {                                                                                                        \
        U *r = result;                                                                                       \
        const U *yes = source[0], *no = source[1];                                                           \
        const uint32_t bits = *(const uint32_t *)source[2];                                                  \
        EACH_LANE { r[i] = bits >> i & 1U ? yes[i] : no[i]; }                                                \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

FOR_SELECT(16, uint16_t)
FOR_SELECT(32, uint32_t)
FOR_SELECT(64, uint64_t)

#define FOR_PREDICATES(name, expression)                                                                     \
    static void name(void *result, const void *const *source)                                                \
    {                                                                                                        \
        const uint32_t x = *(const uint32_t *)source[0], y = *(const uint32_t *)source[1];                   \
        *(uint32_t *)result = (expression);                                                                  \
    }

FOR_PREDICATES(and_pred, x &y)
FOR_PREDICATES(or_pred, x | y)
FOR_PREDICATES(xor_pred, x ^ y)

static void not_pred(void *result, const void *const *source)
{
    *(uint32_t *)result = ~*(const uint32_t *)source[0];
}

static void mov_pred(void *result, const void *const *source)
{
    *(uint32_t *)result = *(const uint32_t *)source[0];
}

#define ROWS_SHIFT(n, letter)                                                                                \
    {"shl.b" #n, letter letter "w", shl_##n}, {"shr.b" #n, letter letter "w", shr_u##n},                     \
        {"shr.u" #n, letter letter "w", shr_u##n}, {"shr.s" #n, letter letter "w", shr_s##n},                \
        {"selp.b" #n, letter letter letter "p", select_##n},                                                 \
        {"selp.u" #n, letter letter letter "p", select_##n},                                                 \
    {                                                                                                        \
        "selp.s" #n, letter letter letter "p", select_##n                                                    \
    }

const ptx_op ptx_bit_ops[] = {
    ROWS_SHIFT(16, "h"),
    ROWS_SHIFT(32, "w"),
    ROWS_SHIFT(64, "l"),
    {"selp.f32", "wwwp", select_32},
    {"selp.f64", "lllp", select_64},
    {"popc.b32", "ww", popc_32},
    {"popc.b64", "wl", popc_64},
    {"clz.b32", "ww", clz_32},
    {"clz.b64", "wl", clz_64},
    {"brev.b32", "ww", brev_32},
    {"brev.b64", "ll", brev_64},
    {"bfind.u32", "ww", bfind_u32},
    {"bfind.s32", "ww", bfind_s32},
    {"bfind.u64", "wl", bfind_u64},
    {"bfind.s64", "wl", bfind_s64},
    {"bfind.shiftamt.u32", "ww", amount_u32},
    {"bfind.shiftamt.s32", "ww", amount_s32},
    {"bfind.shiftamt.u64", "wl", amount_u64},
    {"bfind.shiftamt.s64", "wl", amount_s64},
    {"bfe.u32", "wwww", bfe_u32},
    {"bfe.s32", "wwww", bfe_s32},
    {"bfe.u64", "llww", bfe_u64},
    {"bfe.s64", "llww", bfe_s64},
    {"bfi.b32", "wwwww", bfi_32},
    {"bfi.b64", "lllww", bfi_64},
    {"prmt.b32", "wwww", prmt_32},
    {"lop3.b32", "wwwww", lop3_32},
    {"shf.l.wrap.b32", "wwww", shf_l_wrap},
    {"shf.l.clamp.b32", "wwww", shf_l_clamp},
    {"shf.r.wrap.b32", "wwww", shf_r_wrap},
    {"shf.r.clamp.b32", "wwww", shf_r_clamp},
    {"and.pred", "ppp", and_pred},
    {"or.pred", "ppp", or_pred},
    {"xor.pred", "ppp", xor_pred},
    {"not.pred", "pp", not_pred},
    {"mov.pred", "pp", mov_pred},
    /* The parser makes these of a mov with a vector operand. */
    {"pack.b32", "whh", pack_16},
    {"pack.b64", "lww", pack_32},
    {"pack4.b64", "lhhhh", pack_4},
    {"low.b32", "hw", low_16},
    {"high.b32", "hw", high_16},
    {"low.b64", "wl", low_32},
    {"high.b64", "wl", high_32},
    {NULL, NULL, NULL},
};
