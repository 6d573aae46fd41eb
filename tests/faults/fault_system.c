/* Functions that make system calls, which fail on demand. What is written to standard error never fails: it
   is how a failure is told. */
#define _GNU_SOURCE /* sched_getaffinity, madvise, fallocate */

#include "fault.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The name of a function that is another one where files have 64 bits. */
#if defined(__USE_FILE_OFFSET64)
#define LARGE(name) name "64"
#else
#define LARGE(name) name
#endif

#define INTERRUPTIBLE (FAULT_SYSTEM | FAULT_INTERRUPT)
#define PARTIAL       (FAULT_SYSTEM | FAULT_INTERRUPT | FAULT_SHORT)

/* The names of the parameters are ours; and types and lists cannot stand in parentheses. */
/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name,bugprone-macro-parentheses) */

/* A function that returns `failure`, with errno set, in place of doing anything. */
#define WITH_ERRNO(type, name, symbol, parameters, arguments, kinds, error, failure)                         \
    type name parameters                                                                                     \
    {                                                                                                        \
        static type(*real) parameters;                                                                       \
        fault_find(&real, symbol);                                                                           \
        const int failed = fault_now(kinds, symbol, error);                                                  \
        if (failed != 0) {                                                                                   \
            errno = failed;                                                                                  \
            return failure;                                                                                  \
        }                                                                                                    \
        return real arguments;                                                                               \
    }

/* A function that returns its error. */
#define WITH_ERROR(name, symbol, parameters, arguments, kinds, error)                                        \
    int name parameters                                                                                      \
    {                                                                                                        \
        static int(*real) parameters;                                                                        \
        fault_find(&real, symbol);                                                                           \
        const int failed = fault_now(kinds, symbol, error);                                                  \
        return failed != 0 ? failed : real arguments;                                                        \
    }

/* ---- Files ------------------------------------------------------------------------------------------- */

WITH_ERRNO(int, fstat, LARGE("fstat"), (int file, struct stat *status), (file, status), FAULT_SYSTEM, EIO, -1)
WITH_ERRNO(int, stat, LARGE("stat"), (const char *path, struct stat *status), (path, status), FAULT_SYSTEM,
           EIO, -1)
WITH_ERRNO(int, lstat, LARGE("lstat"), (const char *path, struct stat *status), (path, status), FAULT_SYSTEM,
           EIO, -1)
WITH_ERRNO(int, access, "access", (const char *path, int mode), (path, mode), FAULT_SYSTEM, EIO, -1)
WITH_ERRNO(int, rename, "rename", (const char *from, const char *to), (from, to), FAULT_SYSTEM, EIO, -1)
WITH_ERRNO(int, unlink, "unlink", (const char *path), (path), FAULT_SYSTEM, EIO, -1)
WITH_ERRNO(int, mkdir, "mkdir", (const char *path, mode_t mode), (path, mode), FAULT_SYSTEM, ENOSPC, -1)
WITH_ERRNO(int, mkstemp, LARGE("mkstemp"), (char *name), (name), INTERRUPTIBLE, ENOSPC, -1)
WITH_ERRNO(int, fsync, "fsync", (int file), (file), INTERRUPTIBLE, EIO, -1)
WITH_ERRNO(int, ftruncate, LARGE("ftruncate"), (int file, off_t bytes), (file, bytes), INTERRUPTIBLE, EIO, -1)
WITH_ERRNO(char *, realpath, "realpath", (const char *restrict path, char *restrict resolved),
           (path, resolved), FAULT_SYSTEM, EIO, NULL)
WITH_ERRNO(DIR *, opendir, "opendir", (const char *path), (path), FAULT_SYSTEM, EMFILE, NULL)
WITH_ERRNO(struct dirent *, readdir, LARGE("readdir"), (DIR * folder), (folder), FAULT_SYSTEM, EIO, NULL)
WITH_ERRNO(void *, mmap, LARGE("mmap"),
           (void *at, size_t bytes, int protection, int flags, int file, off_t first),
           (at, bytes, protection, flags, file, first), FAULT_SYSTEM | FAULT_MEMORY, ENOMEM, MAP_FAILED)
