/* The 128-bit block counter and how many blocks each kind of element group owns. */
#ifndef GLR_CORE_COUNTER_H
#define GLR_CORE_COUNTER_H

#include "lanes.h"

/* Elements of float32 that share a block, or, when values are rejected, a run of blocks. */
#define GLR_GROUP_SIZE 4

/* Blocks that one group of the truncated normal by resampling owns (TensorFlow: 256). */
#define GLR_BLOCKS_PER_GROUP 256

/* The same for float64. */
#define GLR_GROUP_SIZE_F64       2
#define GLR_BLOCKS_PER_GROUP_F64 128

/* A block counter: the base of a tensor, or base plus block number. low holds words 0 and 1. */
typedef struct glr_counter {
    uint64_t low;
    uint64_t high;
} glr_counter;

/* base + block, carrying through all 128 bits. */
GLR_FN glr_counter glr_counter_at(glr_counter base, uint64_t block)
{
    glr_counter sum;
    sum.low = base.low + block;
    sum.high = base.high + (sum.low < block ? 1U : 0U);
    return sum;
}

#endif
