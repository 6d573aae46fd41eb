/* The program's arguments. */
#ifndef BENCH_GPU_ARGUMENTS_H
#define BENCH_GPU_ARGUMENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { EXIT_EQUAL = 0, EXIT_DIFFERS = 1, EXIT_USAGE = 2, EXIT_NO_DEVICE = 3, EXIT_INCOMPLETE = 4 };

#define MAX_SIZES 16
#define SIZE_TEXT 32

/* A size: the most that fits in the device's free memory. */
#define SIZE_LARGEST UINT64_MAX

/* Sizes are multiples of this: several rows of each dtype. */
#define SIZE_UNIT (UINT64_C(4) << 10)

typedef enum command { COMMAND_VALUES, COMMAND_START, COMMAND_TIMES, COMMAND_PEERS } command;

typedef struct arguments {
    command command;
    int device;
    unsigned rounds;
    double min_seconds; /* that one timing lasts */
    double seconds;     /* after which no case begins */
    bool is_short;
    bool help;            /* it has been printed, and nothing is to be done */
    const char *start_in; /* of `start`, in a process of its own: what to time */
    uint64_t sizes[MAX_SIZES];
    size_t size_count;
} arguments;

/* EXIT_EQUAL, or EXIT_USAGE after a message. */
int read_arguments(int argc, char **argv, arguments *a);

/* A size as it is given: "4KiB", "largest". */
void print_size(char text[SIZE_TEXT], uint64_t bytes);

#endif
