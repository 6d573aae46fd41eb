/* Any bytes as rules, a line each, an empty line, and names: the index of rules finds what trying every
   pattern finds, the C library's fnmatch agrees, and a pattern's literal parts stand in every name that it
   matches. */
#define _GNU_SOURCE /* memmem, strsep */

#include "check.h"
#include "model/glob.h"
#include "model/model.h"
#include "model/rule_index.h"

#include <fnmatch.h>
#include <string.h>

#define MAX_LINES 64

/* A line of the text, or NULL at the end; *text is set behind it. */
static char *next_line(char **text) { return *text == NULL || **text == '\0' ? NULL : strsep(text, "\n"); }

/* Whether the C library knows better: not what a set is, nor characters beyond ASCII; and stars take it time.
 */
static bool has_fnmatch(const char *pattern, const char *name)
{
    size_t stars = 0;
    for (const char *byte = pattern; *byte != '\0'; byte++) {
        stars += *byte == '*';
        if (*byte == '[' || (unsigned char)*byte >= 0x80) {
            return false;
        }
    }
    for (; *name != '\0'; name++) {
        if ((unsigned char)*name >= 0x80) {
            return false;
        }
    }
    return stars <= 4;
}

static void check_literals(const char *pattern, const char *name)
{
    size_t length;
    for (const char *part; (part = glr_glob_next_literal(&pattern, &length)) != NULL;) {
        CHECK(memmem(name, strlen(name), part, length) != NULL);
    }
}

static const glr_rule *first_match(const glr_rules *rules, bool *matched, const char *name)
{
    const glr_rule *first = NULL;
    for (size_t i = 0; i < rules->count; i++) {
        const char *pattern = rules->rule[i].pattern;
        const bool matches = glr_glob_matches(pattern, name);
        CHECK(!has_fnmatch(pattern, name) || matches == (fnmatch(pattern, name, 0) == 0));
        if (matches) {
            check_literals(pattern, name);
            matched[i] = true;
            first = first == NULL ? &rules->rule[i] : first;
        }
    }
    return first;
}

static void take_rules(char **text, glr_rules *rules)
{
    int lines = 0;
    for (char *line; lines < MAX_LINES && (line = next_line(text)) != NULL && *line != '\0'; lines++) {
        glr_problem problem = {0};
        const size_t count = rules->count;
        char *equals = strchr(line, '=');
        if (equals == NULL) {
            continue;
        }
        *equals = '\0';
        const bool ok = glr_rules_add(rules, "rule:", line, equals + 1, NULL, &problem);
        CHECK(rules->count == count + (ok ? 1 : 0) &&
              (ok || (problem.text[0] != '\0' && !glr_problem_is_systems(&problem))));
    }
}

static void check_index(char *text)
{
    glr_rules rules = {0};
    glr_rule_index index;
    bool matched[MAX_LINES] = {false};
    take_rules(&text, &rules);
    CHECK(glr_rule_index_make(&rules, &index));
    int lines = 0;
    for (char *name; lines < MAX_LINES && (name = next_line(&text)) != NULL; lines++) {
        CHECK(glr_rule_index_find(&index, name) == first_match(&rules, matched, name));
    }
    CHECK(rules.count == 0 || memcmp(index.matched, matched, rules.count * sizeof matched[0]) == 0);
    glr_rule_index_free(&index);
    glr_rules_free(&rules);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    char *text = malloc(length + 1);
    CHECK(text != NULL);
    memcpy(text, data, length);
    text[length] = '\0';
    check_index(text);
    free(text);
    return 0;
}
