/* Output files: written beside the final name, renamed when whole. */
#ifndef GLR_CLI_OUTPUT_H
#define GLR_CLI_OUTPUT_H

#include "text/problem.h"

#include <stddef.h>
#include <stdint.h>

typedef struct glr_output {
    int descriptor;
    char *final_name, *temporary_name;
    uint64_t bytes;
} glr_output;

/* Creates the temporary file, with all its bytes reserved where the file system can do that. A file under
   the final name stays as it is until glr_output_commit, and must be a regular file. Links are
   followed, also to a file that is not there yet. The file gets the mode of the one that it replaces, and its
   owner and group where this process may give it them. Until the commit, whatever ends the process removes
   the file, except SIGKILL and a stack that overflows. There can be one at a time. */
bool glr_output_create(const char *path, uint64_t bytes, glr_output *output, glr_problem *problem);

/* Copies bytes to a place in the file. Several threads may do so at once. */
bool glr_output_write(const glr_output *output, uint64_t first, const void *bytes, size_t length,
                      glr_problem *problem);

/* Gives the file its final name; with `sync`, when it is on the medium, and waits until its name is there,
   too. On failure it is removed, unless only the last step failed. */
bool glr_output_commit(glr_output *output, bool sync, glr_problem *problem);

/* Removes the temporary file. Nothing happens after a commit or a failed create. */
void glr_output_discard(glr_output *output);

/* How many temporary files of processes that were killed lie beside the file. Unless that is 0, *name is one
   of them, which the caller frees. */
size_t glr_output_leftovers(const glr_output *output, char **name);

#endif
