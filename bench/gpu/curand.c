#include "../library.h"
#include "gpu_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libcurand.so.10"

enum { CURAND_RNG_PSEUDO_PHILOX4_32_10 = 161 }; /* from curand.h */
typedef struct curand_generator *curand_generator;

#define FUNCTIONS(FUNCTION)                                                                                  \
    FUNCTION(curandCreateGenerator, (curand_generator * generator, int type))                                \
    FUNCTION(curandDestroyGenerator, (curand_generator generator))                                           \
    FUNCTION(curandSetPseudoRandomGeneratorSeed, (curand_generator generator, unsigned long long seed))      \
    FUNCTION(curandSetStream, (curand_generator generator, CUstream stream))                                 \
    FUNCTION(curandGetVersion, (int *number))                                                                \
    FUNCTION(curandGenerateNormal,                                                                           \
             (curand_generator generator, float *values, size_t count, float mean, float stddev))

static struct {
#define MEMBER(name, parameters) int(*name) parameters; /* NOLINT(bugprone-macro-parentheses) */
    FUNCTIONS(MEMBER)
#undef MEMBER
    curand_generator generator; /* NULL: not open */
} curand;

static bool load(char reason[GPU_REASON])
{
#define SYMBOL(name, parameters) {#name, (void *)&curand.name},
    const bench_symbol symbols[] = {FUNCTIONS(SYMBOL)};
#undef SYMBOL
    return bench_load_named("GLORAND_BENCH_CURAND", LIBRARY, symbols, sizeof symbols / sizeof symbols[0],
                            reason, GPU_REASON) != NULL;
}

bool curand_open(const gpu *g, char reason[GPU_REASON])
{
    if (!load(reason)) {
        return false;
    }
    int status = curand.curandCreateGenerator(&curand.generator, CURAND_RNG_PSEUDO_PHILOX4_32_10);
    if (status != 0) {
        curand.generator = NULL;
    } else {
        status = curand.curandSetStream(curand.generator, g->stream);
    }
    if (status == 0) {
        status = curand.curandSetPseudoRandomGeneratorSeed(curand.generator, 42);
    }
    if (status != 0) {
        curand_close();
        (void)snprintf(reason, GPU_REASON, "its generator cannot be made: status %d", status);
    }
    return status == 0;
}

void curand_close(void)
{
    if (curand.generator != NULL) {
        (void)curand.curandDestroyGenerator(curand.generator);
        curand.generator = NULL;
    }
}

bool curand_fill(CUdeviceptr to, size_t count)
{
    float *values = NULL; /* an address of the device's, which nothing here follows */
    memcpy(&values, &to, sizeof values);
    return curand.curandGenerateNormal(curand.generator, values, count, 0.0F, 1.0F) == 0;
}

int curand_version(void)
{
    int number = 0;
    return curand.generator != NULL && curand.curandGetVersion(&number) == 0 ? number : 0;
}
