/* The subcommands: each prints Markdown, or CSV, and returns an exit status. */
#ifndef BENCH_GPU_COMMANDS_H
#define BENCH_GPU_COMMANDS_H

#include "arguments.h"
#include "gpu.h"

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

int run_values(session *s);
int run_times(session *s);
int run_peers(session *s);

/* Opens devices by itself, in processes of their own. */
int run_start(const arguments *a);

#endif
