/* Table of the logarithm: 32 sub-intervals of the significand.
 *
 * glibc's logf (Arm optimized-routines, math/logf_data.c) has 16 sub-intervals, each with a quartic
 * log z = logc + r + A2 r^2 + A1 r^3 + A0 r^4, r = z * invc - 1, in double. A row here is that quartic
 * for one half of such a sub-interval, times -2, expanded again about 1 / inverse, where inverse has so
 * few bits that r = 2 - 2 * inverse * z is exact in float32:
 *
 *   -2 log z = offset + r + r^2 / 4 + r * (b1 + r * (b2 + r * (b3 + r * b4)))
 *
 * Columns: -2 * inverse; offset, split into a multiple of 2^-19 and the rest; b1; b2; b3; b4. The last
 * digits were searched so that no argument is misrounded (see tests/core): they are not to be improved. */
#ifndef GLR_CORE_LOG_TABLE_H
#define GLR_CORE_LOG_TABLE_H

#include "lanes.h"

/* clang-format off */
#define GLR_LOG_ROWS(ROW) \
    ROW(-0x1.6ap+1f, 0x1.62c84p-1f, -0x1.0d28fep-21f, 0x1.df6a9p-26f, 0x1.e2b63ep-21f, 0x1.554304p-4f, 0x1.ec273ep-6f) \
    ROW(-0x1.62p+1f, 0x1.4be6p-1f, -0x1.aaddp-23f, 0x1.182adep-25f, -0x1.8f6b88p-22f, 0x1.55236ap-4f, 0x1.0d161ap-5f) \
    ROW(-0x1.5ap+1f, 0x1.347dcp-1f, 0x1.9aa63ap-21f, 0x1.3e5cdap-26f, 0x1.0cd2fap-20f, 0x1.555894p-4f, 0x1.f0efd2p-6f) \
    ROW(-0x1.54p+1f, 0x1.2294p-1f, 0x1.fbb4b8p-21f, 0x1.c301d2p-26f, -0x1.c881e6p-21f, 0x1.55410cp-4f, 0x1.0a7a22p-5f) \
    ROW(-0x1.4cp+1f, 0x1.0a324p-1f, 0x1.c4ffeap-22f, 0x1.2bb958p-26f, 0x1.0b2d2cp-20f, 0x1.555aa6p-4f, 0x1.f17a84p-6f) \
    ROW(-0x1.46p+1f, 0x1.ef0bp-2f, -0x1.1a3456p-21f, 0x1.f9ee4ep-26f, -0x1.77cc8ep-21f, 0x1.553542p-4f, 0x1.0b9316p-5f) \
    ROW(-0x1.4p+1f, 0x1.c8ff8p-2f, -0x1.c1629ap-25f, 0x1.d9d16ep-26f, 0x1.e7c502p-21f, 0x1.5543eep-4f, 0x1.ec54e4p-6f) \
    ROW(-0x1.3ap+1f, 0x1.a23cp-2f, -0x1.f02358p-21f, 0x1.8bcf26p-26f, -0x1.f27b52p-21f, 0x1.554a3cp-4f, 0x1.0986f8p-5f) \
    ROW(-0x1.34p+1f, 0x1.7ab88p-2f, 0x1.02456ep-22f, 0x1.c6d3acp-26f, 0x1.f6d38p-21f, 0x1.5546e8p-4f, 0x1.eced3ap-6f) \
    ROW(-0x1.2ep+1f, 0x1.526e8p-2f, -0x1.0e4b06p-21f, 0x1.cbf636p-26f, -0x1.bea7f6p-21f, 0x1.553f6p-4f, 0x1.0aa42cp-5f) \
    ROW(-0x1.28p+1f, 0x1.2955p-2f, 0x1.7c1876p-21f, 0x1.ddf47ep-27f, 0x1.ff68e6p-21f, 0x1.556102p-4f, 0x1.f34a32p-6f) \
    ROW(-0x1.24p+1f, 0x1.0d78p-2f, -0x1.834556p-22f, 0x1.141c6ap-26f, -0x1.003322p-20f, 0x1.555a2ap-4f, 0x1.079b94p-5f) \
    ROW(-0x1.1ep+1f, 0x1.c5e5p-3f, 0x1.23e332p-21f, 0x1.29a91ap-26f, 0x1.0af0c2p-20f, 0x1.555aep-4f, 0x1.f189eep-6f) \
    ROW(-0x1.1ap+1f, 0x1.8c34p-3f, 0x1.758324p-21f, 0x1.f40b52p-27f, -0x1.f834e8p-21f, 0x1.555d2ep-4f, 0x1.072fe8p-5f) \
    ROW(-0x1.14p+1f, 0x1.341dp-3f, 0x1.e58d1ep-21f, 0x1.886a3ap-27f, 0x1.e485b6p-21f, 0x1.55654ap-4f, 0x1.f47d5ap-6f) \
    ROW(-0x1.1p+1f, 0x1.f0a4p-4f, -0x1.e8119p-21f, 0x1.81df52p-26f, -0x1.f7371ap-21f, 0x1.554bbap-4f, 0x1.095cfap-5f) \
    ROW(-0x1.0cp+1f, 0x1.7746p-4f, -0x1.c243d6p-22f, 0x1.af4cap-26f, 0x1.02a924p-20f, 0x1.554a5ep-4f, 0x1.eda454p-6f) \
    ROW(-0x1.08p+1f, 0x1.f828p-5f, 0x1.b0e1cap-21f, 0x1.760e6cp-27f, -0x1.d4e1cep-21f, 0x1.5563aep-4f, 0x1.0610e8p-5f) \
    ROW(-0x1.04p+1f, 0x1.fc08p-6f, 0x1.45d0d2p-21f, 0x1.30b722p-25f, -0x1.721aep-22f, 0x1.55086ap-4f, 0x1.e2ef42p-6f) \
    ROW(-0x1p+1f, 0x0p+0f, 0x0p+0f, 0x0p+0f, -0x1.0df5bep-23f, 0x1.5575bp-4f, 0x1.00ea34p-5f) \
    ROW(-0x1.ecp+0f, -0x1.466ap-4f, -0x1.da5caap-21f, 0x1.169c7cp-25f, 0x1.7073ap-21f, 0x1.5533a4p-4f, 0x1.e95bb8p-6f) \
    ROW(-0x1.dep+0f, -0x1.1974p-3f, 0x1.0b561cp-21f, 0x1.33799ep-26f, 0x1.2d2f7ap-19f, 0x1.54cf54p-4f, 0x1.12a0ecp-5f) \
    ROW(-0x1.dp+0f, -0x1.9336p-3f, 0x1.a3514cp-23f, 0x1.1a9efp-25f, 0x1.5dabfp-21f, 0x1.55319cp-4f, 0x1.e90412p-6f) \
    ROW(-0x1.c4p+0f, -0x1.fe89p-3f, -0x1.3ae91cp-23f, 0x1.175c12p-25f, 0x1.030bacp-21f, 0x1.5501eap-4f, 0x1.0f869ep-5f) \
    ROW(-0x1.b8p+0f, -0x1.366p-2f, 0x1.a82c6p-21f, 0x1.30bfecp-25f, 0x1.55d57p-22f, 0x1.55215p-4f, 0x1.e66e22p-6f) \
    ROW(-0x1.acp+0f, -0x1.6f01p-2f, -0x1.45ff1ap-21f, 0x1.152d2ap-25f, 0x1.2343f8p-21f, 0x1.54ffecp-4f, 0x1.0fa90ap-5f) \
    ROW(-0x1.a2p+0f, -0x1.9f6c8p-2f, 0x1.fcb61cp-21f, 0x1.33b25cp-25f, 0x1.cede12p-23f, 0x1.551cfap-4f, 0x1.e5c956p-6f) \
    ROW(-0x1.98p+0f, -0x1.d1038p-2f, 0x1.aaa24ep-27f, 0x1.fb9ffap-26f, -0x1.754a7ep-21f, 0x1.55352p-4f, 0x1.0b9908p-5f) \
    ROW(-0x1.8ep+0f, -0x1.01ebp-1f, 0x1.aa1454p-21f, 0x1.33effp-25f, 0x1.a5c50ep-23f, 0x1.551c32p-4f, 0x1.e5baacp-6f) \
    ROW(-0x1.84p+0f, -0x1.1bf98p-1f, -0x1.638738p-21f, 0x1.1521bp-25f, -0x1.cf936cp-22f, 0x1.55265p-4f, 0x1.0cda96p-5f) \
    ROW(-0x1.7ap+0f, -0x1.36b68p-1f, 0x1.12aa3cp-22f, 0x1.80ae5ep-26f, 0x1.0b582p-20f, 0x1.5550a4p-4f, 0x1.ef0436p-6f) \
    ROW(-0x1.72p+0f, -0x1.4c9ep-1f, -0x1.3c94aep-22f, 0x1.1d5964p-25f, -0x1.db9064p-23f, 0x1.551c9p-4f, 0x1.0d9f4ep-5f)
