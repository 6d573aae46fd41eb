/* `times`: every case in every size beside cuMemsetD32Async and cuRAND. */
#include "commands.h"
#include "gpu_case.h"

typedef struct totals {
    unsigned timed, differ, skipped, left;
    FILE *details;
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
    (void)printf("| Kernels | ");
    gpu_print_code(g, stdout, 0);
    (void)printf(" |\n");
    if (with_curand) {
        (void)printf("| cuRAND | %d.%d.%d, Philox4x32-10 |\n", version / 1000, version / 100 % 10,
                     version % 100);
    } else {
        (void)printf("| cuRAND | left out: %s |\n", why_not);
    }
    if (g->is_simulated) {
        (void)printf("\n**No GPU took part: the device is a simulation on the CPU. The times below are not "
                     "times of any GPU, and say nothing.**\n");
    }
    (void)printf("\n| Case | 10^9 values/s | GB/s | memset GB/s | to memset | to cuRAND | Values |\n"
                 "|---|---:|---:|---:|---:|---:|---|\n");
}

static void print_rates(const gpu_rates *r)
{
    char to_curand[16] = "–";
    if (r->to_curand > 0) {
        (void)snprintf(to_curand, sizeof to_curand, "%.3g", r->to_curand);
    }
    (void)printf("%.4g | %.4g | %.4g | %.3g | %s | equal |\n", 1e-9 * r->values_per_second,
                 1e-9 * r->bytes_per_second, 1e-9 * r->memset_bytes_per_second, r->to_memset, to_curand);
}

/* Times and checks a case; says so in a line of the table. */
static void time_case(const session *s, const gpu_case *c, const char *size, bool with_curand, totals *t)
{
    char reason[GPU_REASON] = "the driver failed";
    gpu_rates rates = {0};
    (void)printf("| `%s/%s/%s%s` | ", c->method, glr_dtype_name(c->tensor.dtype), size,
                 c->is_strided ? "/strided" : "");
    if (c->room > s->room || c->bytes == 0) {
        t->skipped++;
        (void)printf("– | – | – | – | – | skipped: the device has no room |\n");
    } else if (!gpu_check(s->g, c, s->memory, GPU_ENDS, t->details, reason)) {
        /* The values first: after a failure the timing says nothing. */
        t->differ++;
        (void)printf("– | – | – | – | – | DIFFERENT: %s |\n", reason);
    } else if (!gpu_measure(s->g, c, s->memory, s->a->rounds, s->a->min_seconds, with_curand, &rates)) {
        t->differ++;
        (void)printf("– | – | – | – | – | FAILED: %s |\n", glr_last_error());
    } else {
        t->timed++;
        print_rates(&rates);
    }
    (void)fflush(stdout);
}

static void time_size(const session *s, uint64_t size, bool with_curand, totals *t)
{
    char text[SIZE_TEXT];
    unsigned left = 0;
    print_size(text, size);
    for (size_t k = 0; k < gpu_case_count(); k++) {
        if (session_is_over(s)) {
            left++;
            continue;
        }
        const gpu_case c = gpu_case_at(k, gpu_case_bytes(k, size, s->room));
        time_case(s, &c, text, with_curand, t);
    }
    if (left > 0) {
        (void)printf("| %u more of %s | – | – | – | – | – | left out: the time is over |\n", left, text);
    }
    t->left += left;
    session_show(s, "times", text);
}

static void print_largest(const session *s)
{
    for (size_t i = 0; i < s->a->size_count; i++) {
        if (s->a->sizes[i] == SIZE_LARGEST) {
            (void)printf("\n`largest` is %.2f GiB of values, and half of it where they are strided.\n",
                         (double)s->room / (double)(1U << 30));
        }
    }
}

int run_times(session *s)
{
    char why_not[GPU_REASON] = "";
    totals t = {.details = session_details(s)};
    if (t.details == NULL) {
        return EXIT_DIFFERS;
    }
    const bool with_curand = curand_open(s->g, why_not);
    print_device(s->g, with_curand, why_not);
    for (size_t i = 0; i < s->a->size_count; i++) {
        time_size(s, s->a->sizes[i], with_curand, &t);
    }
    curand_close();
    print_largest(s);
    session_print_details(s);
    (void)printf("\n%u cases timed and equal, %u different or failed, %u skipped, %u left out\n", t.timed,
                 t.differ, t.skipped, t.left);
    return t.differ > 0 ? EXIT_DIFFERS : t.left > 0 ? EXIT_INCOMPLETE : EXIT_EQUAL;
}
