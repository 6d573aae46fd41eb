/* The kernel for 64-bit ARM. */
#define GLR_USE_NEON
#include "kernel_vector.h"

const glr_cpu_kernel glr_cpu_kernel_neon = GLR_VECTOR_KERNEL("neon");