/* clang-format on */

typedef struct glr_log_row {
    glr_f32 minus_2_inverse, offset_high, offset_low, b1, b2, b3, b4;
} glr_log_row;

#ifdef GLR_LOOKS_UP_COLUMNS

/* By column, each of which fills two vector registers, or a line of a GPU's cache. */
#define GLR_LOG_COLUMN_0(a, b, c, d, e, f, g) a,
#define GLR_LOG_COLUMN_1(a, b, c, d, e, f, g) b,
#define GLR_LOG_COLUMN_2(a, b, c, d, e, f, g) c,
#define GLR_LOG_COLUMN_3(a, b, c, d, e, f, g) d,
#define GLR_LOG_COLUMN_4(a, b, c, d, e, f, g) e,
#define GLR_LOG_COLUMN_5(a, b, c, d, e, f, g) f,
#define GLR_LOG_COLUMN_6(a, b, c, d, e, f, g) g,

GLR_TABLE float glr_log_table[7][32] = {
    {GLR_LOG_ROWS(GLR_LOG_COLUMN_0)}, {GLR_LOG_ROWS(GLR_LOG_COLUMN_1)}, {GLR_LOG_ROWS(GLR_LOG_COLUMN_2)},
    {GLR_LOG_ROWS(GLR_LOG_COLUMN_3)}, {GLR_LOG_ROWS(GLR_LOG_COLUMN_4)}, {GLR_LOG_ROWS(GLR_LOG_COLUMN_5)},
    {GLR_LOG_ROWS(GLR_LOG_COLUMN_6)},
};

