/* cuRAND's host generator: Philox4x32-10 and Box-Muller on one thread of the CPU, not truncated. The library
   is found at run time. */
#include "library.h"
#include "peer.h"

#include <stdio.h>
#include <stdlib.h>

#define LIBRARY "libcurand.so.10"

enum { CURAND_RNG_PSEUDO_PHILOX4_32_10 = 161 }; /* from curand.h */
typedef struct curand_generator *curand_generator;

static struct {
    int (*create)(curand_generator *generator, int type);
    int (*destroy)(curand_generator generator);
    int (*set_seed)(curand_generator generator, unsigned long long seed);
    int (*version)(int *number);
    int (*normal)(curand_generator generator, float *values, size_t count, float mean, float stddev);
} curand;

static bool find_curand(char reason[BENCH_REASON])
{
    const bench_symbol symbols[] = {
        {"curandCreateGeneratorHost", (void *)&curand.create},
        {"curandDestroyGenerator", (void *)&curand.destroy},
        {"curandSetPseudoRandomGeneratorSeed", (void *)&curand.set_seed},
        {"curandGetVersion", (void *)&curand.version},
        {"curandGenerateNormal", (void *)&curand.normal},
    };
    static bool is_found;
    if (is_found) {
        return true;
    }
    is_found = bench_load_named("GLORAND_BENCH_CURAND", LIBRARY, symbols, sizeof symbols / sizeof symbols[0],
                                reason, BENCH_REASON) != NULL;
    return is_found;
}

/* The number is major * 1000 + minor * 100 + patch. */
static void describe_curand(char text[BENCH_REASON])
{
    int number = 0;
    (void)curand.version(&number);
    (void)snprintf(text, BENCH_REASON, "%d.%d.%d", number / 1000, number / 100 % 10, number % 100);
}

static bool open_generator(bench_case *c, char reason[BENCH_REASON])
{
    curand_generator generator = NULL;
    int status = curand.create(&generator, CURAND_RNG_PSEUDO_PHILOX4_32_10);
    if (status == 0) {
        status = curand.set_seed(generator, 42);
    }
    if (status != 0) {
        (void)snprintf(reason, BENCH_REASON, "its generator cannot be made: status %d", status);
        return false;
    }
    c->state = generator;
    return true;
}

static bool run_generator(const bench_case *c, void *dst, uint64_t repetition)
{
    (void)repetition;
    int status = curand.normal(c->state, dst, (size_t)(c->bytes / sizeof(float)), 0.0F, 0.05F);
    if (status != 0) {
        (void)fprintf(stderr, "glorand-bench: error: %s: status %d\n", c->name, status);
    }
    return status == 0;
}

static void close_generator(bench_case *c)
{
    (void)curand.destroy(c->state);
    c->state = NULL;
}

const bench_peer bench_peer_curand = {
    .name = "peer-curand",
    .library = "cuRAND's host generator",
    .method = "Philox4x32-10, Box-Muller",
    .is_slow = true,
    .find = find_curand,
    .describe = describe_curand,
    .engine = {open_generator, run_generator, close_generator},
};
