/* The tensors that a file and a spec have in common, and the others. */
#ifndef GLR_CLI_PAIRS_H
#define GLR_CLI_PAIRS_H

#include "files/safetensors.h"

#include "glorand/model.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct glr_pairs {
    const char *path;
    const glr_safetensors *file;
    const glr_model *model;
    bool partial;
    size_t *index; /* for each tensor of the file that of the spec; SIZE_MAX where there is none */
    bool *found;   /* of those of the spec */
    /* How many pairs, tensors of the file that glorand does not know, tensors in one of both only, and
       tensors of another dtype or shape than in the spec. */
    size_t count, unknown, not_in_spec, not_in_file, unlike;
    uint64_t bytes; /* of the pairs */
} glr_pairs;

/* Pairs a file's tensors with those of a spec. Returns an exit status, after messages when there is nothing
   to compare, when tensors do not have the form that the spec says, or, unless it is partial, when some are
   in one of both only. To be freed in any case. */
int glr_pairs_make(const char *path, const glr_safetensors *file, const glr_model *model, bool partial,
                   glr_pairs *all);

/* Prints the line for a file of which all is as drawn. */
void glr_pairs_say_done(const glr_pairs *all);

void glr_pairs_free(glr_pairs *all);

#endif
