/* The options --set and --config: variables that texts of initializers use. */
#ifndef GLR_CLI_VARIABLE_OPTIONS_H
#define GLR_CLI_VARIABLE_OPTIONS_H

#include "text/variables.h"

/* Their values in a command's table, their place there, and their help. */
enum { OPTION_SET = 1200, OPTION_CONFIG };
#define GLR_VARIABLE_OPTIONS                                                                                 \
    {"set", required_argument, NULL, OPTION_SET}, { "config", required_argument, NULL, OPTION_CONFIG }

#define GLR_VARIABLE_HELP                                                                                    \
    "      --set NAME=NUMBER  a variable for texts of initializers, n_layer=12; may be given several "       \
    "times\n"                                                                                                \
    "      --config FILE      a JSON file, as a model's config.json: its members that are numbers are\n"     \
    "                         variables\n"

/* Variables of both options. Of a name that is given again, the last value counts. */
typedef struct glr_variable_options {
    glr_variables all;
    glr_variables set; /* those of --set, which must be used */
} glr_variable_options;

/* Takes one of the two options. The functions here return an exit status, after a message if it is not
   EXIT_DONE. */
int glr_cli_variable_option(int option, const char *argument, glr_variable_options *given);

/* Fails if --set names a variable that stands in none of the texts: it was mistyped, maybe. */
int glr_cli_check_set(const glr_variable_options *given, const char *const *texts, size_t count);

void glr_cli_free_variables(glr_variable_options *given);

#endif
