/* Variables that texts of initializers use: those of a list, and then the user's. */
#ifndef GLR_TEXT_VARIABLES_H
#define GLR_TEXT_VARIABLES_H

#include "names.h"

#include "glorand/glorand.h"

#include <stdbool.h>
#include <stddef.h>

/* All zero: none. Names are copies. */
typedef struct glr_variables {
    glr_variable *variable;
    size_t count, capacity;
    glr_name *sorted; /* of each name the last one; NULL before glr_variables_sort */
    size_t sorted_count;
} glr_variables;

/* Adds a variable, whose name is length bytes; false when memory ran out. Of a name that is there twice, the
   last counts. */
bool glr_variables_add(glr_variables *variables, const char *name, size_t length, double value);

/* Adds those of a table. */
bool glr_variables_add_all(glr_variables *variables, const glr_variable *table, size_t count);

/* Sorts the names, so that none is looked for from end to end; false when memory ran out. */
bool glr_variables_sort(glr_variables *variables);

void glr_variables_free(glr_variables *variables);

#endif
