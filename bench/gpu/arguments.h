/* The program's arguments. */
#ifndef BENCH_GPU_ARGUMENTS_H
#define BENCH_GPU_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXIT_EQUAL = 0, EXIT_DIFFERS = 1, EXIT_USAGE = 2, EXIT_NO_DEVICE = 3 };

#define SIZES_MOST 16

typedef struct arguments {
    int device;
    unsigned rounds;
    double least_seconds; /* that one timing lasts */
    bool help;            /* it has been printed, and nothing is to be done */
    uint64_t sizes[SIZES_MOST];
    size_t size_count;
} arguments;

/* EXIT_EQUAL, or EXIT_USAGE after a message. */
int read_arguments(int argc, char **argv, arguments *a);

#endif
