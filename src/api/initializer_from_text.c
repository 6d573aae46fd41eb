/* Initializers from their text form: a name, and arguments in parentheses. docs/text.md has the grammar. */
#include "dtype.h"
#include "error.h"
#include "expression.h"
#include "guest.h"
#include "initializer.h"
#include "initializer_json.h"
#include "initializer_text.h"
#include "text_arguments.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
    glr_scanner scan;
    glr_initializer *to;
    const glr_argument *law;
    size_t law_count;
    /* Columns of the arguments, from 1; 0 if one is not given. */
    size_t law_at[GLR_MAX_LAW_ARGUMENTS], setting_at[GLR_SETTING_COUNT];
} reader;

static void *member_of(reader *r, size_t offset) { return (char *)r->to + offset; }

/* ---- Values --------------------------------------------------------------------------------------- */

/* inf and nan, with a sign or without, which stand for the whole value; false if it is something else. */
static bool read_infinite(glr_scanner *scan, double *value)
{
    glr_scanner ahead = *scan;
    const bool negative = glr_scan_take(&ahead, '-');
    if (!negative) {
        (void)glr_scan_take(&ahead, '+');
    }
    (void)glr_scan_peek(&ahead);
    const size_t length = glr_scan_name(&ahead, ahead.at);
    if (glr_scan_is(&ahead, ahead.at, length, "inf")) {
        *value = INFINITY;
    } else if (glr_scan_is(&ahead, ahead.at, length, "nan")) {
        *value = NAN;
    } else {
        return false;
    }
    *value = copysign(*value, negative ? -1.0 : 1.0);
    scan->at = ahead.at + length;
    return true;
}

