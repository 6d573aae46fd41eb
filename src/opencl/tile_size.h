/* How the kernels for CPU devices cut a part: shared by host and device. */
#ifndef GLR_OPENCL_TILE_SIZE_H
#define GLR_OPENCL_TILE_SIZE_H

/* Groups of a tile, which a work-group of one work-item draws: a multiple of 16, whose values stay in the L1
   cache. */
#define GLR_TILE_GROUPS 512

#endif
