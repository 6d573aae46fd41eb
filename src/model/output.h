/* Output files: written beside the final name, renamed when whole. */
#ifndef GLR_MODEL_OUTPUT_H
#define GLR_MODEL_OUTPUT_H

#include "problem.h"

#include <stddef.h>
#include <stdint.h>

typedef struct glr_output {
    int descriptor;
    char *final_name, *temporary_name;
    uint64_t bytes;
} glr_output;

/* Creates the temporary file with all its bytes reserved. The final name's directory must be writable; what
   exists under the final name stays as it is until glr_output_commit, and must be a regular file or a link to
   one. */
bool glr_output_create(const char *path, uint64_t bytes, glr_output *output, glr_problem *problem);

/* Copies bytes to a place in the file. Several threads may do so at once. */
bool glr_output_write(const glr_output *output, uint64_t first, const void *bytes, size_t length,
                      glr_problem *problem);

/* Gives the file its final name. On failure it is removed. */
bool glr_output_commit(glr_output *output, glr_problem *problem);

/* Removes the temporary file. Nothing happens after a commit or a failed create. */
void glr_output_discard(glr_output *output);

#endif
