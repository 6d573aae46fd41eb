/* Reading JSON. A first pass checks UTF-8 and counts, so that the array of values never grows; the second
   reads value by value without recursion: open containers are linked through their `end`. */
#include "json.h"

#include "json_token.h"
#include "names.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NONE UINT32_MAX

#define BYTE_ORDER_MARK "\xef\xbb\xbf"

/* Objects of so many members at most are searched for repeated names by comparing each with each. */
#define FEW_MEMBERS 8

typedef enum state {
    WANTS_VALUE,
    WANTS_VALUE_OR_END,
    WANTS_NAME,
    WANTS_NAME_OR_END,
    AFTER_VALUE,
    DONE
} state;

typedef struct reader {
    const char *text;
    size_t length, at;
    glr_json *json;
    uint32_t used, capacity; /* nodes */
    uint32_t open;           /* the innermost container that is not closed, or NONE */
    int depth;
    state state;
    bool of_python; /* NaN and infinities are numbers */
    glr_problem *problem;
} reader;

/* ---- Errors --------------------------------------------------------------------------------------- */

/* Fails at what ends before `end`: the column is that of its last character. */
static glr_status fail_at(const reader *r, size_t end, const char *why, const char *what, int what_length)
{
    size_t line = 1, column = 0;
    for (size_t i = 0; i < end; i++) {
        if (r->text[i] == '\n') {
            line++;
            column = 0;
        } else {
            column += ((unsigned char)r->text[i] & 0xc0U) != 0x80U;
        }
    }
    return glr_problem_fail(r->problem, GLR_ERROR_PARSE, "line %zu, column %zu: %s%.*s", line, column, why,
                            what_length, what);
}

static glr_status fail_plain(const reader *r, size_t end, const char *why)
{
    return fail_at(r, end, why, "", 0);
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '+' || c == '-' || c == '.';
}

/* The end of the number or word at the reader's place, or of one character. */
static size_t token_end(const reader *r)
{
    size_t end = r->at;
    while (end < r->length && is_word(r->text[end])) {
        end++;
    }
    return end > r->at ? end : r->at + glr_utf8_length(r->text + r->at, r->length - r->at);
}

/* Number of bytes of a token to show, in whole characters: at most 40. */
static int shown_length(const char *text, size_t length)
{
    size_t shown = length < 40 ? length : 40;
    while (shown < length && shown > 0 && ((unsigned char)text[shown] & 0xc0U) == 0x80U) {
        shown--;
    }
    return (int)shown;
}

static glr_status fail_expected(const reader *r, const char *expected)
{
    char why[64];
    if (r->at >= r->length) {
        (void)snprintf(why, sizeof why, "expected %s, not the end of the text", expected);
        return fail_plain(r, r->length, why);
    }
    size_t end = token_end(r);
    (void)snprintf(why, sizeof why, "expected %s, not ", expected);
    bool visible = (unsigned char)r->text[r->at] > 0x20U && r->text[r->at] != 0x7f;
    return visible ? fail_at(r, end, why, r->text + r->at, shown_length(r->text + r->at, end - r->at))
                   : fail_at(r, end, why, "a control character", 19);
}

/* ---- The first pass ------------------------------------------------------------------------------- */

/* Checks the text's UTF-8 and counts what may precede a value: no text has more values. */
static glr_status survey(reader *r)
{
    bool inside = false; /* a string */
    r->capacity = 1;
    for (size_t i = 0; i < r->length;) {
        const char c = r->text[i];
        if ((unsigned char)c >= 0x80) {
            size_t length = glr_utf8_length(r->text + i, r->length - i);
            if (length == 0) {
                return fail_plain(r, i + 1, "this byte is not UTF-8");
            }
            i += length;
            continue;
        }
        if (c == '"') {
            inside = !inside;
        } else if (inside) {
            i += c == '\\' && i + 1 < r->length && (unsigned char)r->text[i + 1] < 0x80;
        } else {
            r->capacity += c == ',' || c == ':' || c == '[' || c == '{';
        }
        i++;
    }
    return GLR_OK;
}

static glr_status make_room(reader *r)
{
    r->json->node = calloc(r->capacity, sizeof *r->json->node);
    r->json->text = malloc(r->length + 1);
    return r->json->node != NULL && r->json->text != NULL
               ? GLR_OK
               : glr_problem_fail(r->problem, GLR_ERROR_MEMORY, "out of memory for a JSON text of %zu bytes",
                                  r->length);
}

/* ---- Values --------------------------------------------------------------------------------------- */

static glr_status add_node(reader *r, glr_json_kind kind, size_t start, size_t length)
{
    if (r->used == r->capacity) { /* the first pass has counted otherwise */
        return fail_plain(r, r->at, "there are more values than expected");
    }
    glr_json_node node = {(uint32_t)start, (uint32_t)length, r->used + 1, kind};
    r->json->node[r->used++] = node;
    r->state = AFTER_VALUE;
    return GLR_OK;
}

