#include "glob.h"

#include "text/ascii.h"
#include "text/show.h"

#include <ctype.h>
#include <string.h>

static int is_blank(int c) { return c == ' ' || c == '\t'; }

static const struct {
    const char *name; /* as it stands in a set */
    int (*holds)(int c);
} classes[] = {
    {"[:alnum:]", isalnum}, {"[:alpha:]", isalpha}, {"[:blank:]", is_blank}, {"[:cntrl:]", iscntrl},
    {"[:digit:]", isdigit}, {"[:graph:]", isgraph}, {"[:lower:]", islower},  {"[:print:]", isprint},
    {"[:punct:]", ispunct}, {"[:space:]", isspace}, {"[:upper:]", isupper},  {"[:xdigit:]", isxdigit},
};

/* Takes a class at the beginning of a text, if there is one; *holds says whether it holds the character. */
static bool take_class(const char **text, uint32_t character, bool *holds)
{
    const bool may_be = (*text)[0] == '[' && (*text)[1] == ':';
    for (size_t i = 0; may_be && i < sizeof classes / sizeof classes[0]; i++) {
        const size_t length = strlen(classes[i].name);
        if (strncmp(*text, classes[i].name, length) == 0) {
            *text += length;
            *holds = character < 0x80 && classes[i].holds((int)character) != 0;
            return true;
        }
    }
    return false;
}

/* A character of a set, which a backslash may stand before. */
static uint32_t take_member(const char **text)
{
    *text += **text == '\\' && (*text)[1] != '\0';
    return glr_next_character(text);
}

/* Whether a set holds a character; returns the text behind its ], or NULL if it has none that is near. `set`
 * is behind the [. */
static const char *try_set(const char *set, uint32_t character, bool *matches)
{
    const char *begin = set;
    const bool negated = *set == '!' || *set == '^';
    bool found = false;
    set += negated;
    for (bool first = true; first || *set != ']'; first = false) {
        bool holds = false;
        if (*set == '\0' || set - begin >= GLR_MAX_SET) {
            return NULL;
        }
        if (!take_class(&set, character, &holds)) {
            const uint32_t min = take_member(&set);
            uint32_t max = min;
            if (set[0] == '-' && set[1] != ']' && set[1] != '\0') {
                set++;
                max = take_member(&set);
            }
            holds = character >= min && character <= max;
        }
        found = found || holds;
    }
    *matches = found != negated;
    return set + 1;
}

/* The bytes of a capture at the beginning of a pattern, braces included; 0 if there is none. */
static size_t capture_length(const char *pattern)
{
    const size_t length = pattern[0] == '{' ? glr_ascii_name_length(pattern + 1) : 0;
    return length > 0 && pattern[length + 1] == '}' ? length + 2 : 0;
}

/* The pattern behind its first part, which is special: a star, a question mark, a set, a capture, or a
   backslash with the character that it takes the meaning from. */
static const char *behind_special(const char *pattern)
{
    bool matches;
    if (*pattern == '\\') {
        pattern++;
        (void)glr_next_character(&pattern);
        return pattern;
    }
    const size_t capture = capture_length(pattern);
    if (capture > 0) {
        return pattern + capture;
    }
    const char *behind = *pattern == '[' ? try_set(pattern + 1, 0, &matches) : NULL;
    return behind != NULL ? behind : pattern + 1;
}

static glr_capture *find_capture(glr_captures *captures, const char *name, size_t length)
{
    for (size_t i = 0; i < captures->count; i++) {
        glr_capture *capture = &captures->capture[i];
        if (capture->name_length == length && memcmp(capture->name, name, length) == 0) {
            return capture;
        }
    }
    return NULL;
}

/* Adds a capture, for which there is room unless the pattern was not checked. */
static bool add_capture(glr_captures *captures, const char *name, size_t name_length, const char *digits,
                        size_t length)
{
    if (captures->count == GLR_MAX_CAPTURES) {
        return false;
    }
    const glr_capture added = {name, digits, name_length, length};
    captures->capture[captures->count++] = added;
    return true;
}

