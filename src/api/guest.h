/* The library as a guest in the caller's thread: what it needs of the thread's state while it runs, and how
   the caller gets his own back. */
#ifndef GLR_API_GUEST_H
#define GLR_API_GUEST_H

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

#endif
