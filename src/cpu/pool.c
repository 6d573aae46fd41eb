/* Pools of threads, and what becomes of them in a fork and when the library is unloaded. */
#include "threads.h"

#include "api/call.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

/* How often a thread looks whether there is work, or a caller whether the others are done, before it sleeps:
   for some tens of microseconds, since being woken takes as long. */
#define SPINS 2000

/* A job in progress, on its caller's stack. */
typedef struct job {
    glr_job_function function;
    const void *context;
    uint64_t count;
    atomic_uint_fast64_t next; /* chunk */
    uint32_t wanted;           /* threads of the pool that may still join */
    atomic_uint active;        /* threads of the pool that have joined and not finished */
    struct job *later;
} job;

struct glr_chunks {
    job *of;
    const atomic_bool *stop; /* of the pool; NULL for the caller, which finishes its job in any case */
};

struct glr_pool {
    pthread_mutex_t lock; /* of all that is not atomic */
    pthread_cond_t wake;  /* threads: there is a job, or the end */
    pthread_cond_t done;  /* callers: a job's last thread has finished */
    job *jobs;
    atomic_uint posted; /* how many jobs there have been: for threads that spin */
    atomic_bool stop;
    uint32_t sleeping;        /* threads that wait for `wake` */
    pid_t process;            /* whose threads they are */
    uint32_t count, limit;    /* threads that there are, and at most */
    int spins;                /* 0 where threads outnumber processors */
    glr_pool *before, *after; /* in the list of pools */
    pthread_t thread[];
};

/* Every pool of the process: for fork, and for when the library is unloaded. */
static pthread_mutex_t pools_lock = PTHREAD_MUTEX_INITIALIZER;
static glr_pool *pools;

bool glr_next_chunk(glr_chunks *chunks, uint64_t *chunk)
{
    if (chunks->stop != NULL && atomic_load_explicit(chunks->stop, memory_order_relaxed)) {
        return false;
    }
    *chunk = atomic_fetch_add_explicit(&chunks->of->next, 1, memory_order_relaxed);
    return *chunk < chunks->of->count;
}

