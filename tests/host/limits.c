/* Where threads or memory are short, and whatever the variables of OpenMP say: the values are right, and
   there are never more threads than there may be. */
#include "creations.h"
#include "draw.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define ELEMENTS (9 * PIECE)

static float values[ELEMENTS]; /* static, for where no more memory is given */
static glr_initializer initializer;
static uint64_t expected;

static void expect_fill(glr_device *device, int max)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {ELEMENTS}};
    memset(values, 0, sizeof values);
    CHECK(glr_fill(device, &initializer, &tensor, values, sizeof values) == GLR_OK, "%s", glr_last_error());
    CHECK(hash_of(values, sizeof values) == expected, "other values");
    expect_threads(1, max, "after a fill");
}

/* ---- Threads that cannot be made ----------------------------------------------------------------------- */

#ifndef TEST_SANITIZED

/* A system that gives no more threads, and one that gives some again later. */
static void try_refusals(void)
{
    for (int n = 1; n <= 5; n++) {
        glr_device *device = open_cpu(4);
        refuse_creations(n, 1000000);
        expect_fill(device, n < 4 ? n : 4);
        expect_fill(device, n < 4 ? n : 4);
        CHECK(creations() >= (n < 4 ? n : 3), "refusal %d: never asked for a thread", n);
        refuse_creations(n, n);
        expect_fill(device, 4);
        expect_fill(device, 4);
        refuse_creations(0, 0);
        expect_fill(device, 4);
        glr_close(device);
        expect_threads(1, 1, "after glr_close");
    }
}

#else

static void try_refusals(void) {}

#endif

/* Never more threads than a fill has pieces; none for what one thread does alone. */
static void try_sizes(void)
{
    glr_device *device = open_cpu(1024);
    expect_threads(1, 1, "after glr_open");
    (void)fill_and_hash(device, &initializer, PIECE);
    expect_threads(1, 1, "after a fill of one piece");
    (void)fill_and_hash(device, &initializer, 2 * PIECE);
    expect_threads(2, 2, "after a fill of two pieces");
    expect_fill(device, 9);
    glr_close(device);
    expect_threads(1, 1, "after glr_close");
}

/* ---- Limits of the system ------------------------------------------------------------------------------ */

static void limit(int resource, rlim_t max)
{
    const struct rlimit wanted = {max, max};
    CHECK(setrlimit((__rlimit_resource_t)resource, &wanted) == 0, "setrlimit: %s", strerror(errno));
}

/* As an ordinary user: none of these limits holds for root. */
static void with_processes(const void *argument)
{
    const int max = *(const int *)argument;
    glr_device *before = open_cpu(4);
    limit(RLIMIT_NPROC, (rlim_t)max);
    if (getuid() == 0 && setresuid(65531, 65531, 65531) != 0) {
        (void)printf("no other user: limits on processes are not tried\n");
        return;
    }
    expect_fill(before, max);
    glr_device *device = open_cpu(4);
    expect_fill(device, max);
    glr_close(device);
    glr_close(before);
}

