#include "arguments.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEAST_BYTES (UINT64_C(4) << 10) /* several rows of each dtype */
#define MOST_BYTES  (UINT64_C(1) << 40)

static const char help[] =
    "Usage: glorand-gpu-bench [OPTION]... SIZE...\n"
    "Time glorand's fills of a CUDA device's memory, each method in each dtype, packed and with gaps "
    "between\n"
    "rows, beside cuMemsetD32Async and cuRAND's curandGenerateNormal; compare the values with the CPU's.\n"
    "\n"
    "  SIZE           bytes of values: 4KiB, 64MiB or 1GiB, for example; a multiple of 4 KiB\n"
    "      --device K which device; 0 is the default\n"
    "      --rounds N how often each case is timed, at most 100; 5 is the default\n"
    "      --short    repeat runs for 1 ms instead of 10 ms within one timing\n"
    "  -h, --help     print this text\n"
    "\n"
    "GLORAND_CUDA_LIBRARY and GLORAND_BENCH_CURAND name the files of the driver and of cuRAND, where they "
    "are\n"
    "not libcuda.so.1 and libcurand.so.10.\n"
    "Exit status: 0; 1 values differ or a fill failed; 2 bad usage; 3 there is no device to draw on.\n";

static const struct option long_options[] = {
    {"device", required_argument, NULL, 'd'},
    {"rounds", required_argument, NULL, 'r'},
    {"short", no_argument, NULL, 's'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static bool read_number(const char *text, uint64_t least, uint64_t most, uint64_t *number, char **end)
{
    errno = 0;
    const unsigned long long value = strtoull(text, end, 10);
    *number = value;
    return text[0] >= '0' && text[0] <= '9' && errno == 0 && value >= least && value <= most;
}

static bool read_size(const char *text, uint64_t *bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB"};
    char *end = NULL;
    if (!read_number(text, 1, 1 << 20, bytes, &end)) {
        return false;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(end, units[i]) == 0) {
            *bytes <<= 10 * (i + 1);
            return *bytes % LEAST_BYTES == 0 && *bytes <= MOST_BYTES;
        }
    }
    return false;
}

static int usage(const char *what, const char *text)
{
    (void)fprintf(stderr, "glorand-gpu-bench: error: %s%s; see 'glorand-gpu-bench --help'\n", what, text);
    return EXIT_USAGE;
}

int read_arguments(int argc, char **argv, arguments *a)
{
    int option;
    uint64_t number = 0;
    char *end = NULL;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        switch (option) {
        case 'd':
        case 'r':
            if (!read_number(optarg, option == 'r', 100, &number, &end) || *end != '\0') {
                return usage("no such number: ", optarg);
            }
            a->device = option == 'd' ? (int)number : a->device;
            a->rounds = option == 'r' ? (unsigned)number : a->rounds;
            break;
        case 's': a->least_seconds = 0.001; break;
        case 'h': a->help = fputs(help, stdout) >= 0; return EXIT_EQUAL;
        default: return usage("no such option", "");
        }
    }
    for (int i = optind; i < argc; i++) {
        if (a->size_count == SIZES_MOST || !read_size(argv[i], &a->sizes[a->size_count])) {
            return usage("no such size, or one too many: ", argv[i]);
        }
        a->size_count++;
    }
    return a->size_count > 0 ? EXIT_EQUAL : usage("no size is given", "");
}
