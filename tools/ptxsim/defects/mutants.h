/* Defects put into PTX, one at a time. */
#ifndef MUTANTS_H
#define MUTANTS_H

#include <stdbool.h>
#include <stddef.h>

typedef enum mutation {
    CHANGED_CONSTANT,
    SWAPPED_OPERANDS,
    UNINITIALIZED_REGISTER,
    STORE_TOO_FAR,
    LOST_INSTRUCTION,
    LOST_GUARD,
    OTHER_OPCODE,
    MUTATIONS
} mutation;

extern const char *const mutation_names[MUTATIONS];

/* Writes the line with the mutation in it; which of several is `variant`. False if there is no such one. */
bool mutate_line(mutation kind, unsigned variant, const char *line, char *mutant, size_t size);

#endif
