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

/* Whether a name stands in a text as a word. */
static bool has_word(const char *text, const char *name)
{
    const size_t length = strlen(name);
    for (const char *at = text; (at = strstr(at, name)) != NULL; at += length) {
        if ((at == text || !is_of_a_name(at[-1])) && !is_of_a_name(at[length])) {
            return true;
        }
    }
    return false;
}

int glr_cli_check_set(const glr_variable_options *given, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < given->set.count; i++) {
        const char *name = given->set.variable[i].name;
        size_t t = 0;
        while (t < count && !has_word(texts[t], name)) {
            t++;
        }
        if (t == count) {
            return glr_cli_fail(EXIT_USAGE, "--set %s: no initializer uses this variable", name);
        }
    }
    return EXIT_DONE;
}

void glr_cli_free_variables(glr_variable_options *given)
{
    glr_variables_free(&given->all);
    glr_variables_free(&given->set);
}
