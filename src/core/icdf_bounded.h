/* The truncated normal between any bounds by its inverse distribution function: one word a value.
 *
 * The host describes the bounds by a few numbers (glr_icdf_bounds); what is left for a lane is the normal
 * distribution's quantile function, the same for all bounds. Its argument is counted from the end of the
 * lane's own tail, or from the mean where the value is near that, so that nothing cancels. */
#ifndef GLR_CORE_ICDF_BOUNDED_H
#define GLR_CORE_ICDF_BOUNDED_H

#include "icdf_table.h"
#include "lanes.h"

/* Rows of the table that a lookup reaches: p spans 26 binades at most between given bounds. */
#define GLR_ICDF_WINDOW 32

/* Rows of the table, of which the last is the centre's. */
#define GLR_ICDF_ROW_COUNT 124

/* Of row 0 and of the centre's: p's bits shifted right by 23. */
#define GLR_ICDF_FIRST_EXPONENT  2U
#define GLR_ICDF_CENTRE_EXPONENT 125U

#define GLR_ICDF_QUARTER 0x3e800000U /* the bits of 1/4 */

/* Bounds a < b, in standard deviations, as lanes take them. Phi is the distribution function, D = Phi(b) -
 * Phi(a). */
typedef struct glr_icdf_bounds {
    float step;         /* D 2^-24, the probability of each argument */
    float lower, upper; /* Phi(a) and 1 - Phi(b), each plus step / 2 */
    float centre;       /* Phi - 1/2 at argument number `middle` */
    uint32_t middle;    /* of 2^24 arguments, the one nearest to where Phi is 1/2 */
    uint32_t first_row; /* of the window: at most GLR_ICDF_ROW_COUNT - GLR_ICDF_WINDOW */
} glr_icdf_bounds;

#ifdef GLR_LOOKS_UP_COLUMNS

#define GLR_ICDF_COLUMN_0(a, b, c, d, e, f, g, h) a,
#define GLR_ICDF_COLUMN_1(a, b, c, d, e, f, g, h) b,
#define GLR_ICDF_COLUMN_2(a, b, c, d, e, f, g, h) c,
#define GLR_ICDF_COLUMN_3(a, b, c, d, e, f, g, h) d,
#define GLR_ICDF_COLUMN_4(a, b, c, d, e, f, g, h) e,
#define GLR_ICDF_COLUMN_5(a, b, c, d, e, f, g, h) f,
#define GLR_ICDF_COLUMN_6(a, b, c, d, e, f, g, h) g,
#define GLR_ICDF_COLUMN_7(a, b, c, d, e, f, g, h) h,

GLR_TABLE float glr_icdf_table[8][GLR_ICDF_ROW_COUNT] = {
    {GLR_ICDF_ROWS(GLR_ICDF_COLUMN_0)}, {GLR_ICDF_ROWS(GLR_ICDF_COLUMN_1)},
    {GLR_ICDF_ROWS(GLR_ICDF_COLUMN_2)}, {GLR_ICDF_ROWS(GLR_ICDF_COLUMN_3)},
    {GLR_ICDF_ROWS(GLR_ICDF_COLUMN_4)}, {GLR_ICDF_ROWS(GLR_ICDF_COLUMN_5)},
    {GLR_ICDF_ROWS(GLR_ICDF_COLUMN_6)}, {GLR_ICDF_ROWS(GLR_ICDF_COLUMN_7)},
};

#else

#define GLR_ICDF_ROW_BRACED(a, b, c, d, e, f, g, h) {a, b, c, d, e, f, g, h},

GLR_TABLE float glr_icdf_table[GLR_ICDF_ROW_COUNT][8] = {GLR_ICDF_ROWS(GLR_ICDF_ROW_BRACED)};

#endif

