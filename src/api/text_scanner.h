/* A position in the text form of an initializer: spaces, words, and errors with their column. docs/text.md
   has the grammar. */
#ifndef GLR_API_TEXT_SCANNER_H
#define GLR_API_TEXT_SCANNER_H

#include "initializer_text.h"

typedef struct glr_scanner {
    const char *text; /* length bytes, with a zero behind, which ends the last number */
    size_t length, at;
    const glr_text_names *names;
    bool has_capture; /* a capture was read */
    int depth;        /* parentheses that are open in an expression */
} glr_scanner;

/* Skips spaces. Returns the byte there, which is 0 at the end of the text and at a zero byte within it. */
char glr_scan_peek(glr_scanner *scanner);

/* Skips spaces, and the byte c if it is next. */
bool glr_scan_take(glr_scanner *scanner, char c);

/* Skips spaces. Whether nothing is left. */
bool glr_scan_at_end(glr_scanner *scanner);

/* The length of the name at a position; 0 if there is none. */
size_t glr_scan_name(const glr_scanner *scanner, size_t at);

/* Whether length bytes at a position are the word. */
bool glr_scan_is(const glr_scanner *scanner, size_t at, size_t length, const char *word);

/* Bytes of a name that a message shows: long ones help nobody. */
int glr_scan_shown(size_t length);

/* Fails with "column N: " before the message, where N counts the bytes up to position at from 1. */
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
glr_status
glr_scan_fail(glr_status status, size_t at, const char *format, ...);

/* Fails because something else was expected at the scanner's position. */
glr_status glr_scan_fail_expected(glr_scanner *scanner, const char *expected);

#endif
