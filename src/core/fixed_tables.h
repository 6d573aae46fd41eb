/* Constants of the laws of the index. Made by tools/derive_fixed_tables.py. */
#ifndef GLR_CORE_FIXED_TABLES_H
#define GLR_CORE_FIXED_TABLES_H

#include "lanes.h"

#if GLR_LANES == 1

/* clang-format off */

#define GLR_FIXED_LN2 0xb17217f7d1cf79acU /* ln 2, times 2^64 */
#define GLR_FIXED_LOG2_E 0xb8aa3b295c17f0bcU /* log2 e, times 2^63 */
#define GLR_FIXED_SQRT2 0xb504f333f9de6484U /* the square root of 2, times 2^63 */
#define GLR_FIXED_PI 0xc90fdaa22168c235U /* pi, times 2^62 */
#define GLR_FIXED_TWO_OVER_PI 0xa2f9836e4e44152aU /* 2 / pi, times 2^64 */

/* 2^63 / ((2 k + 1) ln 2), from k = 0. */
GLR_TABLE uint64_t glr_fixed_log2_terms[13] = {
    0xb8aa3b295c17f0bcU, 0x3d8e13b87407fae9U, 0x24eed8a1df37fcf2U, 0x1a61762a7aded93fU,
    0x1484b13d7c02a8f8U, 0x10c9a84994022d28U, 0x0e347ab4698bb00eU, 0x0c4f9d8b4a67fefbU,
    0x0adcd64dba1f86a2U, 0x09b81e0fa687ff32U, 0x08cb27637e4a486aU, 0x080766bf04010a77U,
    0x0762f8205fd7ff64U,
};

/* 2^64 (ln 2)^k / k!, from k = 1. */
GLR_TABLE uint64_t glr_fixed_exp2_terms[15] = {
    0xb17217f7d1cf79acU, 0x3d7f7bff058b1d51U, 0x0e35846b82505fc6U, 0x0276556df749cee5U,
    0x005761ff9e299cc4U, 0x000a184897c363c4U, 0x0000ffe5fe2c4586U, 0x0000162c0223a5c8U,
    0x000001b5253d395eU, 0x0000001e4cf5158cU, 0x00000001e8cac735U, 0x000000001c3bd651U,
    0x0000000001816193U, 0x0000000000131496U, 0x000000000000e1b7U,
};

/* 2^64 / (2 k + 1)!, from k = 1. */
GLR_TABLE uint64_t glr_fixed_sine_terms[8] = {
    0x2aaaaaaaaaaaaaabU, 0x0222222222222222U, 0x000d00d00d00d00dU, 0x00002e3bc74aad8eU,
    0x0000006b99159fd5U, 0x00000000b092309dU, 0x0000000000d73f9fU, 0x000000000000ca96U,
};

/* 2^64 / (2 k)!, from k = 1. */
GLR_TABLE uint64_t glr_fixed_cosine_terms[9] = {
    0x8000000000000000U, 0x0aaaaaaaaaaaaaabU, 0x005b05b05b05b05bU, 0x0001a01a01a01a02U,
    0x0000049f93edde28U, 0x00000008f76c77fcU, 0x000000000c9cba54U, 0x00000000000d73faU,
    0x0000000000000b41U,
};

/* 2^64 |B(2k)| / (2 k (2 k)!), from k = 1, B(2k) being Bernoulli's numbers. */
GLR_TABLE uint64_t glr_fixed_softplus_terms[6] = {
    0x0aaaaaaaaaaaaaabU, 0x0016c16c16c16c17U, 0x00005c778e955b1dU, 0x000001bbd779334fU,
    0x00000008f76c77fcU, 0x00000000306aba3bU,
};

/* clang-format on */

#endif /* GLR_LANES == 1 */

#endif
