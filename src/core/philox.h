/* Philox4x32-10, the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel random numbers:
   as easy as 1, 2, 3" (SC 2011). */
#ifndef GLR_CORE_PHILOX_H
#define GLR_CORE_PHILOX_H

#include "lanes.h"

#define GLR_PHILOX_ROUNDS 10
#define GLR_PHILOX_M0     0xd2511f53U
#define GLR_PHILOX_M1     0xcd9e8d57U
#define GLR_PHILOX_W0     0x9e3779b9U /* golden ratio */
#define GLR_PHILOX_W1     0xbb67ae85U /* sqrt(3) - 1 */

/* The two key words of every round. They depend on the key alone, so the host computes them once. */
typedef struct glr_round_keys {
    uint32_t word[GLR_PHILOX_ROUNDS][2];
} glr_round_keys;

/* One block: four words per lane. */
typedef struct glr_block {
    glr_u32 word[4];
} glr_block;

/* The same, as they come from the last round. */
typedef struct glr_wide_block {
    glr_word word[4];
} glr_wide_block;

GLR_FN glr_round_keys glr_round_keys_of(uint32_t key0, uint32_t key1)
{
    glr_round_keys keys;
    for (uint32_t r = 0; r < GLR_PHILOX_ROUNDS; r++) {
        keys.word[r][0] = key0 + r * GLR_PHILOX_W0;
        keys.word[r][1] = key1 + r * GLR_PHILOX_W1;
    }
    return keys;
}

/* The block of counter {c0, c1, c2, c3}, word 0 lowest. Only c0 differs between lanes, so half of the
   first two rounds is computed once for all of them. */
GLR_FN glr_wide_block glr_philox_wide(glr_u32 c0, glr_scalar c1, glr_scalar c2, glr_scalar c3,
                                      const glr_round_keys *keys)
{
    /* Round 0: the product with c2 is the same in all lanes, and so are the new words 0 and 1. */
    uint64_t product_of_scalars = (uint64_t)c2 * GLR_PHILOX_M1;
    glr_scalar scalar0 = (glr_scalar)(product_of_scalars >> 32) ^ c1 ^ keys->word[0][0];
    glr_scalar scalar1 = (glr_scalar)(product_of_scalars & 0xffffffffU);
    glr_word product0 = glr_word_times(glr_word_of(c0), GLR_PHILOX_M0);
    glr_word x2 = glr_word_xor(glr_word_high(product0), c3 ^ keys->word[0][1]);
    glr_word x3 = product0;

    /* Round 1: the product with word 0 still is. */
    product_of_scalars = (uint64_t)scalar0 * GLR_PHILOX_M0;
    glr_word product1 = glr_word_times(x2, GLR_PHILOX_M1);
    glr_word x0 = glr_word_xor(glr_word_high(product1), scalar1 ^ keys->word[1][0]);
    glr_word x1 = product1;
    x2 = glr_word_xor(x3, (glr_scalar)(product_of_scalars >> 32) ^ keys->word[1][1]);
    glr_scalar scalar3 = (glr_scalar)(product_of_scalars & 0xffffffffU);

    /* Round 2: word 3 is the same in all lanes for the last time. */
    product0 = glr_word_times(x0, GLR_PHILOX_M0);
    product1 = glr_word_times(x2, GLR_PHILOX_M1);
    x0 = glr_word_xor3(glr_word_high(product1), x1, keys->word[2][0]);
    x2 = glr_word_xor(glr_word_high(product0), scalar3 ^ keys->word[2][1]);
    x1 = product1;
    x3 = product0;

    GLR_UNROLL
    for (int r = 3; r < GLR_PHILOX_ROUNDS; r++) {
        product0 = glr_word_times(x0, GLR_PHILOX_M0);
        product1 = glr_word_times(x2, GLR_PHILOX_M1);
        x0 = glr_word_xor3(glr_word_high(product1), x1, keys->word[r][0]);
        x2 = glr_word_xor3(glr_word_high(product0), x3, keys->word[r][1]);
        x1 = product1;
        x3 = product0;
    }

    glr_wide_block block;
    block.word[0] = x0;
    block.word[1] = x1;
    block.word[2] = x2;
    block.word[3] = x3;
    return block;
}

GLR_FN glr_block glr_philox(glr_u32 c0, glr_scalar c1, glr_scalar c2, glr_scalar c3,
                            const glr_round_keys *keys)
{
    glr_wide_block wide = glr_philox_wide(c0, c1, c2, c3, keys);
    glr_block block;
    GLR_UNROLL
    for (int i = 0; i < 4; i++) {
        block.word[i] = glr_word_pack(wide.word[i]);
    }
    return block;
}

#endif