/* The coefficients of row first + index, per lane; index is below GLR_ICDF_WINDOW. */
GLR_FN void glr_icdf_row_at(uint32_t first, glr_u32 index, glr_f32 c[8])
{
#if defined(GLR_LOOKS_UP_COLUMNS)
    GLR_UNROLL
    for (int i = 0; i < 8; i++) {
        c[i] = glr_lookup32(glr_icdf_table[i] + first, index);
    }
#elif GLR_LANES == 1
    GLR_TABLE_POINTER number = glr_icdf_table[first + (index & 31U)];
    GLR_UNROLL
    for (int i = 0; i < 8; i++) {
        c[i] = number[i];
    }
#else
    glr_lookup_rows(glr_icdf_table + first, index & 31U, c);
#endif
}

/* A row's polynomial. All steps but the last go by s; powers 6 and 8 to 10 are left out. */
GLR_FN glr_f32 glr_icdf_polynomial(const glr_f32 c[8], glr_f32 x, glr_f32 s)
{
    glr_f32 s2 = s * s;
    glr_f32 h = glr_fma(c[7], s2 * s2, c[6]);
    h = glr_fma(h, s2, c[5]);
    h = glr_fma(h, s, c[4]);
    h = glr_fma(h, s, c[3]);
    h = glr_fma(h, s, c[2]);
    h = glr_fma(h, s, c[1]);
    return glr_fma(h, x, c[0]);
}

/* z >= 0 with a normal variable above it with probability p, from 2^-125 to 1/2. Where p is 1/4 or more, it
   is `offset`, the magnitude of 1/2 - p, that counts, as far as it is not beyond 1/4. */
GLR_FN glr_f32 glr_normal_quantile(glr_f32 p, glr_u32 offset, uint32_t first_row)
{
    const glr_u32 quarter = glr_splat_u32(GLR_ICDF_QUARTER);
    glr_u32 p_bits = glr_bits_of(p);
    glr_u32 exponent =
        glr_select_below(p_bits, quarter, p_bits >> 23, glr_splat_u32(GLR_ICDF_CENTRE_EXPONENT));
    glr_f32 c[8];
    glr_icdf_row_at(first_row, exponent - (first_row + GLR_ICDF_FIRST_EXPONENT), c);

    /* In a tail x is 2 less p's significand, which is exact. */
    glr_f32 x = glr_splat_f32(2.0f) - glr_float_of((p_bits & 0x7fffffU) | 0x3f800000U);
    offset = glr_select_below(offset, quarter, offset, quarter);
    x = glr_float_of(glr_select_below(p_bits, quarter, glr_bits_of(x), offset));
    glr_f32 s = glr_float_of(glr_select_below(p_bits, quarter, glr_bits_of(x), glr_bits_of(x * x)));
    return glr_icdf_polynomial(c, x, s);
}

/* The value between bounds that a word selects, one of 2^24. */
GLR_FN glr_f32 glr_icdf_bounded(glr_icdf_bounds bounds, glr_u32 word)
{
    /* The argument's number, and Phi - 1/2 there. Numbers have 24 bits and a sign, which a float32 holds. */
    const glr_f32 step = glr_splat_f32(bounds.step);
    glr_u32 number = (word ^ 0x80000000U) >> 8;
    glr_f32 centred = glr_fma(glr_float_of_int(number - bounds.middle), step, glr_splat_f32(bounds.centre));

    /* The probability beyond the value, on its side of the mean: below it for negative values. */
    glr_u32 bits = glr_bits_of(centred);
    glr_u32 sign = bits & 0x80000000U, is_negative = bits >> 31;
    glr_u32 from_end = number ^ ((is_negative - 1U) & 0xffffffU);
    glr_f32 beyond =
        glr_select(glr_is_odd(is_negative), glr_splat_f32(bounds.lower), glr_splat_f32(bounds.upper));
    glr_f32 p = glr_fma(glr_float_of_int(from_end), step, beyond);

    glr_f32 z = glr_normal_quantile(p, bits ^ sign, bounds.first_row);
    return glr_float_of(glr_bits_of(z) ^ sign);
}

#endif
