#include "host_memory.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

injector test_host = INJECTOR_INIT;

static bool fails(const char *name)
{
    int error;
    if (!inject_call(&test_host, name, &error)) {
        return false;
    }
    errno = error;
    return true;
}

static void live_if(const char *kind, bool is_taken, int change)
{
    if (is_taken) {
        inject_live(&test_host, kind, change);
    }
}

/* The linker calls the functions that are wrapped __wrap_NAME, and what they wrap __real_NAME. */
/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

/* Functions that give a pointer. */
#define TAKE(type, name, kind, parameters, arguments)                                                        \
    type __real_##name parameters;                                                                           \
    type __wrap_##name parameters;                                                                           \
    type __wrap_##name parameters                                                                            \
    {                                                                                                        \
        type taken = fails(#name) ? NULL : __real_##name arguments;                                          \
        live_if(kind, taken != NULL, 1);                                                                     \
        return taken;                                                                                        \
    }

/* A file is fopen or fopen64, as the headers name it. */
TAKE(void *, malloc, "memory", (size_t size), (size))
TAKE(void *, calloc, "memory", (size_t count, size_t size), (count, size))
TAKE(FILE *, fopen, "file", (const char *path, const char *mode), (path, mode))
TAKE(FILE *, fopen64, "file", (const char *path, const char *mode), (path, mode))

void *__real_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size);
void *__wrap_realloc(void *memory, size_t size)
{
    void *taken = fails("realloc") ? NULL : __real_realloc(memory, size);
    live_if("memory", taken != NULL && memory == NULL, 1);
    return taken;
}

void __real_free(void *memory);
void __wrap_free(void *memory);
void __wrap_free(void *memory)
{
    live_if("memory", memory != NULL, -1);
    __real_free(memory);
}

/* Functions that give an error number, or a descriptor; `change` is what success adds to what lives. */
#define STATUS(name, kind, change, is_success, failure, parameters, arguments)                               \
    int __real_##name parameters;                                                                            \
    int __wrap_##name parameters;                                                                            \
    int __wrap_##name parameters                                                                             \
    {                                                                                                        \
        int result = (change) > 0 && fails(#name) ? (failure) : __real_##name arguments;                     \
        live_if(kind, result is_success, change);                                                            \
        return result;                                                                                       \
    }

STATUS(close, "file", -1, == 0, -1, (int descriptor), (descriptor))
STATUS(fclose, "file", -1, == 0, EOF, (FILE * file), (file))
STATUS(pthread_mutex_init, "mutex", 1, == 0, ENOMEM,
       (pthread_mutex_t * mutex, const pthread_mutexattr_t *how), (mutex, how))
STATUS(pthread_create, "thread", 1, == 0, EAGAIN,
       (pthread_t * thread, const pthread_attr_t *how, void *(*start)(void *), void *argument),
       (thread, how, start, argument))
STATUS(pthread_join, "thread", -1, == 0, EDEADLK, (pthread_t thread, void **value), (thread, value))
STATUS(pthread_mutex_destroy, "mutex", -1, == 0, EBUSY, (pthread_mutex_t * mutex), (mutex))

/* Functions that open a file, with a mode where they may make it. */
#define OPEN(name, parameters, arguments)                                                                    \
    int __real_##name parameters;                                                                            \
    int __wrap_##name parameters;                                                                            \
    int __wrap_##name parameters                                                                             \
    {                                                                                                        \
        va_list rest;                                                                                        \
        va_start(rest, flags);                                                                               \
        const mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;                                      \
        va_end(rest);                                                                                        \
        int descriptor = fails(#name) ? -1 : __real_##name arguments;                                        \
        live_if("file", descriptor >= 0, 1);                                                                 \
        return descriptor;                                                                                   \
    }

OPEN(open, (const char *path, int flags, ...), (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), (path, flags, mode))
OPEN(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))
OPEN(openat64, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))

/* The descriptor, which lives already, becomes a file. */
FILE *__real_fdopen(int descriptor, const char *mode);
FILE *__wrap_fdopen(int descriptor, const char *mode);
FILE *__wrap_fdopen(int descriptor, const char *mode)
{
    return fails("fdopen") ? NULL : __real_fdopen(descriptor, mode);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
