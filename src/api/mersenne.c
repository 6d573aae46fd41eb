/* MT19937. Names and constants are those of Matsumoto and Nishimura's paper and of their init_by_array. */
#include "mersenne.h"

#define N      GLR_MERSENNE_WORDS
#define M      397
#define UPPER  0x80000000U
#define LOWER  0x7fffffffU
#define MATRIX 0x9908b0dfU

static void seed_by_word(glr_mersenne *generator, uint32_t seed)
{
    uint32_t *word = generator->word;
    word[0] = seed;
    for (uint32_t i = 1; i < N; i++) {
        word[i] = 1812433253U * (word[i - 1] ^ (word[i - 1] >> 30)) + i;
    }
    generator->next = N;
}

void glr_mersenne_seed(glr_mersenne *generator, uint64_t seed)
{
    /* Python takes the absolute value's 32-bit digits, at least one, as the key of init_by_array. */
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t length = key[1] != 0 ? 2 : 1;
    uint32_t *word = generator->word;
    seed_by_word(generator, 19650218U);
    uint32_t i = 1, j = 0;
    for (uint32_t k = 0; k < N; k++) { /* N exceeds the key's length */
        word[i] = (word[i] ^ ((word[i - 1] ^ (word[i - 1] >> 30)) * 1664525U)) + key[j] + j;
        j = (j + 1) % length;
        if (++i == N) {
            word[0] = word[N - 1];
            i = 1;
        }
    }
    for (uint32_t k = 0; k < N - 1; k++) {
        word[i] = (word[i] ^ ((word[i - 1] ^ (word[i - 1] >> 30)) * 1566083941U)) - i;
        if (++i == N) {
            word[0] = word[N - 1];
            i = 1;
        }
    }
    word[0] = UPPER;
}

static void twist(glr_mersenne *generator)
{
    uint32_t *word = generator->word;
    for (uint32_t i = 0; i < N; i++) {
        uint32_t joined = (word[i] & UPPER) | (word[(i + 1) % N] & LOWER);
        word[i] = word[(i + M) % N] ^ (joined >> 1) ^ (joined & 1U ? MATRIX : 0U);
    }
    generator->next = 0;
}

uint32_t glr_mersenne_next(glr_mersenne *generator)
{
    if (generator->next == N) {
        twist(generator);
    }
    uint32_t y = generator->word[generator->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680U;
    y ^= (y << 15) & 0xefc60000U;
    return y ^ (y >> 18);
}
