#include "list.h"

#include "command.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Room for a tensor's text, which few need: a text that does not fit is made twice. What is not used of it is
   only addresses. */
#define TEXT_BYTES 256

int glr_list_options_make(int argc, glr_list_options *given)
{
    given->rule = calloc((size_t)argc, sizeof *given->rule);
    return given->rule != NULL ? EXIT_DONE : glr_cli_fail(EXIT_FAILED, "out of memory");
}

void glr_list_options_free(glr_list_options *given)
{
    free(given->rule);
    glr_cli_free_variables(&given->variables);
}

/* Adds the rule "PATTERN=INITIALIZER". */
static int add_rule(glr_model *model, const char *rule)
{
    const size_t length = strcspn(rule, "=");
    if (length == 0 || rule[length] == '\0') {
        return glr_cli_fail(EXIT_USAGE, "--rule: '%s' is not of the form PATTERN=INITIALIZER", rule);
    }
    char *pattern = strndup(rule, length);
    const glr_status status =
        pattern != NULL ? glr_model_add_rule(model, pattern, rule + length + 1) : GLR_ERROR_MEMORY;
    const char *reason = pattern != NULL ? glr_last_error() : "out of memory";
    free(pattern);
    return status == GLR_OK ? EXIT_DONE : glr_cli_fail_status(status, "--rule '%s': %s", rule, reason);
}

/* Lists the tensors that nothing decides behind the message. */
static int fail_undecided(const char *path, const glr_model *model)
{
    glr_problem problem;
    const int status = glr_cli_fail(EXIT_USAGE, "%s: %s (--rule 'PATTERN=INITIALIZER', --recipe NAME):", path,
                                    glr_last_error());
    char *lines = glr_text_of_model(glr_model_undecided, model, &problem);
    if (lines == NULL) {
        return glr_cli_fail_by(&problem, "%s: %s", path, problem.text);
    }
    (void)fputs(lines, stderr);
    free(lines);
    return status;
}

static int resolve(const char *path, const glr_list_options *given, glr_model *model)
{
    for (size_t i = 0; i < given->rule_count; i++) {
        const int added = add_rule(model, given->rule[i]);
        if (added != EXIT_DONE) {
            return added;
        }
    }
    const glr_status status = glr_model_resolve(model, &given->options);
    if (status == GLR_ERROR_UNDECIDED) {
        return fail_undecided(path, model);
    }
    return status == GLR_OK ? EXIT_DONE : glr_cli_fail_status(status, "%s: %s", path, glr_last_error());
}

/* Whether the list or a rule has each variable of --set. */
static int check_set(const glr_list_options *given, const char *list)
{
    const char **texts = calloc(given->rule_count + 1, sizeof *texts);
    if (texts == NULL) {
        return glr_cli_fail(EXIT_FAILED, "out of memory");
    }
    texts[0] = list;
    for (size_t i = 0; i < given->rule_count; i++) {
        texts[i + 1] = given->rule[i] + strcspn(given->rule[i], "=");
    }
    const int status = glr_cli_check_set(&given->variables, texts, given->rule_count + 1);
    free(texts);
    return status;
}

int glr_list_read(const char *path, const glr_list_options *given, glr_model **model)
{
    glr_problem problem;
    size_t length = 0;
    *model = NULL;
    char *text = glr_read_file(path, &length, &problem);
    if (text == NULL) {
        return glr_cli_fail_by(&problem, "%s", problem.text);
    }
    const int used = check_set(given, text);
    if (used != EXIT_DONE) {
        free(text);
        return used;
    }
    const glr_variables *variables = &given->variables.all;
    const glr_status status = glr_model_from_list(text, length, variables->variable, variables->count, model);
    free(text);
    if (status != GLR_OK) {
        return glr_cli_fail_status(status, "%s: %s", path, glr_last_error());
    }
    const int resolved = resolve(path, given, *model);
    if (resolved != EXIT_DONE) {
        glr_model_free(*model);
        *model = NULL;
    }
    return resolved;
}

char *glr_text_of_model(glr_model_writer *write, const glr_model *model, glr_problem *problem)
{
    size_t length = TEXT_BYTES * (glr_model_count(model) + 1);
    char *text = NULL;
    glr_status status;
    do {
        free(text);
        text = malloc(length + 1);
        status = text != NULL ? write(model, text, length + 1, &length) : GLR_ERROR_MEMORY;
    } while (status == GLR_ERROR_TOO_SMALL);
    if (status != GLR_OK) {
        (void)(text == NULL ? glr_problem_memory(problem) : glr_problem_status(problem, status));
        free(text);
        return NULL;
    }
    return text;
}

bool glr_spec_of_file(const glr_safetensors *file, glr_model **model, glr_problem *problem)
{
    const char *spec = glr_safetensors_metadata(file, GLR_KEY_SPEC);
    const char *stream_version = glr_safetensors_metadata(file, GLR_KEY_STREAM_VERSION);
    *model = NULL;
    if (spec == NULL || stream_version == NULL) {
        return glr_problem_set(problem,
                               "has no glorand metadata: give the list it was made from with --spec");
    }
    if (strtoul(stream_version, NULL, 10) != glr_stream_version()) {
        return glr_problem_set(problem,
                               "was drawn from stream version %s; this glorand draws version %" PRIu32,
                               stream_version, glr_stream_version());
    }
    const glr_status status = glr_model_from_spec(spec, strlen(spec), model);
    return status == GLR_OK || glr_problem_status(problem, status);
}
