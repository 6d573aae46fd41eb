/* glorand-compare: fills by two builds of the library in turn, in one process and into the same memory, and
   how much faster the new build is, judged by how much the old one's own times vary. */
#include "case.h"
#include "law.h"
#include "library.h"
#include "statistics.h"

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { FAILED = 1, BAD_USAGE = 2 };

static const char help[] =
    "Usage: glorand-compare [OPTION]... OLD NEW\n"
    "Time the same fills by two builds of glorand in turn, and compare their values. OLD and NEW are build\n"
    "folders, or files of the shared library.\n"
    "\n"
    "      --filter TEXT   only cases whose name contains TEXT\n"
    "      --rounds N      how often each case is timed; the default is 9, at most 99\n"
    "      --threads N     threads of a fill; the default is 1\n"
    "      --backend NAME  cpu (the default), opencl or cuda\n"
    "      --list          print the names of the cases, and measure nothing\n"
    "  -h, --help          print this text\n"
    "\n"
    "Times are those of the processor, so other programs disturb them little: of the calling thread where "
    "one\n"
    "thread fills, else of the process; on CUDA, they are the clock's. GLORAND_ISA caps the instruction "
    "set.\n"
    "A case is slower or faster where the medians differ by more than the interquartile range of OLD's "
    "times,\n"
    "and by more than 1 %.\n"
    "Exit status: 0; 1 it failed, or values differ; 2 bad usage.\n";

/* Less is not a difference, however steady the times were. */
#define LEAST_DIFFERENCE 0.01

/* One timing repeats a fill until it lasts this long. */
#define MIN_SECONDS 0.010

#define MAX_ROUNDS 99

typedef struct options {
    const char *filter;
    uint32_t rounds, threads;
    glr_backend_kind backend;
    bool list;
} options;

/* A build's library, open on a device. */
typedef struct build {
    const char *(*version_string)(void);
    uint32_t (*version)(void);
    const char *(*last_error)(void);
    glr_status (*open)(const glr_options *options, glr_device **device);
    void (*close)(glr_device *device);
    glr_status (*alloc)(glr_device *device, uint64_t bytes, void **memory);
    glr_status (*free)(glr_device *device, void *memory);
    glr_status (*copy_to_host)(glr_device *device, void *host, const void *memory, uint64_t bytes);
    glr_status (*fill)(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                       void *dst, uint64_t dst_bytes);
    glr_device *device;
    void *memory;             /* that it fills; on the CPU both fill the same */
    double times[MAX_ROUNDS]; /* nanoseconds a value */
} build;

static const struct {
    const char *name;
    glr_kind kind;
    glr_method method;
    bench_bounds bounds;
} laws[] = {
    {"resample", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_RESAMPLE, BENCH_2S},
    {"icdf", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_ICDF, BENCH_2S},
    {"random_normal", GLR_KIND_RANDOM_NORMAL, GLR_METHOD_RESAMPLE, BENCH_2S},
    {"random_uniform", GLR_KIND_RANDOM_UNIFORM, GLR_METHOD_RESAMPLE, BENCH_2S},
    {"resample-3s", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_RESAMPLE, BENCH_3S},
    {"icdf-3s", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_ICDF, BENCH_3S},
    {"resample-values", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_RESAMPLE, BENCH_VALUES},
    {"icdf-values", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_ICDF, BENCH_VALUES},
};

static const glr_dtype dtypes[] = {
    GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16,      GLR_DTYPE_FLOAT16,
    GLR_DTYPE_FLOAT64, GLR_DTYPE_FLOAT8_E4M3FN, GLR_DTYPE_FLOAT8_E5M2,
};

/* Destinations: a whole tensor, or 256 columns of a matrix with 4096, into packed memory or with gaps. */
static const struct {
    const char *name;
    uint32_t bytes;
    bool is_slice, is_strided;
} shapes[] = {
    {"4KiB", 1U << 12, false, false},
    {"1MiB", 1U << 20, false, false},
    {"16MiB", 1U << 24, false, false},
    {"1MiB/columns256-packed", 1U << 20, true, false},
    {"1MiB/columns256-strided", 1U << 20, true, true},
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])
#define MAX_BYTES    (2U << 24)

/* One case. */
typedef struct work {
    char name[BENCH_NAME];
    glr_initializer initializer;
    glr_tensor tensor;
    bool has_bounds;        /* other ones than 2 standard deviations: earlier builds of 0.2 refuse them */
    uint64_t values, bytes; /* bytes: with gaps */
    uint64_t fills;         /* of one timing */
    clockid_t clock;
} work;

