/* The strings and numbers of JSON. */
#ifndef GLR_TEXT_JSON_TOKEN_H
#define GLR_TEXT_JSON_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

/* Unescapes the string that begins at *at, behind its first quote, to `to`, which may be the same place of
   another text, with a zero behind; *used is its length, and *at is set behind the last quote. The text is
   UTF-8. Returns NULL, or what is wrong with what ends before *at. */
const char *glr_json_scan_string(const char *text, size_t length, size_t *at, char *to, size_t *used);

/* Whether a zero-terminated text is a number. */
bool glr_json_is_number(const char *text);

#endif
