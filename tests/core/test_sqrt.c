/* The square root for devices that have none that is correctly rounded, against the C library's. */
#include "core/core.h"

#include "core/software_sqrt.h"

#include <criterion/criterion.h>
#include <math.h>

/* All floats in [1, 4), which stand for all others, since a factor of 4 only changes exponents; and every
   97th from below the least argument of the stream to beyond its largest. */
Test(sqrt, is_correctly_rounded)
{
    for (uint32_t bits = 0x3f800000U; bits < 0x40800000U; bits++) {
        float x = glr_float_of(bits), root = sqrtf(x), drawn = glr_software_sqrt(x);
        cr_assert_eq(glr_bits_of(drawn), glr_bits_of(root), "sqrt(%a): %a, not %a", (double)x, (double)drawn,
                     (double)root);
    }
    for (uint32_t bits = 0x33000000U; bits < 0x43000000U; bits += 97) {
        float x = glr_float_of(bits), root = sqrtf(x), drawn = glr_software_sqrt(x);
        cr_assert_eq(glr_bits_of(drawn), glr_bits_of(root), "sqrt(%a): %a, not %a", (double)x, (double)drawn,
                     (double)root);
    }
}
