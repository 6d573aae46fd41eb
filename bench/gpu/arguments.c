#include "commands.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES (UINT64_C(1) << 40)

static const char help[] =
    "Usage: glorand-gpu-bench values [OPTION]... SIZE...\n"
    "       glorand-gpu-bench start [OPTION]...\n"
    "       glorand-gpu-bench times [OPTION]... SIZE...\n"
    "       glorand-gpu-bench peers [OPTION]... SIZE...\n"
    "Fill a CUDA device's memory by each kernel, method and dtype, packed and with gaps between rows.\n"
    "\n"
    "  values         compare the values with the CPU's, also in busy streams, in a replayed graph, and in\n"
    "                 memory of other kinds\n"
    "  start          time what comes before the first fill, with and without the driver's cache\n"
    "  times          time the fills beside cuMemsetD32Async and cuRAND's curandGenerateNormal\n"
    "  peers          time some of them, as CSV\n"
    "\n"
    "  SIZE           bytes of values: 4KiB, 64MiB or 1GiB, for example, a multiple of 4 KiB; or largest,\n"
    "                 which is what fits\n"
    "      --device K which device; 0 is the default\n"
    "      --seconds N begin no case after N seconds, and say what is left out\n"
    "      --rounds N how often each case is timed, at most 100; 5 is the default\n"
    "      --short    repeat less: within one timing for 1 ms instead of 10 ms, graphs 1000 times\n"
    "  -h, --help     print this text\n"
    "\n"
    "GLORAND_CUDA_LIBRARY and GLORAND_BENCH_CURAND name the files of the driver and of cuRAND, where they "
    "are\n"
    "not libcuda.so.1 and libcurand.so.10.\n"
    "Exit status: 0; 1 values differ or a fill failed; 2 bad usage; 3 no usable device; 4 the "
    "time\n"
    "was over before all was done.\n";

static const struct option long_options[] = {
    {"device", required_argument, NULL, 'd'},
    {"rounds", required_argument, NULL, 'r'},
    {"seconds", required_argument, NULL, 't'},
    {"short", no_argument, NULL, 's'},
    {"start-in", required_argument, NULL, 'i'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char *const commands[] = {"values", "start", "times", "peers"};

static int usage(const char *what, const char *text)
{
    (void)fprintf(stderr, "glorand-gpu-bench: error: %s%s; see 'glorand-gpu-bench --help'\n", what, text);
    return EXIT_USAGE;
}

static bool read_number(const char *text, uint64_t min, uint64_t max, uint64_t *number, char **end)
{
    errno = 0;
    const unsigned long long value = strtoull(text, end, 10);
    *number = value;
    return text[0] >= '0' && text[0] <= '9' && errno == 0 && value >= min && value <= max;
}

static const char *const units[] = {"KiB", "MiB", "GiB"};

static bool read_size(const char *text, uint64_t *bytes)
{
    char *end = NULL;
    if (strcmp(text, "largest") == 0) {
        *bytes = SIZE_LARGEST;
        return true;
    }
    if (!read_number(text, 1, 1 << 20, bytes, &end)) {
        return false;
    }
    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(end, units[i]) == 0) {
            *bytes <<= 10 * (i + 1);
            return *bytes % SIZE_UNIT == 0 && *bytes <= MAX_BYTES;
        }
    }
    return false;
}

void print_size(char text[SIZE_TEXT], uint64_t bytes)
{
    unsigned unit = 0;
    if (bytes == SIZE_LARGEST) {
        (void)snprintf(text, SIZE_TEXT, "largest");
        return;
    }
    for (bytes >>= 10; unit < 2 && bytes % 1024 == 0; unit++) {
        bytes >>= 10;
    }
    (void)snprintf(text, SIZE_TEXT, "%" PRIu64 "%s", bytes, units[unit]);
}

/* An option that takes a number; false if its argument is not one in range. */
static bool take_number(arguments *a, int option, const char *text)
{
    static const struct {
        char option;
        uint64_t min, max;
    } ranges[] = {{'d', 0, 1000}, {'r', 1, 100}, {'t', 0, 1000000}};
    uint64_t number = 0;
    char *end = NULL;
    const size_t i = option == 'd' ? 0 : option == 'r' ? 1 : 2;
    if (!read_number(text, ranges[i].min, ranges[i].max, &number, &end) || *end != '\0') {
        return false;
    }
    a->device = option == 'd' ? (int)number : a->device;
    a->rounds = option == 'r' ? (unsigned)number : a->rounds;
    a->seconds = option == 't' ? (double)number : a->seconds;
    return true;
}

static int read_options(int argc, char **argv, arguments *a)
{
    int option;
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
        switch (option) {
        case 'd':
        case 'r':
        case 't':
            if (!take_number(a, option, optarg)) {
                return usage("not such a number: ", optarg);
            }
            break;
        case 's':
            a->is_short = true;
            a->min_seconds = 0.001;
            break;
        case 'i': a->start_in = optarg; break;
        case 'h': a->help = fputs(help, stdout) >= 0; return EXIT_EQUAL;
        default: return usage("no such option", "");
        }
    }
    return EXIT_EQUAL;
}

int read_arguments(int argc, char **argv, arguments *a)
{
    const int status = read_options(argc, argv, a);
    if (status != EXIT_EQUAL || a->help) {
        return status;
    }
    if (optind == argc) {
        return usage("no command is given", "");
    }
    const char *name = argv[optind++];
    a->command = COMMAND_VALUES;
    while (strcmp(name, commands[a->command]) != 0) {
        if (a->command == COMMAND_PEERS) {
            return usage("no such command: ", name);
        }
        a->command++;
    }
    for (int i = optind; i < argc; i++) {
        if (a->command == COMMAND_START) {
            return usage("unexpected argument: ", argv[i]);
        }
        if (a->size_count == MAX_SIZES || !read_size(argv[i], &a->sizes[a->size_count])) {
            return usage("no such size, or one too many: ", argv[i]);
        }
        a->size_count++;
    }
    return a->size_count > 0 || a->command == COMMAND_START ? EXIT_EQUAL : usage("no size is given", "");
}
