/* Calls of the C library that fail on demand, the n-th one or all from there on: a library to be loaded
   before the C library's, by LD_PRELOAD or by being linked first. */
#ifndef GLR_TEST_FAULT_H
#define GLR_TEST_FAULT_H

#include <stdbool.h>

/* Kinds of failure, each with the calls that can fail so. Every call counts, by whomever it is made: also the
   C library's own, of printf and fopen for example. */
typedef enum fault_kind {
    FAULT_MEMORY = 1,    /* no memory */
    FAULT_SYSTEM = 2,    /* a system call, or a function that makes one, returns an error */
    FAULT_INTERRUPT = 4, /* the same, but EINTR */
    FAULT_SHORT = 8,     /* half of what should be read or written is */
    FAULT_THREAD = 16    /* no thread */
} fault_kind;

/* Counts the calls of these kinds, and lets the one that has `nth` before it fail; none when nth is negative.
   With `lasting`, all after it fail as well. */
void fault_arm(unsigned kinds, long nth, bool lasting);

/* Calls succeed again. Returns how many have been counted. */
long fault_disarm(void);

/* Blocks of memory that are allocated and not freed, of those that were allocated since fault_watch. */
void fault_watch(void);
long fault_live(void);

/* ---- For the functions that fail --------------------------------------------------------------------- */

/* Counts a call. Returns 0, or the error with which the call is to fail; -1 when it is to do half. */
int fault_now(unsigned kinds, const char *function, int error);

/* Finds the C library's function, unless it has been found. */
void fault_find(void *function, const char *name);

#endif
