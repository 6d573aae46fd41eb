/* Initializers from their text form: a name, and arguments in parentheses. docs/text.md has the grammar. */
#include "call.h"
#include "initializer.h"
#include "text/ascii.h"
#include "text_arguments.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- A position in the text: spaces, words, and errors with their column --------------------------- */

typedef struct scanner {
    const char *text; /* length bytes, with a zero behind, which ends the last number */
    size_t length, at;
    const glr_text_names *names;
    bool has_capture; /* a capture was read */
    int depth;        /* parentheses that are open in an expression */
} scanner;

/* Skips spaces. Returns the byte there, which is 0 at the end of the text and at a zero byte within it. */
static char peek(scanner *scan)
{
    while (scan->at < scan->length) {
        const char c = scan->text[scan->at];
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') {
            return c;
        }
        scan->at++;
    }
    return 0;
}

/* Skips spaces, and the byte c if it is next. */
static bool take(scanner *scan, char c)
{
    if (peek(scan) != c) {
        return false;
    }
    scan->at++;
    return true;
}

/* Skips spaces. Whether nothing is left. */
static bool at_end(scanner *scan)
{
    (void)peek(scan);
    return scan->at == scan->length;
}

/* The length of the name at a position; 0 if there is none. */
static size_t name_length(const scanner *scan, size_t at) { return glr_ascii_name_length(scan->text + at); }

/* Whether length bytes at a position are the word. */
static bool is_word(const scanner *scan, size_t at, size_t length, const char *word)
{
    return strlen(word) == length && memcmp(scan->text + at, word, length) == 0;
}

/* Bytes of a name that a message shows: long ones help nobody. */
static int shown_length(size_t length) { return length < 40 ? (int)length : 40; }

/* Fails with "column N: " before the message, where N counts the bytes up to position at from 1. */
__attribute__((format(printf, 3, 4))) static glr_status fail_at(glr_status status, size_t at,
                                                                const char *format, ...)
{
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    return glr_fail(status, "column %zu: %s", at + 1, message);
}

/* Fails because something else was expected at the scanner's position. */
static glr_status fail_expected(scanner *scan, const char *expected)
{
    const char c = peek(scan);
    const char *start = scan->text + scan->at;
    if (scan->at == scan->length) {
        return fail_at(GLR_ERROR_PARSE, scan->at, "expected %s, not the end of the text", expected);
    }
    if (c == '\0') {
        return fail_at(GLR_ERROR_PARSE, scan->at, "expected %s, not a zero byte", expected);
    }
    size_t length = name_length(scan, scan->at);
    if (length == 0) {
        length = glr_utf8_length(start, scan->length - scan->at);
    }
    return fail_at(GLR_ERROR_PARSE, scan->at, "expected %s, not '%.*s'", expected,
                   length == 0 ? 1 : shown_length(length), start);
}

/* ---- Expressions: a recursive descent, a sum of products of signed primaries ----------------------- */

/* Parentheses within each other; deeper ones are refused. */
#define MAX_DEPTH 32

/* Names that are not variables. */
static const char *const reserved_names[] = {"inf", "nan", "sqrt"};

glr_status glr_check_variables(const glr_variable *variables, size_t count)
{
    if (variables == NULL && count > 0) {
        return glr_fail_null("variables");
    }
    for (size_t i = 0; i < count; i++) {
        const char *name = variables[i].name;
        if (name == NULL) {
            return glr_fail(GLR_ERROR_ARGUMENT, "variables[%zu].name: must not be NULL", i);
        }
        if (!glr_ascii_is_name(name, strlen(name))) {
            return glr_fail(
                GLR_ERROR_ARGUMENT,
                "variables[%zu].name: '%s' is not a letter or '_' and then letters, digits or '_'", i, name);
        }
        for (size_t j = 0; j < sizeof reserved_names / sizeof reserved_names[0]; j++) {
            if (strcmp(name, reserved_names[j]) == 0) {
                return glr_fail(GLR_ERROR_ARGUMENT, "variables[%zu].name: '%s' has a meaning of its own", i,
                                name);
            }
        }
    }
    return GLR_OK;
}

/* Evaluates the expression at the scanner's position in double, each operation rounded by itself. The value
   is finite, or NaN if a capture in it has no value yet. */
static glr_status read_sum(scanner *scan, double *value);

