/* Exit statuses, messages and common options of the subcommands. */
#ifndef GLR_CLI_COMMAND_H
#define GLR_CLI_COMMAND_H

#include "text/json.h"
#include "text/text.h"

#include "glorand/model.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

enum {
    EXIT_DONE = 0,
    EXIT_FAILED = 1, /* it failed while running, or a file is not what it should be */
    EXIT_USAGE = 2   /* bad usage or input; nothing was written */
};

/* One subcommand: gets the arguments from its own name on, returns an exit status. */
int glr_cli_fill(int argc, char **argv);
int glr_cli_init(int argc, char **argv);
int glr_cli_verify(int argc, char **argv);
int glr_cli_stats(int argc, char **argv);
int glr_cli_devices(int argc, char **argv);

/* Prints a line, as glr_show shows it, and its end. */
__attribute__((format(printf, 2, 3))) void glr_cli_line(FILE *stream, const char *format, ...);

/* Prints "glorand: error: ..." as such a line, and returns the status, so that failing is one line. */
__attribute__((format(printf, 2, 3))) int glr_cli_fail(int status, const char *format, ...);

/* Fails with EXIT_USAGE for an argument that the command does not take. */
int glr_cli_unexpected(const char *command, const char *argument);

/* glr_cli_fail for a problem; the status is EXIT_USAGE if the input is at fault, or else EXIT_FAILED. */
__attribute__((format(printf, 2, 3))) int glr_cli_fail_by(const glr_problem *problem, const char *format,
                                                          ...);

/* The same for a function of the library that failed by this status. */
__attribute__((format(printf, 2, 3))) int glr_cli_fail_status(glr_status status, const char *format, ...);

/* Prints a text to standard output and frees it. Returns an exit status, after a message that names what is
   not UTF-8 if something is not. */
int glr_cli_print(glr_text *text, const char *name);

/* Options that commands which draw have in common. */
typedef struct glr_common {
    glr_options options;
    enum { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER } progress;
    bool sync; /* fill and init: the file is on the medium before the command ends */
} glr_common;

#define GLR_COMMON_INIT                                                                                      \
    {                                                                                                        \
        .options = GLR_OPTIONS_INIT, .progress = PROGRESS_AUTO                                               \
    }

/* Their place in a command's table for getopt_long, and their values there. */
enum { OPTION_BACKEND = 1000, OPTION_DEVICE, OPTION_THREADS, OPTION_PROGRESS };
#define GLR_COMMON_OPTIONS                                                                                   \
    {"backend", required_argument, NULL, OPTION_BACKEND},                                                    \
        {"device", required_argument, NULL, OPTION_DEVICE},                                                  \
        {"threads", required_argument, NULL, OPTION_THREADS},                                                \
        {"progress", required_argument, NULL, OPTION_PROGRESS}, {"help", no_argument, NULL, 'h'},            \
    {                                                                                                        \
        NULL, 0, NULL, 0                                                                                     \
    }

#define GLR_COMMON_HELP                                                                                      \
    "      --backend NAME     auto (the default), cpu, opencl or cuda\n"                                     \
    "      --device K         the backend's device number K; the default is 0\n"                             \
    "      --threads N        threads on the CPU; the default is what OpenMP uses\n"                         \
    "                         (on the other backends without effect)\n"                                      \
    "      --progress WHEN    auto (the default: on a terminal), always or never\n"                          \
    "  -h, --help             print this text\n"

/* getopt_long, whose messages are lines like all others. */
int glr_cli_option(int argc, char **argv, const char *letters, const struct option *options);

/* Takes one common option; EXIT_DONE, or EXIT_USAGE after a message. Unknown options come here too. */
int glr_cli_common_option(const char *command, int option, glr_common *common);

/* Options of the commands that write: what is drawn, and how it is written. These are their values in a
   command's table; --seed is 's' there. */
enum { OPTION_DTYPE = 1100, OPTION_METHOD, OPTION_LAYOUT, OPTION_SYNC, OPTION_RECIPE };

#define GLR_SYNC_HELP "      --sync             end only when the file and its name are on the medium\n"

/* Takes one of these options, or else a common option. */
int glr_cli_drawing_option(const char *command, int option, glr_model_options *options, glr_common *common);

/* Opens the device that the options name; EXIT_DONE, or EXIT_FAILED after a message. */
int glr_cli_open(const glr_common *common, glr_device **device);

/* Numbers in options; false after a message that names the option. */
bool glr_cli_integer(const char *option, const char *text, int64_t min, int64_t max, int64_t *number);

/* Whether a file's name ends in an extension and is more than that. */
bool glr_cli_ends_in(const char *name, const char *extension);

/* A seed from the operating system; false after a message. */
bool glr_cli_system_seed(int64_t *seed);

/* devices --selftest: draws many tensors on every available device and compares them with the CPU's. Prints a
   line for each device; returns an exit status. */
int glr_self_test(const glr_device_info *infos, size_t count);

#endif
