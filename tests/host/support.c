#include "support.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds after which a child counts as hanging: far more than any needs. */
#define PATIENCE 120

/* Failures that are printed in full. */
#define LOUD 20

static atomic_int failures;

void fail(const char *format, ...)
{
    va_list arguments;
    if (atomic_fetch_add(&failures, 1) < LOUD) {
        va_start(arguments, format);
        (void)printf("failed: ");
        (void)vprintf(format, arguments);
        (void)printf("\n");
        (void)fflush(stdout);
        va_end(arguments);
    }
}

int verdict(void)
{
    const int count = atomic_load(&failures);
    if (count > LOUD) {
        (void)printf("failed: %d more\n", count - LOUD);
    }
    (void)fflush(stdout);
    return count > 0 ? 1 : 0;
}

_Noreturn void skip(const char *reason)
{
    (void)printf("skipped: %s\n", reason);
    (void)fflush(stdout);
    exit(77);
}

bool is_sanitized(void)
{
#ifdef TEST_SANITIZED
    return true;
#else
    return false;
#endif
}

bool is_light(void) { return getenv("GLORAND_TEST_LIGHT") != NULL; }

/* Whether another thread of this process runs or is about to, as the kernel says. */
static bool others_run(void)
{
    DIR *folder = opendir("/proc/self/task");
    bool found = false;
    for (struct dirent *entry; folder != NULL && !found && (entry = readdir(folder)) != NULL;) {
        char path[300], text[256] = "";
        (void)snprintf(path, sizeof path, "/proc/self/task/%s/stat", entry->d_name);
        FILE *file = entry->d_name[0] != '.' && atoi(entry->d_name) != getpid() ? fopen(path, "r") : NULL;
        if (file != NULL) {
            const char *behind = fgets(text, sizeof text, file) != NULL ? strrchr(text, ')') : NULL;
            found = behind != NULL && behind[1] == ' ' && behind[2] != 'S';
            (void)fclose(file);
        }
    }
    if (folder != NULL) {
        (void)closedir(folder);
    }
    return found;
}

/* The allocator of AddressSanitizer, in LLVM 14, may be locked in a child by a thread that the child does not
   have: by one of the pool, for example, that is still being started when the fill is done. */
static void wait_for_others(void)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int i = 0; i < 5000 && is_sanitized() && others_run(); i++) {
        (void)nanosleep(&pause, NULL);
    }
}

void run_apart(const char *name, bool at_once, void (*function)(const void *), const void *argument)
{
    (void)fflush(NULL);
    wait_for_others();
    const pid_t child = fork();
    if (child == 0) {
        atomic_store(&failures, 0);
        (void)alarm(PATIENCE);
        function(argument);
        int status = verdict();
        if (at_once || is_sanitized()) { /* which takes for leaks what belongs to the parent's threads */
            _exit(status);
        }
        exit(status);
    }
    expect_success(name, child);
}

void expect_success(const char *name, int child)
{
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) {
        fail("%s: no child", name);
    } else if (WIFSIGNALED(status)) {
        fail("%s: killed by signal %d (%s)", name, WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else if (WEXITSTATUS(status) != 0) {
        fail("%s: exit status %d", name, WEXITSTATUS(status));
    }
}

/* As the kernel counts them. */
static int count_threads(void)
{
    DIR *folder = opendir("/proc/self/task");
    int count = 0;
    if (folder == NULL) {
        skip("no /proc/self/task");
    }
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        count += entry->d_name[0] != '.';
    }
    (void)closedir(folder);
    return count;
}

void expect_threads(int min, int max, const char *when)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    int count = count_threads();
    for (int i = 0; i < 5000 && count > max; i++) {
        (void)nanosleep(&pause, NULL);
        count = count_threads();
    }
    CHECK(count >= min && count <= max, "%s: %d threads, not %d to %d", when, count, min, max);
}

void *allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    if (memory == NULL) {
        fail("no memory for %zu bytes", bytes);
        exit(verdict());
    }
    return memory;
}

/* FNV-1a of words of 8 bytes, and of the bytes that are left. */
uint64_t hash_of(const void *bytes, size_t length)
{
    const unsigned char *at = bytes;
    uint64_t hash = UINT64_C(0xcbf29ce484222325) ^ length;
    for (; length >= 8; length -= 8, at += 8) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        hash = (hash ^ word) * UINT64_C(0x100000001b3);
        hash ^= hash >> 32;
    }
    for (; length > 0; length--, at++) {
        hash = (hash ^ *at) * UINT64_C(0x100000001b3);
    }
    return hash;
}
