#define KERNEL extern "C" __global__
#define GLOBAL
#define GROUP_NUMBER (blockIdx.x * (uint64_t)blockDim.x + threadIdx.x)
#include "kernel.h"