static glr_status open_container(reader *r, glr_json_kind kind)
{
    if (r->depth == GLR_JSON_MAX_DEPTH) {
        char limit[16];
        int length = snprintf(limit, sizeof limit, "%d levels", GLR_JSON_MAX_DEPTH);
        return fail_at(r, r->at + 1, "arrays and objects are nested deeper than ", limit, length);
    }
    const uint32_t parent = r->open;
    glr_status status = add_node(r, kind, r->at, 0);
    if (status == GLR_OK) {
        r->open = r->used - 1;
        r->json->node[r->open].end = parent;
        r->depth++;
        r->at++;
        r->state = kind == GLR_JSON_OBJECT ? WANTS_NAME_OR_END : WANTS_VALUE_OR_END;
    }
    return status;
}

/* The string whose first quote is at the reader's place. */
static glr_status read_string(reader *r)
{
    const size_t start = ++r->at;
    size_t used = 0;
    const char *why = glr_json_scan_string(r->text, r->length, &r->at, r->json->text + start, &used);
    return why == NULL ? add_node(r, GLR_JSON_STRING, start, used) : fail_plain(r, r->at, why);
}

static bool is_number_of_python(const char *text)
{
    return strcmp(text, "NaN") == 0 || strcmp(text + (*text == '-'), "Infinity") == 0;
}

static glr_status read_number(reader *r)
{
    const size_t start = r->at, end = token_end(r);
    char *text = r->json->text + start;
    memcpy(text, r->text + start, end - start);
    text[end - start] = '\0';
    if (r->of_python && is_number_of_python(text)) {
        r->at = end;
        return add_node(r, GLR_JSON_NUMBER, start, end - start);
    }
    if (!glr_json_is_number(text)) {
        return fail_at(r, end, "this is not a number of JSON: ", text, shown_length(text, end - start));
    }
    /* Numbers of few digits and without exponent are far from the end of the range. */
    if ((end - start > DBL_MAX_10_EXP || strpbrk(text, "eE") != NULL) && !isfinite(strtod(text, NULL))) {
        return fail_at(r, end, "this number is beyond the range of double: ", text,
                       shown_length(text, end - start));
    }
    r->at = end;
    return add_node(r, GLR_JSON_NUMBER, start, end - start);
}

static glr_status read_word(reader *r)
{
    static const struct {
        const char *word;
        glr_json_kind kind;
    } words[] = {{"null", GLR_JSON_NULL}, {"false", GLR_JSON_FALSE}, {"true", GLR_JSON_TRUE}};
    const size_t length = token_end(r) - r->at;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strlen(words[i].word) == length && memcmp(r->text + r->at, words[i].word, length) == 0) {
            r->at += length;
            return add_node(r, words[i].kind, r->at, 0);
        }
    }
    return fail_expected(r, r->state == WANTS_VALUE_OR_END ? "a value or ']'" : "a value");
}

/* ---- The second pass ------------------------------------------------------------------------------ */

/* The next byte that is not a space, or a zero at the end. */
static char next_byte(reader *r)
{
    while (r->at < r->length) {
        const char c = r->text[r->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t') {
            return c;
        }
        r->at++;
    }
    return 0;
}

static bool begins_with(const reader *r, const char *word)
{
    const size_t length = strlen(word);
    return r->length - r->at >= length && memcmp(r->text + r->at, word, length) == 0;
}

static bool begins_number(const reader *r, char c)
{
    return c == '-' || (c >= '0' && c <= '9') ||
           (r->of_python && (begins_with(r, "NaN") || begins_with(r, "Infinity")));
}

static glr_status read_value(reader *r)
{
    const char c = next_byte(r);
    if (r->at >= r->length) {
        return fail_expected(r, r->state == WANTS_VALUE_OR_END ? "a value or ']'" : "a value");
    }
    switch (c) {
    case '{': return open_container(r, GLR_JSON_OBJECT);
    case '[': return open_container(r, GLR_JSON_ARRAY);
    case '"': return read_string(r);
    default: return begins_number(r, c) ? read_number(r) : read_word(r);
    }
}

static glr_status read_name(reader *r)
{
    if (next_byte(r) != '"') {
        return fail_expected(r,
                             r->state == WANTS_NAME_OR_END ? "a name in quotes or '}'" : "a name in quotes");
    }
    glr_status status = read_string(r);
    if (status != GLR_OK) {
        return status;
    }
    if (next_byte(r) != ':') {
        return fail_expected(r, "':'");
    }
    r->at++;
    r->state = WANTS_VALUE;
    return GLR_OK;
}

static glr_status fail_repeated(const reader *r, uint32_t node)
{
    const glr_json_node *name = &r->json->node[node];
    size_t end = name->start; /* of the name in the text, whose escapes are still there */
    while (r->text[end] != '"') {
        end += r->text[end] == '\\' ? 2 : 1;
    }
    return fail_at(r, end + 1, "duplicate object key ", r->json->text + name->start,
                   shown_length(r->json->text + name->start, name->length));
}

