/* The program's arguments and subcommands. */
#ifndef BENCH_GPU_COMMANDS_H
#define BENCH_GPU_COMMANDS_H

#include "gpu.h"

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

/* One buffer for all cases: allocating much takes longer than filling it. */
typedef struct session {
    const gpu *g;
    const arguments *a;
    double begun; /* gpu_now */
    CUdeviceptr memory;
    uint64_t room;
    FILE *details; /* about differences, which the report ends with */
    char *text;    /* of the details */
    size_t length;
} session;

/* Takes memory for the largest of the sizes, strided cases included, as far as the device has room; false if
   there is none. */
bool session_open(session *s, const gpu *g, const arguments *a);
void session_close(session *s); /* may be called again */

/* Opens the details; NULL after a message if memory runs out. */
FILE *session_details(session *s);

/* Prints the details, if there are any, and closes them. */
void session_print_details(session *s);

/* Whether no case may begin any more. */
bool session_is_over(const session *s);

/* A line on stderr about a size that is done. */
void session_show(const session *s, const char *what, const char *size);

/* Each subcommand prints Markdown, or CSV, and returns an exit status. */
int run_values(session *s);
int run_times(session *s);
int run_peers(session *s);

/* Opens devices by itself, in processes of their own. */
int run_start(const arguments *a);

#endif
