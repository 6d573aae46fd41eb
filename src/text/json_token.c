/* The strings and numbers of JSON. */
#include "json_token.h"

#include "json.h"

#include <string.h>

size_t glr_utf8_length(const char *text, size_t length)
{
    const unsigned char *byte = (const unsigned char *)text;
    size_t more;
    unsigned least = 0x80, most = 0xbf; /* of the second byte: shortest form, no surrogates, up to U+10FFFF */
    if (length == 0 || byte[0] < 0x80) {
        return length == 0 ? 0 : 1;
    }
    if (byte[0] >= 0xc2 && byte[0] <= 0xdf) {
        more = 1;
    } else if (byte[0] >= 0xe0 && byte[0] <= 0xef) {
        more = 2;
        least = byte[0] == 0xe0 ? 0xa0 : 0x80;
        most = byte[0] == 0xed ? 0x9f : 0xbf;
    } else if (byte[0] >= 0xf0 && byte[0] <= 0xf4) {
        more = 3;
        least = byte[0] == 0xf0 ? 0x90 : 0x80;
        most = byte[0] == 0xf4 ? 0x8f : 0xbf;
    } else {
        return 0;
    }
    if (more >= length || byte[1] < least || byte[1] > most) {
        return 0;
    }
    for (size_t i = 2; i <= more; i++) {
        if ((byte[i] & 0xc0U) != 0x80U) {
            return 0;
        }
    }
    return more + 1;
}

/* A string that is being read. */
typedef struct scanner {
    const char *text;
    size_t length, at;
    char *to;
    size_t used;
} scanner;

/* The byte at a place, or a zero behind the end. */
static char byte_at(const scanner *s, size_t at)
{
    if (at < s->length) {
        return s->text[at];
    }
    return 0;
}

static bool read_hex4(const scanner *s, size_t at, uint32_t *code)
{
    *code = 0;
    for (size_t i = at; i < at + 4; i++) {
        const char c = byte_at(s, i);
        uint32_t digit;
        if (c >= '0' && c <= '9') {
            digit = (uint32_t)(c - '0');
        } else if ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
            digit = (uint32_t)((c | 0x20) - 'a') + 10;
        } else {
            return false;
        }
        *code = *code << 4 | digit;
    }
    return true;
}

static size_t put_utf8(uint32_t code, char *to)
{
    if (code < 0x80) {
        to[0] = (char)code;
        return 1;
    }
    size_t more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned lead[] = {0, 0xc0, 0xe0, 0xf0};
    to[0] = (char)(unsigned char)(lead[more] | code >> (6 * more));
    for (size_t i = 1; i <= more; i++) {
        to[i] = (char)(unsigned char)(0x80U | (code >> (6 * (more - i)) & 0x3fU));
    }
    return more + 1;
}

/* Goes on by some bytes, and says what is wrong with them. */
static const char *fail(scanner *s, size_t bytes, const char *why)
{
    s->at += bytes;
    return why;
}

/* "\\uXXXX", or two of them that are a surrogate pair, from the backslash on. */
static const char *scan_unicode(scanner *s)
{
    uint32_t code, low;
    if (!read_hex4(s, s->at + 2, &code)) {
        return fail(s, 2, "\\u is not followed by four hexadecimal digits");
    }
    size_t length = 6;
    if (code == 0) {
        return fail(s, length, "\\u0000 is not allowed");
    }
    if (code >= 0xd800 && code <= 0xdfff) {
        const bool paired = code <= 0xdbff && byte_at(s, s->at + 6) == '\\' && byte_at(s, s->at + 7) == 'u' &&
                            read_hex4(s, s->at + 8, &low) && low >= 0xdc00 && low <= 0xdfff;
        if (!paired) {
            return fail(s, length, "half of a surrogate pair stands alone");
        }
        code = 0x10000 + ((code & 0x3ffU) << 10 | (low & 0x3ffU));
        length = 12;
    }
    s->used += put_utf8(code, s->to + s->used);
    s->at += length;
    return NULL;
}

static const char *scan_escape(scanner *s)
{
    static const char escaped[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    const char c = byte_at(s, s->at + 1);
    if (c == 'u') {
        return scan_unicode(s);
    }
    const char *found = c == '\0' ? NULL : strchr(escaped, c);
    if (found == NULL) {
        return fail(s, 1, "a backslash in a string is followed by no escape of JSON");
    }
    s->to[s->used++] = meant[found - escaped];
    s->at += 2;
    return NULL;
}

/* Up to the last quote. */
static const char *scan(scanner *s)
{
    while (s->at < s->length && s->text[s->at] != '"') {
        const char c = s->text[s->at];
        if ((unsigned char)c < 0x20) {
            return fail(s, 1, "a control character stands unescaped in a string");
        }
        if (c != '\\') {
            s->to[s->used++] = c;
            s->at++;
            continue;
        }
        const char *why = scan_escape(s);
        if (why != NULL) {
            return why;
        }
    }
    return s->at < s->length ? NULL : "the text ends within a string";
}

const char *glr_json_scan_string(const char *text, size_t length, size_t *at, char *to, size_t *used)
{
    scanner s = {.text = text, .length = length, .at = *at, .to = to};
    const char *why = scan(&s);
    if (why == NULL) {
        to[s.used] = '\0';
        s.at++;
    }
    *at = s.at;
    *used = s.used;
    return why;
}

static const char *skip_digits(const char *text)
{
    while (*text >= '0' && *text <= '9') {
        text++;
    }
    return text;
}

bool glr_json_is_number(const char *text)
{
    const char *digits = text + (*text == '-'), *end = skip_digits(digits);
    if (end == digits || (*digits == '0' && end > digits + 1)) {
        return false;
    }
    if (*end == '.') {
        digits = end + 1;
        end = skip_digits(digits);
        if (end == digits) {
            return false;
        }
    }
    if (*end == 'e' || *end == 'E') {
        digits = end + 1 + (end[1] == '+' || end[1] == '-');
        end = skip_digits(digits);
        if (end == digits) {
            return false;
        }
    }
    return *end == '\0';
}
