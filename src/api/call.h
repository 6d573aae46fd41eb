/* The call of a public function: the state of the caller's thread while the library runs in it, and failing
   with a message. */
#ifndef GLR_API_CALL_H
#define GLR_API_CALL_H

#include "text/problem.h"

#include "glorand/glorand.h"

#include <fenv.h>
#include <locale.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

/* The caller's floating-point environment and locale. */
typedef struct glr_host {
#if defined(__x86_64__)
    uint32_t mxcsr;
    uint16_t x87_control, x87_status;
#elif defined(__aarch64__)
    uint64_t fpcr, fpsr;
#else
    fenv_t environment;
#endif
    locale_t locale, own;
} glr_host;

/* Takes the floating-point environment that the stream is defined in (round to nearest, subnormals kept, no
   traps) and the C locale, in which numbers are read and printed. Every public function that computes, reads
   or prints begins with this and ends with glr_leave. Both are calls into another file, across which a
   compiler moves no load and no store, so that no arithmetic on what the caller passed leaves their brackets.
 */
glr_host glr_enter(void);

/* Gives the caller's state back, sticky exception flags included, and returns status. */
glr_status glr_leave(const glr_host *host, glr_status status);

/* Sets the calling thread's last error, as glr_show shows it, and returns status, so that a check is one
 * line. */
__attribute__((format(printf, 2, 3))) glr_status glr_fail(glr_status status, const char *format, ...);

/* Bytes of the longest message. */
#define GLR_MESSAGE 2048

/* Copies the calling thread's last error, and puts it back: for what fails within a call that succeeds. */
void glr_keep_error(char message[GLR_MESSAGE]);
void glr_put_back_error(const char message[GLR_MESSAGE]);

/* Fails unless all reserved words of a public struct, an argument called name, are 0. */
glr_status glr_check_reserved(const char *name, const uint32_t *words, size_t count);
#define GLR_CHECK_RESERVED(name, argument)                                                                   \
    glr_check_reserved(name, (argument)->reserved, sizeof(argument)->reserved / sizeof(uint32_t))

/* Fails by a problem; because the argument called name is NULL. */
glr_status glr_fail_by(const glr_problem *problem);
glr_status glr_fail_null(const char *name);

#endif