/* Bytes of address space that this process has. */
static rlim_t address_space(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld", &pages) != 1) {
        fail("/proc/self/statm cannot be read");
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

static void with_memory(const void *argument)
{
    const size_t more = *(const size_t *)argument;
    glr_device *before = open_cpu(8), *device = NULL;
    glr_options options = GLR_OPTIONS_INIT;
    expect_threads(1, 1, "before a fill"); /* which allocates */
    limit(RLIMIT_AS, address_space() + more);
    expect_fill(before, 8);
    options.backend = GLR_BACKEND_CPU;
    options.threads = 8;
    const glr_status status = glr_open(&options, &device);
    if (status == GLR_OK) {
        expect_fill(device, 16);
        glr_close(device);
    } else {
        CHECK(status == GLR_ERROR_MEMORY, "%s: %s", glr_status_name(status), glr_last_error());
    }
    glr_close(before);
}

static void with_stack(const void *argument)
{
    limit(RLIMIT_STACK, *(const rlim_t *)argument);
    glr_device *device = open_cpu(4);
    expect_fill(device, 4);
    glr_close(device);
}

static void with_one_processor(const void *nothing)
{
    cpu_set_t set;
    (void)nothing;
    CPU_ZERO(&set);
    CPU_SET((unsigned)sched_getcpu(), &set);
    CHECK(sched_setaffinity(0, sizeof set, &set) == 0, "sched_setaffinity: %s", strerror(errno));
    glr_device *device = open_cpu(0);
    expect_fill(device, 1);
    glr_close(device);
}

static void try_limits(void)
{
    for (int processes = 1; processes <= 3; processes++) {
        run_apart("a limit on processes", false, with_processes, &processes);
    }
    static const rlim_t stacks[] = {64 << 10, 100 << 10, RLIM_INFINITY};
    for (size_t i = 0; i < sizeof stacks / sizeof stacks[0]; i++) {
        run_apart("a limit on stacks", false, with_stack, &stacks[i]);
    }
    for (size_t more = 0; !is_sanitized() && more < (size_t)2 << 20; more += (size_t)96 << 10) {
        run_apart("a limit on memory", false, with_memory, &more);
    }
    run_apart("one processor", false, with_one_processor, NULL);
}

/* ---- Variables of OpenMP, which runtimes read when they are loaded ------------------------------------- */

static int processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1024;
}

static const struct variable {
    const char *name, *value;
    int max; /* threads, if there are so many processors; 0: as many as there are */
} variables[] = {
    {"OMP_NUM_THREADS", "1", 1},         {"OMP_NUM_THREADS", " 1 ", 1},
    {"OMP_NUM_THREADS", "1,4", 1},       {"OMP_NUM_THREADS", "4,2", 4},
    {"OMP_NUM_THREADS", "8", 8},         {"OMP_NUM_THREADS", "1000", 0},
    {"OMP_NUM_THREADS", "100000", 0},    {"OMP_NUM_THREADS", "99999999999999999999", 0},
    {"OMP_NUM_THREADS", "0", 0},         {"OMP_NUM_THREADS", "-1", 0},
    {"OMP_NUM_THREADS", "", 0},          {"OMP_NUM_THREADS", "nonsense", 0},
    {"OMP_NUM_THREADS", "1nonsense", 0}, {"OMP_STACKSIZE", "64k", 0},
    {"OMP_STACKSIZE", "1", 0},           {"OMP_PROC_BIND", "true", 0},
    {"OMP_DYNAMIC", "true", 0},          {"OMP_THREAD_LIMIT", "1", 0},
    {"OMP_WAIT_POLICY", "active", 0},    {"OMP_SCHEDULE", "static", 0},
    {"OMP_PLACES", "cores", 0},
};

static void become_filler(const void *argument)
{
    const struct variable *its = argument;
    char max[16];
    (void)snprintf(max, sizeof max, "%d", its->max > 0 && its->max < processors() ? its->max : processors());
    char *arguments[] = {"host_limits", "--fill", max, NULL};
    CHECK(setenv(its->name, its->value, 1) == 0, "setenv: %s", strerror(errno));
    (void)execv("/proc/self/exe", arguments);
    fail("execv: %s", strerror(errno));
}

static void try_variables(void)
{
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        char name[128];
        (void)snprintf(name, sizeof name, "%s=%s", variables[i].name, variables[i].value);
        run_apart(name, false, become_filler, &variables[i]);
    }
}

static int fill_as_asked(int max)
{
    glr_device *device = open_cpu(0);
    expect_fill(device, max);
    glr_close(device);
    return verdict();
}

int main(int argc, char **argv)
{
    glr_device *alone = open_cpu(1);
    initializer = glr_he_uniform(3);
    expected = fill_and_hash(alone, &initializer, ELEMENTS);
    glr_close(alone);
    if (argc == 3 && strcmp(argv[1], "--fill") == 0) {
        return fill_as_asked((int)strtol(argv[2], NULL, 10));
    }
    try_refusals();
    try_sizes();
    try_limits();
    try_variables();
    return verdict();
}
