/* Failing with a message. */
#ifndef GLR_API_ERROR_H
#define GLR_API_ERROR_H

#include "text/problem.h"

#include "glorand/glorand.h"

/* Sets the calling thread's last error, as glr_show shows it, and returns status, so that a check is one
 * line. */
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
glr_status
glr_fail(glr_status status, const char *format, ...);

/* Bytes of the longest message. */
#define GLR_MESSAGE 2048

/* Copies the calling thread's last error, and puts it back: for what fails within a call that succeeds. */
void glr_keep_error(char message[GLR_MESSAGE]);
void glr_put_back_error(const char message[GLR_MESSAGE]);

/* Fails unless all reserved words of a public struct, an argument called name, are 0. */
glr_status glr_check_reserved(const char *name, const uint32_t *words, size_t count);
#define GLR_CHECK_RESERVED(name, argument)                                                                   \
    glr_check_reserved(name, (argument)->reserved, sizeof(argument)->reserved / sizeof(uint32_t))

/* Fails by a problem. */
glr_status glr_fail_by(const glr_problem *problem);

/* Fails because the argument called name is NULL. */
glr_status glr_fail_null(const char *name);

#endif
