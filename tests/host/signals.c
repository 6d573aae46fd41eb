/* Signals while the library works: its threads take none, and an interrupted fill gives the right values. */
#include "draw.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define ELEMENTS (9 * PIECE)

static atomic_int taken, taken_elsewhere;
static long main_thread;

static void count_signal(int number)
{
    (void)number;
    atomic_fetch_add(&taken, 1);
    if (syscall(SYS_gettid) != main_thread) {
        atomic_fetch_add(&taken_elsewhere, 1);
    }
}

static void ignore_alarm(int number) { (void)number; }

/* A timer that interrupts the caller again and again. */
static void interrupt_often(long microseconds)
{
    const struct itimerval every = {{0, microseconds}, {0, microseconds}};
    CHECK(setitimer(ITIMER_REAL, &every, NULL) == 0, "setitimer: %s", strerror(errno));
}

static void handle(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler}; /* without SA_RESTART: calls are interrupted */
    (void)sigemptyset(&action.sa_mask);
    CHECK(sigaction(number, &action, NULL) == 0, "sigaction: %s", strerror(errno));
}

static void try_interruptions(uint64_t expected)
{
    const glr_initializer initializer = glr_he_uniform(3);
    handle(SIGALRM, count_signal);
    interrupt_often(200);
    for (int i = 0; i < (is_light() ? 20 : 100) || atomic_load(&taken) < 20; i++) {
        glr_initializer unseeded = glr_he_normal(1), resolved;
        glr_device *device = open_cpu(4);
        unseeded.seeding = GLR_SEEDING_NONE;
        CHECK(fill_and_hash(device, &initializer, ELEMENTS) == expected, "other values");
        CHECK(glr_resolve(&unseeded, &resolved) == GLR_OK, "%s", glr_last_error());
        glr_close(device);
    }
    interrupt_often(0);
    CHECK(atomic_load(&taken_elsewhere) == 0,
          "%d of %d signals were taken by other threads than the caller's", atomic_load(&taken_elsewhere),
          atomic_load(&taken));
    handle(SIGALRM, ignore_alarm);
}

/* Signals that the caller blocks stay pending until it takes them: no other thread of the process does. */
static void try_blocked(uint64_t expected)
{
    const glr_initializer initializer = glr_he_uniform(3);
    glr_device *device = open_cpu(4);
    CHECK(fill_and_hash(device, &initializer, ELEMENTS) == expected,
          "other values"); /* there are threads now */
    for (int number = 1; number <= SIGRTMAX; number++) {
        sigset_t set, before, pending;
        if (number == SIGKILL || number == SIGSTOP || number == SIGCONT || sigemptyset(&set) != 0 ||
            sigaddset(&set, number) != 0) {
            continue;
        }
        (void)pthread_sigmask(SIG_BLOCK, &set, &before);
        if (sigismember(&before, number) == 1) {
            continue;
        }
        atomic_store(&taken_elsewhere, 0);
        atomic_store(&taken, 0);
        struct sigaction action = {.sa_handler = count_signal}, old;
        if (sigaction(number, &action, &old) == 0 && kill(getpid(), number) == 0) {
            CHECK(fill_and_hash(device, &initializer, ELEMENTS) == expected, "other values");
            (void)sigpending(&pending);
            const int is_own = number == SIGSEGV || number == SIGBUS || number == SIGFPE ||
                               number == SIGILL ||
                               number == SIGTRAP; /* which a host may want from the thread that caused it */
            CHECK(is_own || (sigismember(&pending, number) == 1 && atomic_load(&taken) == 0),
                  "signal %d was taken by a thread of the library", number);
            (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
            (void)sigaction(number, &old, NULL);
        }
        (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
    glr_close(device);
}

int main(void)
{
    const glr_initializer initializer = glr_he_uniform(3);
    glr_device *alone = open_cpu(1);
    const uint64_t expected = fill_and_hash(alone, &initializer, ELEMENTS);
    glr_close(alone);
    main_thread = syscall(SYS_gettid);
    try_interruptions(expected);
    try_blocked(expected);
    return verdict();
}
