/* The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998), seeded as Python's random.Random. It decides
   what unseeded initializers get after a global seed, as in TensorFlow. */
#ifndef GLR_API_MERSENNE_H
#define GLR_API_MERSENNE_H

#include <stdint.h>

#define GLR_MERSENNE_WORDS 624

typedef struct glr_mersenne {
    uint32_t word[GLR_MERSENNE_WORDS];
    uint32_t next; /* index of the next word to give */
} glr_mersenne;

/* As random.Random(seed) does for a non-negative integer. */
void glr_mersenne_seed(glr_mersenne *generator, uint64_t seed);

/* The next 32 random bits. */
uint32_t glr_mersenne_next(glr_mersenne *generator);

#endif
