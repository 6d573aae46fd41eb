/* A recursive descent: a sum of products of signed primaries. */
#include "expression.h"

#include "error.h"
#include "text/ascii.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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

static glr_status read_sum(glr_scanner *scanner, double *value);

static glr_status read_number(glr_scanner *scanner, double *value)
{
    const size_t start = scanner->at;
    char *end;
    *value = strtod(scanner->text + start, &end);
    scanner->at = (size_t)(end - scanner->text);
    if (scanner->at == start) {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "'.' is not a number");
    }
    return isfinite(*value)
               ? GLR_OK
               : glr_scan_fail(GLR_ERROR_PARSE, start, "the number %.*s is beyond the range of double",
                               glr_scan_shown(scanner->at - start), scanner->text + start);
}

/* From '(' to ')'. */
static glr_status read_group(glr_scanner *scanner, double *value)
{
    if (scanner->depth == GLR_EXPRESSION_MAX_DEPTH) {
        return glr_scan_fail(GLR_ERROR_PARSE, scanner->at, "parentheses are nested deeper than %d levels",
                             GLR_EXPRESSION_MAX_DEPTH);
    }
    scanner->at++;
    scanner->depth++;
    const glr_status status = read_sum(scanner, value);
    scanner->depth--;
    if (status != GLR_OK) {
        return status;
    }
    return glr_scan_take(scanner, ')') ? GLR_OK : glr_scan_fail_expected(scanner, "an operator or ')'");
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

static glr_status read_variable(glr_scanner *scanner, size_t length, double *value)
{
    const char *name = scanner->text + scanner->at;
    const int shown = glr_scan_shown(length);
    const glr_variable *found = find_variable(scanner->names, name, length);
    if (found == NULL) {
        return glr_scan_fail(GLR_ERROR_PARSE, scanner->at, "unknown variable '%.*s'", shown, name);
    }
    if (!isfinite(found->value)) {
        return glr_scan_fail(GLR_ERROR_PARSE, scanner->at, "the variable '%.*s' is %g, not a finite number",
                             shown, name, found->value);
    }
    *value = found->value;
    scanner->at += length;
    return GLR_OK;
}

/* {i}: digits of a tensor's name. */
static glr_status read_capture(glr_scanner *scanner, double *value)
{
    const size_t start = scanner->at, length = glr_scan_name(scanner, start + 1);
    const char *name = scanner->text + start + 1;
    if (length == 0 || name[length] != '}') {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "expected a capture, '{' NAME '}'");
    }
    const glr_variable *capture = find(scanner->names->capture, scanner->names->capture_count, name, length);
    if (capture == NULL) {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "unknown capture '{%.*s}'", glr_scan_shown(length),
                             name);
    }
    if (isinf(capture->value)) {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "the digits of {%s} are beyond the range of double",
                             capture->name);
    }
    *value = capture->value;
    scanner->at += length + 2;
    scanner->has_capture = true;
    return GLR_OK;
}

/* sqrt(...), the name of which has been seen. */
static glr_status read_sqrt(glr_scanner *scanner, double *value)
{
    const size_t start = scanner->at;
    scanner->at += strlen("sqrt");
    if (glr_scan_peek(scanner) != '(') {
        return glr_scan_fail_expected(scanner, "'(' after sqrt");
    }
    const glr_status status = read_group(scanner, value);
    if (status != GLR_OK) {
        return status;
    }
    if (*value < 0.0) {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "the square root of %g, a negative number", *value);
    }
    *value = sqrt(*value);
    return GLR_OK;
}

static glr_status read_name(glr_scanner *scanner, double *value)
{
    const size_t start = scanner->at, length = glr_scan_name(scanner, start);
    if (glr_scan_is(scanner, start, length, "sqrt")) {
        return read_sqrt(scanner, value);
    }
    if (glr_scan_is(scanner, start, length, "inf") || glr_scan_is(scanner, start, length, "nan")) {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "%.3s is not allowed here: arguments are finite",
                             scanner->text + start);
    }
    glr_scanner behind = *scanner;
    behind.at += length;
    if (glr_scan_peek(&behind) == '(') {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "unknown function '%.*s'", glr_scan_shown(length),
                             scanner->text + start);
    }
    return read_variable(scanner, length, value);
}

static glr_status read_signed(glr_scanner *scanner, double *value)
{
    bool negative = false;
    char c = glr_scan_peek(scanner);
    while (c == '-' || c == '+') {
        negative ^= c == '-';
        scanner->at++;
        c = glr_scan_peek(scanner);
    }
    glr_status status;
    if (c == '(') {
        status = read_group(scanner, value);
    } else if ((c >= '0' && c <= '9') || c == '.') {
        status = read_number(scanner, value);
    } else if (glr_ascii_begins_name(c)) {
        status = read_name(scanner, value);
    } else if (c == '{') {
        status = read_capture(scanner, value);
    } else {
        status = glr_scan_fail_expected(scanner, "a number, a variable, sqrt or '('");
    }
    *value = negative ? -*value : *value;
    return status;
}

/* An operation's result, if it is finite, or NaN, which comes of captures without a value alone. */
static glr_status apply(char operation, size_t at, double left, double right, double *result)
{
    if (operation == '/' && right == 0.0) {
        return glr_scan_fail(GLR_ERROR_PARSE, at, "division of %g by 0", left);
    }
    switch (operation) {
    case '+': *result = left + right; break;
    case '-': *result = left - right; break;
    case '*': *result = left * right; break;
    default: *result = left / right; break;
    }
    return !isinf(*result) ? GLR_OK
                           : glr_scan_fail(GLR_ERROR_PARSE, at, "%g %c %g is beyond the range of double",
                                           left, operation, right);
}

static glr_status read_product(glr_scanner *scanner, double *value)
{
    glr_status status = read_signed(scanner, value);
    for (char c = glr_scan_peek(scanner); status == GLR_OK && (c == '*' || c == '/');
         c = glr_scan_peek(scanner)) {
        const size_t at = scanner->at++;
        double right = 0.0;
        status = read_signed(scanner, &right);
        if (status == GLR_OK) {
            status = apply(c, at, *value, right, value);
        }
    }
    return status;
}

static glr_status read_sum(glr_scanner *scanner, double *value)
{
    glr_status status = read_product(scanner, value);
    for (char c = glr_scan_peek(scanner); status == GLR_OK && (c == '+' || c == '-');
         c = glr_scan_peek(scanner)) {
        const size_t at = scanner->at++;
        double right = 0.0;
        status = read_product(scanner, &right);
        if (status == GLR_OK) {
            status = apply(c, at, *value, right, value);
        }
    }
    return status;
}

glr_status glr_read_expression(glr_scanner *scanner, double *value)
{
    *value = 0.0;
    return read_sum(scanner, value);
}
