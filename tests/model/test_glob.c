/* Patterns, beside the C library's fnmatch and, for characters, its regular expressions. */
#include "model/glob.h"
#include "support/random.h"

#include <criterion/criterion.h>
#include <fnmatch.h>
#include <locale.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Adds a text to another, which has room for `capacity` bytes. */
static void append(char *text, size_t capacity, const char *more)
{
    const size_t used = strlen(text);
    cr_assert_lt((size_t)snprintf(text + used, capacity - used, "%s", more), capacity - used);
}

static void random_text(test_random *random, char *text, size_t capacity, int max, const char *const parts[],
                        size_t count)
{
    text[0] = '\0';
    for (int64_t left = test_random_between(random, 0, max); left > 0; left--) {
        append(text, capacity, parts[test_random_between(random, 0, (int64_t)count - 1)]);
    }
}

/* Bytes for a pattern or a name. */
#define SPACE 128

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Every run that a pattern says its names hold is in a name that matches. */
static void check_literals(const char *pattern, const char *name)
{
    size_t length;
    const char *rest = pattern;
    for (const char *run; (run = glr_glob_next_literal(&rest, &length)) != NULL;) {
        char text[128];
        (void)snprintf(text, sizeof text, "%.*s", (int)length, run);
        cr_expect_not_null(strstr(name, text), "%s and %s: %s", pattern, name, text);
    }
}

/* A part of a pattern, and the same for regcomp. */
typedef struct part {
    const char *glob, *regex;
} part;

/* In bytes. The C library's fnmatch tries bytes where characters do not match, so that it is of no use for
 * those. */
Test(globs, as_fnmatch_in_ascii)
{
    static const char *const letters[] = {"a", "b", "c", ".", "/", "-", "]", "[", "!", "\\", "*"};
    static const char *const parts[] = {
        "a",    "b",    "c",     "*",    "*",  "?", "[",  "]",   "[ab]",  "!",           "-",
        "[!a]", "[^b]", "[a-b]", "[]a]", "\\", "/", "[b", "a-c", "[--/]", "[[:alpha:]]", "[![:punct:]c]"};
    char pattern[SPACE], name[SPACE];
    int matches = 0;
    test_random random = test_random_start("globs in ASCII");
    for (int i = 0; i < 400000; i++) {
        random_text(&random, pattern, SPACE, 7, parts, COUNT(parts));
        random_text(&random, name, SPACE, 6, letters, COUNT(letters));
        const size_t length = strlen(pattern);
        if (length > 0 && pattern[length - 1] == '-') {
            continue; /* "[a-" is not a set, and for the C library not text either */
        }
        const int expected = fnmatch(pattern, name, 0);
        const bool found = glr_glob_matches(pattern, name);
        cr_assert(expected == 0 || expected == FNM_NOMATCH);
        cr_expect_eq(found, expected == 0, "'%s' and '%s': %d", pattern, name, found);
        matches += found;
        if (found) {
            check_literals(pattern, name);
        }
    }
    cr_expect_gt(matches, 10000, "%d", matches);
}

/* Makes a random pattern in both forms. regcomp has no ranges beyond ASCII in this locale. */
static void random_pattern(test_random *random, char glob[SPACE], char regex[SPACE])
{
    static const part parts[] = {{"a", "a"},
                                 {"\u00e9", "\u00e9"},
                                 {"*", ".*"},
                                 {"?", "."},
                                 {"[\u00e8-\u00ea]", "[\u00e8\u00e9\u00ea]"},
                                 {"[!\u4e2d]", "[^\u4e2d]"},
                                 {"[a-z]", "[a-z]"},
                                 {"\\?", "\\?"},
                                 {"\u4e2d", "\u4e2d"},
                                 {"[z\U0001f600]", "[z\U0001f600]"},
                                 {"[\u4e00-\u9fff]", "\u4e2d"},
                                 {"\\\u00e9", "\u00e9"},
                                 {"[!a-z]", "[^a-z]"}};
    glob[0] = '\0';
    regex[0] = '\0';
    append(regex, SPACE, "^");
    for (int64_t left = test_random_between(random, 0, 6); left > 0; left--) {
        const part *next = &parts[test_random_between(random, 0, COUNT(parts) - 1)];
        append(glob, SPACE, next->glob);
        append(regex, SPACE, next->regex);
    }
    append(regex, SPACE, "$");
}

