/* The .safetensors format: eight bytes with the length of a JSON header, the header, and the tensors' bytes.
 */
#ifndef GLR_FILES_SAFETENSORS_H
#define GLR_FILES_SAFETENSORS_H

#include "files.h"

#include "glorand/glorand.h"

/* A tensor as a file has it. */
typedef struct glr_file_tensor {
    const char *name;
    const int64_t *shape;   /* of a tensor that glorand does not know, NULL */
    const char *dtype_name; /* in a file that was read: the format's name */
    uint64_t offset, bytes; /* in the file */
    glr_dtype dtype;        /* GLR_DTYPE_NONE if glorand has none such */
    uint32_t rank;          /* may be more than GLR_MAX_RANK */
} glr_file_tensor;

/* A string of a file's metadata. */
typedef struct glr_file_text {
    const char *key, *text;
} glr_file_text;

typedef struct glr_safetensors {
    glr_file_tensor *tensor; /* in the order of their offsets */
    size_t count;
    glr_file_text *metadata;
    size_t metadata_count;
    glr_input input; /* the file, open: its tensors' bytes are to be read from there */
    int64_t *sizes;  /* where shapes are */
    char *text;      /* where names and strings are */
} glr_safetensors;

/* Opens a file, and reads and checks its header. On failure *file is empty. */
bool glr_safetensors_read(const char *path, glr_safetensors *file, glr_problem *problem);

/* Whether glorand knows a tensor's dtype and rank; others are to be passed over. */
bool glr_file_tensor_is_known(const glr_file_tensor *tensor);

/* A string of the metadata, or NULL. */
const char *glr_safetensors_metadata(const glr_safetensors *file, const char *key);

/* Makes the beginning of a file that holds these tensors one after the other, length and padding included,
   and sets the tensors' offsets. Data begins at a multiple of 64 bytes. NULL on failure; to be freed. */
char *glr_safetensors_header(glr_file_tensor *tensors, size_t count, const glr_file_text *metadata,
                             size_t metadata_count, size_t *length, glr_problem *problem);

void glr_safetensors_free(glr_safetensors *file);

#endif
