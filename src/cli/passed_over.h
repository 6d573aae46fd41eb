/* Messages of verify and stats about tensors of dtypes or ranks that glorand does not know. */
#ifndef GLR_CLI_PASSED_OVER_H
#define GLR_CLI_PASSED_OVER_H

#include "files/safetensors.h"

#include <stdbool.h>

/* How many names a message has at most: a file may have a hundred thousand. */
#define GLR_NAMES_SHOWN 10

/* Whether a tensor's name matches a pattern, which may be NULL. */
bool glr_is_meant(const glr_file_tensor *tensor, const char *pattern);

/* Says on standard error which tensors are passed over for their dtype or rank, if there are such. Only names
   that match the glob count, unless it is NULL. */
void glr_say_passed_over(const char *path, const glr_safetensors *file, const char *glob);

/* Says on standard error which tensors have values that are not floating-point, if there are such. */
void glr_say_not_floating(const char *path, const glr_safetensors *file);

#endif
