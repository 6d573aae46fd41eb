/* Another process that changes a file while it is read: a library to be loaded before the C library's, which
   runs the shell's command of GLR_MEDDLE before the pread of number GLR_MEDDLE_AT, counted from 0. */
#define _GNU_SOURCE /* RTLD_NEXT */

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void meddle(void)
{
    static long count;
    const char *command = getenv("GLR_MEDDLE"), *at = getenv("GLR_MEDDLE_AT");
    if (command != NULL && at != NULL && count++ == strtol(at, NULL, 10)) {
        /* Not within the command's own processes. */
        if (unsetenv("LD_PRELOAD") != 0 || system(command) != 0) {
            abort();
        }
    }
}

/* By its name where files have 64 bits, which is what the command calls. */
/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
ssize_t pread(int file, void *bytes, size_t count, off_t first)
{
    static ssize_t (*real)(int, void *, size_t, off_t);
    if (real == NULL) {
        void *found = dlsym(RTLD_NEXT, "pread64");
        memcpy(&real, &found, sizeof found);
    }
    meddle();
    return real(file, bytes, count, first);
}
