/* PTX text as tokens. */
#ifndef PTX_TOKENS_H
#define PTX_TOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum ptx_token_kind {
    PTX_END,
    PTX_WORD,   /* names, registers, directives, and opcodes with their modifiers */
    PTX_NUMBER, /* without a sign */
    PTX_STRING,
    PTX_MARK /* one character */
} ptx_token_kind;

typedef struct ptx_token {
    ptx_token_kind kind;
    const char *text;
    size_t length;
    uint32_t line;
    const char *line_text;
} ptx_token;

/* Where reading has come to, in text that ends with a 0. */
typedef struct ptx_reader {
    const char *at, *line_text;
    uint32_t line;
} ptx_reader;

ptx_reader ptx_reader_of(const char *text);
ptx_token ptx_next_token(ptx_reader *reader);

bool ptx_token_is(const ptx_token *token, const char *text);

/* The value of a number: an integer, or the bits of 0f or 0d and hexadecimal digits. */
bool ptx_number_of(const ptx_token *token, uint64_t *value);

#endif
