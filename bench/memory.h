/* Memory that is timed. */
#ifndef BENCH_MEMORY_H
#define BENCH_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

/* A fresh mapping that no one has written to, aligned to a huge page; NULL when there is none. With huge, the
   system is asked for huge pages, as glr_alloc asks; it may refuse. */
void *bench_map(uint64_t bytes, bool huge);
void bench_unmap(void *memory, uint64_t bytes);

/* Bytes that can be used without swapping, and all there are; 0 if the system does not say. */
uint64_t bench_memory_available(void);
uint64_t bench_memory_total(void);

#endif
