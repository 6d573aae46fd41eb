/* Fills in queues and streams of the caller's: their order, and threads. */
#include "backend.h"

#include "support/use_backend.h"

#include <criterion/criterion.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { COUNT = 50021 };

static void expect_drawn(void *queue, gpu_memory memory, int64_t seed)
{
    static float drawn[COUNT], expected[COUNT];
    const glr_initializer initializer = glr_glorot_normal(seed);
    const glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    test_cpu_fill(&initializer, &tensor, expected, sizeof expected);
    cr_assert(gpu_read(queue, memory, drawn, sizeof drawn));
    cr_assert_eq(memcmp(drawn, expected, sizeof drawn), 0, "seed %ld", (long)seed);
}

/* Between queues, or in one that has no order, events alone say what comes first; without an event, a queue
 * does. */
Test(threads, fills_keep_their_order)
{
    enum { FILLS = 5 };
    gpu_caller c = gpu_open(true);
    void *queues[2] = {gpu_queue(c, false), gpu_queue(c, false)}, *events[FILLS];
    glr_device *device = NULL;
    const glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, COUNT);
    const gpu_memory memory = gpu_allocate(c, COUNT * sizeof(float));
    cr_assert_eq(gpu_prepare(c, &device), GLR_OK, "%s", glr_last_error());
    for (int i = 0; i < FILLS; i++) {
        const glr_initializer initializer = glr_glorot_normal(i);
        cr_assert_eq(gpu_fill(device, &initializer, &tensor, memory, queues[i / 2 % 2],
                              i > 0 ? events[i - 1] : NULL, &events[i]),
                     GLR_OK, "%s", glr_last_error());
    }
    expect_drawn(queues[(FILLS - 1) / 2 % 2], memory, FILLS - 1);
    for (int i = FILLS; i < 2 * FILLS; i++) {
        const glr_initializer initializer = glr_glorot_normal(i);
        cr_assert_eq(gpu_fill(device, &initializer, &tensor, memory, c.queue, NULL, NULL), GLR_OK);
    }
    expect_drawn(c.queue, memory, 2 * FILLS - 1);
    for (int i = 0; i < FILLS; i++) {
        gpu_release_event(events[i]);
    }
    gpu_release_queue(queues[0]);
    gpu_release_queue(queues[1]);
    gpu_release(memory);
    glr_close(device);
    gpu_close(c);
}

enum { LENGTH = 1001 };

/* A thread's fills, in a queue of its own. Returns how many things went wrong. */
static int fill_in_a_thread(gpu_caller c, glr_device *device, int thread)
{
    const glr_tensor tensor = test_vector(GLR_DTYPE_FLOAT32, LENGTH);
    const size_t bytes = LENGTH * sizeof(float), fills = (size_t)gpu.fills;
    int failures = 0;
    gpu_enter(c);
    void *queue = gpu_queue(c, true);
    gpu_memory memory = gpu_allocate(c, fills * bytes);
    float *drawn = malloc(fills * bytes), expected[LENGTH];
#pragma omp barrier
    for (size_t i = 0; i < fills; i++) {
        const glr_initializer initializer = glr_he_normal(gpu.fills * thread + (int)i);
        memory.offset = i * bytes;
        failures += gpu_fill(device, &initializer, &tensor, memory, queue, NULL, NULL) != GLR_OK;
    }
    memory.offset = 0;
    failures += drawn == NULL || !gpu_read(queue, memory, drawn, fills * bytes);
    for (size_t i = 0; failures == 0 && i < fills; i++) {
        const glr_initializer initializer = glr_he_normal(gpu.fills * thread + (int)i);
        test_cpu_fill(&initializer, &tensor, expected, sizeof expected);
        failures += memcmp(drawn + i * LENGTH, expected, sizeof expected) != 0;
    }
    free(drawn);
    gpu_release_queue(queue);
    gpu_release(memory);
    return failures;
}

/* Threads with a queue each, and one device for all: a kernel object's arguments must not mix. */
Test(threads, share_a_device)
{
    enum { THREADS = 4 };
    (void)gpu_injector(); /* its library lets threads meet */
    gpu_caller c = gpu_open(true);
    glr_device *device = NULL;
    int failures = 0;
    char before[GPU_LIST];
    gpu_list_live(before);
    cr_assert_eq(gpu_prepare(c, &device), GLR_OK, "%s", glr_last_error());
#pragma omp parallel num_threads(THREADS) reduction(+ : failures)
    failures += fill_in_a_thread(c, device, omp_get_thread_num());
    cr_expect_eq(failures, 0, "%d", failures);
    glr_close(device);
    gpu_expect_live(before, "closing");
    gpu_close(c);
}
