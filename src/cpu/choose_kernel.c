/* The choice of a kernel. */
#include "kernel.h"

#include "api/call.h"

#include <stdio.h>
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

/* Where the search begins: at the fastest, or at the one that GLORAND_ISA names. */
static glr_status first_allowed(size_t *first)
{
    const char *cap = getenv("GLORAND_ISA");
    *first = 0;
    if (cap == NULL || *cap == '\0') {
        return GLR_OK;
    }
    char names[64];
    int used = 0; /* the names are short, and few */
    for (size_t i = 0; i < KERNEL_COUNT; i++) {
        if (strcmp(cap, kernels[i].kernel->name) == 0) {
            *first = i;
            return GLR_OK;
        }
        used += snprintf(names + used, sizeof names - (size_t)used, "%s%s", i > 0 ? ", " : "",
                         kernels[i].kernel->name);
    }
    return glr_fail(GLR_ERROR_ARGUMENT, "GLORAND_ISA: '%s' is not one of %s", cap, names);
}

glr_status glr_cpu_choose_kernel(const glr_cpu_kernel **kernel)
{
    size_t i;
    glr_status status = first_allowed(&i);
    *kernel = &glr_cpu_kernel_plain;
    for (; status == GLR_OK && i + 1 < KERNEL_COUNT; i++) {
        if (kernels[i].runs() && glr_cpu_kernel_agrees(kernels[i].kernel)) {
            *kernel = kernels[i].kernel;
            break;
        }
    }
    return status;
}
