#include "text_scanner.h"

#include "error.h"
#include "text/ascii.h"
#include "text/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

char glr_scan_peek(glr_scanner *scanner)
{
    while (scanner->at < scanner->length) {
        const char c = scanner->text[scanner->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            return c;
        }
        scanner->at++;
    }
    return 0;
}

bool glr_scan_take(glr_scanner *scanner, char c)
{
    if (glr_scan_peek(scanner) != c) {
        return false;
    }
    scanner->at++;
    return true;
}

bool glr_scan_at_end(glr_scanner *scanner)
{
    (void)glr_scan_peek(scanner);
    return scanner->at == scanner->length;
}

size_t glr_scan_name(const glr_scanner *scanner, size_t at)
{
    return glr_ascii_name_length(scanner->text + at);
}

bool glr_scan_is(const glr_scanner *scanner, size_t at, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(scanner->text + at, word, length) == 0;
}

int glr_scan_shown(size_t length) { return length < 40 ? (int)length : 40; }

glr_status glr_scan_fail(glr_status status, size_t at, const char *format, ...)
{
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return glr_fail(status, "column %zu: %s", at + 1, message);
}

glr_status glr_scan_fail_expected(glr_scanner *scanner, const char *expected)
{
    const char c = glr_scan_peek(scanner);
    const char *start = scanner->text + scanner->at;
    if (scanner->at == scanner->length) {
        return glr_scan_fail(GLR_ERROR_PARSE, scanner->at, "expected %s, not the end of the text", expected);
    }
    if (c == '\0') {
        return glr_scan_fail(GLR_ERROR_PARSE, scanner->at, "expected %s, not a zero byte", expected);
    }
    size_t length = glr_scan_name(scanner, scanner->at);
    if (length == 0) {
        length = glr_utf8_length(start, scanner->length - scanner->at);
    }
    return glr_scan_fail(GLR_ERROR_PARSE, scanner->at, "expected %s, not '%.*s'", expected,
                         length == 0 ? 1 : glr_scan_shown(length), start);
}
