#include "glob.h"

#include "api/show.h"

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
    for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
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

/* Whether a set holds a character; returns the text behind its ], or NULL if it has none. `set` is behind the
 * [. */
static const char *try_set(const char *set, uint32_t character, bool *matches)
{
    const bool negated = *set == '!' || *set == '^';
    bool found = false;
    set += negated;
    for (bool first = true; first || *set != ']'; first = false) {
        bool holds = false;
        if (*set == '\0') {
            return NULL;
        }
        if (!take_class(&set, character, &holds)) {
            const uint32_t least = take_member(&set);
            uint32_t most = least;
            if (set[0] == '-' && set[1] != ']' && set[1] != '\0') {
                set++;
                most = take_member(&set);
            }
            holds = character >= least && character <= most;
        }
        found = found || holds;
    }
    *matches = found != negated;
    return set + 1;
}

/* Whether a name's character matches the pattern's first part, which is not a star; *pattern is set behind
 * that.
 */
static bool step(const char **pattern, uint32_t character)
{
    const char *behind;
    bool matches = true;
    switch (**pattern) {
    case '\0': return false;
    case '?': (*pattern)++; return true;
    case '[':
        behind = try_set(*pattern + 1, character, &matches);
        if (behind != NULL) {
            *pattern = behind;
            return matches;
        }
        break;
    case '\\':
        (*pattern)++;
        if (**pattern == '\0') {
            return false;
        }
        break;
    default: break;
    }
    return glr_next_character(pattern) == character;
}

/* Only the last star needs to be tried again: what is before it has matched as early as it can. */
bool glr_glob_matches(const char *pattern, const char *name)
{
    const char *star = NULL,
               *again = NULL; /* the pattern behind the last star, and the name where it goes on */
    while (*name != '\0' || *pattern != '\0') {
        if (*pattern == '*') {
            star = ++pattern;
            again = name;
            continue;
        }
        if (*name != '\0' && step(&pattern, glr_next_character(&name))) {
            continue;
        }
        if (star == NULL || *again == '\0') {
            return false;
        }
        (void)glr_next_character(&again);
        pattern = star;
        name = again;
    }
    return true;
}

/* The pattern behind its first part, which is special: a star, a question mark, a set, or a backslash with
   the character that it takes the meaning from. */
static const char *behind_special(const char *pattern)
{
    bool matches;
    if (*pattern == '\\') {
        pattern++;
        (void)glr_next_character(&pattern);
        return pattern;
    }
    const char *behind = *pattern == '[' ? try_set(pattern + 1, 0, &matches) : NULL;
    return behind != NULL ? behind : pattern + 1;
}

const char *glr_glob_next_literal(const char **pattern, size_t *length)
{
    static const char special[] = "*?[\\";
    while (**pattern != '\0' && strchr(special, **pattern) != NULL) {
        *pattern = behind_special(*pattern);
    }
    const char *run = *pattern;
    *length = strcspn(run, special);
    *pattern += *length;
    return *length > 0 ? run : NULL;
}
