/* cuRAND's generator on the device: Philox4x32-10 and Box-Muller, not truncated. Found at run time. */
#ifndef BENCH_GPU_CURAND_H
#define BENCH_GPU_CURAND_H

#include "gpu.h"

/* Makes a generator in the device's stream; false, and why, without cuRAND or if it fails. */
bool curand_open(const gpu *g, char reason[GPU_REASON]);
void curand_close(void);

/* curandGenerateNormal in the stream; count is even. */
bool curand_fill(CUdeviceptr to, size_t count);

/* 1000 * major + 100 * minor + patch; 0 if it is not open. */
int curand_version(void);

#endif
