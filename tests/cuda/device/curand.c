/* A cuRAND that fails on demand and draws nothing, so that the benchmark's ratios to it can be tried without
   a GPU. TEST_CURAND_STATUS=N makes its generator fail with status N. */
#include <stddef.h>
#include <stdlib.h>

#define CURAND_API __attribute__((visibility("default")))

CURAND_API int curandCreateGenerator(void **generator, int type);
CURAND_API int curandDestroyGenerator(void *generator);
CURAND_API int curandSetPseudoRandomGeneratorSeed(void *generator, unsigned long long seed);
CURAND_API int curandSetStream(void *generator, void *stream);
CURAND_API int curandGetVersion(int *number);
CURAND_API int curandGenerateNormal(void *generator, float *values, size_t count, float mean, float stddev);

static int generators;

static int status_of(const void *generator) { return generator == &generators ? 0 : 101; }

int curandCreateGenerator(void **generator, int type)
{
    const char *status = getenv("TEST_CURAND_STATUS");
    *generator = &generators;
    return status != NULL ? atoi(status) : type == 161 ? 0 : 103;
}

int curandDestroyGenerator(void *generator) { return status_of(generator); }

int curandSetPseudoRandomGeneratorSeed(void *generator, unsigned long long seed)
{
    (void)seed;
    return status_of(generator);
}

int curandSetStream(void *generator, void *stream) { return stream == NULL ? 101 : status_of(generator); }

int curandGetVersion(int *number)
{
    *number = 10203;
    return 0;
}

int curandGenerateNormal(void *generator, float *values, size_t count, float mean, float stddev)
{
    (void)mean;
    (void)stddev;
    return values == NULL ? 999 : count % 2 != 0 ? 105 : status_of(generator);
}
