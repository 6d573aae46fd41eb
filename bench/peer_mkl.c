/* Intel's MKL: its Philox4x32-10 with Gaussian values by the inverse distribution function and by Box-Muller.
   They are not truncated: less work than glorand's. The library is found at run time, and the few functions
   that are needed are declared here, so building needs none of it. */
#include "library.h"
#include "peer.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LIBRARY "libmkl_rt.so.2"

/* From mkl_vsl_defines.h and mkl_service.h; integers are 32 bits wide there (LP64). */
enum {
    MKL_INTERFACE_LP64 = 0,
    MKL_THREADING_SEQUENTIAL = 1,
    VSL_BRNG_PHILOX4X32X10 = 16 << 20,
    VSL_RNG_METHOD_GAUSSIAN_BOXMULLER2 = 1,
    VSL_RNG_METHOD_GAUSSIAN_ICDF = 2
};
typedef void *vsl_stream;

static struct {
    int (*set_interface)(int layer);
    int (*set_threading)(int layer);
    int (*new_stream)(vsl_stream *stream, int generator, unsigned seed);
    int (*delete_stream)(vsl_stream *stream);
    int (*skip_ahead)(vsl_stream stream, long long values);
    int (*gaussian)(int method, vsl_stream stream, int count, float *values, float mean, float stddev);
    void (*version)(char *text, int capacity);
} mkl;

static bool find_mkl(char reason[BENCH_REASON])
{
    const bench_symbol symbols[] = {
        {"MKL_Set_Interface_Layer", (void *)&mkl.set_interface},
        {"MKL_Set_Threading_Layer", (void *)&mkl.set_threading},
        {"vslNewStream", (void *)&mkl.new_stream},
        {"vslDeleteStream", (void *)&mkl.delete_stream},
        {"vslSkipAheadStream", (void *)&mkl.skip_ahead},
        {"MKL_Get_Version_String", (void *)&mkl.version},
        {"vsRngGaussian", (void *)&mkl.gaussian},
    };
    static bool is_found;
    if (is_found) {
        return true;
    }
    is_found = bench_load_named("GLORAND_BENCH_MKL", LIBRARY, symbols, sizeof symbols / sizeof symbols[0],
                                reason, BENCH_REASON) != NULL;
    if (is_found) { /* the threads are this program's: a stream for each */
        (void)mkl.set_interface(MKL_INTERFACE_LP64);
        (void)mkl.set_threading(MKL_THREADING_SEQUENTIAL);
    }
    return is_found;
}

/* MKL picks a library of kernels for the processor: avx512, avx2 or, on processors that are not Intel's,
   often def, the plainest. It matters too much not to be told: finds its name among what this process has
   loaded. */
static void find_kernels(char *text, size_t capacity)
{
    static const char mark[] = "/libmkl_vml_";
    FILE *file = fopen("/proc/self/maps", "r");
    char line[1024];
    (void)snprintf(text, capacity, "unknown");
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *name = strstr(line, mark);
        if (name != NULL) {
            name += sizeof mark - 1;
            name[strcspn(name, ".\n")] = '\0';
            (void)snprintf(text, capacity, "%s", name);
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

static void describe_mkl(char text[BENCH_REASON])
{
    char kernels[32], full[256] = "";
    /* "Intel(R) oneAPI Math Kernel Library Version 2025.3-Product Build ..." */
    mkl.version(full, (int)sizeof full - 1);
    const char *number = strstr(full, "Version ");
    number = number != NULL ? number + strlen("Version ") : full;
    find_kernels(kernels, sizeof kernels);
    (void)snprintf(text, BENCH_REASON, "%.*s; its kernels for this processor: %s", (int)strcspn(number, "- "),
                   number, kernels);
}

/* A stream for each thread; all begin at value 0. */
static bool open_streams(bench_case *c, char reason[BENCH_REASON])
{
    vsl_stream *streams = calloc(c->threads, sizeof *streams);
    c->state = streams;
    bool done = streams != NULL;
    for (uint32_t i = 0; done && i < c->threads; i++) {
        done = mkl.new_stream(&streams[i], VSL_BRNG_PHILOX4X32X10, 42) == 0;
    }
    if (!done) {
        (void)snprintf(reason, BENCH_REASON, "its stream cannot be made");
        for (uint32_t i = 0; streams != NULL && i < c->threads; i++) {
            if (streams[i] != NULL) {
                (void)mkl.delete_stream(&streams[i]);
            }
        }
        free(streams);
    }
    return done;
}

static void close_streams(bench_case *c)
{
    vsl_stream *streams = c->state;
    for (uint32_t i = 0; i < c->threads; i++) {
        (void)mkl.delete_stream(&streams[i]);
    }
    free(streams);
    c->state = NULL;
}

/* Values of one call: they stay in the caches of a core, which is what MKL's manual advises. */
#define BLOCK 8192

/* Each thread draws one contiguous part of the values: it skips those before it, draws its own, and skips
   those after it, so that all streams stand at the same value afterwards. */
static bool run_gaussian(const bench_case *c, float *values, int method)
{
    vsl_stream *streams = c->state;
    const uint64_t count = c->bytes / sizeof(float);
    const int threads = (int)c->threads;
    int failed = 0;
#pragma omp parallel num_threads(threads) reduction(| : failed) if (threads > 1)
    {
        uint64_t team = (uint64_t)omp_get_num_threads(), self = (uint64_t)omp_get_thread_num();
        uint64_t first = count * self / team / 4 * 4;
        uint64_t end = self + 1 == team ? count : count * (self + 1) / team / 4 * 4;
        vsl_stream stream = streams[self];
        failed |= first > 0 ? mkl.skip_ahead(stream, (long long)first) : 0;
        for (uint64_t i = first; i < end; i += BLOCK) {
            int now = (int)(end - i < BLOCK ? end - i : BLOCK);
            failed |= mkl.gaussian(method, stream, now, values + i, 0.0F, 0.05F);
        }
        failed |= end < count ? mkl.skip_ahead(stream, (long long)(count - end)) : 0;
    }
    if (failed != 0) {
        (void)fprintf(stderr, "glorand-bench: error: %s: MKL reports a failure\n", c->name);
    }
    return failed == 0;
}

static bool run_icdf(const bench_case *c, void *dst, uint64_t repetition)
{
    (void)repetition;
    return run_gaussian(c, dst, VSL_RNG_METHOD_GAUSSIAN_ICDF);
}

static bool run_box_muller(const bench_case *c, void *dst, uint64_t repetition)
{
    (void)repetition;
    return run_gaussian(c, dst, VSL_RNG_METHOD_GAUSSIAN_BOXMULLER2);
}

const bench_peer bench_peer_mkl_icdf = {
    .name = "peer-mkl-icdf",
    .library = "MKL",
    .method = "Philox4x32-10, inverse distribution function",
    .is_parallel = true,
    .find = find_mkl,
    .describe = describe_mkl,
    .engine = {open_streams, run_icdf, close_streams},
};

const bench_peer bench_peer_mkl_box_muller = {
    .name = "peer-mkl-box-muller",
    .library = "MKL",
    .method = "Philox4x32-10, Box-Muller",
    .is_parallel = true,
    .find = find_mkl,
    .describe = describe_mkl,
    .engine = {open_streams, run_box_muller, close_streams},
};