Test(globs, as_regcomp_in_characters)
{
    static const char *const letters[] = {"a", "\u00e9", "\u00ea", "\u4e2d", "\U0001f600", "z", "?"};
    char glob[SPACE], regex[SPACE], name[SPACE];
    int matches = 0;
    if (setlocale(LC_ALL, "C.UTF-8") == NULL) {
        cr_skip_test("no locale C.UTF-8");
    }
    test_random random = test_random_start("globs of characters");
    for (int i = 0; i < 5000; i++) {
        regex_t compiled;
        random_pattern(&random, glob, regex);
        cr_assert_eq(regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB), 0, "%s", regex);
        for (int j = 0; j < 50; j++) {
            random_text(&random, name, SPACE, 6, letters, COUNT(letters));
            const int expected = regexec(&compiled, name, 0, NULL, 0);
            const bool found = glr_glob_matches(glob, name);
            cr_expect_eq(found, expected == 0, "'%s' and '%s': %d", glob, name, found);
            matches += found;
            if (found) {
                check_literals(glob, name);
            }
        }
        regfree(&compiled);
    }
    cr_expect_gt(matches, 10000, "%d", matches);
}

/* A byte that is not UTF-8 is a character. */
Test(globs, bytes_that_are_not_utf8)
{
    cr_expect(glr_glob_matches("a?b", "a\xff"
                                      "b"));
    cr_expect(glr_glob_matches("a??b", "a\xc3\xc3"
                                       "b"));
    cr_expect(glr_glob_matches("[\xfe-\xff]", "\xff"));
    cr_expect_not(glr_glob_matches("?", "\xc3\xc3"));
    cr_expect_not(glr_glob_matches("\xff", "\xfe"));
    cr_expect_not(glr_glob_matches("\u00ff", "\xff"));
    cr_expect_not(glr_glob_matches("\xc3*", "\u00e9"), "half a character is none");
}

/* Tries everything: a pattern of letters, stars and captures without repetition. */
static bool matches_somehow(const char *pattern, const char *name, const char *begin)
{
    if (*pattern == '\0') {
        return *name == '\0';
    }
    if (*pattern == '*') {
        return matches_somehow(pattern + 1, name, begin) ||
               (*name != '\0' && matches_somehow(pattern, name + 1, begin));
    }
    if (*pattern == '{') {
        const size_t digits = strspn(name, "0123456789");
        return digits > 0 && (name == begin || strspn(name - 1, "0123456789") == 0) &&
               matches_somehow(strchr(pattern, '}') + 1, name + digits, begin);
    }
    return *pattern == *name && matches_somehow(pattern + 1, name + 1, begin);
}

Test(globs, captures_are_whole_runs_of_digits)
{
    static const char *const letters[] = {"a", ".", "1", "20", "7"};
    static const char *const parts[] = {"a", ".", "*", "1", "{i}", "{i}", "*"};
    char pattern[SPACE], name[SPACE];
    int matches = 0;
    test_random random = test_random_start("captures");
    for (int i = 0; i < 200000; i++) {
        random_text(&random, pattern, SPACE, 6, parts, COUNT(parts));
        random_text(&random, name, SPACE, 6, letters, COUNT(letters));
        char letter = 'p';
        for (char *capture; (capture = strstr(pattern, "{i}")) != NULL; letter++) {
            capture[1] = letter; /* so that none is repeated */
        }
        glr_captures captures;
        const bool expected = matches_somehow(pattern, name, name);
        const bool found = glr_glob_capture(pattern, name, &captures);
        cr_expect_eq(found, expected, "'%s' and '%s': %d", pattern, name, found);
        matches += found;
        if (found) {
            check_literals(pattern, name);
        }
        for (size_t c = 0; found && c < captures.count; c++) {
            cr_expect_eq(strspn(captures.capture[c].digits, "0123456789"), captures.capture[c].length);
            cr_expect_eq(captures.capture[c].name[-1], '{');
            cr_expect_eq(captures.capture[c].name[captures.capture[c].name_length], '}');
        }
    }
    cr_expect_gt(matches, 5000, "%d", matches);
}

