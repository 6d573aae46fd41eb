/* Other libraries that do what glorand does, or a part of it. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "case.h"

typedef struct bench_peer {
    const char *name;    /* "peer-..." */
    const char *library; /* for people */
    const char *method;
    bool truncates;
    bool is_slow;     /* too slow for large groups */
    bool is_parallel; /* whether there is a sense in giving it several threads */
    /* Looks for the library; false, and why, if it is not there. May be called again. NULL: it was compiled
     * in. */
    bool (*find)(char reason[BENCH_REASON]);
    /* Its version, and what else a reader must know of it, once it has run. NULL if there is nothing to say.
     */
    void (*describe)(char text[BENCH_REASON]);
    bench_engine engine;
} bench_peer;

/* Those that the program was built with. */
extern const bench_peer *const bench_peers[];
extern const size_t bench_peer_count;

/* Those that the program could not be built with, and why, as pairs of texts up to NULL. */
extern const char *const bench_peers_left_out[];

/* The function in C++, of peer_cxx.cpp: fills values with std::normal_distribution on a std::mt19937 of this
   seed; outside two standard deviations it draws again. */
#ifdef __cplusplus
extern "C"
#endif
    void
    bench_cxx_fill(uint32_t seed, float *values, size_t count);

#endif
