/* glorand-gpu-bench: how fast glorand fills the memory of a CUDA device, beside cuMemsetD32Async and cuRAND,
   and whether the values are the CPU's. Prints Markdown; scripts/gpu-proof.sh makes it a part of its report.
 */
#include "arguments.h"
#include "curand.h"
#include "gpu_case.h"

#include <inttypes.h>
#include <stdio.h>

#define SIZE_TEXT    32
#define NOT_WRITABLE 4

typedef struct totals {
    unsigned timed, differ, skipped;
} totals;

static void print_device(const gpu *g, bool with_curand, const char *why_not)
{
    const int version = curand_version();
    (void)printf("| | |\n|---|---|\n");
    (void)printf("| Device | %s, compute capability %d.%d, %d multiprocessors |\n", g->name,
                 g->capability / 10, g->capability % 10, g->multiprocessors);
    (void)printf("| Memory | %.1f GiB |\n", (double)g->memory / (double)(1U << 30));
    if (g->peak_bandwidth > 0) {
        (void)printf("| Memory bandwidth by its clock and width | %.0f GB/s |\n", 1e-9 * g->peak_bandwidth);
    }
    (void)printf("| CUDA of the driver | %d.%d |\n", g->driver / 1000, g->driver % 1000 / 10);
    if (with_curand) {
        (void)printf("| cuRAND | %d.%d.%d, Philox4x32-10 |\n", version / 1000, version / 100 % 10,
                     version % 100);
    } else {
        (void)printf("| cuRAND | left out: %s |\n", why_not);
    }
}

static void print_head(void)
{
    (void)printf("\n| Case | 10^9 values/s | GB/s | memset GB/s | to memset | to cuRAND | Values |\n"
                 "|---|---:|---:|---:|---:|---:|---|\n");
}

static void print_size(char text[SIZE_TEXT], uint64_t bytes)
{
    static const char *const units[] = {"KiB", "MiB", "GiB"};
    unsigned unit = 0;
    for (bytes >>= 10; unit < 2 && bytes % 1024 == 0; unit++) {
        bytes >>= 10;
    }
    (void)snprintf(text, SIZE_TEXT, "%" PRIu64 "%s", bytes, units[unit]);
}

static void print_rates(const gpu_rates *r, const char *verdict)
{
    char to_curand[16] = "–";
    if (r->to_curand > 0) {
        (void)snprintf(to_curand, sizeof to_curand, "%.3g", r->to_curand);
    }
    (void)printf("%.4g | %.4g | %.4g | %.3g | %s | %s |\n", 1e-9 * r->values_per_second,
                 1e-9 * r->bytes_per_second, 1e-9 * r->memset_bytes_per_second, r->to_memset, to_curand,
                 verdict);
}

/* Times and checks a case; says so in a line of the table. */
static void run_case(const gpu *g, const arguments *a, const gpu_case *c, bool with_curand, totals *sum)
{
    char size[SIZE_TEXT], reason[GPU_REASON] = "the driver failed";
    CUdeviceptr memory = 0;
    gpu_rates rates = {0};
    print_size(size, c->bytes);
    (void)printf("| `%s/%s/%s%s` | ", c->method, glr_dtype_name(c->tensor.dtype), size,
                 c->is_strided ? "/strided" : "");
    if (c->room > gpu_free_memory(g) / 20 * 19 ||
        g->cuMemAlloc_v2(&memory, (size_t)c->room) != CUDA_SUCCESS) {
        sum->skipped++;
        (void)printf("– | – | – | – | – | skipped: the device has no room |\n");
        return;
    }
    /* The values first: after a failure the timing says nothing. */
    if (!gpu_check(g, c, memory, reason)) {
        sum->differ++;
        (void)printf("– | – | – | – | – | DIFFERENT: %s |\n", reason);
    } else if (!gpu_measure(g, c, memory, a->rounds, a->least_seconds, with_curand, &rates)) {
        sum->differ++;
        (void)printf("– | – | – | – | – | FAILED: %s |\n", glr_last_error());
    } else {
        sum->timed++;
        print_rates(&rates, "equal");
    }
    (void)g->cuMemFree_v2(memory);
    (void)fflush(stdout);
}

static int run(const gpu *g, const arguments *a)
{
    char why_not[GPU_REASON] = "";
    totals sum = {0, 0, 0};
    const bool with_curand = curand_open(g, why_not);
    print_device(g, with_curand, why_not);
    if (g->is_simulated) {
        (void)printf("\n**No GPU took part: the device is a simulation on the CPU. The times below are not "
                     "times of any "
                     "GPU, and say nothing.**\n");
    }
    print_head();
    for (size_t i = 0; i < a->size_count; i++) {
        for (size_t k = 0; k < gpu_case_count(); k++) {
            const gpu_case c = gpu_case_at(k, a->sizes[i]);
            run_case(g, a, &c, with_curand, &sum);
        }
    }
    (void)printf("\n%u cases timed and equal, %u different or failed, %u skipped\n", sum.timed, sum.differ,
                 sum.skipped);
    curand_close();
    return sum.differ == 0 ? EXIT_EQUAL : EXIT_DIFFERS;
}

int main(int argc, char **argv)
{
    arguments a = {.rounds = 5, .least_seconds = 0.010};
    char reason[GPU_REASON] = "";
    int status = read_arguments(argc, argv, &a);
    if (status != EXIT_EQUAL || a.help) {
        return status;
    }
    static gpu g;
    if (gpu_open(&g, a.device, reason)) {
        status = run(&g, &a);
    } else {
        (void)fprintf(stderr, "glorand-gpu-bench: error: %s\n", reason);
        status = EXIT_NO_DEVICE;
    }
    gpu_close(&g);
    return fflush(stdout) == 0 && !ferror(stdout) ? status : NOT_WRITABLE;
}