Test(globs, repeated_captures_are_equal)
{
    glr_captures captures;
    cr_assert(glr_glob_capture("h.{i}.{layer_2}.x{i}", "h.12.3.x12", &captures));
    cr_assert_eq(captures.count, 2);
    cr_expect_eq(captures.capture[0].length, 2);
    cr_expect_eq(captures.capture[1].name_length, strlen("layer_2"));
    cr_expect_eq(memcmp(captures.capture[1].digits, "3.x12", 5), 0);
    cr_expect_not(glr_glob_matches("h.{i}.{i}", "h.1.2"));
    cr_expect_not(glr_glob_matches("h.{i}.{i}", "h.1.01"), "the same digits");
    cr_expect_not(glr_glob_matches("h.{i}.{i}", "h.1.12"));
    cr_expect(glr_glob_matches("*{i}-*-{i}", "a1-b-2-c-1"));
    cr_expect_not(glr_glob_matches("*{i}x*{i}", "1x2x2"), "what is before the second star is settled");
    cr_expect_not(glr_glob_matches("*{i}.{i}", "12.2"), "2 is not a whole run");
    cr_expect_not(glr_glob_matches("h1{i}", "h12"), "neither here");
    cr_expect(glr_glob_matches("h\\{i}", "h{i}"));
    cr_expect(glr_glob_matches("[{]i}", "{i}"));
}

Test(globs, malformed_captures)
{
    static const char *const bad[] = {"{",     "a{}",   "{1}",        "{i",
                                      "{i j}", "{a,b}", "{\xc3\xa9}", "{a}{b}{c}{d}{e}{f}{g}{h}{i}"};
    glr_captures captures;
    glr_problem problem;
    for (size_t i = 0; i < COUNT(bad); i++) {
        cr_expect_not(glr_glob_check(bad[i], &captures, &problem), "%s", bad[i]);
    }
    cr_expect_str_eq(problem.text, "column 25: more than 8 captures");
    cr_expect(glr_glob_check("\\{[{]{a}{b}{c}{d}{e}{f}{g}{h}{a}", &captures, &problem), "%s", problem.text);
    cr_expect_eq(captures.count, 8);
}

/* Each star doubles the work of a matcher that tries all of them. */
Test(globs, many_stars)
{
    char pattern[256], name[4096];
    for (size_t i = 0; i < sizeof pattern - 2; i += 2) {
        memcpy(pattern + i, "*a", 2);
    }
    memcpy(pattern + sizeof pattern - 2, "b", 2);
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    cr_expect_not(glr_glob_matches(pattern, name));
    name[sizeof name - 2] = 'b';
    cr_expect(glr_glob_matches(pattern, name));
}

/* Sets that end nowhere, or far away, are not followed to the end from each of their brackets. */
Test(globs, many_open_sets)
{
    static const char *const parts[] = {"[", "[[:alpha:]", "[a-\\]", "[\\]"};
    const size_t length = 100000;
    char *pattern = malloc(length + 16);
    cr_assert_not_null(pattern);
    const clock_t start = clock();
    for (size_t i = 0; i < COUNT(parts); i++) {
        glr_captures captures;
        glr_problem problem;
        const size_t bytes = strlen(parts[i]);
        for (size_t used = 0; used < length; used += bytes) {
            memcpy(pattern + used, parts[i], bytes + 1);
        }
        const bool is_far = i > 0; /* their ] is, if it is one */
        cr_expect_eq(glr_glob_check(pattern, &captures, &problem), !is_far, "%s", parts[i]);
        cr_expect(!is_far || strstr(problem.text, "'[' has no ']' within 256 bytes") != NULL, "%s",
                  problem.text);
        cr_expect_not(glr_glob_matches(pattern, "["), "%s", parts[i]);
    }
    free(pattern);
    cr_expect_lt((double)(clock() - start) / CLOCKS_PER_SEC, 5.0);
}

Test(globs, sets_as_long_as_they_may_be)
{
    glr_captures captures;
    glr_problem problem;
    char pattern[400];
    for (int length = 250; length < 270; length++) {
        (void)snprintf(pattern, sizeof pattern, "[%0*d]b", length, 0);
        const bool fits = length <= 256;
        cr_expect_eq(glr_glob_check(pattern, &captures, &problem), fits, "%d", length);
        cr_expect_eq(glr_glob_matches(pattern, "0b"), fits, "%d", length);
    }
}
