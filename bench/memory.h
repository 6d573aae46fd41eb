/* Memory that is timed. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stdint.h>

/* A fresh mapping that no one has written to, aligned to a huge page; NULL when there is none. */
void *bench_map(uint64_t bytes);
void bench_unmap(void *memory, uint64_t bytes);

/* Bytes that can be used without swapping, and all there are; 0 if the system does not say. */
uint64_t bench_memory_available(void);
uint64_t bench_memory_total(void);

#endif
