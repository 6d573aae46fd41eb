/* Texts of others as people see them: names from files, arguments, what a driver says. Control characters,
   bytes that are not UTF-8, and characters that hide or reorder text are shown as escapes: \n, \x1b for a
   byte, \u202e and \U000e0041 for a code point. All others stay as they are. */
#ifndef GLR_TEXT_SHOW_H
#define GLR_TEXT_SHOW_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the longest form of one character, and a zero. */
#define GLR_SHOWN 11

/* Code points from here on are bytes that are not UTF-8. */
#define GLR_NOT_UTF8 UINT32_C(0x110000)

/* The code point at the beginning of a text, or GLR_NOT_UTF8 plus a byte; *text is set behind it. 0 is the
 * end. */
uint32_t glr_next_character(const char **text);

/* Whether a code point is shown as an escape. */
bool glr_is_hidden(uint32_t character);

/* Writes the form of the character at the beginning of a text, and returns its bytes; *text is set behind it.
 */
size_t glr_show_character(const char **text, char shown[GLR_SHOWN]);

/* Shows a text in so many bytes, the zero among them. If it is longer, "..." stands for its middle. `to` must
   not overlap the text. A backslash stays as it is, so that what has been shown can be shown again. */
void glr_show(const char *text, char *to, size_t capacity);

/* Shows a formatted text, all of it. `to` may be among the arguments. */
void glr_show_format(char *to, size_t capacity, const char *format, va_list arguments);
#if defined(__GNUC__)
__attribute__((format(printf, 3, 4)))
#endif
void glr_show_text(char *to, size_t capacity, const char *format, ...);

#endif
