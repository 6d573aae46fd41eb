/* Fills by the distributions of C++'s <random>, as a C++ program would write them. */
#include "peer.h"

#include <random>

void bench_cxx_fill(uint32_t seed, float *values, size_t count)
{
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal;
    for (size_t i = 0; i < count; i++) {
        float value = normal(engine);
        while (value <= -2.0F || value >= 2.0F) {
            value = normal(engine);
        }
        values[i] = 0.05F * value;
    }
}
