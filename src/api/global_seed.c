/* Seeds for initializers that have none: after a global seed as TensorFlow draws them, else from the
   operating system. */
#include "error.h"
#include "guest.h"
#include "initializer.h"
#include "make_plan.h"
#include "mersenne.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#define MODULUS 0x7fffffff /* 2^31 - 1 */

/* The process's global seed, under a lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_set;
static int64_t global_seed;
static glr_mersenne operations;

/* Taken before a fork, so that no thread holds it that the child does not have. */
static void take_lock(void) { (void)pthread_mutex_lock(&lock); }

static void release_lock(void) { (void)pthread_mutex_unlock(&lock); }

/* When the library is loaded. It could fail for want of a few bytes only; then forking is not safer than
   POSIX makes it where there are threads. */
__attribute__((constructor)) static void load(void)
{
    (void)pthread_atfork(take_lock, release_lock, release_lock);
}

void glr_set_seed(int64_t seed)
{
    uint64_t magnitude = seed < 0 ? 0 - (uint64_t)seed : (uint64_t)seed;
    (void)pthread_mutex_lock(&lock);
    is_set = 1;
    global_seed = seed;
    glr_mersenne_seed(&operations, magnitude);
    (void)pthread_mutex_unlock(&lock);
}

/* As Python's randint(0, 2^31 - 1): 32 bits at a time, those of 2^31 and above discarded. */
static uint32_t next_operation_seed(void)
{
    uint32_t seed;
    do {
        seed = glr_mersenne_next(&operations);
    } while (seed > MODULUS);
    return seed;
}

static void resolve_from_global_seed(glr_initializer *initializer)
{
    int64_t residue = global_seed % MODULUS;
    uint32_t key = (uint32_t)(residue < 0 ? residue + MODULUS : residue);
    uint32_t operation = next_operation_seed() % MODULUS;
    if (key == 0 && operation == 0) {
        operation = MODULUS;
    }
    initializer->seeding = GLR_SEEDING_KEY;
    initializer->key[0] = key;
    initializer->key[1] = 0;
    memset(initializer->counter, 0, sizeof initializer->counter);
    initializer->counter[2] = operation;
}

static glr_status resolve_from_system(glr_initializer *initializer)
{
    int64_t seed;
    ssize_t got;
    do {
        got = getrandom(&seed, sizeof seed, 0);
    } while (got < 0 && errno == EINTR);
    if (got != (ssize_t)sizeof seed) {
        return glr_fail(GLR_ERROR_SYSTEM, "getrandom: %s", strerror(errno));
    }
    initializer->seeding = GLR_SEEDING_SEED;
    initializer->seed = seed;
    initializer->stream = 0;
    return GLR_OK;
}

static glr_status resolve(const glr_initializer *initializer, glr_initializer *resolved)
{
    if (initializer == NULL || resolved == NULL) {
        return glr_fail_null(initializer == NULL ? "initializer" : "resolved");
    }
    glr_status status = GLR_CHECK_RESERVED("initializer", initializer);
    if (status != GLR_OK) {
        return status;
    }
    if (!glr_kind_is_valid(initializer->kind)) {
        return glr_fail(GLR_ERROR_ARGUMENT, "initializer.kind: %d is not an initializer",
                        (int)initializer->kind);
    }
    status = glr_check_seeding(initializer);
    if (status != GLR_OK) {
        return status;
    }
    glr_initializer copy = *initializer;
    if (glr_kind_is_random(copy.kind) && copy.seeding == GLR_SEEDING_NONE) {
        (void)pthread_mutex_lock(&lock);
        int from_global_seed = is_set;
        if (from_global_seed) {
            resolve_from_global_seed(&copy);
        }
        (void)pthread_mutex_unlock(&lock);
        if (!from_global_seed) {
            status = resolve_from_system(&copy);
        }
    }
    if (status == GLR_OK) {
        *resolved = copy;
    }
    return status;
}

glr_status glr_resolve(const glr_initializer *initializer, glr_initializer *resolved)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, resolve(initializer, resolved));
}
