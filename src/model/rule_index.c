#include "rule_index.h"

#include "glob.h"

#include <stdlib.h>
#include <string.h>

/* The child of a state by a byte, or 0. */
static uint32_t child_of(const glr_rule_index *index, uint32_t state, unsigned char byte)
{
    uint32_t child = index->state[state].child;
    while (child != 0 && index->state[child].byte != byte) {
        child = index->state[child].sibling;
    }
    return child;
}

/* The state of a text, which is added to the tree if need be. There is room. */
static uint32_t state_of(glr_rule_index *index, const char *text, size_t length)
{
    uint32_t state = 0;
    for (size_t i = 0; i < length; i++) {
        const unsigned char byte = (unsigned char)text[i];
        uint32_t child = child_of(index, state, byte);
        if (child == 0) {
            child = (uint32_t)index->state_count++;
            index->state[child].byte = byte;
            index->state[child].sibling = index->state[state].child;
            index->state[state].child = child;
        }
        state = child;
    }
    return state;
}

static void count_parts(glr_rule_index *index, const char *pattern)
{
    size_t length;
    for (const char *part; (part = glr_glob_next_literal(&pattern, &length)) != NULL;) {
        index->state[state_of(index, part, length)].uses++;
    }
}

/* A rule is looked for by the part that is rarest among all, the longest of those; without one, at the root.
 */
static void add_rule(glr_rule_index *index, uint32_t rule)
{
    const char *pattern = index->rules->rule[rule].pattern;
    uint32_t best = 0;
    size_t length, best_length = 0;
    for (const char *part; (part = glr_glob_next_literal(&pattern, &length)) != NULL;) {
        const uint32_t state = state_of(index, part, length);
        const uint32_t uses = index->state[state].uses, least = index->state[best].uses;
        if (best == 0 || uses < least || (uses == least && length > best_length)) {
            best = state;
            best_length = length;
        }
    }
    index->state[best].unmatched++;
    index->next[rule] = index->state[best].rules;
    index->state[best].rules = rule + 1;
}

/* Where a byte leads from a state: to its child, or that of the first fallback which has one. */
static uint32_t follow(const glr_rule_index *index, uint32_t state, unsigned char byte)
{
    uint32_t child = child_of(index, state, byte);
    while (child == 0 && state != 0) {
        state = index->state[state].fallback;
        child = child_of(index, state, byte);
    }
    return child;
}

/* Sets the fallbacks, of short texts before those of long ones; `order` has room for all states. */
static void set_fallbacks(glr_rule_index *index, uint32_t *order)
{
    glr_rule_state *state = index->state;
    size_t count = 1;
    order[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const uint32_t parent = order[i];
        for (uint32_t child = state[parent].child; child != 0; child = state[child].sibling) {
            const uint32_t back = parent == 0 ? 0 : follow(index, state[parent].fallback, state[child].byte);
            state[child].fallback = back;
            state[child].listed = state[back].rules != 0 && back != 0 ? back : state[back].listed;
            order[count++] = child;
        }
    }
}

bool glr_rule_index_make(const glr_rules *rules, glr_rule_index *index)
{
    static const glr_rules none = {0};
    memset(index, 0, sizeof *index);
    index->rules = rules == NULL ? &none : rules;
    const size_t count = index->rules->count;
    size_t states = 1;
    for (size_t i = 0; i < count; i++) {
        states += strlen(index->rules->rule[i].pattern);
    }
    if (count >= UINT32_MAX || states >= UINT32_MAX) {
        return false;
    }
    index->state = calloc(states, sizeof *index->state);
    index->next = calloc(count + 1, sizeof *index->next);
    index->seen = calloc(count + 1, sizeof *index->seen);
    index->matched = calloc(count + 1, sizeof *index->matched);
    uint32_t *order = calloc(states, sizeof *order);
    const bool ok = index->state != NULL && index->next != NULL && index->seen != NULL &&
                    index->matched != NULL && order != NULL;
    if (ok) {
        index->state_count = 1;
        for (size_t i = 0; i < count; i++) {
            count_parts(index, index->rules->rule[i].pattern);
        }
        for (size_t i = count; i-- > 0;) { /* so that a state's first rule comes first */
            add_rule(index, (uint32_t)i);
        }
        set_fallbacks(index, order);
    }
    free(order);
    return ok;
}

/* Compares a name with the rules of a state that may still say something: what comes first, or that a rule
   matches at all. */
static void compare(glr_rule_index *index, uint32_t state, const char *name, size_t *first)
{
    for (uint32_t rule = index->state[state].rules; rule != 0; rule = index->next[rule - 1]) {
        const size_t i = rule - 1;
        if (i >= *first && index->state[state].unmatched == 0) {
            break;
        }
        if (index->seen[i] == index->name_count || (index->matched[i] && i >= *first)) {
            continue;
        }
        index->seen[i] = index->name_count;
        index->compared++;
        if (glr_glob_matches(index->rules->rule[i].pattern, name)) {
            index->state[state].unmatched -= !index->matched[i];
            index->matched[i] = true;
            *first = i < *first ? i : *first;
        }
    }
}

const glr_rule *glr_rule_index_find(glr_rule_index *index, const char *name)
{
    size_t first = SIZE_MAX;
    index->name_count++;
    compare(index, 0, name, &first); /* those without a literal part */
    uint32_t state = 0;
    for (const char *byte = name; index->rules->count > 0 && *byte != '\0'; byte++) {
        state = follow(index, state, (unsigned char)*byte);
        for (uint32_t with = state; with != 0; with = index->state[with].listed) {
            compare(index, with, name, &first);
        }
    }
    return first == SIZE_MAX ? NULL : &index->rules->rule[first];
}

void glr_rule_index_free(glr_rule_index *index)
{
    free(index->state);
    free(index->next);
    free(index->seen);
    free(index->matched);
    memset(index, 0, sizeof *index);
}
