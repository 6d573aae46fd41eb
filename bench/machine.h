/* What the numbers were measured on and with. No names of hosts or folders. */
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include <stdint.h>

typedef struct bench_machine {
    char processor[160];
    char system[160];    /* the distribution's name and version */
    char kernel[160];    /* the operating system's kernel and its release */
    char huge_pages[32]; /* when anonymous memory gets huge pages: always, madvise, never; or "" */
    char compiler[160];  /* of this program and of glorand */
    uint32_t processors; /* that this process may use */
    uint64_t memory_bytes;
} bench_machine;

void bench_describe_machine(bench_machine *machine);

#endif
