/* How the kernels for CPU devices cut a part: shared by host and device. */
#ifndef GLR_OPENCL_TILE_PLAN_H
#define GLR_OPENCL_TILE_PLAN_H

/* Groups that a work-item draws, a multiple of 16: their values stay in the L1 cache. */
#define GLR_TILE_GROUPS 512

#endif