static int fail(int status, const char *text, const char *what)
{
    (void)fprintf(stderr, "glorand-compare: error: %s%s%s\n", what, what[0] != '\0' ? ": " : "", text);
    return status;
}

static double now(clockid_t clock)
{
    struct timespec t = {0};
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void describe(work *w, size_t law, size_t dtype, size_t shape)
{
    (void)snprintf(w->name, sizeof w->name, "%s/%s/%s", laws[law].name, glr_dtype_name(dtypes[dtype]),
                   shapes[shape].name);
    w->initializer = bench_initializer(laws[law].kind, laws[law].method, laws[law].bounds);
    w->has_bounds = laws[law].bounds != BENCH_2S;
    memset(&w->tensor, 0, sizeof w->tensor);
    w->tensor.dtype = dtypes[dtype];
    w->values = shapes[shape].bytes / glr_dtype_size(dtypes[dtype]);
    w->tensor.rank = 1;
    w->tensor.shape[0] = (int64_t)w->values;
    if (shapes[shape].is_slice) {
        const int64_t width = 256, columns = 4096;
        w->tensor.rank = 2;
        w->tensor.part = GLR_PART_BOX;
        w->tensor.shape[0] = w->tensor.extent[0] = (int64_t)w->values / width;
        w->tensor.shape[1] = columns;
        w->tensor.start[1] = columns / 2;
        w->tensor.extent[1] = width;
        w->tensor.strides[0] = shapes[shape].is_strided ? 2 * width : 0;
        w->tensor.strides[1] = shapes[shape].is_strided ? 1 : 0;
    }
    (void)glr_tensor_extent(&w->tensor, NULL, &w->bytes);
}

/* Seconds of some fills, each of another stream; below 0 after a message. */
static double time_fills(const build *b, work *w, uint64_t fills, int64_t stream)
{
    double start = now(w->clock);
    for (uint64_t i = 0; i < fills; i++) {
        w->initializer.stream = stream + (int64_t)i;
        if (b->fill(b->device, &w->initializer, &w->tensor, b->memory, w->bytes) != GLR_OK) {
            (void)fail(FAILED, b->last_error(), w->name);
            return -1;
        }
    }
    return now(w->clock) - start;
}

/* Finds how many fills a timing needs. */
static bool calibrate(const build *b, work *w)
{
    w->fills = 1;
    double seconds = time_fills(b, w, w->fills, 0);
    while (seconds >= 0 && seconds < MIN_SECONDS && w->fills < UINT64_C(1) << 30) {
        w->fills *= 2;
        seconds = time_fills(b, w, w->fills, 0);
    }
    return seconds >= 0;
}

/* Whether both builds draw the same bits. On a device of its own memory, gaps hold what was there before. */
static int compare_values(const build *old, const build *new, work *w, unsigned char *const host[2])
{
    const build *builds[2] = {old, new};
    if (old->memory != new->memory && w->tensor.strides[0] != 0) {
        return 0;
    }
    for (int i = 0; i < 2; i++) {
        const build *b = builds[i];
        if (time_fills(b, w, 1, 7) < 0) {
            return FAILED;
        }
        if (b->copy_to_host(b->device, host[i], b->memory, w->bytes) != GLR_OK) {
            return fail(FAILED, b->last_error(), w->name);
        }
    }
    return memcmp(host[0], host[1], w->bytes) == 0 ? 0
                                                   : fail(FAILED, "the builds draw other values", w->name);
}

/* Times both builds in each round, in turn the one and the other first. */
static bool run_rounds(build *old, build *new, work *w, uint32_t rounds)
{
    int64_t stream = 0;
    for (uint32_t i = 0; i < rounds; i++) {
        for (uint32_t k = 0; k < 2; k++) {
            build *b = (i + k) % 2 == 0 ? old : new;
            double seconds = time_fills(b, w, w->fills, stream);
            if (seconds < 0) {
                return false;
            }
            b->times[i] = 1e9 * seconds / (double)(w->fills * w->values);
        }
        stream += (int64_t)w->fills;
    }
    return true;
}

enum { SAME, FASTER, SLOWER, VERDICTS };

/* Prints a case's row; its verdict. */
static int print_row(build *old, build *new, const work *w, uint32_t rounds)
{
    static const char *const verdicts[VERDICTS] = {"", "faster", "slower"};
    const double before = bench_quantile(old->times, rounds, 0.5),
                 after = bench_quantile(new->times, rounds, 0.5);
    const double range = bench_quantile(old->times, rounds, 0.75) - bench_quantile(old->times, rounds, 0.25);
    const double spread = range / before, change = (after - before) / before;
    const double limit = spread > LEAST_DIFFERENCE ? spread : LEAST_DIFFERENCE;
    const int verdict = change > limit ? SLOWER : change < -limit ? FASTER : SAME;
    (void)printf("| %-52s | %8.4f | %8.4f | %5.1f %% | %6.3f | %-6s |\n", w->name, before, after,
                 100 * spread, before / after, verdicts[verdict]);
    (void)fflush(stdout);
    return verdict;
}

static bool open_build(const char *path, const options *o, build *b, char *reason, size_t capacity)
{
    const bench_symbol symbols[] = {
        {"glr_version_string", &b->version_string},
        {"glr_version", &b->version},
        {"glr_last_error", &b->last_error},
        {"glr_open", &b->open},
        {"glr_close", &b->close},
        {"glr_alloc", &b->alloc},
        {"glr_free", &b->free},
        {"glr_copy_to_host", &b->copy_to_host},
        {"glr_fill", &b->fill},
    };
    char file[4096];
    struct stat status;
    const bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    /* A name without a slash would be looked for where libraries are installed. */
    const int length = snprintf(file, sizeof file, "%s%s%s", strchr(path, '/') == NULL ? "./" : "", path,
                                is_folder ? "/src/libglorand.so" : "");
    if (length < 0 || (size_t)length >= sizeof file) {
        (void)snprintf(reason, capacity, "its name is too long");
        return false;
    }
    if (bench_load(file, symbols, COUNT(symbols), reason, capacity) == NULL) {
        return false;
    }
    if (b->version() / 1000 != GLR_VERSION_MAJOR * 1000 + GLR_VERSION_MINOR) {
        (void)snprintf(reason, capacity, "is version %s; this program calls %d.%d", b->version_string(),
                       GLR_VERSION_MAJOR, GLR_VERSION_MINOR);
        return false;
    }
    glr_options wanted = GLR_OPTIONS_INIT;
    wanted.backend = o->backend;
    wanted.threads = o->threads;
    if (b->open(&wanted, &b->device) != GLR_OK) {
        (void)snprintf(reason, capacity, "%s", b->last_error());
        return false;
    }
    return true;
}

static bool take_memory(const options *o, build *old, build *new)
{
    if (old->alloc(old->device, MAX_BYTES, &old->memory) != GLR_OK) {
        return false;
    }
    if (o->backend == GLR_BACKEND_CPU) {
        new->memory = old->memory;
        return true;
    }
    return new->alloc(new->device, MAX_BYTES, &new->memory) == GLR_OK;
}

/* Whether a build refuses a case, and says so. */
static bool is_refused(const build *b, const work *w)
{
    if (b->fill(b->device, &w->initializer, &w->tensor, b->memory, w->bytes) != GLR_ERROR_ARGUMENT) {
        return false;
    }
    (void)fprintf(stderr, "glorand-compare: left out: %s: OLD refuses it: %s\n", w->name, b->last_error());
    return true;
}

static int compare(const options *o, build *old, build *new, work *w, int counts[VERDICTS])
{
    static unsigned char host[2][MAX_BYTES];
    unsigned char *const hosts[2] = {host[0], host[1]};
    if (w->has_bounds && is_refused(old, w)) {
        return 0;
    }
    int status = compare_values(old, new, w, hosts);
    if (status == 0 && !(calibrate(old, w) && run_rounds(old, new, w, o->rounds))) {
        status = FAILED;
    }
    if (status == 0) {
        counts[print_row(old, new, w, o->rounds)]++;
    }
    return status;
}

/* Compares the cases that the filter lets through, or prints their names. */
static int visit_cases(const options *o, build *old, build *new)
{
    work w = {.clock = o->backend == GLR_BACKEND_CUDA                     ? CLOCK_MONOTONIC
                       : o->backend == GLR_BACKEND_CPU && o->threads == 1 ? CLOCK_THREAD_CPUTIME_ID
                                                                          : CLOCK_PROCESS_CPUTIME_ID};
    int status = 0, counts[VERDICTS] = {0}, found = 0;
    for (size_t i = 0; i < COUNT(laws) * COUNT(dtypes) * COUNT(shapes) && status == 0; i++) {
        const size_t dtype = i / COUNT(shapes) % COUNT(dtypes), shape = i % COUNT(shapes);
        describe(&w, i / COUNT(shapes) / COUNT(dtypes), dtype, shape);
        if (o->filter != NULL && strstr(w.name, o->filter) == NULL) {
            continue;
        }
        if (o->list) {
            (void)puts(w.name);
        } else {
            if (found == 0) {
                (void)printf("| %-52s | ns old   | ns new   | spread  | rate   | %-6s "
                             "|\n|---|---:|---:|---:|---:|---|\n",
                             "case", "");
            }
            status = compare(o, old, new, &w, counts);
        }
        found++;
    }
    if (status == 0 && found == 0) {
        return fail(BAD_USAGE, "no case has such a name; see 'glorand-compare --list'", "--filter");
    }
    if (status == 0 && !o->list) {
        (void)printf("\n%d cases, medians of %" PRIu32
                     " rounds: %d faster, %d slower, %d alike; all values alike.\n",
                     counts[FASTER] + counts[SLOWER] + counts[SAME], o->rounds, counts[FASTER],
                     counts[SLOWER], counts[SAME]);
    }
    return status;
}

static int run(const options *o, const char *const paths[2])
{
    static build builds[2];
    char reason[512] = "";
    if (o->list) {
        return visit_cases(o, NULL, NULL);
    }
    for (int i = 0; i < 2; i++) {
        if (!open_build(paths[i], o, &builds[i], reason, sizeof reason)) {
            return fail(FAILED, reason, paths[i]);
        }
    }
    int status = take_memory(o, &builds[0], &builds[1]) ? visit_cases(o, &builds[0], &builds[1])
                                                        : fail(FAILED, "no memory to fill", "");
    if (builds[1].memory != builds[0].memory) {
        (void)builds[1].free(builds[1].device, builds[1].memory);
    }
    (void)builds[0].free(builds[0].device, builds[0].memory);
    builds[1].close(builds[1].device);
    builds[0].close(builds[0].device);
    return status;
}

static int read_count(const char *option, const char *text, uint32_t max, uint32_t *number)
{
    char *end, message[128];
    errno = 0;
    const long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < 1 || value > (long)max) {
        (void)snprintf(message, sizeof message, "'%.40s' is not an integer in [1, %" PRIu32 "]", text, max);
        return fail(BAD_USAGE, message, option);
    }
    *number = (uint32_t)value;
    return 0;
}

