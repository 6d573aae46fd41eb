/* C interface of peer_cxx.cpp. */
#ifndef BENCH_PEER_CXX_H
#define BENCH_PEER_CXX_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Fills values with std::normal_distribution on a std::mt19937 of this seed; outside two standard deviations
   it draws again. */
void bench_cxx_fill(uint32_t seed, float *values, size_t count);

#ifdef __cplusplus
}
#endif

#endif
