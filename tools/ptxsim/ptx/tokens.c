#include "tokens.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

ptx_reader ptx_reader_of(const char *text) { return (ptx_reader){text, text, 1}; }

static void step(ptx_reader *reader)
{
    if (*reader->at++ == '\n') {
        reader->line++;
        reader->line_text = reader->at;
    }
}

/* Blanks and both kinds of comment. */
static void skip_blanks(ptx_reader *reader)
{
    for (;;) {
        if (isspace((unsigned char)*reader->at)) {
            step(reader);
        } else if (reader->at[0] == '/' && reader->at[1] == '/') {
            while (*reader->at != '\0' && *reader->at != '\n') {
                step(reader);
            }
        } else if (reader->at[0] == '/' && reader->at[1] == '*') {
            while (*reader->at != '\0' && strncmp(reader->at, "*/", 2) != 0) {
                step(reader);
            }
            reader->at += *reader->at == '\0' ? 0 : 2;
        } else {
            return;
        }
    }
}

static bool begins_word(char c) { return isalpha((unsigned char)c) || strchr("_$%.", c) != NULL; }
static bool continues_word(char c) { return isalnum((unsigned char)c) || strchr("_$%.", c) != NULL; }

ptx_token ptx_next_token(ptx_reader *reader)
{
    skip_blanks(reader);
    ptx_token token = {PTX_MARK, reader->at, 1, reader->line, reader->line_text};
    const char *end = reader->at;
    if (*end == '\0') {
        token.kind = PTX_END;
        token.length = 0;
        return token;
    }
    if (begins_word(*end)) {
        token.kind = PTX_WORD;
        /* "ld.global.L1::no_allocate.f32" is one word; a label's colon stands alone. */
        while (*end != '\0' && (continues_word(*end) || (end[0] == ':' && end[1] == ':'))) {
            end += *end == ':' ? 2 : 1;
        }
    } else if (isdigit((unsigned char)*end)) {
        token.kind = PTX_NUMBER;
        while (isalnum((unsigned char)*end)) {
            end++;
        }
    } else if (*end == '"') {
        token.kind = PTX_STRING;
        end += strcspn(end + 1, "\"\n") + 1;
        end += *end == '"' ? 1 : 0;
    } else {
        end++;
    }
    token.length = (size_t)(end - reader->at);
    reader->at = end;
    return token;
}

bool ptx_token_is(const ptx_token *token, const char *text)
{
    return token->length == strlen(text) && memcmp(token->text, text, token->length) == 0;
}

bool ptx_number_of(const ptx_token *token, uint64_t *value)
{
    char digits[40];
    if (token->kind != PTX_NUMBER || token->length >= sizeof digits) {
        return false;
    }
    memcpy(digits, token->text, token->length);
    digits[token->length] = '\0';
    int base = 0;
    const char *start = digits;
    if (digits[0] == '0' && strchr("fFdD", digits[1]) != NULL && digits[1] != '\0') {
        if (token->length != (tolower((unsigned char)digits[1]) == 'f' ? 10U : 18U)) {
            return false;
        }
        base = 16;
        start += 2;
    }
    char *end = NULL;
    *value = strtoull(start, &end, base);
    return *end == '\0' || strcmp(end, "U") == 0;
}
