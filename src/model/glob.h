/* Patterns of names, as the shell has them: * is any characters, ? one, [a-z0-9_] one of a set, [!...] or
   [^...] one that is not in it; a backslash takes the next character's meaning away. Characters are UTF-8's;
   a byte that is not UTF-8 is a character by itself. No character is special in a name: * matches '/' and a
   leading '.', too. {i} is a capture: a whole run of decimal digits, the same digits wherever it is repeated.
   The part before a star matches as early in the name as it can, and is then settled, so that a match takes
   time in proportion to the product of both lengths at most. */
#ifndef GLR_MODEL_GLOB_H
#define GLR_MODEL_GLOB_H

#include "text/problem.h"

#include <stdbool.h>
#include <stddef.h>

#define GLR_MAX_CAPTURES 8

/* Bytes of a set: without a limit, each of many [ would be followed to the pattern's end. */
#define GLR_MAX_SET 256

/* A capture: its name in the pattern, and its digits in the name. */
typedef struct glr_capture {
    const char *name, *digits;
    size_t name_length, length;
} glr_capture;

/* Captures of a pattern, each once, in the order of the pattern. */
typedef struct glr_captures {
    glr_capture capture[GLR_MAX_CAPTURES];
    size_t count;
} glr_captures;

/* Checks the captures of a pattern, and lists them, without digits. Errors: a { that begins none (\{ is the
   character), more than GLR_MAX_CAPTURES, and a [ whose ] may be further away than GLR_MAX_SET bytes. */
bool glr_glob_check(const char *pattern, glr_captures *captures, glr_problem *problem);

/* Whether a name matches. Sets may hold the classes of
   ASCII characters, [:digit:] and the like. A [ without its ] is itself, as is a { that begins no capture; a
   backslash at the end matches nothing. */
bool glr_glob_matches(const char *pattern, const char *name);

/* The same; *captures are set if it does. */
bool glr_glob_capture(const char *pattern, const char *name, glr_captures *captures);

/* Finds the next run of bytes that every matching name holds: its start, or NULL, and *length; *pattern is
   set behind it. */
const char *glr_glob_next_literal(const char **pattern, size_t *length);

#endif