WITH_ERRNO(int, fallocate, LARGE("fallocate"), (int file, int mode, off_t first, off_t bytes),
           (file, mode, first, bytes), INTERRUPTIBLE, ENOSPC, -1)
WITH_ERRNO(int, fstatat, LARGE("fstatat"),
           (int folder, const char *restrict path, struct stat *restrict status, int flags),
           (folder, path, status, flags), FAULT_SYSTEM, EIO, -1)
WITH_ERRNO(int, flock, "flock", (int file, int operation), (file, operation), INTERRUPTIBLE, ENOLCK, -1)
WITH_ERRNO(int, fchown, "fchown", (int file, uid_t owner, gid_t group), (file, owner, group), FAULT_SYSTEM,
           EPERM, -1)
WITH_ERRNO(int, fchmod, "fchmod", (int file, mode_t mode), (file, mode), FAULT_SYSTEM, EIO, -1)
WITH_ERRNO(ssize_t, readlink, "readlink", (const char *restrict path, char *restrict target, size_t capacity),
           (path, target, capacity), FAULT_SYSTEM, EIO, -1)
WITH_ERRNO(int, renameat, "renameat", (int from_folder, const char *from, int to_folder, const char *to),
           (from_folder, from, to_folder, to), FAULT_SYSTEM, EIO, -1)
WITH_ERRNO(int, unlinkat, "unlinkat", (int folder, const char *path, int flags), (folder, path, flags),
           FAULT_SYSTEM, EIO, -1)

