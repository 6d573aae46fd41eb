/* Writing JSON. */
#include "json.h"

#include "show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void glr_text_free(glr_text *text)
{
    free(text->bytes);
    memset(text, 0, sizeof *text);
}

/* Makes room for more bytes; false if there is none, or something has failed before. */
static bool reserve(glr_text *text, size_t more)
{
    if (text->out_of_memory || text->not_utf8) {
        return false;
    }
    if (more <= text->capacity - text->length) {
        return true;
    }
    size_t capacity = text->capacity < 256 ? 256 : text->capacity;
    while (capacity - text->length < more) {
        if (capacity > SIZE_MAX / 2) {
            text->out_of_memory = true;
            return false;
        }
        capacity *= 2;
    }
    char *grown = realloc(text->bytes, capacity);
    if (grown == NULL) {
        text->out_of_memory = true;
        return false;
    }
    text->bytes = grown;
    text->capacity = capacity;
    return true;
}

void glr_text_append(glr_text *text, const char *bytes, size_t length)
{
    if (text->limit > 0 && (text->length > text->limit || length > text->limit - text->length)) {
        text->length += length;
        return;
    }
    if (reserve(text, length) && length > 0) {
        memcpy(text->bytes + text->length, bytes, length);
        text->length += length;
    }
}

void glr_text_add(glr_text *text, const char *zero_terminated)
{
    glr_text_append(text, zero_terminated, strlen(zero_terminated));
}

static void add_escape(glr_text *text, uint32_t character)
{
    static const char meant[] = "\"\\\b\f\n\r\t", escaped[] = "\"\\bfnrt";
    const char *found = character < 0x80 ? strchr(meant, (int)character) : NULL;
    char escape[16];
    int length;
    if (found != NULL) {
        length = snprintf(escape, sizeof escape, "\\%c", escaped[found - meant]);
    } else if (character <= 0xffff) {
        length = snprintf(escape, sizeof escape, "\\u%04X", (unsigned)character);
    } else { /* a surrogate pair */
        length = snprintf(escape, sizeof escape, "\\u%04X\\u%04X", (unsigned)(0xd7c0 + (character >> 10)),
                          (unsigned)(0xdc00 + (character & 0x3ffU)));
    }
    glr_text_append(text, escape, (size_t)length);
}

void glr_text_string(glr_text *text, const char *string)
{
    const char *plain = string; /* what has not been added yet */
    glr_text_append(text, "\"", 1);
    for (const char *next = string; *string != '\0'; string = next) {
        const uint32_t character = glr_next_character(&next);
        if (character >= GLR_NOT_UTF8) {
            text->not_utf8 = true;
            return;
        }
        if (character < 0x20 || character == '"' || character == '\\' ||
            (text->visible && glr_is_hidden(character))) {
            glr_text_append(text, plain, (size_t)(string - plain));
            add_escape(text, character);
            plain = next;
        }
    }
    glr_text_append(text, plain, (size_t)(string - plain));
    glr_text_append(text, "\"", 1);
}

void glr_text_int64(glr_text *text, int64_t number)
{
    char digits[24];
    size_t first = sizeof digits;
    uint64_t magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
    do {
        digits[--first] = (char)('0' + magnitude % 10);
        magnitude /= 10;
    } while (magnitude > 0);
    if (number < 0) {
        digits[--first] = '-';
    }
    glr_text_append(text, digits + first, sizeof digits - first);
}

/* The exponent has neither '+' nor leading zeros; a number without either part gets ".0", so that it is read
   as what it is. */
void glr_text_double(glr_text *text, double number)
{
    char digits[40];
    if (!isfinite(number)) {
        glr_text_add(text, isnan(number) ? "NaN" : number < 0.0 ? "-Infinity" : "Infinity");
        return;
    }
    (void)snprintf(digits, sizeof digits, "%.17g", number);
    char *exponent = strchr(digits, 'e');
    if (exponent == NULL) {
        glr_text_add(text, digits);
        if (strchr(digits, '.') == NULL) {
            glr_text_add(text, ".0");
        }
        return;
    }
    glr_text_append(text, digits, (size_t)(exponent + 1 - digits));
    if (exponent[1] == '-') {
        glr_text_add(text, "-");
    }
    const char *first = exponent + 2;
    glr_text_add(text, first + strspn(first, "0"));
}

void glr_text_integers(glr_text *text, const int64_t *numbers, size_t count)
{
    glr_text_add(text, "[");
    for (size_t i = 0; i < count; i++) {
        if (i > 0) {
            glr_text_comma(text);
        }
        glr_text_int64(text, numbers[i]);
    }
    glr_text_add(text, "]");
}

void glr_text_comma(glr_text *text) { glr_text_add(text, text->spaced ? ", " : ","); }

void glr_text_name(glr_text *text, const char *name)
{
    glr_text_string(text, name);
    glr_text_add(text, text->spaced ? ": " : ":");
}
