/* Messages and common options of the subcommands. */
#include "command.h"

#include "text/show.h"

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of the longest line: a path and a problem have up to 4096 each. */
#define LINE (4096 + sizeof(glr_problem))

static void print_line(FILE *stream, const char *prefix, const char *format, va_list arguments)
{
    char line[LINE];
    glr_show_format(line, sizeof line, format, arguments);
    (void)fprintf(stream, "%s%s\n", prefix, line);
}

void glr_cli_line(FILE *stream, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line(stream, "", format, arguments);
    va_end(arguments);
}

static int fail(int status, const char *format, va_list arguments)
{
    print_line(stderr, "glorand: error: ", format, arguments);
    return status;
}

int glr_cli_fail(int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fail(status, format, arguments);
    va_end(arguments);
    return status;
}

int glr_cli_unexpected(const char *command, const char *argument)
{
    return glr_cli_fail(EXIT_USAGE, "unexpected argument '%s'; try 'glorand %s --help'", argument, command);
}

int glr_cli_fail_by(const glr_problem *problem, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int status = fail(glr_problem_is_systems(problem) ? EXIT_FAILED : EXIT_USAGE, format, arguments);
    va_end(arguments);
    return status;
}

int glr_cli_fail_status(glr_status status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const bool is_systems = status == GLR_ERROR_MEMORY || status == GLR_ERROR_SYSTEM;
    const int exit_status = fail(is_systems ? EXIT_FAILED : EXIT_USAGE, format, arguments);
    va_end(arguments);
    return exit_status;
}

int glr_cli_print(glr_text *text, const char *name)
{
    int status = EXIT_DONE;
    if (text->out_of_memory) {
        status = glr_cli_fail(EXIT_FAILED, "out of memory");
    } else if (text->not_utf8) {
        status = glr_cli_fail(EXIT_FAILED, "%s is not UTF-8", name);
    } else if (fwrite(text->bytes, 1, text->length, stdout) != text->length) {
        status = EXIT_FAILED; /* main says that standard output cannot be written */
    }
    glr_text_free(text);
    return status;
}

bool glr_cli_integer(const char *option, const char *text, int64_t min, int64_t max, int64_t *number)
{
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0') {
        (void)glr_cli_fail(EXIT_USAGE, "%s: '%s' is not an integer", option, text);
        return false;
    }
    if (errno != 0 || value < min || value > max) {
        (void)glr_cli_fail(EXIT_USAGE, "%s: %s is outside [%" PRId64 ", %" PRId64 "]", option, text, min,
                           max);
        return false;
    }
    *number = value;
    return true;
}

/* A seed beyond int64's range means the int64 of the same bits. */
static bool read_seed(const char *text, int64_t *seed)
{
    char *end;
    errno = 0;
    const bool is_negative = strchr(text, '-') != NULL;
    const unsigned long long bits =
        is_negative ? (unsigned long long)strtoll(text, &end, 10) : strtoull(text, &end, 10);
    if (end == text || *end != '\0') {
        (void)glr_cli_fail(EXIT_USAGE, "--seed: '%s' is not an integer", text);
        return false;
    }
    if (errno != 0) {
        (void)glr_cli_fail(EXIT_USAGE, "--seed: %s is outside [%" PRId64 ", %" PRIu64 "]", text, INT64_MIN,
                           UINT64_MAX);
        return false;
    }
    memcpy(seed, &bits, sizeof *seed);
    return true;
}

static int read_backend(const char *text, glr_common *common)
{
    for (int i = GLR_BACKEND_AUTO; i <= GLR_BACKEND_CUDA; i++) {
        if (strcmp(text, glr_backend_name((glr_backend_kind)i)) == 0) {
            common->options.backend = (glr_backend_kind)i;
            return EXIT_DONE;
        }
    }
    return glr_cli_fail(EXIT_USAGE, "--backend: must be auto, cpu, opencl or cuda, not '%s'", text);
}

static int read_progress(const char *text, glr_common *common)
{
    static const char *const names[] = {"auto", "always", "never"};
    for (int i = 0; i < 3; i++) {
        if (strcmp(text, names[i]) == 0) {
            common->progress = i == 0 ? PROGRESS_AUTO : i == 1 ? PROGRESS_ALWAYS : PROGRESS_NEVER;
            return EXIT_DONE;
        }
    }
    return glr_cli_fail(EXIT_USAGE, "--progress: must be auto, always or never, not '%s'", text);
}

int glr_cli_common_option(const char *command, int option, glr_common *common)
{
    int64_t number;
    switch (option) {
    case OPTION_BACKEND: return read_backend(optarg, common);
    case OPTION_PROGRESS: return read_progress(optarg, common);
    case OPTION_DEVICE:
        if (!glr_cli_integer("--device", optarg, 0, UINT32_MAX, &number)) {
            return EXIT_USAGE;
        }
        common->options.device = (uint32_t)number;
        return EXIT_DONE;
    case OPTION_THREADS:
        if (!glr_cli_integer("--threads", optarg, 1, 1024, &number)) {
            return EXIT_USAGE;
        }
        common->options.threads = (uint32_t)number;
        return EXIT_DONE;
    default: /* glr_cli_option has said what is wrong */
        (void)fprintf(stderr, "Try 'glorand %s --help'.\n", command);
        return EXIT_USAGE;
    }
}

int glr_cli_drawing_option(const char *command, int option, glr_model_options *options, glr_common *common)
{
    switch (option) {
    case 's': options->has_seed = 1; return read_seed(optarg, &options->seed) ? EXIT_DONE : EXIT_USAGE;
    case OPTION_DTYPE:
        options->dtype = glr_dtype_of_name(optarg);
        return options->dtype != GLR_DTYPE_NONE
                   ? EXIT_DONE
                   : glr_cli_fail(EXIT_USAGE, "--dtype: '%s' is not a dtype", optarg);
    case OPTION_METHOD:
        options->has_method = 1;
        return glr_method_of_name(optarg, &options->method) == GLR_OK
                   ? EXIT_DONE
                   : glr_cli_fail(EXIT_USAGE, "--method: %s", glr_last_error());
    case OPTION_LAYOUT:
        options->has_layout = 1;
        return glr_layout_of_name(optarg, &options->layout) == GLR_OK
                   ? EXIT_DONE
                   : glr_cli_fail(EXIT_USAGE, "--layout: %s", glr_last_error());
    case OPTION_RECIPE: options->recipe = optarg; return EXIT_DONE;
    case OPTION_SYNC: common->sync = true; return EXIT_DONE;
    default: return glr_cli_common_option(command, option, common);
    }
}

int glr_cli_open(const glr_common *common, glr_device **device)
{
    return glr_open(&common->options, device) == GLR_OK ? EXIT_DONE
                                                        : glr_cli_fail(EXIT_FAILED, "%s", glr_last_error());
}

bool glr_cli_system_seed(int64_t *seed)
{
    glr_initializer unseeded = glr_glorot_normal(0), resolved;
    unseeded.seeding = GLR_SEEDING_NONE;
    if (glr_resolve(&unseeded, &resolved) != GLR_OK) {
        (void)glr_cli_fail(EXIT_FAILED, "%s", glr_last_error());
        return false;
    }
    *seed = resolved.seed;
    return true;
}

bool glr_cli_ends_in(const char *name, const char *extension)
{
    size_t length = strlen(name), tail = strlen(extension);
    return length > tail && strcmp(name + length - tail, extension) == 0;
}
