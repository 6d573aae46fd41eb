/* JSON (RFC 8259): a strict reader that makes a flat array of values, and the writing of texts. Both notice
   when memory runs out, depend on no locale but for the numbers' decimal point, and need little stack. */
#ifndef GLR_TEXT_JSON_H
#define GLR_TEXT_JSON_H

#include "problem.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- Reading -------------------------------------------------------------------------------------- */

/* Arrays and objects within each other; deeper ones are refused. */
#define GLR_JSON_MAX_DEPTH 64

typedef enum glr_json_kind {
    GLR_JSON_MISSING = 0, /* no value: a member that is not there */
    GLR_JSON_NULL,
    GLR_JSON_FALSE,
    GLR_JSON_TRUE,
    GLR_JSON_NUMBER,
    GLR_JSON_STRING,
    GLR_JSON_ARRAY,
    GLR_JSON_OBJECT
} glr_json_kind;

/* A value, in the order of the text. An object's members are a string and a value each. */
typedef struct glr_json_node {
    uint32_t start;  /* of a string's or number's text */
    uint32_t length; /* of that text; or how many elements or members there are */
    uint32_t end;    /* the first node behind this value and all within it */
    glr_json_kind kind;
} glr_json_node;

/* A document. */
typedef struct glr_json {
    char *text;          /* strings, unescaped, and numbers, each with a zero behind */
    glr_json_node *node; /* node[0] is the whole */
} glr_json;

/* A value of a document; it lives as long as that. */
typedef struct glr_json_value {
    const glr_json *json;
    uint32_t node;
    glr_json_kind kind;
} glr_json_value;

/* Reads a text of length bytes, which need not end with a zero. Refused is all that RFC 8259 does not allow,
   and bytes that are not UTF-8, duplicate names in an object, \u0000, numbers beyond the range of
   double, nesting deeper than GLR_JSON_MAX_DEPTH, and more than 4 GiB. Errors: GLR_ERROR_PARSE, with line and
   column in the text; GLR_ERROR_MEMORY. On failure the document is empty. */
glr_status glr_json_read(const char *text, size_t length, glr_json *json, glr_problem *problem);

/* The same of a text as Python's json module and editors may write it: NaN, Infinity and -Infinity are
   numbers, and a UTF-8 byte order mark before the text is passed over. */
glr_status glr_json_read_python(const char *text, size_t length, glr_json *json, glr_problem *problem);

/* Whether a zero-terminated text that may be an initializer's JSON or its text form is JSON: the text form
   begins with a name. */
bool glr_json_is_meant(const char *text);

/* Frees a document. An empty one may be freed, too. */
void glr_json_free(glr_json *json);

/* Frees the values and leaves the text, for whoever keeps pointers to strings. */
void glr_json_free_nodes(glr_json *json);

glr_json_value glr_json_root(const glr_json *json);

/* The elements of an array or members of an object; 0 for all others. */
size_t glr_json_size(glr_json_value value);

/* The member of a name, by linear search; GLR_JSON_MISSING without one. */
glr_json_value glr_json_member(glr_json_value object, const char *name);

/* A string's text, or NULL. It has no zero inside. */
const char *glr_json_string(glr_json_value value);

/* A value as a message shows it: a number as it was written, a string without quotes, a word otherwise. */
const char *glr_json_shown(glr_json_value value);

/* The same, with a string in quotes, and shortened to fit: for messages about a value of the wrong kind. */
#define GLR_JSON_QUOTED 88
const char *glr_json_quoted(glr_json_value value, char text[GLR_JSON_QUOTED]);

/* Whether it is a number without fraction and exponent. */
bool glr_json_is_integer(glr_json_value value);

/* Such a number, if the type can hold it. */
bool glr_json_int64(glr_json_value value, int64_t *number);
bool glr_json_uint64(glr_json_value value, uint64_t *number);

/* An integer from -2^63 to 2^64 - 1 as a seed: the upper half means the int64 of the same bits. */
bool glr_json_seed(glr_json_value value, int64_t *seed);

/* Any number, rounded to double. */
bool glr_json_double(glr_json_value value, double *number);

/* Whether a number is what glr_json_double makes of it, or has a fraction or exponent. */
bool glr_json_is_exact(glr_json_value value);

/* A walk over elements or members:
       glr_json_walk walk = glr_json_children(value);
       while (glr_json_next(&walk)) { ... walk.name, walk.value, walk.index ... }
   Values that have no children give none. */
typedef struct glr_json_walk {
    const char *name; /* of a member */
    glr_json_value value;
    size_t index;
    uint32_t next, end;
    bool named;
} glr_json_walk;

glr_json_walk glr_json_children(glr_json_value value);
bool glr_json_next(glr_json_walk *walk);

/* The bytes of the UTF-8 character at the beginning of a text; 0 if it is not UTF-8. */
size_t glr_utf8_length(const char *text, size_t length);

/* ---- Writing -------------------------------------------------------------------------------------- */

/* A growing text. It remembers a failure and then adds nothing more: a check at the end is enough. */
typedef struct glr_text {
    char *bytes; /* not zero-terminated */
    size_t length, capacity;
    size_t limit; /* unless 0, bytes beyond are counted and not kept */
    bool out_of_memory;
    bool not_utf8; /* a string was not */
    bool spaced;   /* spaces after commas and colons */
    bool visible;  /* strings are for people: what glr_is_hidden names is escaped */
} glr_text;

void glr_text_free(glr_text *text);

/* Adds bytes as they are. */
void glr_text_append(glr_text *text, const char *bytes, size_t length);
void glr_text_add(glr_text *text, const char *zero_terminated);

/* Adds a string with its quotes, an integer, a double as "%.17g" that is not an integer, or as Python's json
   module writes it if it is not finite; a comma, and a name with its colon. */
void glr_text_string(glr_text *text, const char *string);
void glr_text_int64(glr_text *text, int64_t number);
void glr_text_double(glr_text *text, double number);
void glr_text_integers(glr_text *text, const int64_t *numbers, size_t count); /* an array */
void glr_text_comma(glr_text *text);
void glr_text_name(glr_text *text, const char *name);

#endif
