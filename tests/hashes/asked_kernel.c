/* Whether the kernel that the environment asks for is the one that draws. */
#include "asked_kernel.h"

#include <glorand/glorand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Whether the processor has an instruction set, asked without glorand: a kernel that the library refuses must
   not pass for one that cannot run. */
static int hardware_has(const char *isa)
{
    if (strcmp(isa, "plain") == 0) {
        return 1;
    }
#if defined(__x86_64__)
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (strcmp(isa, "avx2") == 0 || strcmp(isa, "emulated") == 0) { /* AVX-512 is emulated by AVX2 */
        return avx2;
    }
    if (strcmp(isa, "avx512") == 0) {
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    }
#elif defined(__aarch64__)
    if (strcmp(isa, "neon") == 0) {
        return 1;
    }
#endif
    return 0;
}

asked_kernel hash_asked_kernel(void)
{
    const char *isa = getenv("GLORAND_ISA");
    if (isa == NULL) {
        return KERNEL_DRAWS;
    }
    glr_device_info infos[16] = {{.device = 0}};
    size_t count = 0;
    char ending[32];
    (void)snprintf(ending, sizeof ending, "(%s)", isa);
    (void)glr_devices(infos, 16, &count);
    for (size_t i = 0; i < count && i < 16; i++) {
        size_t length = strlen(infos[i].name);
        if (infos[i].backend == GLR_BACKEND_CPU && length >= strlen(ending) &&
            strcmp(infos[i].name + length - strlen(ending), ending) == 0) {
            return KERNEL_DRAWS;
        }
    }
    if (hardware_has(isa)) {
        (void)printf("failed: %s is asked for, and the hardware has it, but another kernel draws\n", isa);
        return KERNEL_NOT_RUNNING;
    }
    (void)printf("skipped: this hardware has no %s\n", isa);
    return KERNEL_NO_HARDWARE;
}
