/* A batch: the groups that a kernel draws at once. It stays in the L1 cache. */
#ifndef GLR_CPU_BATCH_H
#define GLR_CPU_BATCH_H

#include <stdalign.h>
#include <stdint.h>

/* Groups of a batch, a row each. The arrays have room for two vectors more, which kernels may write. */
#define GLR_BATCH_ROWS  512
#define GLR_BATCH_SLACK 32
#define GLR_BATCH_WIDTH 4 /* float32 values of a row, or, in the same bytes, half as many float64 ones */

typedef struct glr_batch {
    /* Row i begins at block {counter[i], high[0], high[1], high[2]}, word 0 lowest. Its further blocks differ
       from that in word 0 only, unless `carries`. Rows from `rows` on may hold anything. */
    uint32_t rows;
    uint32_t carries;
    uint32_t high[3];
    alignas(64) uint32_t counter[GLR_BATCH_ROWS + GLR_BATCH_SLACK];
    /* The raw values, row by row. */
    alignas(64) float raw[GLR_BATCH_ROWS + GLR_BATCH_SLACK][GLR_BATCH_WIDTH];
} glr_batch;

#endif
