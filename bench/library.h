/* Functions of a library that is found when the program runs. */
#ifndef BENCH_LIBRARY_H
#define BENCH_LIBRARY_H

#include <stddef.h>

typedef struct bench_symbol {
    const char *name;
    void *function; /* address of the pointer that gets it */
} bench_symbol;

/* Loads a library, which stays loaded, and finds its functions. NULL and the reason, in `capacity` bytes,
   when it cannot be loaded or lacks one. */
void *bench_load(const char *file, const bench_symbol *symbols, size_t count, char *reason, size_t capacity);

/* The same for the file that an environment variable names or, without it, for `file`. */
void *bench_load_named(const char *variable, const char *file, const bench_symbol *symbols, size_t count,
                       char *reason, size_t capacity);

#endif