static int read_backend(const char *text, glr_backend_kind *backend)
{
    for (int i = GLR_BACKEND_CPU; i <= GLR_BACKEND_CUDA; i++) {
        if (strcmp(text, glr_backend_name((glr_backend_kind)i)) == 0) {
            *backend = (glr_backend_kind)i;
            return 0;
        }
    }
    return fail(BAD_USAGE, "must be cpu, opencl or cuda", "--backend");
}

int main(int argc, char **argv)
{
    enum { FILTER = 1000, ROUNDS, THREADS, BACKEND, LIST };
    static const struct option names[] = {
        {"filter", required_argument, NULL, FILTER},
        {"rounds", required_argument, NULL, ROUNDS},
        {"threads", required_argument, NULL, THREADS},
        {"backend", required_argument, NULL, BACKEND},
        {"list", no_argument, NULL, LIST},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    static char program[] = "glorand-compare: error"; /* what getopt_long puts before its messages */
    options o = {.rounds = 9, .threads = 1, .backend = GLR_BACKEND_CPU};
    int option, status = 0;
    argv[0] = program;
    while (status == 0 && (option = getopt_long(argc, argv, "h", names, NULL)) != -1) {
        switch (option) {
        case FILTER: o.filter = optarg; break;
        case ROUNDS: status = read_count("--rounds", optarg, MAX_ROUNDS, &o.rounds); break;
        case THREADS: status = read_count("--threads", optarg, 1024, &o.threads); break;
        case BACKEND: status = read_backend(optarg, &o.backend); break;
        case LIST: o.list = true; break;
        case 'h': return fputs(help, stdout) < 0 || fflush(stdout) != 0 ? FAILED : 0;
        default: status = BAD_USAGE;
        }
    }
    if (status == 0 && argc - optind != (o.list ? 0 : 2)) {
        status = fail(BAD_USAGE, "expected two builds, OLD and NEW; try 'glorand-compare --help'", "");
    }
    if (status == 0) {
        status = run(&o, (const char *const *)argv + optind);
    }
    if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
        status = fail(FAILED, "standard output cannot be written", "");
    }
    return status;
}
