/* A thread of the host that is cancelled while it is inside the library: each call completes, so that no lock
   stays taken, and no job of a pool loses its stack. */
#include "calls.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define ELEMENTS (5 * PIECE)

static record expected, given;
static atomic_bool completed;

static void run_calls(record *into)
{
    glr_device *device = call_open(4);
    call_others(into, device);
    call_fills(into, device);
    call_close(device);
}

static void resolve_from_system(void)
{
    glr_initializer unseeded = glr_he_normal(1), resolved;
    unseeded.seeding = GLR_SEEDING_NONE;
    CHECK(glr_resolve(&unseeded, &resolved) == GLR_OK, "%s", glr_last_error());
}

/* Cancelled before it begins: every cancellation point in a call would end the thread there. */
static void *call_cancelled(void *nothing)
{
    int before;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
    (void)pthread_cancel(pthread_self());
    (void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &before);
    resolve_from_system();
    run_calls(&given);
    int state = -1;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    CHECK(state == PTHREAD_CANCEL_ENABLE, "the thread can no longer be cancelled");
    atomic_store(&completed, true);
    (void)pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &state);
    pthread_testcancel();
    return nothing;
}

static void try_pending(const void *nothing)
{
    pthread_t thread;
    void *result = NULL;
    (void)nothing;
    if (pthread_create(&thread, NULL, call_cancelled, NULL) != 0) {
        skip("no threads");
    }
    (void)pthread_join(thread, &result);
    CHECK(atomic_load(&completed), "a call was not completed, after result %zu, %s", given.count,
          given.count > 0 ? given.entries[given.count - 1].label : "the first");
    CHECK(result == PTHREAD_CANCELED, "the thread was not cancelled after the calls");
    resolve_from_system(); /* no lock is left taken */
    compare_records(&expected, &given, "while it is cancelled");
}

typedef struct filler {
    glr_device *device;
    float *values;
} filler;

static void *keep_filling(void *argument)
{
    const filler *its = argument;
    const glr_initializer initializer = glr_he_uniform(3);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {ELEMENTS}};
    while (glr_fill(its->device, &initializer, &tensor, its->values, ELEMENTS * sizeof *its->values) ==
           GLR_OK) {
        pthread_testcancel();
    }
    fail("%s", glr_last_error());
    return NULL;
}

/* Cancelled at any time, with another thread's fills on the same handle. */
static void try_anywhere(const void *nothing)
{
    const glr_initializer initializer = glr_he_uniform(3);
    glr_device *device = open_cpu(4);
    const uint64_t hash = fill_and_hash(device, &initializer, ELEMENTS);
    filler of_thread = {device, allocate(ELEMENTS * sizeof(float))};
    (void)nothing;
    for (long i = 0; i < 200; i++) {
        pthread_t thread;
        const struct timespec pause = {.tv_nsec = i * 20000};
        if (pthread_create(&thread, NULL, keep_filling, &of_thread) != 0) {
            skip("no threads");
        }
        (void)nanosleep(&pause, NULL);
        (void)pthread_cancel(thread);
        CHECK(fill_and_hash(device, &initializer, ELEMENTS) == hash,
              "other values beside a cancelled thread");
        (void)pthread_join(thread, NULL);
        CHECK(hash_of(of_thread.values, ELEMENTS * sizeof(float)) == hash, "a fill was left unfinished");
    }
    free(of_thread.values);
    glr_close(device);
    expect_threads(1, 1, "after glr_close");
}

int main(void)
{
    run_calls(&expected);
    run_apart("cancelled before a call", false, try_pending, NULL);
    run_apart("cancelled at any time", false, try_anywhere, NULL);
    return verdict();
}
