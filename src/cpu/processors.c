/* How many threads there should be: hints of the system and of the host. */
#define _GNU_SOURCE /* sched_getaffinity, RTLD_DEFAULT */

#include "processors.h"

#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Larger machines than Linux knows. */
#define MAX_PROCESSORS 65536

/* Processors in this thread's affinity mask; 0 if that cannot be had. */
static uint32_t count_affinity(void)
{
    for (size_t size = CPU_SETSIZE; size <= MAX_PROCESSORS; size *= 2) {
        cpu_set_t *set = CPU_ALLOC(size);
        if (set == NULL) {
            return 0;
        }
        int failed = sched_getaffinity(0, CPU_ALLOC_SIZE(size), set);
        const int error = errno;
        const int count = failed ? 0 : CPU_COUNT_S(CPU_ALLOC_SIZE(size), set);
        CPU_FREE(set);
        if (!failed || error != EINVAL) { /* EINVAL: the mask is longer */
            return (uint32_t)count;
        }
    }
    return 0;
}

uint32_t glr_processors(void)
{
    uint32_t count = count_affinity();
    if (count == 0) {
        const long online = sysconf(_SC_NPROCESSORS_ONLN);
        count = online > 0 && online < MAX_PROCESSORS ? (uint32_t)online : 1;
    }
    return count;
}

uint32_t glr_default_threads(void)
{
    const uint32_t processors = glr_processors();
    const char *text = getenv("OMP_NUM_THREADS");
    if (text == NULL) {
        return processors;
    }
    char *end;
    const long asked = strtol(text, &end, 10); /* the first of a list, one for each level of nesting */
    return asked >= 1 && (unsigned long)asked < processors ? (uint32_t)asked : processors;
}

/* Asked each time, since a runtime may be loaded at any time. */
int glr_in_parallel_region(void)
{
    int (*in_parallel)(void) = NULL;
    void *symbol = dlsym(RTLD_DEFAULT, "omp_in_parallel");
    if (symbol == NULL) {
        (void)dlerror(); /* so that the caller does not find this failure */
        return 0;
    }
    memcpy(&in_parallel, &symbol, sizeof symbol);
    return in_parallel();
}