static uint32_t behind_member(const reader *r, uint32_t name) { return r->json->node[name + 1].end; }

/* Compares each name with those before it. */
static glr_status check_few_names(const reader *r, uint32_t object)
{
    const glr_json_node *node = r->json->node;
    const char *text = r->json->text;
    for (uint32_t name = object + 1; name < r->used; name = behind_member(r, name)) {
        for (uint32_t before = object + 1; before < name; before = behind_member(r, before)) {
            if (strcmp(text + node[before].start, text + node[name].start) == 0) {
                return fail_repeated(r, name);
            }
        }
    }
    return GLR_OK;
}

static glr_status check_many_names(const reader *r, uint32_t object)
{
    const glr_json_node *node = r->json->node;
    size_t count = 0;
    glr_name *names = calloc(node[object].length, sizeof *names);
    if (names == NULL) {
        return glr_problem_fail(r->problem, GLR_ERROR_MEMORY, "out of memory for %u names of a JSON object",
                                node[object].length);
    }
    for (uint32_t name = object + 1; name < r->used; name = behind_member(r, name)) {
        names[count++] = glr_name_of(r->json->text + node[name].start, node[name].length, name);
    }
    glr_sort_names(names, count);
    const glr_name *repeated = glr_repeated_name(names, count);
    glr_status status = repeated == NULL ? GLR_OK : fail_repeated(r, repeated->index);
    free(names);
    return status;
}

static glr_status close_container(reader *r)
{
    const uint32_t closed = r->open;
    glr_json_node *node = &r->json->node[closed];
    r->open = node->end;
    node->end = r->used;
    r->depth--;
    r->at++;
    r->state = AFTER_VALUE;
    if (node->kind != GLR_JSON_OBJECT) {
        return GLR_OK;
    }
    return node->length <= FEW_MEMBERS ? check_few_names(r, closed) : check_many_names(r, closed);
}

/* A comma, the container's end, or the document's. */
static glr_status read_after_value(reader *r)
{
    const char c = next_byte(r);
    if (r->open == NONE) {
        r->state = DONE;
        return r->at == r->length ? GLR_OK : fail_expected(r, "the end of the text");
    }
    glr_json_node *container = &r->json->node[r->open];
    const bool is_object = container->kind == GLR_JSON_OBJECT;
    container->length++;
    if (c == ',') {
        r->at++;
        r->state = is_object ? WANTS_NAME : WANTS_VALUE;
        return GLR_OK;
    }
    if (c == (is_object ? '}' : ']')) {
        return close_container(r);
    }
    return fail_expected(r, is_object ? "',' or '}'" : "',' or ']'");
}

static glr_status read_step(reader *r)
{
    switch (r->state) {
    case WANTS_VALUE_OR_END: return next_byte(r) == ']' ? close_container(r) : read_value(r);
    case WANTS_NAME_OR_END: return next_byte(r) == '}' ? close_container(r) : read_name(r);
    case WANTS_NAME: return read_name(r);
    case AFTER_VALUE: return read_after_value(r);
    default: return read_value(r);
    }
}

static glr_status read_all(const char *text, size_t length, bool of_python, glr_json *json,
                           glr_problem *problem)
{
    reader r = {.text = text,
                .length = length,
                .json = json,
                .open = NONE,
                .state = WANTS_VALUE,
                .of_python = of_python,
                .problem = problem};
    memset(json, 0, sizeof *json);
    if (length >= UINT32_MAX) {
        return glr_problem_fail(problem, GLR_ERROR_PARSE, "a JSON text of %zu bytes is too large", length);
    }
    glr_status status = survey(&r);
    status = status == GLR_OK ? make_room(&r) : status;
    while (status == GLR_OK && r.state != DONE) {
        status = read_step(&r);
    }
    if (status != GLR_OK) {
        glr_json_free(json);
    }
    return status;
}

glr_status glr_json_read(const char *text, size_t length, glr_json *json, glr_problem *problem)
{
    return read_all(text, length, false, json, problem);
}

glr_status glr_json_read_python(const char *text, size_t length, glr_json *json, glr_problem *problem)
{
    const size_t bom = strlen(BYTE_ORDER_MARK);
    const bool has_bom = length >= bom && memcmp(text, BYTE_ORDER_MARK, bom) == 0;
    return read_all(has_bom ? text + bom : text, has_bom ? length - bom : length, true, json, problem);
}

bool glr_json_is_meant(const char *text)
{
    return text[0] == '{' || text[0] == '"' || strncmp(text, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)) == 0;
}

void glr_json_free(glr_json *json)
{
    glr_json_free_nodes(json);
    free(json->text);
    json->text = NULL;
}

void glr_json_free_nodes(glr_json *json)
{
    free(json->node);
    json->node = NULL;
}
