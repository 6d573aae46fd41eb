/* The AVX-512 kernel on any x86 processor: its intrinsics through SIMDe. */
#define GLR_USE_AVX512
#define GLR_EMULATE_AVX512
#include "cpu/kernel_vector.h"

extern const glr_cpu_kernel glr_cpu_kernel_emulated;
const glr_cpu_kernel glr_cpu_kernel_emulated = GLR_VECTOR_KERNEL("emulated");
