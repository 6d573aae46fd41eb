/* The truncated normal on (-2, 2) by its inverse distribution function: one word a value. */
#ifndef GLR_CORE_ICDF_H
#define GLR_CORE_ICDF_H

#include "lanes.h"

/* z = sqrt(2) erfinv(erf(sqrt 2) v) for v an odd multiple of 2^-24 in (-1, 1). A searched program of 13
   fma and one product: on all 2^24 arguments its relative error is at most 2^-22.59, and it is odd,
   monotone and inside (-2, 2). The names r1 to r12 are those of docs/stream.md. */
GLR_FN glr_f32 glr_icdf(glr_f32 v)
{
    glr_f32 s = glr_fma(v, v, glr_splat_f32(-0x1.5e3aa4p-3f));
    glr_f32 r1 = glr_fma(s, glr_splat_f32(0x1.1e89aap-2f), glr_splat_f32(0x1.222ad8p-2f));
    glr_f32 r2 = glr_fma(r1, s, glr_splat_f32(0x1.9e2854p-3f));
    glr_f32 r3 = glr_fma(r2, s, glr_splat_f32(0x1.0dae2cp-1f));
    glr_f32 r4 = glr_fma(r3, s, glr_splat_f32(-0x1.f55e42p-2f));
    glr_f32 r5 = glr_fma(r4, r3, glr_splat_f32(0x1.d5cae2p-9f));
    glr_f32 r6 = glr_fma(r5, r5, glr_splat_f32(0x1.25157p-4f));
    glr_f32 r7 = glr_fma(r6, r3, glr_splat_f32(0x1.3d4086p-2f));
    glr_f32 r8 = glr_fma(r7, r7, glr_splat_f32(0x1.ebe104p-2f));
    glr_f32 r9 = glr_fma(r8, r4, glr_splat_f32(-0x1.5b3a14p-1f));
    glr_f32 r10 = glr_fma(r9, r7, glr_splat_f32(0x1.68457cp+0f));
    glr_f32 r11 = glr_fma(r10, r9, glr_splat_f32(0x1.5bf21cp+0f));
    glr_f32 r12 = glr_fma(r11, s, glr_splat_f32(0x1.3ff086p+0f));
    return v * r12;
}

/* The argument that a word selects: (2 * (word >> 8) + 1) * 2^-24, the word taken as signed. Symmetric,
   never 0, and exact: k * 2^-23 + 2^-24 needs 24 bits. */
GLR_FN glr_f32 glr_icdf_argument(glr_u32 word)
{
    glr_f32 k = glr_float_of_int(glr_shift_signed(word, 8));
    return glr_fma(k, glr_splat_f32(0x1p-23f), glr_splat_f32(0x1p-24f));
}

#endif
