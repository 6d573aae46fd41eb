/* Finding the rule of a name among many. Of each pattern one literal part, which few others have, is looked
   for in the name, for all rules at once (Aho and Corasick's automaton); only rules whose part is there are
   compared. */
#ifndef GLR_MODEL_RULE_INDEX_H
#define GLR_MODEL_RULE_INDEX_H

#include "model.h"

/* A state of the automaton: the text that leads there from the root. */
typedef struct glr_rule_state {
    uint32_t child, sibling; /* a tree: the first child, the next child of the same parent; 0 is none */
    uint32_t fallback;       /* the longest other state that this one's text ends in */
    uint32_t listed;         /* the nearest state with rules on the way of fallbacks; 0 is none */
    uint32_t uses;           /* how often this text is a literal part of a pattern */
    uint32_t rules;          /* 1 + the first rule that is looked for by this text, or 0 */
    uint32_t unmatched;      /* how many of those rules no name has matched yet */
    unsigned char byte;      /* that leads here from the parent */
} glr_rule_state;

typedef struct glr_rule_index {
    const glr_rules *rules;
    glr_rule_state *state; /* state[0] is the root */
    size_t state_count;
    uint32_t *next;      /* of each rule: 1 + the next of the same part, or 0 */
    uint32_t *seen;      /* of each rule: the number of the name that it was compared with last */
    bool *matched;       /* of each rule: some name has matched it */
    uint32_t name_count; /* how many were looked for */
    uint64_t compared;   /* patterns with names, which tests look at */
} glr_rule_index;

/* Makes an index of rules, which must stay; NULL is none. False when memory ran out; glr_rule_index_free must
   follow in any case. */
bool glr_rule_index_make(const glr_rules *rules, glr_rule_index *index);

/* The first rule that matches a name, or NULL; and every rule that does is marked as matched. */
const glr_rule *glr_rule_index_find(glr_rule_index *index, const char *name);

void glr_rule_index_free(glr_rule_index *index);

#endif
