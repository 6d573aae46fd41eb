/* Input files: opened once, read by position on that one descriptor, and watched for changes. */
#ifndef GLR_FILES_INPUT_H
#define GLR_FILES_INPUT_H

#include "text/problem.h"

#include <stddef.h>
#include <stdint.h>
#include <time.h>

/* All zero: no file. */
typedef struct glr_input {
    bool is_open;
    int descriptor;
    uint64_t bytes;
    struct timespec modified;
} glr_input;

/* Opens a regular file; anything else, which may block or never end, is an error that names what it is. */
bool glr_input_open(const char *path, glr_input *input, glr_problem *problem);

/* Reads `count` bytes that lie `offset` bytes after the beginning. Fewer are an error: the file had them.
   Problems do not name the path, here and below. */
bool glr_input_read(const glr_input *input, void *bytes, size_t count, uint64_t offset, glr_problem *problem);

/* Whether the open file is as it was when it was opened, by its size and the time of its last modification.
   Another file under its name is not a change: the open one is whole. */
bool glr_input_is_unchanged(const glr_input *input, glr_problem *problem);

/* Closes the file, unless there is none. */
void glr_input_close(glr_input *input);

/* A file's bytes, with a zero after them; NULL on failure. */
char *glr_read_file(const char *path, size_t *length, glr_problem *problem);

#endif
