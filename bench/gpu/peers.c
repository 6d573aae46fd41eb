/* `peers`: rates as CSV, to be set beside those of other programs. */
#include "commands.h"
#include "gpu_case.h"

#include <inttypes.h>

static const struct {
    const char *name, *method;
    glr_dtype dtype;
} compared[] = {
    {"glorand resample", "resample", GLR_DTYPE_FLOAT32},
    {"glorand resample", "resample", GLR_DTYPE_BFLOAT16},
    {"glorand icdf", "icdf", GLR_DTYPE_FLOAT32},
    {"glorand icdf", "icdf", GLR_DTYPE_BFLOAT16},
    {"glorand random_normal", "random_normal", GLR_DTYPE_FLOAT32},
    {"glorand random_normal", "random_normal", GLR_DTYPE_BFLOAT16},
};

static void print_rate(const char *name, glr_dtype dtype, uint64_t bytes, double rate)
{
    (void)printf("%s,%s,%" PRIu64 ",%.6g\n", name, glr_dtype_name(dtype), bytes, rate);
}

/* False if the driver failed. */
static bool compare_size(const session *s, uint64_t bytes, bool with_curand)
{
    gpu_rates rates = {0};
    for (size_t i = 0; i < sizeof compared / sizeof compared[0]; i++) {
        gpu_case c;
        if (!gpu_case_named(compared[i].method, compared[i].dtype, bytes, &c) || c.room > s->room) {
            return true; /* what does not fit is not printed */
        }
        if (!gpu_measure(s->g, &c, s->memory, s->a->rounds, s->a->min_seconds, with_curand, &rates)) {
            return false;
        }
        print_rate(compared[i].name, compared[i].dtype, bytes, rates.values_per_second);
        if (i == 0) { /* they are the same beside each */
            print_rate("memset", GLR_DTYPE_FLOAT32, bytes, rates.memset_bytes_per_second / sizeof(float));
        }
        if (i == 0 && with_curand) {
            print_rate("curandGenerateNormal", GLR_DTYPE_FLOAT32, bytes, rates.curand_values_per_second);
        }
    }
    return true;
}

int run_peers(session *s)
{
    char why_not[GPU_REASON] = "";
    const bool with_curand = curand_open(s->g, why_not);
    bool is_fine = true;
    (void)printf("name,dtype,bytes,values_per_second\n");
    if (!with_curand) {
        (void)printf("# cuRAND left out: %s\n", why_not);
    }
    for (size_t i = 0; is_fine && i < s->a->size_count && !session_is_over(s); i++) {
        char text[SIZE_TEXT];
        const uint64_t bytes = s->a->sizes[i] == SIZE_LARGEST ? s->room : s->a->sizes[i];
        is_fine = compare_size(s, bytes, with_curand);
        (void)fflush(stdout);
        print_size(text, s->a->sizes[i]);
        session_show(s, "peers", text);
    }
    curand_close();
    if (!is_fine) {
        (void)fprintf(stderr, "glorand-gpu-bench: error: the driver failed: %s\n", glr_last_error());
    }
    return is_fine ? EXIT_EQUAL : EXIT_DIFFERS;
}
