#include "ascii.h"

char glr_ascii_lower(char c) { return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); }

int glr_ascii_equal(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (glr_ascii_lower(a[i]) != glr_ascii_lower(b[i])) {
            return 0;
        }
    }
    return 1;
}

bool glr_ascii_begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

size_t glr_ascii_name_length(const char *text)
{
    size_t length = 0;
    while (glr_ascii_begins_name(text[length]) ||
           (length > 0 && text[length] >= '0' && text[length] <= '9')) {
        length++;
    }
    return length;
}

bool glr_ascii_is_name(const char *text, size_t length)
{
    return length > 0 && glr_ascii_name_length(text) == length;
}
