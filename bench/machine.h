/* The machine: what it is called, its instruction sets, its memory, and who uses its processors. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The machine and software that the numbers were measured with. No names of hosts or folders. */
typedef struct bench_machine {
    char processor[160];
    char system[160];    /* the distribution's name and version */
    char kernel[160];    /* the operating system's kernel and its release */
    char huge_pages[32]; /* when anonymous memory gets huge pages: always, madvise, never; or "" */
    char compiler[160];  /* of this program and of glorand */
    uint32_t processors; /* that this process may use */
    uint64_t memory_bytes;
    double others; /* processors that other programs kept busy while cases were measured; below 0: unknown */
} bench_machine;

void bench_describe_machine(bench_machine *machine);

/* Seconds that all programs together have used processors so far, that this one has, and the time. */
typedef struct bench_usage {
    double all, own, time;
} bench_usage;

/* False if the system does not say. */
bool bench_read_usage(bench_usage *usage);

/* Processors that other programs kept busy between two readings. */
double bench_others(const bench_usage *before, const bench_usage *after);

/* Seconds that this program's threads have waited so far for processors; 0 if the system does not say. */
double bench_waited(void);

/* Seconds that other programs took of one processor at most, in some time: threads wait for each other, too,
   but others had no more than what this program left. */
double bench_taken(double waited, double own, double time);

/* The i-th instruction set that this processor has, the one that glorand prefers first; NULL after the last.
 */
const char *bench_isa_name(size_t i);

/* The same text as bench_isa_name gives, or NULL if this processor does not have it. */
const char *bench_isa_of_name(const char *name);

/* A fresh mapping that no one has written to, aligned to a huge page; NULL when there is none. With huge, the
   system is asked for huge pages, as glr_alloc asks; it may refuse. */
void *bench_map(uint64_t bytes, bool huge);
void bench_unmap(void *memory, uint64_t bytes);

/* Bytes that can be used without swapping, and all there are; 0 if the system does not say. */
uint64_t bench_memory_available(void);
uint64_t bench_memory_total(void);

#endif
