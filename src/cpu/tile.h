/* A tile: the groups that a kernel draws at once. It stays in the L1 cache. */
#ifndef GLR_CPU_TILE_H
#define GLR_CPU_TILE_H

#include <stdalign.h>
#include <stdint.h>

/* Groups of a tile, a row each. The arrays have room for two vectors more, which kernels may write. */
#define GLR_TILE_ROWS  512
#define GLR_TILE_SLACK 32
#define GLR_TILE_WIDTH 4 /* float32 values of a row; a row of float64 values holds two, in the same bytes */

typedef struct glr_tile {
    /* Row i begins at block {counter[i], high[0], high[1], high[2]}, word 0 lowest. Its further blocks differ
       from that in word 0 only, unless `carries`. Rows from `rows` on may hold anything. */
    uint32_t rows;
    uint32_t carries;
    uint32_t high[3];
    alignas(64) uint32_t counter[GLR_TILE_ROWS + GLR_TILE_SLACK];
    /* The raw values, row by row. */
    alignas(64) float raw[GLR_TILE_ROWS + GLR_TILE_SLACK][GLR_TILE_WIDTH];
} glr_tile;

#endif
