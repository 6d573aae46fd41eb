/* Error messages of src/model: a function that fails returns false, with a sentence here, as glr_show shows
   it. */
#ifndef GLR_MODEL_PROBLEM_H
#define GLR_MODEL_PROBLEM_H

#include "glorand/glorand.h"

#include <stdbool.h>

typedef struct glr_problem {
    char text[4096];
    bool is_systems; /* not the input is at fault: memory ran out, for one */
} glr_problem;

/* Sets the text and returns false, so that a check is one line. */
__attribute__((format(printf, 2, 3))) bool glr_problem_set(glr_problem *problem, const char *format, ...);

/* The same, followed by what errno says; running out of something is the system's fault. */
__attribute__((format(printf, 2, 3))) bool glr_problem_errno(glr_problem *problem, const char *format, ...);

/* "out of memory". */
bool glr_problem_memory(glr_problem *problem);

/* Takes over the last error of a call of the library that returned this status. */
bool glr_problem_status(glr_problem *problem, glr_status status);

/* Puts a prefix, like a file's name, before the text, and returns false. */
__attribute__((format(printf, 2, 3))) bool glr_problem_prefix(glr_problem *problem, const char *format, ...);

#endif
