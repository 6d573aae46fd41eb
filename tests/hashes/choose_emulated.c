/* Stands in for the library's choice of a kernel: the AVX-512 one, emulated, on every processor that it runs
   on. */
#include "cpu/kernel.h"

extern const glr_cpu_kernel glr_cpu_kernel_emulated;

glr_status glr_cpu_choose_kernel(const glr_cpu_kernel **kernel)
{
    int runs = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    *kernel = runs ? &glr_cpu_kernel_emulated : &glr_cpu_kernel_plain;
    return GLR_OK;
}
