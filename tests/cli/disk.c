/* A library to be loaded before the C library's: a disk of which functions fail, and that says in which order
   they are called. DISK_FAILS names the function that fails, and with which error (unsupported, full,
   broken), or during which SIGTERM comes (signal); DISK_LOG names the file for the calls. */
#define _GNU_SOURCE /* RTLD_NEXT, fallocate */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Notes a call; -1 with errno if it is to fail. */
static int call(const char *name)
{
    const char *fails = getenv("DISK_FAILS"), *log = getenv("DISK_LOG");
    FILE *file = log == NULL ? NULL : fopen(log, "a");
    if (file != NULL) {
        (void)fprintf(file, "%s\n", name);
        (void)fclose(file);
    }
    const size_t length = strlen(name);
    if (fails == NULL || strncmp(fails, name, length) != 0 || fails[length] != ':') {
        return 0;
    }
    if (strcmp(fails + length, ":signal") == 0) {
        return raise(SIGTERM);
    }
    errno = strcmp(fails + length, ":unsupported") == 0 ? EOPNOTSUPP
            : strcmp(fails + length, ":full") == 0      ? ENOSPC
                                                        : EIO;
    return -1;
}

static void *next(const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    if (symbol == NULL) {
        abort();
    }
    return symbol;
}

#define FORWARD(name, symbol, logged, parameters, arguments)                                                 \
    int name parameters                                                                                      \
    {                                                                                                        \
        int(*real) parameters; /* NOLINT(bugprone-macro-parentheses): they are a list */                     \
        void *found = next(symbol);                                                                          \
        memcpy(&real, &found, sizeof real);                                                                  \
        return call(logged) != 0 ? -1 : real arguments;                                                      \
    }

static const char *kind(int file)
{
    struct stat status;
    return fstat(file, &status) == 0 && S_ISDIR(status.st_mode) ? "sync-folder" : "sync-file";
}

/* NOLINTBEGIN(readability-inconsistent-declaration-parameter-name): the names of the parameters are ours */
FORWARD(fallocate, "fallocate64", "fallocate", (int file, int mode, off_t first, off_t bytes),
        (file, mode, first, bytes))
FORWARD(posix_fallocate, "posix_fallocate64", "posix_fallocate", (int file, off_t first, off_t bytes),
        (file, first, bytes))
FORWARD(ftruncate, "ftruncate64", "ftruncate", (int file, off_t bytes), (file, bytes))
FORWARD(fsync, "fsync", kind(file), (int file), (file))
FORWARD(fchown, "fchown", "fchown", (int file, uid_t owner, gid_t group), (file, owner, group))
FORWARD(rename, "rename", "rename", (const char *from, const char *to), (from, to))
/* NOLINTEND(readability-inconsistent-declaration-parameter-name) */
