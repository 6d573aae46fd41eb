/* ASCII letters, the same in every locale: comparison without regard to case, and names. */
#ifndef GLR_TEXT_ASCII_H
#define GLR_TEXT_ASCII_H

#include <stdbool.h>
#include <stddef.h>

/* A byte, in lower case if it is an ASCII letter. */
char glr_ascii_lower(char c);

/* Whether two stretches of so many bytes are the same but for the case of letters. */
int glr_ascii_equal(const char *a, const char *b, size_t length);

/* Whether length bytes are a name: a letter or '_', then letters, digits and '_'. */
bool glr_ascii_is_name(const char *text, size_t length);

#endif
