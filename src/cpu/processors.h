/* How many threads there should be. */
#ifndef GLR_CPU_PROCESSORS_H
#define GLR_CPU_PROCESSORS_H

#include <stdbool.h>
#include <stdint.h>

/* Processors that the calling thread may use; at least 1. */
uint32_t glr_processors(void);

/* Threads of a fill by default: one for each of those processors, or OMP_NUM_THREADS if that is less. */
uint32_t glr_default_threads(void);

/* Whether the calling thread is inside a parallel region of an OpenMP runtime that the host has loaded. */
bool glr_in_parallel_region(void);

#endif
