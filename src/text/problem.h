/* Error messages of what the library and the command share, which cannot set the library's last error: a
   function that fails returns false, with a sentence here, as glr_show shows it. */
#ifndef GLR_TEXT_PROBLEM_H
#define GLR_TEXT_PROBLEM_H

#include "glorand/glorand.h"

#include <stdbool.h>

typedef struct glr_problem {
    char text[4096];
    glr_status status; /* GLR_ERROR_PARSE for bad input */
} glr_problem;

/* Sets the text and returns false, so that a check is one line. */
__attribute__((format(printf, 2, 3))) bool glr_problem_set(glr_problem *problem, const char *format, ...);

/* The same, and returns the status. */
__attribute__((format(printf, 3, 4))) glr_status glr_problem_fail(glr_problem *problem, glr_status status,
                                                                  const char *format, ...);

/* The same as glr_problem_set, followed by what errno says; running out of something is GLR_ERROR_SYSTEM. */
__attribute__((format(printf, 2, 3))) bool glr_problem_errno(glr_problem *problem, const char *format, ...);

/* Whether not the input is at fault: memory ran out, for one. */
bool glr_problem_is_systems(const glr_problem *problem);

/* "out of memory". */
bool glr_problem_memory(glr_problem *problem);

/* Takes over the last error of a call of the library that returned this status. */
bool glr_problem_status(glr_problem *problem, glr_status status);

/* Puts a prefix, like a file's name, before the text, and returns false. */
__attribute__((format(printf, 2, 3))) bool glr_problem_prefix(glr_problem *problem, const char *format, ...);

#endif