/* Lets the processor's other thread run while this one spins. */
static void pause_briefly(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/* ---- Threads ----------------------------------------------------------------------------------------- */

/* A job that wants another thread, the oldest first. */
static job *job_to_join(const glr_pool *pool)
{
    job *candidate = pool->jobs;
    while (candidate != NULL && candidate->wanted == 0) {
        candidate = candidate->later;
    }
    return candidate;
}

/* Called with the lock, which it gives up meanwhile. When a thread finds no chunk left, no other would. */
static void join_job(glr_pool *pool, job *joined)
{
    glr_chunks chunks = {joined, &pool->stop};
    joined->wanted--;
    atomic_fetch_add(&joined->active, 1);
    (void)pthread_mutex_unlock(&pool->lock);
    joined->function(joined->context, &chunks);
    (void)pthread_mutex_lock(&pool->lock);
    joined->wanted = 0;
    if (atomic_fetch_sub(&joined->active, 1) == 1) {
        (void)pthread_cond_broadcast(&pool->done);
    }
}

/* Waits a little for the next job. Called with the lock, which it gives up meanwhile. */
static void spin_for_job(glr_pool *pool)
{
    const unsigned posted = atomic_load(&pool->posted);
    (void)pthread_mutex_unlock(&pool->lock);
    for (int i = 0; i < pool->spins; i++) {
        if (atomic_load_explicit(&pool->posted, memory_order_relaxed) != posted ||
            atomic_load_explicit(&pool->stop, memory_order_relaxed)) {
            break;
        }
        pause_briefly();
    }
    (void)pthread_mutex_lock(&pool->lock);
}

static void *work(void *argument)
{
    glr_pool *pool = argument;
    (void)glr_enter(); /* the mode of the stream, whatever the maker's was, for as long as the thread lives */
    (void)pthread_mutex_lock(&pool->lock);
    bool has_spun = false;
    while (!atomic_load(&pool->stop)) {
        job *next = job_to_join(pool);
        if (next != NULL) {
            join_job(pool, next);
            has_spun = false;
        } else if (!has_spun) {
            spin_for_job(pool);
            has_spun = true;
        } else {
            pool->sleeping++;
            (void)pthread_cond_wait(&pool->wake, &pool->lock);
            pool->sleeping--;
        }
    }
    (void)pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* Makes threads until there are so many, or the system refuses one: those that there are will do. Called with
   the lock. */
static void make_threads(glr_pool *pool, uint32_t wanted)
{
    pool->process = getpid();
    while (pool->count < pool->limit && pool->count < wanted &&
           glr_start_thread(&pool->thread[pool->count], work, pool)) {
        pool->count++;
    }
}

/* A child of a fork that ran no handlers has no thread to join. */
static void stop_threads(glr_pool *pool)
{
    (void)pthread_mutex_lock(&pool->lock);
    const uint32_t count = pool->process == getpid() ? pool->count : 0;
    atomic_store(&pool->stop, true);
    pool->count = 0;
    (void)pthread_cond_broadcast(&pool->wake);
    (void)pthread_mutex_unlock(&pool->lock);
    for (uint32_t i = 0; i < count; i++) {
        (void)pthread_join(pool->thread[i], NULL);
    }
}

/* ---- Jobs -------------------------------------------------------------------------------------------- */

/* Adds a job to the list, with threads for it awake or on their way. */
static void post(glr_pool *pool, job *added)
{
    (void)pthread_mutex_lock(&pool->lock);
    if (!atomic_load(&pool->stop)) {
        make_threads(pool, added->wanted);
    }
    job **end = &pool->jobs;
    while (*end != NULL) {
        end = &(*end)->later;
    }
    *end = added;
    atomic_fetch_add(&pool->posted, 1);
    for (uint32_t i = 0; i < added->wanted && i < pool->sleeping; i++) {
        (void)pthread_cond_signal(&pool->wake);
    }
    (void)pthread_mutex_unlock(&pool->lock);
}

/* Takes a job whose chunks are all taken off the list, and waits for the threads that still fill theirs. */
static void retire(glr_pool *pool, job *ended)
{
    (void)pthread_mutex_lock(&pool->lock);
    job **place = &pool->jobs;
    while (*place != ended) {
        place = &(*place)->later;
    }
    *place = ended->later;
    if (atomic_load(&ended->active) > 0) {
        (void)pthread_mutex_unlock(&pool->lock);
        for (int i = 0; i < pool->spins && atomic_load(&ended->active) > 0; i++) {
            pause_briefly();
        }
        (void)pthread_mutex_lock(&pool->lock);
    }
    while (atomic_load(&ended->active) > 0) {
        (void)pthread_cond_wait(&pool->done, &pool->lock);
    }
    (void)pthread_mutex_unlock(&pool->lock);
}

void glr_pool_run(glr_pool *pool, uint32_t threads, uint64_t chunks, glr_job_function function,
                  const void *context)
{
    job own = {.function = function, .context = context, .count = chunks, .wanted = threads - 1};
    glr_chunks taken = {&own, NULL};
    if (own.wanted > pool->limit) {
        own.wanted = pool->limit;
    }
    if (own.wanted == 0) {
        function(context, &taken);
        return;
    }
    /* The job lies on this stack: the thread must not be cancelled while others work on it. */
    int cancellable;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancellable);
    post(pool, &own);
    function(context, &taken);
    retire(pool, &own);
    (void)pthread_setcancelstate(cancellable, &cancellable);
}

/* ---- Pools ------------------------------------------------------------------------------------------- */

static bool init(glr_pool *pool)
{
    if (pthread_mutex_init(&pool->lock, NULL) != 0) {
        return false;
    }
    if (pthread_cond_init(&pool->wake, NULL) != 0) {
        (void)pthread_mutex_destroy(&pool->lock);
        return false;
    }
    if (pthread_cond_init(&pool->done, NULL) != 0) {
        (void)pthread_cond_destroy(&pool->wake);
        (void)pthread_mutex_destroy(&pool->lock);
        return false;
    }
    return true;
}

glr_pool *glr_pool_open(uint32_t threads)
{
    const uint32_t limit = threads - 1;
    glr_pool *pool = calloc(1, sizeof *pool + limit * sizeof pool->thread[0]);
    if (pool == NULL || !init(pool)) {
        free(pool);
        return NULL;
    }
    pool->limit = limit;
    pool->spins = threads <= glr_processors() ? SPINS : 0;
    (void)pthread_mutex_lock(&pools_lock);
    pool->after = pools;
    if (pools != NULL) {
        pools->before = pool;
    }
    pools = pool;
    (void)pthread_mutex_unlock(&pools_lock);
    return pool;
}

void glr_pool_close(glr_pool *pool)
{
    int cancellable;
    (void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancellable); /* joining can be cancelled */
    (void)pthread_mutex_lock(&pools_lock);
    *(pool->before != NULL ? &pool->before->after : &pools) = pool->after;
    if (pool->after != NULL) {
        pool->after->before = pool->before;
    }
    (void)pthread_mutex_unlock(&pools_lock);
    stop_threads(pool);
    (void)pthread_cond_destroy(&pool->done);
    (void)pthread_cond_destroy(&pool->wake);
    (void)pthread_mutex_destroy(&pool->lock);
    free(pool);
    (void)pthread_setcancelstate(cancellable, &cancellable);
}

/* ---- Fork and unloading ------------------------------------------------------------------------------ */

/* Before a fork every lock is taken, so that the child finds the pools as they are between two steps. */
static void before_fork(void)
{
    (void)pthread_mutex_lock(&pools_lock);
    for (glr_pool *pool = pools; pool != NULL; pool = pool->after) {
        (void)pthread_mutex_lock(&pool->lock);
    }
}

static void after_fork_in_parent(void)
{
    for (glr_pool *pool = pools; pool != NULL; pool = pool->after) {
        (void)pthread_mutex_unlock(&pool->lock);
    }
    (void)pthread_mutex_unlock(&pools_lock);
}

/* The child has this thread only: no pool has threads, or a job of another one. */
static void after_fork_in_child(void)
{
    for (glr_pool *pool = pools; pool != NULL; pool = pool->after) {
        pool->jobs = NULL;
        pool->count = pool->sleeping = 0;
        (void)pthread_cond_init(&pool->wake, NULL);
        (void)pthread_cond_init(&pool->done, NULL);
        (void)pthread_mutex_unlock(&pool->lock);
    }
    (void)pthread_mutex_unlock(&pools_lock);
}

/* When the library is loaded. It could fail for want of a few bytes only: then fork is as unsafe as
   POSIX says it is in programs with threads. */
__attribute__((constructor)) static void load(void)
{
    (void)pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
}

/* When the library is unloaded, or the process exits: no thread may be left that runs its code. A pool
   without threads still works, should a thread of the host fill meanwhile. */
__attribute__((destructor)) static void unload(void)
{
    (void)pthread_mutex_lock(&pools_lock);
    for (glr_pool *pool = pools; pool != NULL; pool = pool->after) {
        stop_threads(pool);
    }
    (void)pthread_mutex_unlock(&pools_lock);
}
