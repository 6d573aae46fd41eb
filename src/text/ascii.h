/* ASCII letters, the same in every locale: comparison without regard to case, and names. */
#ifndef GLR_TEXT_ASCII_H
#define GLR_TEXT_ASCII_H

#include <stdbool.h>
#include <stddef.h>

/* A byte, in lower case if it is an ASCII letter. */
char glr_ascii_lower(char c);

/* Whether two stretches of so many bytes are the same but for the case of letters. */
int glr_ascii_equal(const char *a, const char *b, size_t length);

/* Whether a byte can begin a name, and the bytes of the name at the beginning of a zero-terminated text; 0 if
   there is none. */
bool glr_ascii_begins_name(char c);
size_t glr_ascii_name_length(const char *text);

/* Whether the first length bytes of a zero-terminated text, and no more, are a name: a letter or '_', then
 * letters, digits and '_'. */
bool glr_ascii_is_name(const char *text, size_t length);

#endif
