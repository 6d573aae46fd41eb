#include "creations.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static atomic_int count, first_refused, last_refused;

/* Whether a thread's function is the library's. */
static bool is_glorands(void *(*start)(void *))
{
    void *address = NULL;
    Dl_info info;
    memcpy(&address, &start, sizeof address);
    return dladdr(address, &info) != 0 && info.dli_fname != NULL &&
           strstr(info.dli_fname, "libglorand") != NULL;
}

static bool is_refused(void)
{
    const int number = atomic_fetch_add(&count, 1) + 1;
    return number >= atomic_load(&first_refused) && number <= atomic_load(&last_refused);
}

/* In the place of the C library's, whose names of the arguments are not for programs.
   NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
__attribute__((visibility("default"))) int pthread_create(pthread_t *thread, const pthread_attr_t *attributes,
                                                          void *(*start)(void *), void *argument)
{
    int (*next)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) = NULL;
    void *symbol = dlsym(RTLD_NEXT, "pthread_create");
    memcpy(&next, &symbol, sizeof next);
    return is_glorands(start) && is_refused() ? EAGAIN : next(thread, attributes, start, argument);
}

int creations(void) { return atomic_load(&count); }

void refuse_creations(int first, int last)
{
    atomic_store(&count, 0);
    atomic_store(&first_refused, first);
    atomic_store(&last_refused, last);
}
