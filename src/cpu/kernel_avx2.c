/* The kernel for AVX2 with FMA. */
#define GLR_USE_AVX2
#include "kernel_vector.h"

const glr_cpu_kernel glr_cpu_kernel_avx2 = GLR_VECTOR_KERNEL("avx2");
