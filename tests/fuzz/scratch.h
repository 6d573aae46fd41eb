/* A folder of a target's own, in which nothing else is. */
#ifndef GLR_TEST_FUZZ_SCRATCH_H
#define GLR_TEST_FUZZ_SCRATCH_H

#include <stddef.h>

/* Makes the folder, in memory where there is such a file system, which is removed when the process ends.
   Returns its path. */
const char *fuzz_scratch_make(void);

/* Writes a file there, of two parts, dated long ago: a new one is only read a moment later. */
void fuzz_scratch_write(const char *name, const void *head, size_t head_length, const void *tail,
                        size_t tail_length);

/* The names in a folder below the scratch, "" for itself, sorted, with a line's end behind each. */
const char *fuzz_scratch_list(const char *below);

/* Removes the files that are there; folders stay. */
void fuzz_scratch_empty(const char *below);

#endif
