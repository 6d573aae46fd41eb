#include "variables.h"

#include "text.h"

#include <stdlib.h>
#include <string.h>

bool glr_variables_add(glr_variables *variables, const char *name, size_t length, double value)
{
    glr_variable *grown =
        glr_grow(variables->variable, variables->count, &variables->capacity, sizeof *grown);
    variables->variable = grown != NULL ? grown : variables->variable;
    char *copy = grown != NULL ? strndup(name, length) : NULL;
    if (copy == NULL) {
        return false;
    }
    const glr_variable added = {copy, value};
    variables->variable[variables->count++] = added;
    return true;
}

bool glr_variables_add_all(glr_variables *variables, const glr_variable *table, size_t count)
{
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        ok = glr_variables_add(variables, table[i].name, strlen(table[i].name), table[i].value);
    }
    return ok;
}

bool glr_variables_sort(glr_variables *variables)
{
    size_t kept = 0;
    glr_name *names = variables->count < UINT32_MAX ? calloc(variables->count + 1, sizeof *names) : NULL;
    if (names == NULL) {
        return false;
    }
    for (size_t i = 0; i < variables->count; i++) {
        const char *name = variables->variable[i].name;
        names[i] = glr_name_of(name, strlen(name), (uint32_t)i);
    }
    glr_sort_names(names, variables->count);
    for (size_t i = 0; i < variables->count; i++) {
        kept -= kept > 0 && strcmp(names[kept - 1].text, names[i].text) == 0;
        names[kept++] = names[i];
    }
    free(variables->sorted);
    variables->sorted = names;
    variables->sorted_count = kept;
    return true;
}

void glr_variables_free(glr_variables *variables)
{
    for (size_t i = 0; i < variables->count; i++) {
        free((void *)variables->variable[i].name);
    }
    free(variables->variable);
    free(variables->sorted);
    memset(variables, 0, sizeof *variables);
}
