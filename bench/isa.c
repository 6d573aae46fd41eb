/* The public interface does not say which kernel a handle uses. It takes the first of these that the
   processor has, from the one that GLORAND_ISA names on. */
#include "isa.h"

#include <string.h>

#if defined(__x86_64__)
static int has_avx2(void) { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"); }

static int has_avx512(void)
{
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

static int has_plain(void) { return 1; }

static const struct {
    const char *name;
    int (*is_there)(void);
} sets[] = {
#if defined(__x86_64__)
    {"avx512", has_avx512},
    {"avx2", has_avx2},
#endif
#if defined(BENCH_HAVE_NEON)
    {"neon", has_plain}, /* part of every processor that this kernel is built for */
#endif
    {"plain", has_plain},
};

const char *bench_isa_name(size_t i)
{
    for (size_t k = 0; k < sizeof sets / sizeof sets[0]; k++) {
        if (sets[k].is_there() && i-- == 0) {
            return sets[k].name;
        }
    }
    return NULL;
}

const char *bench_isa_of_name(const char *name)
{
    for (size_t i = 0; bench_isa_name(i) != NULL; i++) {
        if (strcmp(bench_isa_name(i), name) == 0) {
            return bench_isa_name(i);
        }
    }
    return NULL;
}
