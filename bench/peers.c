/* The list of peers. */
#include "peer.h"

extern const bench_peer bench_peer_mkl_icdf, bench_peer_mkl_box_muller, bench_peer_curand;
#ifdef BENCH_HAVE_RANDOM123
extern const bench_peer bench_peer_random123;
#endif
#ifdef BENCH_HAVE_CXX
extern const bench_peer bench_peer_cxx;
#endif

const bench_peer *const bench_peers[] = {
    &bench_peer_mkl_icdf,  &bench_peer_mkl_box_muller, &bench_peer_curand,
#ifdef BENCH_HAVE_RANDOM123
    &bench_peer_random123,
#endif
#ifdef BENCH_HAVE_CXX
    &bench_peer_cxx,
#endif
};
const size_t bench_peer_count = sizeof bench_peers / sizeof bench_peers[0];

const char *const bench_peers_left_out[] = {
#ifndef BENCH_HAVE_RANDOM123
    "peer-random123", "Random123/philox.h was not found when this was built",
#endif
#ifndef BENCH_HAVE_CXX
    "peer-cxx", "no C++ compiler was found when this was built",
#endif
    NULL};
