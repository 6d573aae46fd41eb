#include "support/random.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

test_random test_random_start(const char *name)
{
    const char *given = getenv("GLORAND_TEST_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    (void)printf("%s: GLORAND_TEST_SEED=%" PRIu64 "\n", name, seed);
    (void)fflush(stdout);
    test_random random = {seed, seed};
    return random;
}

uint64_t test_random_bits(test_random *random)
{
    random->state += 0x9e3779b97f4a7c15U;
    uint64_t z = random->state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31);
}

int64_t test_random_between(test_random *random, int64_t min, int64_t max)
{
    return min + (int64_t)(test_random_bits(random) % ((uint64_t)(max - min) + 1));
}
