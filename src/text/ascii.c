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

static bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

bool glr_ascii_is_name(const char *text, size_t length)
{
    size_t i = 0;
    while (i < length && (begins_name(text[i]) || (i > 0 && text[i] >= '0' && text[i] <= '9'))) {
        i++;
    }
    return length > 0 && i == length;
}
