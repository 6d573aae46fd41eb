/* Fills that reach every part of the kernels for GPUs: each sampler, dtype and layout. */
#ifndef NATIVE_FILLS_H
#define NATIVE_FILLS_H

#include "plan.h"

#include <stdbool.h>

#define MAX_FILLS 1280

typedef struct fill {
    glr_plan plan;
    uint64_t before; /* bytes of the allocation in front of the part */
    uint64_t bytes;  /* of the part, to the end of the allocation */
} fill;

/* A fill of a tensor at the beginning of its allocation. */
fill fill_of(const glr_initializer *initializer, const glr_tensor *tensor);

/* Writes fills of about so many elements each, and last, if asked for, short ones of values that are hard to
   round; returns how many they are. */
size_t make_fills(fill fills[MAX_FILLS], int64_t elements, bool with_specials);

#endif
