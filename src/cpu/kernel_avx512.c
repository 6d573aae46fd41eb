/* The kernel for AVX-512 (F, BW, DQ, VL). */
#define GLR_USE_AVX512
#include "kernel_vector.h"

const glr_cpu_kernel glr_cpu_kernel_avx512 = GLR_VECTOR_KERNEL("avx512");
