/* Options, and saying what is wrong with one, in getopt_long's words: it would print the option as it was
 * given. */
#include "command.h"

#include <string.h>

/* The long options of which a text is the beginning, and which have a value unless that is 0. */
static size_t count_matches(const struct option *options, const char *text, size_t length, int value)
{
    size_t count = 0;
    for (; options->name != NULL; options++) {
        count += strncmp(options->name, text, length) == 0 && (value == 0 || value == options->val);
    }
    return count;
}

/* Says why getopt_long refused an argument; optopt is 0 or a long option's value, or else a letter. */
static void complain(const char *argument, const char *letters, const struct option *options)
{
    const size_t length = strcspn(argument, "=");
    const size_t matches =
        strncmp(argument, "--", 2) == 0 ? count_matches(options, argument + 2, length - 2, optopt) : 0;
    if (optopt == 0) {
        (void)glr_cli_fail(EXIT_USAGE, matches > 0 ? "option '%s' is ambiguous" : "unrecognized option '%s'",
                           argument);
    } else if (matches > 0) {
        (void)glr_cli_fail(EXIT_USAGE,
                           argument[length] == '=' ? "option '%.*s' doesn't allow an argument"
                                                   : "option '%.*s' requires an argument",
                           (int)length, argument);
    } else {
        const char letter[] = {(char)optopt, '\0'};
        (void)glr_cli_fail(EXIT_USAGE,
                           strchr(letters, letter[0]) == NULL ? "invalid option -- '%s'"
                                                              : "option requires an argument -- '%s'",
                           letter);
    }
}

int glr_cli_option(int argc, char **argv, const char *letters, const struct option *options)
{
    opterr = 0;
    const int option = getopt_long(argc, argv, letters, options, NULL);
    if (option == '?') {
        complain(argv[optind - 1], letters, options);
    }
    return option;
}
