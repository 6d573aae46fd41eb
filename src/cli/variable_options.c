#include "variable_options.h"

#include "command.h"

#include "files/files.h"
#include "text/ascii.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* NAME=NUMBER. */
static int set(const char *argument, glr_variable_options *given)
{
    const size_t length = strcspn(argument, "=");
    const char *number = argument + length + 1;
    char *end;
    if (argument[length] == '\0' || !glr_ascii_is_name(argument, length)) {
        return glr_cli_fail(EXIT_USAGE, "--set: '%s' is not of the form NAME=NUMBER", argument);
    }
    const double value = strtod(number, &end);
    if (end == number || *end != '\0' || !isfinite(value)) {
        return glr_cli_fail(EXIT_USAGE, "--set %s: '%s' is not a finite number", argument, number);
    }
    return glr_variables_add(&given->all, argument, length, value) &&
                   glr_variables_add(&given->set, argument, length, value)
               ? EXIT_DONE
               : glr_cli_fail(EXIT_FAILED, "out of memory");
}

/* The members that are numbers; no other member of a file can be meant. */
static int take_members(const char *path, glr_json_value document, glr_variables *variables)
{
    if (document.kind != GLR_JSON_OBJECT) {
        return glr_cli_fail(EXIT_USAGE, "--config: %s is not a JSON object", path);
    }
    glr_json_walk walk = glr_json_children(document);
    while (glr_json_next(&walk)) {
        double number;
        const size_t length = strlen(walk.name);
        if (walk.value.kind == GLR_JSON_NUMBER && glr_json_double(walk.value, &number) && isfinite(number) &&
            glr_ascii_is_name(walk.name, length) &&
            !glr_variables_add(variables, walk.name, length, number)) {
            return glr_cli_fail(EXIT_FAILED, "out of memory");
        }
    }
    return EXIT_DONE;
}

static int read_config(const char *path, glr_variables *variables)
{
    glr_problem problem;
    glr_json document;
    size_t length = 0;
    char *text = glr_read_file(path, &length, &problem);
    if (text == NULL) {
        return glr_cli_fail_by(&problem, "--config: %s", problem.text);
    }
    const glr_status read = glr_json_read_python(text, length, &document, &problem);
    free(text);
    if (read != GLR_OK) {
        return glr_cli_fail_by(&problem, "--config: %s: %s", path, problem.text);
    }
    const int status = take_members(path, glr_json_root(&document), variables);
    glr_json_free(&document);
    return status;
}

int glr_cli_variable_option(int option, const char *argument, glr_variable_options *given)
{
    return option == OPTION_SET ? set(argument, given) : read_config(argument, &given->all);
}

static bool is_of_a_name(char c) { return glr_ascii_begins_name(c) || (c >= '0' && c <= '9'); }

/* Marks the variables whose names stand in a text as words. */
static void mark_words(const char *text, const glr_variables *sorted, bool *used)
{
    while (*text != '\0') {
        size_t length = 0;
        while (is_of_a_name(text[length])) {
            length++;
        }
        const glr_name *found =
            length > 0 ? glr_find_name(sorted->sorted, sorted->sorted_count, text, length) : NULL;
        if (found != NULL) {
            used[found->index] = true;
        }
        text += length > 0 ? length : 1;
    }
}

/* The first variable that is not marked, or NULL. */
static const char *find_unused(const glr_variables *sorted, const bool *used)
{
    const glr_name *first = NULL;
    for (size_t i = 0; i < sorted->sorted_count; i++) {
        const glr_name *name = &sorted->sorted[i];
        if (!used[name->index] && (first == NULL || name->index < first->index)) {
            first = name;
        }
    }
    return first != NULL ? first->text : NULL;
}

int glr_cli_check_set(const glr_variable_options *given, const char *const *texts, size_t count)
{
    glr_variables set = given->set; /* whose names are not copied */
    if (set.count == 0) {
        return EXIT_DONE;
    }
    bool *used = calloc(set.count, sizeof *used);
    if (used == NULL || !glr_variables_sort(&set)) {
        free(used);
        return glr_cli_fail(EXIT_FAILED, "out of memory");
    }
    for (size_t i = 0; i < count; i++) {
        mark_words(texts[i], &set, used);
    }
    const char *unused = find_unused(&set, used);
    free(used);
    free(set.sorted);
    return unused == NULL ? EXIT_DONE
                          : glr_cli_fail(EXIT_USAGE, "--set %s: no initializer uses this variable", unused);
}

void glr_cli_free_variables(glr_variable_options *given)
{
    glr_variables_free(&given->all);
    glr_variables_free(&given->set);
}
