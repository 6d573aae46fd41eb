/* Threads in a process of others. */
#define _GNU_SOURCE /* dl_iterate_phdr */

#include "thread.h"

#include <link.h>
#include <signal.h>
#include <unistd.h>

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
