#include "place.h"

#include <stdio.h>
#include <string.h>

glr_place glr_place_of_member(const glr_place *parent, const char *name)
{
    const glr_place member = {parent, name, 0, parent->variables, parent->problem};
    return member;
}

glr_place glr_place_of_element(const glr_place *parent, size_t index)
{
    const glr_place element = {parent, NULL, index, parent->variables, parent->problem};
    return element;
}

/* The beginning of a complaint. Places are a few levels deep at most. */
static void path_text(const glr_place *where, char *text, size_t capacity)
{
    text[0] = '\0';
    if (where->parent != NULL) {
        path_text(where->parent, text, capacity);
    }
    size_t used = strlen(text);
    if (where->name != NULL) {
        (void)snprintf(text + used, capacity - used, "%s%s", used > 0 ? "." : "", where->name);
    } else {
        (void)snprintf(text + used, capacity - used, "[%zu]", where->index);
    }
}

bool glr_complain_at(const glr_place *where, const char *separator)
{
    char path[128];
    path_text(where, path, sizeof path);
    return glr_problem_prefix(where->problem, "%s%s", path, separator);
}

bool glr_take_status(glr_status status, const glr_place *where)
{
    if (status == GLR_OK) {
        return true;
    }
    (void)glr_problem_status(where->problem, status);
    return glr_complain_at(where, ": ");
}

bool glr_complain(const glr_place *where, const char *text)
{
    (void)glr_problem_set(where->problem, "%s", text);
    return glr_complain_at(where, ": ");
}

bool glr_complain_kind(const glr_place *where, glr_json_value value, const char *expected)
{
    char text[GLR_JSON_QUOTED];
    (void)glr_problem_set(where->problem, "must be %s, not %s", expected, glr_json_quoted(value, text));
    return glr_complain_at(where, ": ");
}