bool glr_glob_check(const char *pattern, glr_captures *captures, glr_problem *problem)
{
    const char *last = strrchr(pattern, ']');
    captures->count = 0;
    for (const char *at = pattern; *at != '\0';
         at = strchr("*?[\\{", *at) != NULL ? behind_special(at) : at + 1) {
        const size_t length = capture_length(at);
        bool matches;
        if (*at == '[' && last != NULL && last - at > GLR_MAX_SET && try_set(at + 1, 0, &matches) == NULL) {
            return glr_problem_set(problem,
                                   "column %zu: '[' has no ']' within %d bytes; \\[ is the character",
                                   (size_t)(at - pattern) + 1, GLR_MAX_SET);
        }
        if (*at == '{' && length == 0) {
            return glr_problem_set(problem,
                                   "column %zu: '{' begins no capture like {i}; \\{ is the character",
                                   (size_t)(at - pattern) + 1);
        }
        if (*at == '{' && find_capture(captures, at + 1, length - 2) == NULL &&
            !add_capture(captures, at + 1, length - 2, NULL, 0)) {
            return glr_problem_set(problem, "column %zu: more than %d captures", (size_t)(at - pattern) + 1,
                                   GLR_MAX_CAPTURES);
        }
    }
    return true;
}

/* A place in a pattern and one in a name, and what was captured before. */
typedef struct matcher {
    const char *pattern, *name;
    const char *begin; /* of the name */
    glr_captures captures;
} matcher;

/* Takes a capture and a whole run of digits, if they fit. */
static bool take_capture(matcher *m, size_t length)
{
    const char *digits = m->name, *name = m->pattern + 1;
    size_t count = 0;
    if (digits > m->begin && digits[-1] >= '0' && digits[-1] <= '9') {
        return false; /* before the run is counted: a star tries each of its digits */
    }
    while (digits[count] >= '0' && digits[count] <= '9') {
        count++;
    }
    if (count == 0) {
        return false;
    }
    const glr_capture *before = find_capture(&m->captures, name, length - 2);
    m->pattern += length;
    m->name += count;
    return before != NULL ? before->length == count && memcmp(before->digits, digits, count) == 0
                          : add_capture(&m->captures, name, length - 2, digits, count);
}

/* Takes the pattern's first part, which is not a star, and what it matches in the name, which is not at its
   end. */
static bool step(matcher *m)
{
    const char *behind;
    bool matches = true;
    const size_t length = capture_length(m->pattern);
    if (length > 0) {
        return take_capture(m, length);
    }
    const uint32_t character = glr_next_character(&m->name);
    switch (*m->pattern) {
    case '\0': return false;
    case '?': m->pattern++; return true;
    case '[':
        behind = try_set(m->pattern + 1, character, &matches);
        if (behind != NULL) {
            m->pattern = behind;
            return matches;
        }
        break;
    case '\\':
        m->pattern++;
        if (*m->pattern == '\0') {
            return false;
        }
        break;
    default: break;
    }
    return glr_next_character(&m->pattern) == character;
}

/* Only the last star is tried again: what is before it has matched as early as it can. */
bool glr_glob_capture(const char *pattern, const char *name, glr_captures *captures)
{
    matcher m = {.pattern = pattern, .name = name, .begin = name};
    const char *star = NULL,
               *again = NULL; /* the pattern behind the last star, and the name where it goes on */
    size_t settled = 0;       /* captures before the last star */
    while (*m.name != '\0' || *m.pattern != '\0') {
        if (*m.pattern == '*') {
            star = ++m.pattern;
            again = m.name;
            settled = m.captures.count;
            continue;
        }
        if (*m.name != '\0' && step(&m)) {
            continue;
        }
        if (star == NULL || *again == '\0') {
            return false;
        }
        (void)glr_next_character(&again);
        m.pattern = star;
        m.name = again;
        m.captures.count = settled;
    }
    *captures = m.captures;
    return true;
}

bool glr_glob_matches(const char *pattern, const char *name)
{
    glr_captures captures;
    return glr_glob_capture(pattern, name, &captures);
}

const char *glr_glob_next_literal(const char **pattern, size_t *length)
{
    static const char special[] = "*?[\\{";
    while (**pattern != '\0' && strchr(special, **pattern) != NULL) {
        *pattern = behind_special(*pattern);
    }
    const char *run = *pattern;
    *length = strcspn(run, special);
    *pattern += *length;
    return *length > 0 ? run : NULL;
}
