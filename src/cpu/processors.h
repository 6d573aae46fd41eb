/* How many threads there should be. */
#ifndef GLR_CPU_PROCESSORS_H
#define GLR_CPU_PROCESSORS_H

#include "glorand/glorand.h"

#include <stdbool.h>
#include <stdint.h>

/* Processors that the calling thread may use; at least 1. */
uint32_t glr_processors(void);

/* Whether the calling thread is inside a parallel region of an OpenMP runtime that the host has loaded. */
bool glr_in_parallel_region(void);

#endif
