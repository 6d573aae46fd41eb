/* The .safetensors format: eight bytes with the length of a JSON header, the header, and the tensors' bytes.
 */
#ifndef GLR_MODEL_SAFETENSORS_H
#define GLR_MODEL_SAFETENSORS_H

#include "json.h"

/* A tensor as a file has it. */
typedef struct glr_file_tensor {
    char *name;
    glr_dtype dtype;
    uint32_t rank;
    int64_t shape[GLR_MAX_RANK];
    uint64_t offset, bytes; /* in the file */
} glr_file_tensor;

typedef struct glr_safetensors {
    glr_file_tensor *tensor; /* in the order of their offsets */
    size_t count;
    json_t *metadata; /* an object of strings; NULL if there is none */
    uint64_t bytes;   /* of the file */
} glr_safetensors;

/* Reads and checks a file's header. On failure *file is empty. */
bool glr_safetensors_read(const char *path, glr_safetensors *file, glr_problem *problem);

/* Makes the beginning of a file that holds these tensors one after the other, length and padding included,
   and sets the tensors' offsets. Data begins at a multiple of 64 bytes. NULL on failure; to be freed. */
char *glr_safetensors_header(glr_file_tensor *tensors, size_t count, json_t *metadata, size_t *length,
                             glr_problem *problem);

void glr_safetensors_free(glr_safetensors *file);

#endif
