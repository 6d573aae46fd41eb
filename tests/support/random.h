/* Random numbers for property tests: SplitMix64 (Steele, Lea and Flood 2014), seeded by GLORAND_TEST_SEED or
   by the clock; the seed is printed, so that a failure can be repeated. */
#ifndef GLR_TEST_RANDOM_H
#define GLR_TEST_RANDOM_H

#include <stdint.h>

typedef struct test_random {
    uint64_t seed, state;
} test_random;

/* A generator for the test called name. */
test_random test_random_start(const char *name);

uint64_t test_random_bits(test_random *random);

/* Uniform in [least, most]. */
int64_t test_random_between(test_random *random, int64_t min, int64_t max);

#endif
