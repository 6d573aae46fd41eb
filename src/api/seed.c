/* Seeds and streams, from an initializer's to the key of a plan. An initializer that has none gets one: after
   a global seed as TensorFlow draws them, else from the operating system. */
#include "call.h"
#include "initializer.h"
#include "make_plan.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <sys/random.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

void glr_seed_plan(const glr_initializer *initializer, glr_plan *plan)
{
    const uint32_t *key = initializer->key, *counter = initializer->counter;
    glr_plan_set_key(plan, initializer->seeding == GLR_SEEDING_KEY
                               ? glr_key_of(key[0], key[1], (uint64_t)counter[1] << 32 | counter[0],
                                            (uint64_t)counter[3] << 32 | counter[2])
                               : glr_key_of_seed(initializer->seed, initializer->stream));
}

int64_t glr_stream_of_name(const char *name, size_t length)
{
    uint64_t hash = XXH64(name, name == NULL ? 0 : length, 0);
    return (int64_t)(hash & INT64_MAX);
}

/* ---- The Mersenne Twister ------------------------------------------------------------------------------ */

/* MT19937 (Matsumoto and Nishimura 1998), seeded as Python's random.Random. Names and constants are those of
   their paper and of their init_by_array. */
#define N      624
#define M      397
#define UPPER  0x80000000U
#define LOWER  0x7fffffffU
#define MATRIX 0x9908b0dfU

typedef struct mersenne {
    uint32_t word[N];
    uint32_t next; /* index of the next word to give */
} mersenne;

static void seed_by_word(mersenne *generator, uint32_t seed)
{
    uint32_t *word = generator->word;
    word[0] = seed;
    for (uint32_t i = 1; i < N; i++) {
        word[i] = 1812433253U * (word[i - 1] ^ (word[i - 1] >> 30)) + i;
    }
    generator->next = N;
}

/* As random.Random(seed) does for a non-negative integer. */
static void seed_twister(mersenne *generator, uint64_t seed)
{
    /* Python takes the absolute value's 32-bit digits, at least one, as the key of init_by_array. */
    const uint32_t key[2] = {(uint32_t)seed, (uint32_t)(seed >> 32)};
    const uint32_t length = key[1] != 0 ? 2 : 1;
    uint32_t *word = generator->word;
    seed_by_word(generator, 19650218U);
    uint32_t i = 1, j = 0;
    for (uint32_t k = 0; k < N; k++) { /* N exceeds the key's length */
        word[i] = (word[i] ^ ((word[i - 1] ^ (word[i - 1] >> 30)) * 1664525U)) + key[j] + j;
        j = (j + 1) % length;
        if (++i == N) {
            word[0] = word[N - 1];
            i = 1;
        }
    }
    for (uint32_t k = 0; k < N - 1; k++) {
        word[i] = (word[i] ^ ((word[i - 1] ^ (word[i - 1] >> 30)) * 1566083941U)) - i;
        if (++i == N) {
            word[0] = word[N - 1];
            i = 1;
        }
    }
    word[0] = UPPER;
}

static void twist(mersenne *generator)
{
    uint32_t *word = generator->word;
    for (uint32_t i = 0; i < N; i++) {
        uint32_t joined = (word[i] & UPPER) | (word[(i + 1) % N] & LOWER);
        word[i] = word[(i + M) % N] ^ (joined >> 1) ^ (joined & 1U ? MATRIX : 0U);
    }
    generator->next = 0;
}

/* The next 32 random bits. */
static uint32_t next_word(mersenne *generator)
{
    if (generator->next == N) {
        twist(generator);
    }
    uint32_t y = generator->word[generator->next++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680U;
    y ^= (y << 15) & 0xefc60000U;
    return y ^ (y >> 18);
}

/* ---- The global seed ----------------------------------------------------------------------------------- */

#define MODULUS 0x7fffffff /* 2^31 - 1 */

/* The process's global seed, under a lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int is_set;
static int64_t global_seed;
static mersenne operations;

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
    seed_twister(&operations, magnitude);
    (void)pthread_mutex_unlock(&lock);
}

/* As Python's randint(0, 2^31 - 1): 32 bits at a time, those of 2^31 and above discarded. */
static uint32_t next_operation_seed(void)
{
    uint32_t seed;
    do {
        seed = next_word(&operations);
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
    if (status == GLR_OK) {
        status = glr_check_kind(initializer);
    }
    if (status == GLR_OK) {
        status = glr_check_seeding(initializer);
    }
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
