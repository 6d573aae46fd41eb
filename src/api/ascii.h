/* Comparison without regard to case, of ASCII letters alone and so in every locale. */
#ifndef GLR_API_ASCII_H
#define GLR_API_ASCII_H

#include <stddef.h>

/* A byte, in lower case if it is an ASCII letter. */
char glr_ascii_lower(char c);

/* Whether two stretches of so many bytes are the same but for the case of letters. */
int glr_ascii_equal(const char *a, const char *b, size_t length);

#endif
