/* The machine and software that the numbers were measured with. No names of hosts or folders. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

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

#endif
