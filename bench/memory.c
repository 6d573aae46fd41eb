#define _DEFAULT_SOURCE /* for MAP_ANONYMOUS and madvise */
#include "memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>

/* Mappings begin at multiples of this, so that huge pages, where the system gives them, cover all of them. */
#define HUGE_PAGE (UINT64_C(1) << 21)

void *bench_map(uint64_t bytes, bool huge)
{
    const uint64_t all = bytes + HUGE_PAGE;
    char *memory = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    const uint64_t before = (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;
    const uint64_t page = 4096, kept = (bytes + page - 1) / page * page;
    if (before > 0) {
        (void)munmap(memory, before);
    }
    if (all - before > kept) {
        (void)munmap(memory + before + kept, all - before - kept);
    }
#ifdef MADV_HUGEPAGE
    if (huge) {
        (void)madvise(memory + before, kept, MADV_HUGEPAGE);
    }
#else
    (void)huge;
#endif
    return memory + before;
}

void bench_unmap(void *memory, uint64_t bytes) { (void)munmap(memory, bytes); }

static uint64_t read_meminfo(const char *format)
{
    FILE *file = fopen("/proc/meminfo", "r");
    if (file == NULL) {
        return 0;
    }
    char line[128];
    unsigned long long kibibytes = 0;
    while (kibibytes == 0 && fgets(line, sizeof line, file) != NULL) {
        (void)sscanf(line, format, &kibibytes);
    }
    (void)fclose(file);
    return (uint64_t)kibibytes * 1024;
}

uint64_t bench_memory_available(void) { return read_meminfo("MemAvailable: %llu kB"); }

uint64_t bench_memory_total(void) { return read_meminfo("MemTotal: %llu kB"); }
