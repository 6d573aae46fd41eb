/* What went wrong, for functions of the model room: they return false and have put a sentence here. */
#ifndef GLR_MODEL_PROBLEM_H
#define GLR_MODEL_PROBLEM_H

#include <stdbool.h>

typedef struct glr_problem {
    char text[1024];
} glr_problem;

/* Sets the text and returns false, so that a check is one line. */
__attribute__((format(printf, 2, 3))) bool glr_problem_set(glr_problem *problem, const char *format, ...);

/* Puts a prefix, like a file's name, before the text, and returns false. */
__attribute__((format(printf, 2, 3))) bool glr_problem_prefix(glr_problem *problem, const char *format, ...);

#endif
