#include "bench.h"

#include <errno.h>
#include <fnmatch.h>
#include <getopt.h>
#include <omp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char bench_help[] =
    "Usage: glorand-bench [OPTION]...\n"
    "Measure how fast glorand fills memory, beside memset, streaming stores and other libraries.\n"
    "\n"
    "      --json           print JSON\n"
    "      --csv            print comma-separated values\n"
    "      --list           print the names of the cases, and measure nothing\n"
    "      --filter TEXT    only cases whose name contains TEXT or, if it holds any of *?[, matches it\n"
    "                       as a whole; may be given several times\n"
    "      --quick          fewer cases and rounds: under half a minute\n"
    "      --stages         other cases: what each stage of a draw costs, on the CPU and on OpenCL\n"
    "      --rounds N       how often each case is timed; the default depends on the size\n"
    "      --keep-disturbed count the rounds, too, that other programs disturbed\n"
    "      --threads N      what `all threads' means; the default is what OpenMP uses\n"
    "      --isa NAME       the instruction set of glorand's kernel: avx512, avx2, neon or plain, as far\n"
    "                       as the processor has them; the default is the first of these\n"
    "      --backend NAME   glorand's backend: auto (the default), cpu, opencl or cuda\n"
    "  -h, --help           print this text\n"
    "\n"
    "GLORAND_BENCH_MKL and GLORAND_BENCH_CURAND name the files of these libraries, where they are not\n"
    "found as libmkl_rt.so.2 and libcurand.so.10.\n"
    "Exit status: 0; 1 it failed while running; 2 bad usage, nothing was measured.\n";

enum { OPTION_JSON = 1000, OPTION_CSV, OPTION_LIST, OPTION_FILTER, OPTION_QUICK, OPTION_STAGES };
enum { OPTION_ROUNDS = 1100, OPTION_KEEP_DISTURBED, OPTION_THREADS, OPTION_ISA, OPTION_BACKEND };

static const struct option long_options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    {"csv", no_argument, NULL, OPTION_CSV},
    {"list", no_argument, NULL, OPTION_LIST},
    {"filter", required_argument, NULL, OPTION_FILTER},
    {"quick", no_argument, NULL, OPTION_QUICK},
    {"stages", no_argument, NULL, OPTION_STAGES},
    {"rounds", required_argument, NULL, OPTION_ROUNDS},
    {"keep-disturbed", no_argument, NULL, OPTION_KEEP_DISTURBED},
    {"threads", required_argument, NULL, OPTION_THREADS},
    {"isa", required_argument, NULL, OPTION_ISA},
    {"backend", required_argument, NULL, OPTION_BACKEND},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

int bench_fail(int status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fputs("glorand-bench: error: ", stderr);
    (void)vfprintf(stderr, format, arguments);
    (void)fputc('\n', stderr);
    va_end(arguments);
    return status;
}

static int read_count(const char *option, const char *text, uint32_t max, uint32_t *number)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end != '\0') {
        return bench_fail(EXIT_USAGE, "%s: '%s' is not an integer", option, text);
    }
    if (errno != 0 || value < 1 || value > (long)max) {
        return bench_fail(EXIT_USAGE, "%s: %s is outside [1, %u]", option, text, (unsigned)max);
    }
    *number = (uint32_t)value;
    return EXIT_DONE;
}

static int read_isa(const char *source, const char *text, bench_options *options)
{
    options->isa = bench_isa_of_name(text);
    if (options->isa == NULL) {
        return bench_fail(EXIT_USAGE, "%s: '%s' is not an instruction set that this processor has", source,
                          text);
    }
    return EXIT_DONE;
}

static int read_backend(const char *text, bench_options *options)
{
    for (int i = GLR_BACKEND_AUTO; i <= GLR_BACKEND_CUDA; i++) {
        if (strcmp(text, glr_backend_name((glr_backend_kind)i)) == 0) {
            options->backend = (glr_backend_kind)i;
            return EXIT_DONE;
        }
    }
    return bench_fail(EXIT_USAGE, "--backend: must be auto, cpu, opencl or cuda, not '%s'", text);
}

static int add_filter(const char *text, bench_options *options)
{
    if (options->filter_count == BENCH_MAX_FILTERS) {
        return bench_fail(EXIT_USAGE, "--filter: more than %d filters", BENCH_MAX_FILTERS);
    }
    options->filters[options->filter_count++] = text;
    return EXIT_DONE;
}

static int read_option(int option, bench_options *options)
{
    switch (option) {
    case OPTION_JSON: options->format = BENCH_JSON; return EXIT_DONE;
    case OPTION_CSV: options->format = BENCH_CSV; return EXIT_DONE;
    case OPTION_LIST: options->list = true; return EXIT_DONE;
    case OPTION_FILTER: return add_filter(optarg, options);
    case OPTION_QUICK: options->quick = true; return EXIT_DONE;
    case OPTION_STAGES: options->stages = true; return EXIT_DONE;
    case OPTION_ROUNDS: return read_count("--rounds", optarg, 10000, &options->rounds);
    case OPTION_KEEP_DISTURBED: options->keep_disturbed = true; return EXIT_DONE;
    case OPTION_THREADS: return read_count("--threads", optarg, 1024, &options->threads);
    case OPTION_ISA: return read_isa("--isa", optarg, options);
    case OPTION_BACKEND: return read_backend(optarg, options);
    case 'h': options->help = true; return EXIT_DONE;
    default: /* getopt_long has said what is wrong */
        (void)fputs("Try 'glorand-bench --help'.\n", stderr);
        return EXIT_USAGE;
    }
}

int bench_read_options(int argc, char **argv, bench_options *options)
{
    memset(options, 0, sizeof *options);
    options->backend = GLR_BACKEND_AUTO;
    options->threads = (uint32_t)omp_get_max_threads();
    static char program[] = "glorand-bench: error"; /* what getopt_long puts before its messages */
    argv[0] = program;
    int option, status = EXIT_DONE;
    while (status == EXIT_DONE && (option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        status = read_option(option, options);
    }
    if (status == EXIT_DONE && optind != argc) {
        status = bench_fail(EXIT_USAGE, "unexpected argument '%s'; try 'glorand-bench --help'", argv[optind]);
    }
    if (status == EXIT_DONE && options->isa == NULL) {
        const char *inherited = getenv("GLORAND_ISA"); /* what glorand itself would obey */
        status = read_isa("GLORAND_ISA", inherited != NULL ? inherited : bench_isa_name(0), options);
    }
    return status;
}

bool bench_is_selected(const bench_options *options, const char *name)
{
    for (size_t i = 0; i < options->filter_count; i++) {
        const char *filter = options->filters[i];
        bool is_pattern = strpbrk(filter, "*?[") != NULL;
        if (is_pattern ? fnmatch(filter, name, 0) == 0 : strstr(name, filter) != NULL) {
            return true;
        }
    }
    return options->filter_count == 0;
}
