/* Writing drawn tensors to files. */
#ifndef GLR_CLI_WRITE_H
#define GLR_CLI_WRITE_H

#include "command.h"
#include "glorand/model.h"

/* Draws the tensors of a resolved model, skipped ones left out, into a new .safetensors file. The functions
   here return an exit status after a message, remove what is unfinished, and die by a signal that interrupts
   them. */
int glr_write_safetensors(const glr_common *common, const glr_model *model, const char *path);

/* Draws a resolved model's one tensor into a file of its bytes after a header, which may be empty. */
int glr_write_single(const glr_common *common, const glr_model *model, const char *header,
                     size_t header_length, const char *path);

/* Draws one tensor to standard output, its bytes alone. */
int glr_write_standard_output(const glr_common *common, const glr_model_tensor *tensor);

#endif
