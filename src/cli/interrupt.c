#include "interrupt.h"

#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static const char *volatile unfinished;
static volatile pid_t owner; /* a forked child removes nothing of its parent's */

/* Stays in place: an impatient second signal must not kill before the file is removed. */
static void remember(int signal_number) { caught = signal_number; }

static void remove_unfinished(void)
{
    const char *path = unfinished;
    if (path != NULL && getpid() == owner) {
        (void)unlink(path);
    }
}

/* The process cannot go on. Its own signal kills it as soon as this returns, with a core if it would have
   left one. */
static void crash(int signal_number)
{
    remove_unfinished();
    (void)raise(signal_number); /* pending until then; one that an instruction raised would come again, too */
}

/* Signals that end a process, of a crash or not. The others are ignored, stop it, or cannot be caught. */
static bool is_crash(int signal_number)
{
    switch (signal_number) {
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGSEGV:
    case SIGSYS:
    case SIGTRAP: return true;
    default: return false;
    }
}

static bool ends_process(int signal_number)
{
    switch (signal_number) {
    case SIGKILL:
    case SIGSTOP:
    case SIGTSTP:
    case SIGTTIN:
    case SIGTTOU:
    case SIGCONT:
    case SIGCHLD:
    case SIGURG:
#ifdef SIGWINCH
    case SIGWINCH:
#endif
    case SIGXFSZ: return false; /* a file that may not grow is an error with a message */
    default: return true;
    }
}

void glr_interrupt_catch(void)
{
    struct sigaction going_on = {.sa_handler = remember};
    struct sigaction crashing = {.sa_handler = crash, .sa_flags = (int)SA_RESETHAND};
    (void)sigemptyset(&going_on.sa_mask);
    (void)sigemptyset(&crashing.sa_mask);
    for (int i = 1; i <= SIGRTMAX; i++) {
        struct sigaction before;
        /* A signal that the parent ignores, nohup for one, stays ignored, and a debugger's or profiler's
           handler stays in place. The C library refuses its own signals. */
        if (ends_process(i) && sigaction(i, NULL, &before) == 0 && before.sa_handler == SIG_DFL) {
            (void)sigaction(i, is_crash(i) ? &crashing : &going_on, NULL);
        }
    }
    (void)atexit(remove_unfinished); /* a driver's code may end the process */
}

void glr_interrupt_removes(const char *path)
{
    owner = getpid();
    unfinished = path;
}

bool glr_interrupted(void) { return caught != 0; }

void glr_interrupt_die(void)
{
    if (caught != 0) {
        (void)signal(caught, SIG_DFL);
        (void)raise(caught);
    }
}
