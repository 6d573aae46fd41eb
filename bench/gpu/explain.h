/* How an element comes about: what is needed to find out elsewhere why a device drew another value. */
#ifndef BENCH_GPU_EXPLAIN_H
#define BENCH_GPU_EXPLAIN_H

#include "plan.h"

#include <stdbool.h>
#include <stdio.h>

/* Prints lines about the element of an index in its whole tensor: key and counter, the words of its blocks,
   the candidates that these give, which of them is taken, and the value that this becomes, computed here.
   Returns the bits of that value. */
uint64_t explain(FILE *out, const glr_plan *plan, uint64_t index);

#endif
