/* Failing with a message. */
#ifndef GLR_API_ERROR_H
#define GLR_API_ERROR_H

#include "glorand/glorand.h"

/* Sets the calling thread's last error, as glr_show shows it, and returns status, so that a check is one
 * line. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
glr_status
glr_fail(glr_status status, const char *format, ...);

/* Bytes of the longest message. */
#define GLR_MESSAGE 512

/* Copies the calling thread's last error, and puts it back: for what fails within a call that succeeds. */
void glr_keep_error(char message[GLR_MESSAGE]);
void glr_put_back_error(const char message[GLR_MESSAGE]);

/* Fails unless `size`, the first member of a public struct, is 0 or what this version's struct has. */
glr_status glr_check_struct_size(const char *name, uint32_t size, size_t expected);

/* Fails because the argument called name is NULL. */
glr_status glr_fail_null(const char *name);

#endif
