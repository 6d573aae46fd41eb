/* The glorand command. */
#include "command.h"

#include "interrupt.h"

#include <fcntl.h>
#include <fenv.h>
#include <locale.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "Usage: glorand COMMAND [OPTION]...\n"
    "Initialize the weights of neural networks.\n"
    "\n"
    "  fill      draw one tensor\n"
    "  init      draw every tensor of a model\n"
    "  verify    draw a file's tensors again and compare every bit\n"
    "  stats     print statistics of a file's tensors\n"
    "  devices   list devices\n"
    "\n"
    "'glorand COMMAND --help' says more. Also: --help, --version.\n"
    "Exit status: 0; 1 it failed while running; 2 bad usage or input, nothing was written;\n"
    "128 + signal when interrupted.\n";

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"fill", glr_cli_fill},   {"init", glr_cli_init},       {"verify", glr_cli_verify},
    {"stats", glr_cli_stats}, {"devices", glr_cli_devices},
};

/* Output that could not be written must not look like success. */
static int close_output(int status)
{
    bool flushed = fflush(stdout) == 0;
    if (flushed && !ferror(stdout)) {
        return status;
    }
    glr_interrupt_die(); /* of a pipe without a reader */
    return glr_cli_fail(status == EXIT_DONE ? EXIT_FAILED : status, "standard output cannot be written");
}

/* Standard streams that the caller has closed stay closed to reading and writing, but their descriptors are
   taken: else the output file would get one of them, and messages would be written into it. A folder can be
   neither read nor written. */
static bool take_standard_streams(void)
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; descriptor++) {
        if (fcntl(descriptor, F_GETFD) < 0 && open("/", O_RDONLY) != descriptor) {
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    if (!take_standard_streams()) {
        return glr_cli_fail(EXIT_FAILED, "the standard streams are closed");
    }
    (void)signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is an error with a message */
    (void)fesetenv(FE_DFL_ENV);     /* statistics and numbers, too, whatever a preloaded library has set */
    (void)setlocale(LC_ALL, "C");
    const char *name = argc > 1 ? argv[1] : "";
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(name, commands[i].name) == 0) {
            return close_output(commands[i].run(argc - 1, argv + 1));
        }
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0) {
        (void)fputs(help, stdout);
        return close_output(EXIT_DONE);
    }
    if (strcmp(name, "--version") == 0) {
        (void)printf("glorand %s (stream version %u)\n", glr_version_string(),
                     (unsigned)glr_stream_version());
        return close_output(EXIT_DONE);
    }
    return glr_cli_fail(EXIT_USAGE, "%s%s%s; try 'glorand --help'",
                        name[0] == '\0' ? "a command is missing" : "'", name,
                        name[0] == '\0' ? "" : "' is not a command");
}
