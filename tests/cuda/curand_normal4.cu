/* cuRAND's device functions, for the census: a thread draws from a sequence of its own, four
   normals at a time, and stores them. */
#include <curand_kernel.h>

extern "C" __global__ void __launch_bounds__(128)
    curand_normal4_fill(float4 *dst, unsigned long long fours, unsigned long long seed)
{
    unsigned long long first = blockIdx.x * (unsigned long long)blockDim.x + threadIdx.x;
    curandStatePhilox4_32_10_t state;
    curand_init(seed, first, 0, &state);
    for (unsigned long long i = first; i < fours; i += gridDim.x * (unsigned long long)blockDim.x) {
        dst[i] = curand_normal4(&state);
    }
}
