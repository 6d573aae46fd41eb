#include "show.h"

#include "json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Controls, and what is invisible, or not to be told from a plain space, or reorders what stands beside it:
   the general categories Cc, Zl, Zp and Zs, the property Default_Ignorable_Code_Point and bidirectional
   controls of Unicode 15, and noncharacters that are often taken for byte order marks. */
static const struct {
    uint32_t first, last;
} hidden[] = {
    {0x0001, 0x001f},   {0x007f, 0x00a0},   {0x00ad, 0x00ad},   {0x034f, 0x034f},           {0x061c, 0x061c},
    {0x115f, 0x1160},   {0x1680, 0x1680},   {0x17b4, 0x17b5},   {0x180b, 0x180f},           {0x2000, 0x200f},
    {0x2028, 0x202f},   {0x205f, 0x206f},   {0x2800, 0x2800},   {0x3000, 0x3000},           {0x3164, 0x3164},
    {0xfe00, 0xfe0f},   {0xfeff, 0xfeff},   {0xffa0, 0xffa0},   {0xfff0, 0xfffb},           {0xfffe, 0xffff},
    {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a}, {0xe0000, 0xe0fff}, {GLR_NOT_UTF8, UINT32_MAX},
};

uint32_t glr_next_character(const char **text)
{
    const unsigned char *byte = (const unsigned char *)*text;
    const size_t length = glr_utf8_length(*text, strnlen(*text, 4));
    if (length <= 1) { /* ASCII, the end, or not UTF-8 */
        *text += byte[0] != 0;
        return byte[0] < 0x80 ? byte[0] : GLR_NOT_UTF8 + byte[0];
    }
    uint32_t character = byte[0] & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        character = character << 6 | (byte[i] & 0x3fU);
    }
    *text += length;
    return character;
}

bool glr_is_hidden(uint32_t character)
{
    size_t i = 0;
    while (character > hidden[i].last) {
        i++;
    }
    return character >= hidden[i].first;
}

size_t glr_show_character(const char **text, char shown[GLR_SHOWN])
{
    static const char plain[] = "\n\r\t", letters[] = "nrt";
    const char *start = *text;
    const uint32_t character = glr_next_character(text);
    int length = (int)(*text - start);
    if (!glr_is_hidden(character)) {
        memcpy(shown, start, (size_t)length);
    } else if (character >= GLR_NOT_UTF8) {
        length = snprintf(shown, GLR_SHOWN, "\\x%02x", (unsigned)(character - GLR_NOT_UTF8) & 0xffU);
    } else if (character < 0x80) {
        const char *found = strchr(plain, (int)character);
        length = found != NULL ? snprintf(shown, GLR_SHOWN, "\\%c", letters[found - plain])
                               : snprintf(shown, GLR_SHOWN, "\\x%02x", (unsigned)character);
    } else {
        length = snprintf(shown, GLR_SHOWN, character > 0xffff ? "\\U%08x" : "\\u%04x", (unsigned)character);
    }
    shown[length] = '\0';
    return (size_t)length;
}

/* Appends what is shown of a text while it fits into so many bytes; returns where it stopped. */
static const char *show_while(const char *text, char *to, size_t *used, size_t most)
{
    char shown[GLR_SHOWN];
    for (const char *next = text; *text != '\0'; text = next) {
        const size_t length = glr_show_character(&next, shown);
        if (length > most - *used) {
            break;
        }
        memcpy(to + *used, shown, length);
        *used += length;
    }
    return text;
}

static size_t shown_length(const char *text)
{
    char shown[GLR_SHOWN];
    size_t length = 0;
    while (*text != '\0') {
        length += glr_show_character(&text, shown);
    }
    return length;
}

void glr_show(const char *text, char *to, size_t capacity)
{
    static const char gap[] = "...";
    const size_t room = capacity - 1, gap_length = sizeof gap - 1;
    char shown[GLR_SHOWN];
    size_t used = 0, length = shown_length(text);
    if (length > room) { /* the beginning says where, the end says why */
        const char *rest = show_while(text, to, &used, (room - gap_length) / 2);
        length -= used;
        memcpy(to + used, gap, gap_length);
        used += gap_length;
        while (length > room - used) {
            length -= glr_show_character(&rest, shown);
        }
        text = rest;
    }
    (void)show_while(text, to, &used, room);
    to[used] = '\0';
}

/* Takes an incomplete character off the end of a text that was cut. */
static void drop_incomplete(char *text)
{
    const size_t length = strlen(text);
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        const unsigned char byte = (unsigned char)text[length - back];
        if (byte >= 0xc0) {
            text[glr_utf8_length(text + length - back, back) == 0 ? length - back : length] = '\0';
            return;
        }
    }
}

void glr_show_format(char *to, size_t capacity, const char *format, va_list arguments)
{
    char part[512];
    va_list again;
    va_copy(again, arguments);
    const int length = vsnprintf(part, sizeof part, format, arguments);
    char *whole = length >= (int)sizeof part ? malloc((size_t)length + 1) : NULL;
    if (whole != NULL) {
        (void)vsnprintf(whole, (size_t)length + 1, format, again);
    } else if (length >= (int)sizeof part) { /* without memory, its beginning */
        drop_incomplete(part);
    }
    va_end(again);
    glr_show(whole != NULL ? whole : length < 0 ? format : part, to, capacity);
    free(whole);
}

void glr_show_text(char *to, size_t capacity, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    glr_show_format(to, capacity, format, arguments);
    va_end(arguments);
}
