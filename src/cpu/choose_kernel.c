/* The choice of a kernel. */
#include "kernel.h"
#include "self_check.h"

#include <stdlib.h>
#include <string.h>

static int runs_plain(void) { return 1; }

#ifdef GLR_HAVE_X86_KERNELS
static int runs_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static int runs_avx512(void)
{
    return runs_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

#ifdef GLR_HAVE_NEON_KERNEL
static int runs_neon(void) { return 1; } /* part of every 64-bit ARM processor that Linux runs on */
#endif

/* The fastest first. */
static const struct {
    const glr_cpu_kernel *kernel;
    int (*runs)(void);
} kernels[] = {
#ifdef GLR_HAVE_X86_KERNELS
    {&glr_cpu_kernel_avx512, runs_avx512},
    {&glr_cpu_kernel_avx2, runs_avx2},
#endif
#ifdef GLR_HAVE_NEON_KERNEL
    {&glr_cpu_kernel_neon, runs_neon},
#endif
    {&glr_cpu_kernel_plain, runs_plain},
};

#define KERNEL_COUNT (sizeof kernels / sizeof kernels[0])

const glr_cpu_kernel *glr_cpu_choose_kernel(void)
{
    const char *cap = getenv("GLORAND_ISA");
    size_t first = 0;
    for (size_t i = 0; cap != NULL && i < KERNEL_COUNT; i++) {
        if (strcmp(cap, kernels[i].kernel->name) == 0) {
            first = i;
        }
    }
    for (size_t i = first; i < KERNEL_COUNT - 1; i++) {
        if (kernels[i].runs() && glr_cpu_kernel_agrees(kernels[i].kernel)) {
            return kernels[i].kernel;
        }
    }
    return &glr_cpu_kernel_plain;
}
