/* Threads in a process of others: how many there should be, by hints of the system and of the host, and
   starting one. */
#define _GNU_SOURCE /* sched_getaffinity, RTLD_DEFAULT, dl_iterate_phdr */

#include "threads.h"

#include "glorand/glorand.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Larger machines than Linux knows. */
#define MAX_PROCESSORS 65536

/* Processors in this thread's affinity mask; 0 if that cannot be had. */
static uint32_t count_affinity(void)
{
    for (size_t size = CPU_SETSIZE; size <= MAX_PROCESSORS; size *= 2) {
        cpu_set_t *set = CPU_ALLOC(size);
        if (set == NULL) {
            return 0;
        }
        int failed = sched_getaffinity(0, CPU_ALLOC_SIZE(size), set);
        const int error = errno;
        const int count = failed ? 0 : CPU_COUNT_S(CPU_ALLOC_SIZE(size), set);
        CPU_FREE(set);
        if (!failed || error != EINVAL) { /* EINVAL: the mask is longer */
            return (uint32_t)count;
        }
    }
    return 0;
}

uint32_t glr_processors(void)
{
    uint32_t count = count_affinity();
    if (count == 0) {
        const long online = sysconf(_SC_NPROCESSORS_ONLN);
        count = online > 0 && online < MAX_PROCESSORS ? (uint32_t)online : 1;
    }
    return count;
}

uint32_t glr_default_threads(void)
{
    const uint32_t processors = glr_processors();
    const char *text = getenv("OMP_NUM_THREADS");
    if (text == NULL) {
        return processors;
    }
    char *end;
    const long asked = strtol(text, &end, 10); /* the first of a list, one for each level of nesting */
    return asked >= 1 && (unsigned long)asked < processors ? (uint32_t)asked : processors;
}

/* Runtimes of OpenMP that are loaded. More than a few would be a strange process. */
#define MAX_RUNTIMES 4
#define MAX_PATH     256

typedef struct runtimes {
    char path[MAX_RUNTIMES][MAX_PATH];
    size_t count;
} runtimes;

/* Notes GCC's, LLVM's and Intel's, also where something is appended to the name, as packages of Python do. */
static int note_runtime(struct dl_phdr_info *module, size_t size, void *argument)
{
    static const char *const names[] = {"libgomp", "libomp", "libiomp5"};
    runtimes *found = argument;
    const char *path = module->dlpi_name, *slash = path == NULL ? NULL : strrchr(path, '/');
    (void)size;
    for (size_t i = 0; slash != NULL && i < sizeof names / sizeof names[0]; i++) {
        const size_t length = strlen(path);
        if (strncmp(slash + 1, names[i], strlen(names[i])) == 0 && length < MAX_PATH &&
            found->count < MAX_RUNTIMES) {
            memcpy(found->path[found->count++], path, length + 1);
            break;
        }
    }
    return 0;
}

/* Asks what a handle's functions make of the calling thread. A failure is cleared, so that the caller does
   not find it by dlerror. */
static bool is_in_parallel(void *handle)
{
    int (*in_parallel)(void) = NULL;
    void *symbol = dlsym(handle, "omp_in_parallel");
    if (symbol == NULL) {
        (void)dlerror();
        return false;
    }
    memcpy(&in_parallel, &symbol, sizeof symbol);
    return in_parallel() != 0;
}

/* Asked each time, since a runtime may be loaded at any time: first the one whose symbols all can see, then
   those that libraries brought for themselves. */
bool glr_in_parallel_region(void)
{
    if (is_in_parallel(RTLD_DEFAULT)) {
        return true;
    }
    runtimes found = {.count = 0};
    bool inside = false;
    (void)dl_iterate_phdr(note_runtime, &found);
    for (size_t i = 0; i < found.count && !inside; i++) {
        void *handle = dlopen(found.path[i], RTLD_LAZY | RTLD_NOLOAD);
        if (handle == NULL) { /* unloaded meanwhile */
            (void)dlerror();
            continue;
        }
        inside = is_in_parallel(handle);
        (void)dlclose(handle);
    }
    return inside;
}

/* ---- Starting one ---------------------------------------------------------------------------------- */

/* Bytes of a thread's stack, without what the C library takes of it. A fill needs 40 KiB, and several times
   as much without optimization. */
#define STACK_BYTES ((size_t)512 << 10)

/* Signals are the host's, and its threads take them; but those that an instruction raises belong to the
   thread that executes it: a host may handle faults in the memory that is filled. */
static void block_signals(sigset_t *before)
{
    static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP};
    sigset_t blocked;
    (void)sigfillset(&blocked);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        (void)sigdelset(&blocked, own[i]);
    }
    (void)pthread_sigmask(SIG_BLOCK, &blocked, before);
}

/* Adds what a module has of thread-local variables. */
static int add_thread_local(struct dl_phdr_info *module, size_t size, void *bytes)
{
    (void)size;
    for (size_t i = 0; i < module->dlpi_phnum; i++) {
        if (module->dlpi_phdr[i].p_type == PT_TLS) {
            *(size_t *)bytes += (size_t)module->dlpi_phdr[i].p_memsz;
        }
    }
    return 0;
}

/* The C library keeps the program's thread-local variables in the stack, of whatever size they are. */
static size_t stack_bytes(void)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t thread_local_bytes = 0;
    (void)dl_iterate_phdr(add_thread_local, &thread_local_bytes);
    return (STACK_BYTES + thread_local_bytes + page - 1) / page * page;
}

bool glr_start_thread(pthread_t *thread, void *(*function)(void *), void *argument)
{
    pthread_attr_t attributes;
    sigset_t before; /* a thread inherits its maker's */
    if (pthread_attr_init(&attributes) != 0) {
        return false;
    }
    (void)pthread_attr_setstacksize(&attributes, stack_bytes()); /* or the default size, if that is refused */
    block_signals(&before);
    const bool started = pthread_create(thread, &attributes, function, argument) == 0;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    (void)pthread_attr_destroy(&attributes);
    return started;
}