static glr_status read_number(scanner *scan, double *value)
{
    const size_t start = scan->at;
    char *end;
    *value = strtod(scan->text + start, &end);
    scan->at = (size_t)(end - scan->text);
    if (scan->at == start) {
        return fail_at(GLR_ERROR_PARSE, start, "'.' is not a number");
    }
    return isfinite(*value) ? GLR_OK
                            : fail_at(GLR_ERROR_PARSE, start, "the number %.*s is beyond the range of double",
                                      shown_length(scan->at - start), scan->text + start);
}

/* From '(' to ')'. */
static glr_status read_group(scanner *scan, double *value)
{
    if (scan->depth == MAX_DEPTH) {
        return fail_at(GLR_ERROR_PARSE, scan->at, "parentheses are nested deeper than %d levels", MAX_DEPTH);
    }
    scan->at++;
    scan->depth++;
    const glr_status status = read_sum(scan, value);
    scan->depth--;
    if (status != GLR_OK) {
        return status;
    }
    return take(scan, ')') ? GLR_OK : fail_expected(scan, "an operator or ')'");
}

/* The number of a name, the last one in a table; NULL if there is none. */
static const glr_variable *find(const glr_variable *table, size_t count, const char *name, size_t length)
{
    for (size_t i = count; i-- > 0;) {
        if (strlen(table[i].name) == length && memcmp(table[i].name, name, length) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static const glr_variable *find_variable(const glr_text_names *names, const char *name, size_t length)
{
    if (names->sorted == NULL) {
        return find(names->variable, names->variable_count, name, length);
    }
    const glr_name *found = glr_find_name(names->sorted, names->sorted_count, name, length);
    return found != NULL ? &names->variable[found->index] : NULL;
}

static glr_status read_variable(scanner *scan, size_t length, double *value)
{
    const char *name = scan->text + scan->at;
    const int shown = shown_length(length);
    const glr_variable *found = find_variable(scan->names, name, length);
    if (found == NULL) {
        return fail_at(GLR_ERROR_PARSE, scan->at, "unknown variable '%.*s'", shown, name);
    }
    if (!isfinite(found->value)) {
        return fail_at(GLR_ERROR_PARSE, scan->at, "the variable '%.*s' is %g, not a finite number", shown,
                       name, found->value);
    }
    *value = found->value;
    scan->at += length;
    return GLR_OK;
}

/* {i}: digits of a tensor's name. */
static glr_status read_capture(scanner *scan, double *value)
{
    const size_t start = scan->at, length = name_length(scan, start + 1);
    const char *name = scan->text + start + 1;
    if (length == 0 || name[length] != '}') {
        return fail_at(GLR_ERROR_PARSE, start, "expected a capture, '{' NAME '}'");
    }
    const glr_variable *capture = find(scan->names->capture, scan->names->capture_count, name, length);
    if (capture == NULL) {
        return fail_at(GLR_ERROR_PARSE, start, "unknown capture '{%.*s}'", shown_length(length), name);
    }
    if (isinf(capture->value)) {
        return fail_at(GLR_ERROR_PARSE, start, "the digits of {%s} are beyond the range of double",
                       capture->name);
    }
    *value = capture->value;
    scan->at += length + 2;
    scan->has_capture = true;
    return GLR_OK;
}

/* sqrt(...), the name of which has been seen. */
static glr_status read_sqrt(scanner *scan, double *value)
{
    const size_t start = scan->at;
    scan->at += strlen("sqrt");
    if (peek(scan) != '(') {
        return fail_expected(scan, "'(' after sqrt");
    }
    const glr_status status = read_group(scan, value);
    if (status != GLR_OK) {
        return status;
    }
    if (*value < 0.0) {
        return fail_at(GLR_ERROR_PARSE, start, "the square root of %g, a negative number", *value);
    }
    *value = sqrt(*value);
    return GLR_OK;
}

static glr_status read_name(scanner *scan, double *value)
{
    const size_t start = scan->at, length = name_length(scan, start);
    if (is_word(scan, start, length, "sqrt")) {
        return read_sqrt(scan, value);
    }
    if (is_word(scan, start, length, "inf") || is_word(scan, start, length, "nan")) {
        return fail_at(GLR_ERROR_PARSE, start, "%.3s is not allowed here: arguments are finite",
                       scan->text + start);
    }
    scanner behind = *scan;
    behind.at += length;
    if (peek(&behind) == '(') {
        return fail_at(GLR_ERROR_PARSE, start, "unknown function '%.*s'", shown_length(length),
                       scan->text + start);
    }
    return read_variable(scan, length, value);
}

static glr_status read_signed(scanner *scan, double *value)
{
    bool negative = false;
    char c = peek(scan);
    while (c == '-' || c == '+') {
        negative ^= c == '-';
        scan->at++;
        c = peek(scan);
    }
    glr_status status;
    if (c == '(') {
        status = read_group(scan, value);
    } else if ((c >= '0' && c <= '9') || c == '.') {
        status = read_number(scan, value);
    } else if (glr_ascii_begins_name(c)) {
        status = read_name(scan, value);
    } else if (c == '{') {
        status = read_capture(scan, value);
    } else {
        status = fail_expected(scan, "a number, a variable, sqrt or '('");
    }
    *value = negative ? -*value : *value;
    return status;
}

/* An operation's result, if it is finite, or NaN, which comes of captures without a value alone. */
static glr_status apply(char operation, size_t at, double left, double right, double *result)
{
    if (operation == '/' && right == 0.0) {
        return fail_at(GLR_ERROR_PARSE, at, "division of %g by 0", left);
    }
    switch (operation) {
    case '+': *result = left + right; break;
    case '-': *result = left - right; break;
    case '*': *result = left * right; break;
    default: *result = left / right; break;
    }
    return !isinf(*result) ? GLR_OK
                           : fail_at(GLR_ERROR_PARSE, at, "%g %c %g is beyond the range of double", left,
                                     operation, right);
}

/* Values that `read` takes, joined by two operations from the left. */
static glr_status read_chain(scanner *scan, const char operations[2],
                             glr_status (*read)(scanner *scan, double *value), double *value)
{
    glr_status status = read(scan, value);
    for (char c = peek(scan); status == GLR_OK && (c == operations[0] || c == operations[1]);
         c = peek(scan)) {
        const size_t at = scan->at++;
        double right = 0.0;
        status = read(scan, &right);
        if (status == GLR_OK) {
            status = apply(c, at, *value, right, value);
        }
    }
    return status;
}

static glr_status read_product(scanner *scan, double *value)
{
    return read_chain(scan, "*/", read_signed, value);
}

static glr_status read_sum(scanner *scan, double *value)
{
    return read_chain(scan, "+-", read_product, value);
}

/* ---- Values ---------------------------------------------------------------------------------------- */

typedef struct reader {
    scanner scan;
    glr_initializer *to;
    const char *name; /* of the law, and where it is */
    size_t name_at;
    const glr_argument *law;
    size_t law_count;
    const glr_torch_law *torch; /* NULL: the law is a kind's */
    glr_torch_values values;    /* torch's arguments */
    char *into;                 /* what the members of the argument at hand are in: *to, or values */
    /* Columns of the arguments, from 1; 0 if one is not given. */
    size_t law_at[GLR_MAX_LAW_ARGUMENTS], setting_at[GLR_SETTING_COUNT];
} reader;

static void *member_of(reader *r, size_t offset) { return r->into + offset; }

/* inf and nan, with a sign or without, which stand for the whole value; false if it is something else. */
static bool read_infinite(scanner *scan, double *value)
{
    scanner ahead = *scan;
    const bool negative = take(&ahead, '-');
    if (!negative) {
        (void)take(&ahead, '+');
    }
    (void)peek(&ahead);
    const size_t length = name_length(&ahead, ahead.at);
    if (is_word(&ahead, ahead.at, length, "inf")) {
        *value = INFINITY;
    } else if (is_word(&ahead, ahead.at, length, "nan")) {
        *value = NAN;
    } else {
        return false;
    }
    *value = copysign(*value, negative ? -1.0 : 1.0);
    scan->at = ahead.at + length;
    return true;
}

/* Decimal digits at the scanner's position, exact; false if they are more than the limit. */
static bool read_digits(scanner *scan, uint64_t limit, uint64_t *magnitude)
{
    *magnitude = 0;
    for (char c = scan->text[scan->at]; c >= '0' && c <= '9'; c = scan->text[++scan->at]) {
        const uint64_t digit = (uint64_t)(c - '0');
        if (*magnitude > (limit - digit) / 10) {
            return false;
        }
        *magnitude = *magnitude * 10 + digit;
    }
    return true;
}

/* An integer of 64 bits that stands for the whole value and that no double is; false if it is something
   else. */
static bool read_exact_integer(reader *r)
{
    scanner ahead = r->scan;
    const bool negative = take(&ahead, '-');
    (void)(negative || take(&ahead, '+'));
    const uint64_t limit = negative ? UINT64_C(1) << 63 : UINT64_MAX;
    uint64_t magnitude = 0;
    (void)peek(&ahead);
    if (!read_digits(&ahead, limit, &magnitude)) {
        return false;
    }
    const char next = peek(&ahead);
    if (glr_is_double(magnitude) || (next != ',' && next != ')')) {
        return false;
    }
    r->scan = ahead;
    glr_set_integer(r->to, negative, magnitude);
    return true;
}

/* An expression, or an infinity that stands for the whole value. */
static glr_status read_open(scanner *scan, double *value)
{
    (void)peek(scan);
    const size_t start = scan->at;
    if (!read_infinite(scan, value)) {
        return read_sum(scan, value);
    }
    return isnan(*value) ? fail_at(GLR_ERROR_PARSE, start, "nan is not a bound") : GLR_OK;
}

static glr_status read_double(reader *r, const glr_argument *argument)
{
    double value = 0.0;
    glr_status status = GLR_OK;
    if (argument->form == GLR_ARGUMENT_VALUE && read_exact_integer(r)) {
        return GLR_OK;
    }
    if (argument->form == GLR_ARGUMENT_OPEN) {
        status = read_open(&r->scan, &value);
    } else if (argument->form != GLR_ARGUMENT_VALUE || !read_infinite(&r->scan, &value)) {
        status = read_sum(&r->scan, &value);
    }
    if (status == GLR_OK) {
        memcpy(member_of(r, argument->member), &value, sizeof value);
    }
    return status;
}

glr_bound_unit glr_unit_of_value(double bound)
{
    return isinf(bound) ? GLR_BOUND_STDDEV : GLR_BOUND_ABSOLUTE;
}

/* A bound that is the default has no number of its own. */
static glr_status read_bound(reader *r, const glr_argument *argument)
{
    double value = 0.0;
    const glr_status status = read_open(&r->scan, &value);
    if (status != GLR_OK) {
        return status;
    }
    glr_bound_unit unit = glr_unit_of_value(value);
    (void)peek(&r->scan);
    if (unit == GLR_BOUND_ABSOLUTE && is_word(&r->scan, r->scan.at, name_length(&r->scan, r->scan.at), "s")) {
        r->scan.at++;
        unit = value == argument->bound ? GLR_BOUND_DEFAULT : GLR_BOUND_STDDEV;
        value = unit == GLR_BOUND_DEFAULT ? 0.0 : value;
    }
    memcpy(member_of(r, argument->member), &value, sizeof value);
    memcpy(member_of(r, argument->unit), &unit, sizeof unit);
    return GLR_OK;
}

/* Fails at a word of `length` bytes that is not a name of the choice; 0: at what is not a word at all. */
static glr_status fail_choice(scanner *scan, size_t length, const glr_argument *argument)
{
    const char *const *names = argument->choice;
    char expected[160];
    int written = 0;
    for (uint32_t i = 0; i < argument->count; i++) {
        const char *before = i == 0 ? "" : i + 1 < argument->count ? ", " : " or ";
        written += snprintf(expected + written, sizeof expected - (size_t)written, "%s%s", before, names[i]);
    }
    return length == 0 ? fail_expected(scan, expected)
                       : fail_at(GLR_ERROR_PARSE, scan->at, "unknown %s '%.*s', expected %s", argument->name,
                                 shown_length(length), scan->text + scan->at, expected);
}

static glr_status read_choice(reader *r, const glr_argument *argument)
{
    (void)peek(&r->scan);
    const size_t length = name_length(&r->scan, r->scan.at);
    for (uint32_t i = 0; i < argument->count; i++) {
        if (is_word(&r->scan, r->scan.at, length, argument->choice[i])) {
            memcpy(member_of(r, argument->member), &i, sizeof i);
            r->scan.at += length;
            return GLR_OK;
        }
    }
    return fail_choice(&r->scan, length, argument);
}

/* Decimal digits, exact; the magnitude is at most `max`, or one more where a minus stands before it. */
static glr_status read_integer(scanner *scan, uint64_t max, bool is_signed, int64_t *value)
{
    const bool negative = is_signed && take(scan, '-');
    const char first = peek(scan);
    const size_t start = scan->at;
    const uint64_t limit = max + negative;
    uint64_t magnitude = 0;
    if (first < '0' || first > '9') {
        return fail_expected(scan, "an integer");
    }
    if (!read_digits(scan, limit, &magnitude)) {
        return fail_at(GLR_ERROR_PARSE, start, "the integer is beyond the range of %s%llu to %llu",
                       is_signed ? "-" : "", is_signed ? (unsigned long long)max + 1 : 0,
                       (unsigned long long)max);
    }
    *value = negative && magnitude > 0 ? -(int64_t)(magnitude - 1) - 1 : (int64_t)magnitude;
    return GLR_OK;
}

/* One more integer of a list: a word as an int64_t, an axis as one. */
static glr_status read_element(reader *r, const glr_argument *argument, uint32_t index)
{
    int64_t number = 0;
    const bool is_axis = argument->form == GLR_ARGUMENT_AXES;
    if (index == (is_axis ? GLR_MAX_RANK : argument->count)) {
        return fail_at(GLR_ERROR_PARSE, r->scan.at, "%s has more than %u elements", argument->name, index);
    }
    const glr_status status =
        read_integer(&r->scan, is_axis ? GLR_MAX_RANK - 1 : UINT32_MAX, is_axis, &number);
    if (status == GLR_OK && is_axis) {
        ((int32_t *)member_of(r, argument->member))[index] = (int32_t)number;
    } else if (status == GLR_OK) {
        ((uint32_t *)member_of(r, argument->member))[index] = (uint32_t)number;
    }
    return status;
}

static glr_status read_list(reader *r, const glr_argument *argument)
{
    uint32_t count = 0;
    if (!take(&r->scan, '[')) {
        return fail_expected(&r->scan, "a list in '[' and ']'");
    }
    bool more = peek(&r->scan) != ']';
    while (more) {
        (void)peek(&r->scan);
        const glr_status status = read_element(r, argument, count++);
        if (status != GLR_OK) {
            return status;
        }
        more = take(&r->scan, ',');
    }
    if (peek(&r->scan) != ']') {
        return fail_expected(&r->scan, "',' or ']'");
    }
    if (argument->form == GLR_ARGUMENT_WORDS && count < argument->count) {
        return fail_at(GLR_ERROR_PARSE, r->scan.at, "%s has %u elements, not %u", argument->name, count,
                       argument->count);
    }
    if (argument->form == GLR_ARGUMENT_AXES) {
        memcpy(member_of(r, argument->length), &count, sizeof count);
    }
    r->scan.at++;
    return GLR_OK;
}

static glr_status read_value(reader *r, const glr_argument *argument)
{
    switch (argument->form) {
    case GLR_ARGUMENT_BOUND: return read_bound(r, argument);
    case GLR_ARGUMENT_CHOICE: return read_choice(r, argument);
    case GLR_ARGUMENT_INTEGER: return read_integer(&r->scan, INT64_MAX, true, member_of(r, argument->member));
    case GLR_ARGUMENT_WORDS:
    case GLR_ARGUMENT_AXES: return read_list(r, argument);
    default: return read_double(r, argument);
    }
}

/* ---- Arguments ------------------------------------------------------------------------------------- */

/* What the law's own arguments set. */
static char *law_members(reader *r) { return r->torch != NULL ? (char *)&r->values : (char *)r->to; }

/* The argument of a name, and where it is noted that it is given; NULL if there is none. */
static const glr_argument *find_argument(reader *r, size_t length, size_t **given)
{
    for (size_t i = 0; i < r->law_count; i++) {
        if (is_word(&r->scan, r->scan.at, length, r->law[i].name)) {
            *given = &r->law_at[i];
            r->into = law_members(r);
            return &r->law[i];
        }
    }
    for (size_t i = 0; i < GLR_SETTING_COUNT; i++) {
        if (is_word(&r->scan, r->scan.at, length, glr_settings[i].name)) {
            *given = &r->setting_at[i];
            r->into = (char *)r->to;
            return &glr_settings[i];
        }
    }
    return NULL;
}

/* NAME=VALUE, where '=' is at position equals. */
static glr_status read_named(reader *r, size_t length, size_t equals)
{
    size_t *given = NULL;
    const size_t start = r->scan.at;
    const glr_argument *argument = find_argument(r, length, &given);
    if (argument == NULL) {
        return fail_at(GLR_ERROR_PARSE, start, "%s has no argument '%.*s'", r->name, shown_length(length),
                       r->scan.text + start);
    }
    if (*given != 0) {
        return fail_at(GLR_ERROR_PARSE, start, "duplicate argument '%s'", argument->name);
    }
    *given = start + 1;
    r->scan.at = equals + 1;
    return read_value(r, argument);
}

/* One argument; `position` is how many have been given without a name, or more than all after a named one. */
static glr_status read_argument(reader *r, size_t *position)
{
    const char next = peek(&r->scan);
    const size_t start = r->scan.at, length = name_length(&r->scan, start);
    if (next == '\0' || next == ',' || next == ')') {
        return fail_expected(&r->scan, "an argument");
    }
    scanner ahead = r->scan;
    ahead.at += length;
    if (length > 0 && peek(&ahead) == '=') {
        *position = SIZE_MAX;
        return read_named(r, length, ahead.at);
    }
    if (*position == SIZE_MAX) {
        return fail_at(GLR_ERROR_PARSE, start, "an argument without a name after one with a name");
    }
    if (*position == r->law_count) {
        return fail_at(GLR_ERROR_PARSE, start, "too many arguments: %s takes %zu without a name", r->name,
                       r->law_count);
    }
    r->law_at[*position] = start + 1;
    r->into = law_members(r);
    return read_value(r, &r->law[(*position)++]);
}

static glr_status read_arguments(reader *r)
{
    size_t position = 0;
    if (!take(&r->scan, '(') || take(&r->scan, ')')) {
        return GLR_OK;
    }
    do {
        const glr_status status = read_argument(r, &position);
        if (status != GLR_OK) {
            return status;
        }
    } while (take(&r->scan, ','));
    return take(&r->scan, ')') ? GLR_OK : fail_expected(&r->scan, "an operator, ',' or ')'");
}

/* Two settings that mean nothing without each other. */
static glr_status check_pair(const reader *r, int first, int second)
{
    const size_t first_at = r->setting_at[first], second_at = r->setting_at[second];
    if ((first_at == 0) == (second_at == 0)) {
        return GLR_OK;
    }
    return fail_at(GLR_ERROR_PARSE, first_at + second_at - 1, "%s needs %s beside it",
                   glr_settings[first_at != 0 ? first : second].name,
                   glr_settings[first_at != 0 ? second : first].name);
}

static glr_status check_needed(const reader *r)
{
    for (size_t i = 0; i < r->law_count; i++) {
        if (r->law[i].needed != NULL && r->law_at[i] == 0) {
            return fail_at(GLR_ERROR_PARSE, r->name_at, "%s needs %s", r->name, r->law[i].needed);
        }
    }
    return GLR_OK;
}

/* From torch's arguments to the initializer's members. */
static glr_status make_torch(reader *r)
{
    size_t wrong = 0;
    const char *limit = r->torch->make(&r->values, r->to, &wrong);
    if (limit == NULL) {
        return GLR_OK;
    }
    double value;
    memcpy(&value, (char *)&r->values + r->law[wrong].member, sizeof value);
    return fail_at(GLR_ERROR_PARSE, r->law_at[wrong] - 1, "%s is %g, not %s", r->law[wrong].name, value,
                   limit);
}

/* Where the random numbers come from, and whether axes are given. */
static glr_status read_settings(reader *r)
{
    const size_t *at = r->setting_at;
    glr_status status = check_pair(r, GLR_SETTING_KEY, GLR_SETTING_COUNTER);
    if (status == GLR_OK) {
        status = check_pair(r, GLR_SETTING_INPUT_AXES, GLR_SETTING_OUTPUT_AXES);
    }
    if (status == GLR_OK && at[GLR_SETTING_KEY] != 0 && at[GLR_SETTING_SEED] != 0) {
        status =
            fail_at(GLR_ERROR_PARSE, at[GLR_SETTING_SEED] - 1, "seed cannot stand beside key and counter");
    }
    r->to->has_axes = at[GLR_SETTING_INPUT_AXES] != 0;
    r->to->seeding = at[GLR_SETTING_SEED] != 0  ? GLR_SEEDING_SEED
                     : at[GLR_SETTING_KEY] != 0 ? GLR_SEEDING_KEY
                                                : GLR_SEEDING_NONE;
    return status;
}

/* ---- The whole ------------------------------------------------------------------------------------- */

#define KINDS                                                                                                \
    "zeros, ones, constant, random_normal, random_uniform, truncated_normal, variance_scaling, "             \
    "trunc_normal, linear_weight, linear_bias, log_arange, dt_bias, sinusoids, sinusoids_interleaved, "      \
    "identity, dirac, orthogonal, unit_forget_bias, random_bytes, or glorot, he, lecun, xavier or kaiming "  \
    "with _normal or _uniform"

/* A law of torch, if that is its name. */
static bool begin_torch(reader *r, const char *name)
{
    r->torch = glr_torch_law_of_name(name);
    if (r->torch == NULL) {
        return false;
    }
    *r->to = glr_torch_begin(r->torch, &r->values);
    r->name = r->torch->name;
    r->law = r->torch->arguments;
    r->law_count = r->torch->count;
    return true;
}

/* Names of laws are short: longer ones are unknown. */
static glr_status read_law(reader *r)
{
    char name[64];
    (void)peek(&r->scan);
    const size_t start = r->scan.at, length = name_length(&r->scan, start);
    if (length == 0) {
        return fail_expected(&r->scan, "the name of an initializer");
    }
    r->scan.at += length;
    r->name_at = start;
    if (length < sizeof name) {
        memcpy(name, r->scan.text + start, length);
        name[length] = '\0';
        if (begin_torch(r, name)) {
            return GLR_OK;
        }
        const glr_status status = glr_initializer_from_name(name, r->to);
        if (status == GLR_OK) {
            r->name = glr_kind_name(r->to->kind);
            r->law = glr_law_arguments(r->to->kind, &r->law_count);
            return GLR_OK;
        }
        if (status == GLR_ERROR_UNSUPPORTED) {
            return fail_at(status, start, "the initializer '%s' is not supported", name);
        }
    }
    return fail_at(GLR_ERROR_PARSE, start, "unknown initializer '%.*s', expected " KINDS,
                   shown_length(length), r->scan.text + start);
}

static glr_status read_initializer(reader *r)
{
    glr_status status = read_law(r);
    if (status == GLR_OK) {
        status = read_arguments(r);
    }
    if (status == GLR_OK && !at_end(&r->scan)) {
        status = fail_expected(&r->scan, "the end of the text");
    }
    if (status == GLR_OK) {
        status = check_needed(r);
    }
    if (status == GLR_OK && r->torch != NULL) {
        status = make_torch(r);
    }
    return status == GLR_OK ? read_settings(r) : status;
}

glr_status glr_initializer_read_text(const char *text, size_t length, const glr_text_names *names,
                                     glr_text_says *says, glr_initializer *initializer)
{
    char *copy = length < SIZE_MAX ? malloc(length + 1) : NULL;
    if (copy == NULL) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for a text of %zu bytes", length);
    }
    memcpy(copy, text, length);
    copy[length] = '\0';
    glr_initializer read = {0};
    reader r = {
        .scan = {.text = copy, .length = length, .names = names},
        .to = &read,
    };
    const glr_status status = read_initializer(&r);
    free(copy);
    if (status == GLR_OK) {
        *initializer = read;
        says->method = r.setting_at[GLR_SETTING_METHOD] != 0;
        says->layout = r.setting_at[GLR_SETTING_LAYOUT] != 0;
        says->stream = r.setting_at[GLR_SETTING_STREAM] != 0;
        says->capture = r.scan.has_capture;
    }
    return status;
}

static glr_status from_text(const char *text, size_t length, const glr_variable *variables, size_t count,
                            glr_initializer *initializer)
{
    glr_text_says says;
    const glr_text_names names = {.variable = variables, .variable_count = count};
    if (text == NULL || initializer == NULL) {
        return glr_fail_null(text == NULL ? "text" : "initializer");
    }
    const glr_status status = glr_check_variables(variables, count);
    return status == GLR_OK ? glr_initializer_read_text(text, length, &names, &says, initializer) : status;
}

glr_status glr_initializer_from_text(const char *text, size_t length, const glr_variable *variables,
                                     size_t variable_count, glr_initializer *initializer)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, from_text(text, length, variables, variable_count, initializer));
}