/* Decimal digits at the scanner's position, exact; false if they are more than the limit. */
static bool read_digits(glr_scanner *scanner, uint64_t limit, uint64_t *magnitude)
{
    *magnitude = 0;
    for (char c = scanner->text[scanner->at]; c >= '0' && c <= '9'; c = scanner->text[++scanner->at]) {
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
    glr_scanner ahead = r->scan;
    const bool negative = glr_scan_take(&ahead, '-');
    (void)(negative || glr_scan_take(&ahead, '+'));
    const uint64_t limit = negative ? UINT64_C(1) << 63 : UINT64_MAX;
    uint64_t magnitude = 0;
    (void)glr_scan_peek(&ahead);
    if (!read_digits(&ahead, limit, &magnitude)) {
        return false;
    }
    const char next = glr_scan_peek(&ahead);
    if (glr_is_double(magnitude) || (next != ',' && next != ')')) {
        return false;
    }
    r->scan = ahead;
    glr_set_integer(r->to, negative, magnitude);
    return true;
}

static glr_status read_double(reader *r, const glr_argument *argument)
{
    double value = 0.0;
    if (argument->form == GLR_ARGUMENT_VALUE && read_exact_integer(r)) {
        return GLR_OK;
    }
    if (argument->form != GLR_ARGUMENT_VALUE || !read_infinite(&r->scan, &value)) {
        const glr_status status = glr_read_expression(&r->scan, &value);
        if (status != GLR_OK) {
            return status;
        }
    }
    memcpy(member_of(r, argument->member), &value, sizeof value);
    return GLR_OK;
}

/* Standard deviations from the mean. The other bounds are refused by name until they are drawn. */
static glr_status read_bound(reader *r, const glr_argument *argument)
{
    double value = 0.0;
    (void)glr_scan_peek(&r->scan);
    const size_t start = r->scan.at;
    const glr_status status = glr_read_expression(&r->scan, &value);
    if (status != GLR_OK) {
        return status;
    }
    size_t end = r->scan.at;
    while (end > start && strchr(" \t\r\n", r->scan.text[end - 1]) != NULL) {
        end--;
    }
    (void)glr_scan_peek(&r->scan);
    const bool in_deviations = glr_scan_is(&r->scan, r->scan.at, glr_scan_name(&r->scan, r->scan.at), "s");
    if (in_deviations) {
        end = ++r->scan.at;
    }
    if (in_deviations && (value == argument->bound || isnan(value))) {
        return GLR_OK;
    }
    return glr_scan_fail(GLR_ERROR_UNSUPPORTED, start, "the %s bound %.*s is not supported, only %gs",
                         argument->name, glr_scan_shown(end - start), r->scan.text + start, argument->bound);
}

/* Fails at a word of `length` bytes that is not a name of the choice; 0: at what is not a word at all. */
static glr_status fail_choice(glr_scanner *scan, size_t length, const glr_argument *argument)
{
    const char *const *names = argument->choice;
    char expected[64];
    if (argument->count == 2) {
        (void)snprintf(expected, sizeof expected, "%s or %s", names[0], names[1]);
    } else {
        (void)snprintf(expected, sizeof expected, "%s, %s or %s", names[0], names[1], names[2]);
    }
    return length == 0
               ? glr_scan_fail_expected(scan, expected)
               : glr_scan_fail(GLR_ERROR_PARSE, scan->at, "unknown %s '%.*s', expected %s", argument->name,
                               glr_scan_shown(length), scan->text + scan->at, expected);
}

static glr_status read_choice(reader *r, const glr_argument *argument)
{
    (void)glr_scan_peek(&r->scan);
    const size_t length = glr_scan_name(&r->scan, r->scan.at);
    for (uint32_t i = 0; i < argument->count; i++) {
        if (glr_scan_is(&r->scan, r->scan.at, length, argument->choice[i])) {
            memcpy(member_of(r, argument->member), &i, sizeof i);
            r->scan.at += length;
            return GLR_OK;
        }
    }
    return fail_choice(&r->scan, length, argument);
}

/* Decimal digits, exact; the magnitude is at most `max`, or one more where a minus stands before it. */
static glr_status read_integer(glr_scanner *scan, uint64_t max, bool is_signed, int64_t *value)
{
    const bool negative = is_signed && glr_scan_take(scan, '-');
    const char first = glr_scan_peek(scan);
    const size_t start = scan->at;
    const uint64_t limit = max + negative;
    uint64_t magnitude = 0;
    if (first < '0' || first > '9') {
        return glr_scan_fail_expected(scan, "an integer");
    }
    if (!read_digits(scan, limit, &magnitude)) {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "the integer is beyond the range of %s%llu to %llu",
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
        return glr_scan_fail(GLR_ERROR_PARSE, r->scan.at, "%s has more than %u elements", argument->name,
                             index);
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
    if (!glr_scan_take(&r->scan, '[')) {
        return glr_scan_fail_expected(&r->scan, "a list in '[' and ']'");
    }
    bool more = glr_scan_peek(&r->scan) != ']';
    while (more) {
        (void)glr_scan_peek(&r->scan);
        const glr_status status = read_element(r, argument, count++);
        if (status != GLR_OK) {
            return status;
        }
        more = glr_scan_take(&r->scan, ',');
    }
    if (glr_scan_peek(&r->scan) != ']') {
        return glr_scan_fail_expected(&r->scan, "',' or ']'");
    }
    if (argument->form == GLR_ARGUMENT_WORDS && count < argument->count) {
        return glr_scan_fail(GLR_ERROR_PARSE, r->scan.at, "%s has %u elements, not %u", argument->name, count,
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

/* ---- Arguments ------------------------------------------------------------------------------------ */

/* The argument of a name, and where it is noted that it is given; NULL if there is none. */
static const glr_argument *find_argument(reader *r, size_t length, size_t **given)
{
    for (size_t i = 0; i < r->law_count; i++) {
        if (glr_scan_is(&r->scan, r->scan.at, length, r->law[i].name)) {
            *given = &r->law_at[i];
            return &r->law[i];
        }
    }
    for (size_t i = 0; i < GLR_SETTING_COUNT; i++) {
        if (glr_scan_is(&r->scan, r->scan.at, length, glr_settings[i].name)) {
            *given = &r->setting_at[i];
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
        return glr_scan_fail(GLR_ERROR_PARSE, start, "%s has no argument '%.*s'", glr_kind_name(r->to->kind),
                             glr_scan_shown(length), r->scan.text + start);
    }
    if (*given != 0) {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "duplicate argument '%s'", argument->name);
    }
    *given = start + 1;
    r->scan.at = equals + 1;
    return read_value(r, argument);
}

/* One argument; `position` is how many have been given without a name, or more than all after a named one. */
static glr_status read_argument(reader *r, size_t *position)
{
    const char next = glr_scan_peek(&r->scan);
    const size_t start = r->scan.at, length = glr_scan_name(&r->scan, start);
    if (next == '\0' || next == ',' || next == ')') {
        return glr_scan_fail_expected(&r->scan, "an argument");
    }
    glr_scanner ahead = r->scan;
    ahead.at += length;
    if (length > 0 && glr_scan_peek(&ahead) == '=') {
        *position = SIZE_MAX;
        return read_named(r, length, ahead.at);
    }
    if (*position == SIZE_MAX) {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "an argument without a name after one with a name");
    }
    if (*position == r->law_count) {
        return glr_scan_fail(GLR_ERROR_PARSE, start, "too many arguments: %s takes %zu without a name",
                             glr_kind_name(r->to->kind), r->law_count);
    }
    r->law_at[*position] = start + 1;
    return read_value(r, &r->law[(*position)++]);
}

static glr_status read_arguments(reader *r)
{
    size_t position = 0;
    if (!glr_scan_take(&r->scan, '(') || glr_scan_take(&r->scan, ')')) {
        return GLR_OK;
    }
    do {
        const glr_status status = read_argument(r, &position);
        if (status != GLR_OK) {
            return status;
        }
    } while (glr_scan_take(&r->scan, ','));
    return glr_scan_take(&r->scan, ')') ? GLR_OK
                                        : glr_scan_fail_expected(&r->scan, "an operator, ',' or ')'");
}

/* Two settings that mean nothing without each other. */
static glr_status check_pair(const reader *r, int first, int second)
{
    const size_t first_at = r->setting_at[first], second_at = r->setting_at[second];
    if ((first_at == 0) == (second_at == 0)) {
        return GLR_OK;
    }
    return glr_scan_fail(GLR_ERROR_PARSE, first_at + second_at - 1, "%s needs %s beside it",
                         glr_settings[first_at != 0 ? first : second].name,
                         glr_settings[first_at != 0 ? second : first].name);
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
        status = glr_scan_fail(GLR_ERROR_PARSE, at[GLR_SETTING_SEED] - 1,
                               "seed cannot stand beside key and counter");
    }
    r->to->has_axes = at[GLR_SETTING_INPUT_AXES] != 0;
    r->to->seeding = at[GLR_SETTING_SEED] != 0  ? GLR_SEEDING_SEED
                     : at[GLR_SETTING_KEY] != 0 ? GLR_SEEDING_KEY
                                                : GLR_SEEDING_NONE;
    return status;
}

/* ---- The whole ------------------------------------------------------------------------------------ */

#define KINDS                                                                                                \
    "zeros, ones, constant, random_normal, random_uniform, truncated_normal, variance_scaling, or glorot, "  \
    "he or lecun with _normal or _uniform"

/* Names of kinds are short: longer ones are unknown. */
static glr_status read_kind(reader *r)
{
    char name[64];
    (void)glr_scan_peek(&r->scan);
    const size_t start = r->scan.at, length = glr_scan_name(&r->scan, start);
    if (length == 0) {
        return glr_scan_fail_expected(&r->scan, "the name of an initializer");
    }
    r->scan.at += length;
    if (length < sizeof name) {
        memcpy(name, r->scan.text + start, length);
        name[length] = '\0';
        const glr_status status = glr_initializer_from_name(name, r->to);
        if (status == GLR_OK) {
            r->law = glr_law_arguments(r->to->kind, &r->law_count);
            return GLR_OK;
        }
        if (status == GLR_ERROR_UNSUPPORTED) {
            return glr_scan_fail(status, start, "the initializer '%s' is not supported", name);
        }
    }
    return glr_scan_fail(GLR_ERROR_PARSE, start, "unknown initializer '%.*s', expected " KINDS,
                         glr_scan_shown(length), r->scan.text + start);
}

static glr_status read_initializer(reader *r)
{
    glr_status status = read_kind(r);
    if (status == GLR_OK) {
        status = read_arguments(r);
    }
    if (status == GLR_OK && !glr_scan_at_end(&r->scan)) {
        status = glr_scan_fail_expected(&r->scan, "the end of the text");
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
