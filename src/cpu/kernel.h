/* The CPU kernel: consecutive elements of a tensor, into a tile. */
#ifndef GLR_CPU_KERNEL_H
#define GLR_CPU_KERNEL_H

#include "plan.h"

/* Writes the scaled float32 values of elements index to index + count - 1. */
void glr_cpu_generate(const glr_plan *plan, uint64_t index, uint64_t count, float *values);

#endif
