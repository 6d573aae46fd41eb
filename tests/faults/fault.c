/* Which call fails. For a program that does not know of this library the environment says it:
   GLR_FAULT=KIND:N, or KIND:N+ for all from the n-th on, with N -1 for none; calls count from the beginning
   of main. GLR_FAULT_REPORT names a file that then gets the name of the function that failed, the error that
   it gave and from where it was called, each on a line, and in the end the number of calls. */
#define _GNU_SOURCE /* RTLD_NEXT */

#include "fault.h"

#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int main_function(int argc, char **argv, char **environment);

static unsigned armed;
static long failing;
static bool lasts;
static atomic_long counted;
static const char *report;
static _Thread_local bool busy; /* with a report, whose own calls do not count */

void fault_find(void *function, const char *name)
{
    void *found;
    memcpy(&found, function, sizeof found);
    if (found == NULL) {
        found = dlsym(RTLD_NEXT, name);
        memcpy(function, &found, sizeof found);
    }
}

/* By system calls, not by functions: those may be the ones that fail. */
static void write_report(const char *text, bool with_callers)
{
    const int file =
        (int)syscall(SYS_openat, AT_FDCWD, report, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0) {
        return;
    }
    (void)syscall(SYS_write, file, text, strlen(text));
    if (with_callers) {
        void *callers[24];
        backtrace_symbols_fd(callers, backtrace(callers, 24), file);
    }
    (void)syscall(SYS_close, file);
}

int fault_now(unsigned kinds, const char *function, int error)
{
    if ((kinds & armed) == 0 || busy) {
        return 0;
    }
    const long before = atomic_fetch_add(&counted, 1);
    if (failing < 0 || before < failing || (before > failing && !lasts)) {
        return 0;
    }
    const int given = armed == FAULT_INTERRUPT ? EINTR : armed == FAULT_SHORT ? -1 : error;
    if (report != NULL && before == failing) {
        char text[256];
        busy = true;
        (void)snprintf(text, sizeof text, "failed %s\n%s\n", function, given > 0 ? strerror(given) : "");
        write_report(text, true);
        busy = false;
    }
    return given;
}

void fault_arm(unsigned kinds, long nth, bool lasting)
{
    atomic_store(&counted, 0);
    failing = nth;
    lasts = lasting;
    armed = kinds;
}

long fault_disarm(void)
{
    armed = 0;
    return atomic_load(&counted);
}

/* ---- Programs that do not know of this ---------------------------------------------------------------- */

static unsigned kinds_asked;
static long nth_asked;
static bool lasting_asked;

__attribute__((constructor)) static void read_environment(void)
{
    static const char *const names[] = {"memory", "system", "interrupt", "short", "thread"};
    const char *text = getenv("GLR_FAULT");
    report = getenv("GLR_FAULT_REPORT");
    void *callers[1];
    (void)backtrace(callers, 1); /* loads what it needs */
    for (unsigned i = 0; text != NULL && i < sizeof names / sizeof names[0]; i++) {
        const size_t length = strlen(names[i]);
        if (strncmp(text, names[i], length) == 0 && text[length] == ':') {
            char *end;
            kinds_asked = 1U << i;
            nth_asked = strtol(text + length + 1, &end, 10);
            lasting_asked = *end == '+';
        }
    }
}

__attribute__((destructor)) static void report_count(void)
{
    char text[64];
    const long count = fault_disarm();
    if (report != NULL && kinds_asked != 0) {
        (void)snprintf(text, sizeof text, "count %ld\n", count);
        write_report(text, false);
    }
}

static main_function *program_main;

static int armed_main(int argc, char **argv, char **environment)
{
    fault_arm(kinds_asked, nth_asked, lasting_asked);
    return program_main(argc, argv, environment);
}

/* Where glibc starts a program: what the dynamic loader allocates before does not count. */
int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*loader_fini)(void), void *stack_end);

int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*loader_fini)(void), void *stack_end)
{
    static int (*real)(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);
    fault_find(&real, "__libc_start_main");
    if (real == NULL) {
        _exit(127);
    }
    program_main = main;
    return real(kinds_asked != 0 ? armed_main : main, argc, argv, init, fini, loader_fini, stack_end);
}