/* A function that opens a file, with a mode if it may make it. */
#define OPENING(name, parameters, arguments)                                                                 \
    int name parameters                                                                                      \
    {                                                                                                        \
        static int(*real) parameters;                                                                        \
        va_list rest;                                                                                        \
        va_start(rest, flags);                                                                               \
        const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;                               \
        va_end(rest);                                                                                        \
        fault_find(&real, LARGE(#name));                                                                     \
        const int failed = fault_now(INTERRUPTIBLE, LARGE(#name), (flags & O_CREAT) != 0 ? ENOSPC : EMFILE); \
        if (failed != 0) {                                                                                   \
            errno = failed;                                                                                  \
            return -1;                                                                                       \
        }                                                                                                    \
        return real arguments;                                                                               \
    }

OPENING(open, (const char *path, int flags, ...), (path, flags, mode))
OPENING(openat, (int folder, const char *path, int flags, ...), (folder, path, flags, mode))

/* The descriptor is closed in any case. What was only read has another name: nothing of it can be lost. */
int close(int file)
{
    static int (*real)(int);
    fault_find(&real, "close");
    const bool is_read = (fcntl(file, F_GETFL) & O_ACCMODE) == O_RDONLY;
    const int failed = fault_now(INTERRUPTIBLE, is_read ? "close after reading" : "close", EIO);
    const int result = real(file);
    if (failed != 0) {
        errno = failed;
        return -1;
    }
    return result;
}

ssize_t write(int file, const void *bytes, size_t count)
{
    static ssize_t (*real)(int, const void *, size_t);
    fault_find(&real, "write");
    const int failed = file == STDERR_FILENO ? 0 : fault_now(PARTIAL, "write", ENOSPC);
    if (failed > 0) {
        errno = failed;
        return -1;
    }
    return real(file, bytes, failed < 0 ? (count + 1) / 2 : count);
}

/* Half of it is what a network file system may give. */
ssize_t pread(int file, void *bytes, size_t count, off_t first)
{
    static ssize_t (*real)(int, void *, size_t, off_t);
    fault_find(&real, LARGE("pread"));
    const int failed = fault_now(PARTIAL, LARGE("pread"), EIO);
    if (failed > 0) {
        errno = failed;
        return -1;
    }
    return real(file, bytes, failed < 0 ? (count + 1) / 2 : count, first);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t first)
{
    static ssize_t (*real)(int, const void *, size_t, off_t);
    fault_find(&real, LARGE("pwrite"));
    const int failed = fault_now(PARTIAL, LARGE("pwrite"), ENOSPC);
    if (failed > 0) {
        errno = failed;
        return -1;
    }
    return real(file, bytes, failed < 0 ? (count + 1) / 2 : count, first);
}

/* ---- Streams ----------------------------------------------------------------------------------------- */

/* The bits in which glibc remembers them. */
#define STREAM_EOF   0x10
#define STREAM_ERROR 0x20

/* Whether writing to a stream fails: then ferror says so. */
static bool stream_fails(FILE *stream, const char *function, unsigned kinds, int error)
{
    const int failed = stream == stderr ? 0 : fault_now(kinds, function, error);
    if (failed != 0) {
        errno = failed;
        stream->_flags |= STREAM_ERROR;
    }
    return failed != 0;
}

#define WRITING(name, symbol, parameters, arguments, stream)                                                 \
    int name parameters                                                                                      \
    {                                                                                                        \
        static int(*real) parameters;                                                                        \
        fault_find(&real, symbol);                                                                           \
        return stream_fails(stream, symbol, FAULT_SYSTEM, ENOSPC) ? EOF : real arguments;                    \
    }

WRITING(fputs, "fputs", (const char *restrict text, FILE *restrict stream), (text, stream), stream)
WRITING(fputc, "fputc", (int character, FILE *stream), (character, stream), stream)
WRITING(puts, "puts", (const char *text), (text), stdout)
#undef putc
WRITING(putc, "putc", (int character, FILE *stream), (character, stream), stream)
#undef putchar
WRITING(putchar, "putchar", (int character), (character), stdout)
WRITING(vfprintf, "vfprintf", (FILE *restrict stream, const char *restrict format, va_list arguments),
        (stream, format, arguments), stream)

int fflush(FILE *stream)
{
    static int (*real)(FILE *);
    fault_find(&real, "fflush");
    if (stream == NULL) {
        return real(stream);
    }
    return stream_fails(stream, "fflush", FAULT_SYSTEM, ENOSPC) ? EOF : real(stream);
}

int fprintf(FILE *restrict stream, const char *restrict format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int written = vfprintf(stream, format, arguments);
    va_end(arguments);
    return written;
}

int printf(const char *restrict format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int written = vfprintf(stdout, format, arguments);
    va_end(arguments);
    return written;
}

size_t fwrite(const void *restrict items, size_t size, size_t count, FILE *restrict stream)
{
    static size_t (*real)(const void *, size_t, size_t, FILE *);
    fault_find(&real, "fwrite");
    return stream_fails(stream, "fwrite", FAULT_SYSTEM, ENOSPC) ? 0 : real(items, size, count, stream);
}

WITH_ERRNO(FILE *, fopen, LARGE("fopen"), (const char *restrict path, const char *restrict mode),
           (path, mode), INTERRUPTIBLE, EMFILE, NULL)
WITH_ERRNO(FILE *, fdopen, "fdopen", (int file, const char *mode), (file, mode), FAULT_SYSTEM, EINVAL, NULL)
WITH_ERRNO(int, fseeko, LARGE("fseeko"), (FILE * stream, off_t offset, int whence), (stream, offset, whence),
           FAULT_SYSTEM, EIO, -1)

int fgetc(FILE *stream)
{
    static int (*real)(FILE *);
    fault_find(&real, "fgetc");
    return stream_fails(stream, "fgetc", INTERRUPTIBLE, EIO) ? EOF : real(stream);
}

/* Half of it is what a file gives that another process has cut meanwhile. */
size_t fread(void *restrict items, size_t size, size_t count, FILE *restrict stream)
{
    static size_t (*real)(void *, size_t, size_t, FILE *);
    fault_find(&real, "fread");
    const int failed = fault_now(PARTIAL, "fread", EIO);
    if (failed > 0) {
        errno = failed;
        stream->_flags |= STREAM_ERROR;
        return 0;
    }
    if (failed < 0) {
        stream->_flags |= STREAM_EOF;
        return real(items, size, count / 2, stream);
    }
    return real(items, size, count, stream);
}

/* The stream is closed in any case. */
int fclose(FILE *stream)
{
    static int (*real)(FILE *);
    fault_find(&real, "fclose");
    const int failed = fault_now(INTERRUPTIBLE, "fclose", EIO);
    const int result = real(stream);
    if (failed != 0) {
        errno = failed;
        return EOF;
    }
    return result;
}

/* ---- The process ------------------------------------------------------------------------------------- */

/* Gives the same bytes each time, so that two runs can be compared. */
ssize_t getrandom(void *bytes, size_t count, unsigned flags)
{
    const int failed = fault_now(INTERRUPTIBLE, "getrandom", ENOSYS);
    (void)flags;
    if (failed != 0) {
        errno = failed;
        return -1;
    }
    memset(bytes, 0x35, count);
    return (ssize_t)count;
}

WITH_ERRNO(int, isatty, "isatty", (int file), (file), FAULT_SYSTEM, EIO, 0)
WITH_ERRNO(int, sigaction, "sigaction",
           (int number, const struct sigaction *restrict action, struct sigaction *restrict before),
           (number, action, before), FAULT_SYSTEM, EINVAL, -1)
WITH_ERRNO(int, clock_gettime, "clock_gettime", (clockid_t clock, struct timespec *now), (clock, now),
           FAULT_SYSTEM, EINVAL, -1)
WITH_ERRNO(int, madvise, "madvise", (void *at, size_t bytes, int advice), (at, bytes, advice), FAULT_SYSTEM,
           EINVAL, -1)
WITH_ERRNO(int, sched_getaffinity, "sched_getaffinity", (pid_t process, size_t bytes, cpu_set_t *set),
           (process, bytes, set), FAULT_SYSTEM, EPERM, -1)
WITH_ERRNO(long, sysconf, "sysconf", (int name), (name), FAULT_SYSTEM, EINVAL, -1)

/* So that dlerror knows of it. */
void *dlopen(const char *name, int flags)
{
    static void *(*real)(const char *, int);
    fault_find(&real, "dlopen");
    return real(fault_now(FAULT_SYSTEM, "dlopen", EMFILE) != 0 ? "/nowhere/fails" : name, flags);
}

/* ---- Threads ----------------------------------------------------------------------------------------- */

/* Where it fails, what it leaves in *thread is undefined: no number of a thread. */
int pthread_create(pthread_t *restrict thread, const pthread_attr_t *restrict attributes,
                   void *(*start)(void *), void *restrict argument)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    fault_find(&real, "pthread_create");
    const int failed = fault_now(FAULT_THREAD | FAULT_SYSTEM, "pthread_create", EAGAIN);
    if (failed != 0) {
        memset(thread, 0x5a, sizeof *thread);
        return failed;
    }
    return real(thread, attributes, start, argument);
}

WITH_ERROR(pthread_mutex_init, "pthread_mutex_init",
           (pthread_mutex_t * mutex, const pthread_mutexattr_t *attributes), (mutex, attributes),
           FAULT_SYSTEM, ENOMEM)
WITH_ERROR(pthread_cond_init, "pthread_cond_init",
           (pthread_cond_t *restrict condition, const pthread_condattr_t *restrict attributes),
           (condition, attributes), FAULT_SYSTEM, ENOMEM)
WITH_ERROR(pthread_attr_init, "pthread_attr_init", (pthread_attr_t * attributes), (attributes), FAULT_SYSTEM,
           ENOMEM)
WITH_ERROR(pthread_attr_setstacksize, "pthread_attr_setstacksize",
           (pthread_attr_t * attributes, size_t bytes), (attributes, bytes), FAULT_SYSTEM, EINVAL)

/* NOLINTEND(readability-inconsistent-declaration-parameter-name,bugprone-macro-parentheses) */
