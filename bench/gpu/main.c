/* glorand-gpu-bench: whether glorand's fills of a CUDA device's memory are the CPU's, and how fast they are
   beside cuMemsetD32Async and cuRAND. scripts/gpu-proof.sh makes what it prints a part of its report. */
#include "commands.h"
#include "gpu/expect.h"
#include "gpu_case.h"

#include <stdlib.h>
#include <string.h>

#define NOT_WRITABLE 5

/* Upper bound of the memory for cases of a size: a strided case takes less than two rows for one. */
static uint64_t room_of(uint64_t size) { return 2 * size; }

bool session_open(session *s, const gpu *g, const arguments *a)
{
    const uint64_t max = gpu_free_memory(g) / 20 * 19 / SIZE_UNIT * SIZE_UNIT;
    *s = (session){.g = g, .a = a, .begun = gpu_now()};
    for (size_t i = 0; i < a->size_count; i++) {
        const uint64_t wanted = a->sizes[i] == SIZE_LARGEST ? max : room_of(a->sizes[i]);
        s->room = wanted > s->room ? wanted : s->room;
    }
    s->room = s->room < max ? s->room : max;
    /* Free memory may be fragmented. */
    while (s->room >= SIZE_UNIT && g->cuMemAlloc_v2(&s->memory, (size_t)s->room) != CUDA_SUCCESS) {
        s->memory = 0;
        s->room = s->room / 10 * 9 / SIZE_UNIT * SIZE_UNIT;
    }
    return s->memory != 0;
}

void session_close(session *s)
{
    if (s->memory != 0) {
        (void)s->g->cuMemFree_v2(s->memory);
        s->memory = 0;
    }
}

FILE *session_details(session *s)
{
    s->details = open_memstream(&s->text, &s->length);
    if (s->details == NULL) {
        (void)fprintf(stderr, "glorand-gpu-bench: error: no memory on the host\n");
    }
    return s->details;
}

void session_print_details(session *s)
{
    if (fclose(s->details) == 0 && s->length > 0) {
        (void)printf("\n```text\n%s```\n", s->text);
    }
    free(s->text);
}

bool session_is_over(const session *s) { return gpu_now() - s->begun >= s->a->seconds; }

void session_show(const session *s, const char *what, const char *size)
{
    (void)fprintf(stderr, "%s: %s after %.1f s\n", what, size, gpu_now() - s->begun);
}

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
