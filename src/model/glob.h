/* Patterns of names, as the shell has them: * is any characters, ? one, [a-z0-9_] one of a set, [!...] or
   [^...] one that is not in it; a backslash takes the next character's meaning away. Characters are UTF-8's;
   a byte that is not UTF-8 is a character by itself. No character is special in a name: * matches '/' and a
   leading '.', too. */
#ifndef GLR_MODEL_GLOB_H
#define GLR_MODEL_GLOB_H

#include <stdbool.h>
#include <stddef.h>

/* Whether a name matches; no pattern takes exponential time. Sets may hold the classes of
   ASCII characters, [:digit:] and the like. A [ without its ] is itself; a backslash at the end matches
   nothing. */
bool glr_glob_matches(const char *pattern, const char *name);

/* Finds the next run of bytes that every matching name holds: its start, or NULL, and *length; *pattern is
   set behind it. */
const char *glr_glob_next_literal(const char **pattern, size_t *length);

#endif
