/* The C++ standard library's <random>: a Mersenne twister for each thread. */
#include "peer.h"

#include <omp.h>

static bool run_parts(const bench_case *c, void *dst, uint64_t repetition)
{
    float *values = dst;
    const size_t count = (size_t)(c->bytes / sizeof(float));
    const int threads = (int)c->threads;
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        size_t team = (size_t)omp_get_num_threads(), self = (size_t)omp_get_thread_num();
        size_t first = count * self / team, end = count * (self + 1) / team;
        bench_cxx_fill((uint32_t)(repetition * team + self), values + first, end - first);
    }
    return true;
}

const bench_peer bench_peer_cxx = {
    .name = "peer-cxx",
    .library = "C++ <random>",
    .method = "mt19937, normal_distribution, rejection",
    .truncates = true,
    .is_slow = true,
    .is_parallel = true,
    .engine = {bench_open_nothing, run_parts, bench_close_nothing},
};