#else

/* By row, padded to eight numbers. */
#define GLR_LOG_ROW_BRACED(a, b, c, d, e, f, g) {a, b, c, d, e, f, g, 0.0f},

GLR_TABLE float glr_log_table[32][8] = {GLR_LOG_ROWS(GLR_LOG_ROW_BRACED)};

#endif

/* The row that the low five bits of index name, per lane. */
GLR_FN glr_log_row glr_log_row_at(glr_u32 index)
{
    glr_log_row row;
#ifdef GLR_LOOKS_UP_COLUMNS
    row.minus_2_inverse = glr_lookup32(glr_log_table[0], index);
    row.offset_high = glr_lookup32(glr_log_table[1], index);
    row.offset_low = glr_lookup32(glr_log_table[2], index);
    row.b1 = glr_lookup32(glr_log_table[3], index);
    row.b2 = glr_lookup32(glr_log_table[4], index);
    row.b3 = glr_lookup32(glr_log_table[5], index);
    row.b4 = glr_lookup32(glr_log_table[6], index);
#else
#if GLR_LANES == 1
    GLR_TABLE_POINTER number = glr_log_table[index & 31U];
#else
    glr_f32 number[8];
    glr_lookup_rows(glr_log_table, index & 31U, number);
#endif
    row.minus_2_inverse = number[0];
    row.offset_high = number[1];
    row.offset_low = number[2];
    row.b1 = number[3];
    row.b2 = number[4];
    row.b3 = number[5];
    row.b4 = number[6];
#endif
    return row;
}

#endif
