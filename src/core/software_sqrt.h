/* A square root for devices whose own is not correctly rounded. */
#ifndef GLR_CORE_SOFTWARE_SQRT_H
#define GLR_CORE_SOFTWARE_SQRT_H

/* Moves a root that is at most a unit off in its last place to the nearest one. x - s^2 is exact where it is
   compared, and so are its limits: a gap to the next float is a power of two. The root of a float never lies
   half way between two. */
GLR_FN glr_f32 glr_sqrt_nearer(glr_f32 s, glr_f32 x)
{
    glr_f32 above = glr_float_of(glr_bits_of(s) + 1U), below = glr_float_of(glr_bits_of(s) - 1U);
    glr_f32 residual = glr_fma(-s, s, x);
    glr_f32 up = s * (above - s), down = s * (below - s);
    /* Signs of differences, which are exact: bit 31 says which is less. */
    glr_u32 is_up = glr_bits_of(up - residual) >> 31;
    glr_u32 is_down = glr_bits_of(residual - glr_float_of(glr_bits_of(down) - 1U)) >> 31;
    return glr_float_of(glr_bits_of(s) + is_up - is_down);
}

/* The square root of a positive normal number of moderate size, correctly rounded: Newton's method for its
   inverse, then two corrections. */
GLR_FN glr_f32 glr_software_sqrt(glr_f32 x)
{
    glr_f32 half_x = x * 0.5f;
    glr_f32 y = glr_float_of(glr_splat_u32(0x5f3759dfU) - (glr_bits_of(x) >> 1));
    GLR_UNROLL
    for (int i = 0; i < 3; i++) {
        y = y * glr_fma(half_x * y, -y, glr_splat_f32(1.5f));
    }
    return glr_sqrt_nearer(glr_sqrt_nearer(x * y, x), x);
}

#endif
