/* The float64 truncated normal between any bounds by its inverse distribution function, as icdf_bounded.h. */
#ifndef GLR_CORE_DOUBLE_BOUNDED_H
#define GLR_CORE_DOUBLE_BOUNDED_H

#include "double.h"

#if GLR_HAS_F64

/* Bounds a < b, in standard deviations, as lanes take them. */
typedef struct glr_icdf_bounds_f64 {
    double step;         /* D 2^-52, the probability of each argument */
    double lower, upper; /* Phi(a) and 1 - Phi(b), each plus step / 2 */
    double centre;       /* Phi - 1/2 at argument number `middle` */
    double middle;       /* of 2^52 arguments, the one nearest to where Phi is 1/2 */
} glr_icdf_bounds_f64;

/* z >= 0 with a normal variable above it with probability p, from 2^-153 to 1/2. Where p is 1/4 or more, it
   is `offset`, the magnitude of 1/2 - p, that counts, as far as it is not beyond 1/4. */
GLR_FN glr_f64 glr_normal_quantile_f64(glr_f64 p, glr_f64 offset)
{
    glr_u64 is_tail = glr_bits_of_f64(p - 0.25) >> 63;
    glr_f64 tail = -glr_max_f64(-p, glr_splat_f64(-0.25)); /* what is beyond has no root below */
    glr_f64 r = glr_sqrt_f64(glr_log_f64(tail) * -2.0);
    glr_f64 x = -glr_max_f64(-offset, glr_splat_f64(-0.25));
    glr_f64 y = glr_fma_f64(x, x, glr_splat_f64(GLR_QUANTILE_CENTRE_SHIFT));

    glr_u64 bits = glr_bits_of_f64(glr_select_odd_f64(is_tail, r, y)) >> 50;
    glr_u64 row = bits - GLR_QUANTILE_CENTRE - ((~is_tail + 1U) & (GLR_QUANTILE_TAIL - GLR_QUANTILE_CENTRE));
    glr_f64 at =
        glr_select_odd_f64(is_tail, r, x * x) + glr_lookup16_f64(glr_double_quantile_columns[0], row);
    glr_f64 h = glr_lookup16_f64(glr_double_quantile_columns[GLR_ICDF_DEGREE + 1], row);
    GLR_UNROLL
    for (int i = GLR_ICDF_DEGREE; i > 0; i--) {
        h = glr_fma_f64(h, at, glr_lookup16_f64(glr_double_quantile_columns[i], row));
    }
    return glr_select_odd_f64(is_tail, h, h * x);
}

/* The value between bounds that two words select, one of 2^52. */
GLR_FN glr_f64 glr_icdf_bounded_f64(glr_icdf_bounds_f64 bounds, glr_u64 low, glr_u64 high)
{
    /* The argument's number, made a double under the exponent of 2^52; Phi - 1/2 there; and the probability
       beyond the value on its side of the mean, which is below it for negative values. */
    const glr_f64 step = glr_splat_f64(bounds.step);
    glr_u64 above = (high << 32 | (low & 0xffffffffU)) >> 12;
    glr_f64 number = glr_f64_of((above ^ 0x8000000000000U) | 0x4330000000000000U) - 0x1p52;
    glr_f64 centred = glr_fma_f64(number - bounds.middle, step, glr_splat_f64(bounds.centre));
    glr_u64 bits = glr_bits_of_f64(centred);
    glr_u64 is_negative = bits >> 63;
    glr_f64 from_end = glr_select_odd_f64(is_negative, number, glr_splat_f64(0x1.ffffffffffffep51) - number);
    glr_f64 beyond =
        glr_select_odd_f64(is_negative, glr_splat_f64(bounds.lower), glr_splat_f64(bounds.upper));

    glr_f64 z =
        glr_normal_quantile_f64(glr_fma_f64(from_end, step, beyond), glr_f64_of(bits & 0x7fffffffffffffffU));
    return glr_f64_of(glr_bits_of_f64(z) | is_negative << 63);
}

#endif

#endif
