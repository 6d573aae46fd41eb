/* glorand-gpu-bench: whether glorand's fills of a CUDA device's memory are the CPU's, and how fast they are
   beside cuMemsetD32Async and cuRAND. scripts/gpu-proof.sh makes what it prints a part of its report. */
#include "commands.h"
#include "explain.h"
#include "gpu/expect.h"

#include <stdlib.h>
#include <string.h>

#define NOT_WRITABLE 5

static int run(const gpu *g, const arguments *a)
{
    session s;
    int status = EXIT_NO_DEVICE;
    if (!session_open(&s, g, a)) {
        (void)fprintf(stderr, "glorand-gpu-bench: error: the device has no memory for any case\n");
    } else if (a->command == COMMAND_VALUES) {
        status = run_values(&s);
    } else if (a->command == COMMAND_TIMES) {
        status = run_times(&s);
    } else {
        status = run_peers(&s);
    }
    session_close(&s);
    return status;
}

/* Why no handle can be made. If the check at opening found a value that differs, what is known of it. */
static void print_refusal(const gpu *g, const char *reason)
{
    const char *element = strstr(reason, GLR_CHECK_FILL);
    (void)fprintf(stderr, "glorand-gpu-bench: error: %s\n", reason);
    if (element != NULL) {
        const glr_plan plan = glr_check_plan(0);
        (void)explain(stderr, &plan, strtoull(element + strlen(GLR_CHECK_FILL), NULL, 10));
        (void)fprintf(stderr, "%s, compute capability %d.%d, driver of CUDA %d.%d, ", g->name,
                      g->capability / 10, g->capability % 10, g->driver / 1000, g->driver % 1000 / 10);
        gpu_print_image(g, stderr);
        (void)fprintf(stderr, "\n");
    }
}

int main(int argc, char **argv)
{
    static gpu g;
    arguments a = {.rounds = 5, .min_seconds = 0.010, .seconds = 1e9};
    char reason[GPU_REASON] = "";
    int status = read_arguments(argc, argv, &a);
    if (status != EXIT_EQUAL || a.help) {
        return status;
    }
    if (a.command == COMMAND_START) {
        status = run_start(&a);
    } else if (gpu_open(&g, a.device, reason)) {
        status = run(&g, &a);
    } else {
        print_refusal(&g, reason);
        status = EXIT_NO_DEVICE;
    }
    gpu_close(&g);
    return fflush(stdout) == 0 && !ferror(stdout) ? status : NOT_WRITABLE;
}
