#include "machine.h"

#include "memory.h"

#include <glorand/glorand.h>

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* Copies what stands between `before` and `after` in the first line of a file that holds both. */
static void read_between(const char *path, const char *before, const char *after, char *text, size_t capacity)
{
    FILE *file = fopen(path, "r");
    char line[512];
    while (file != NULL && fgets(line, sizeof line, file) != NULL) {
        char *start = strstr(line, before);
        char *end = start != NULL ? strstr(start + strlen(before), after) : NULL;
        if (end != NULL) {
            *end = '\0';
            (void)snprintf(text, capacity, "%s", start + strlen(before));
            break;
        }
    }
    if (file != NULL) {
        (void)fclose(file);
    }
}

/* Without what the list of devices adds to it: the kernel, in parentheses. */
static void name_processor(char *text, size_t capacity)
{
    glr_device_info infos[8];
    size_t count = 0;
    if (glr_devices(infos, sizeof infos / sizeof infos[0], &count) != GLR_OK) {
        return;
    }
    for (size_t i = 0; i < count && i < sizeof infos / sizeof infos[0]; i++) {
        if (infos[i].backend == GLR_BACKEND_CPU) {
            char *kernel = strrchr(infos[i].name, '(');
            if (kernel != NULL && kernel > infos[i].name) {
                kernel[-1] = '\0';
            }
            (void)snprintf(text, capacity, "%s", infos[i].name);
        }
    }
}

void bench_describe_machine(bench_machine *machine)
{
    memset(machine, 0, sizeof *machine);
    name_processor(machine->processor, sizeof machine->processor);
    read_between("/etc/os-release", "PRETTY_NAME=\"", "\"", machine->system, sizeof machine->system);
    read_between("/sys/kernel/mm/transparent_hugepage/enabled", "[", "]", machine->huge_pages,
                 sizeof machine->huge_pages);
    struct utsname name;
    if (uname(&name) == 0) {
        (void)snprintf(machine->kernel, sizeof machine->kernel, "%.40s %.80s", name.sysname, name.release);
    }
#if defined(__clang__)
    (void)snprintf(machine->compiler, sizeof machine->compiler, "clang %s", __clang_version__);
#elif defined(__GNUC__)
    (void)snprintf(machine->compiler, sizeof machine->compiler, "gcc %s", __VERSION__);
#endif
    machine->processors = (uint32_t)omp_get_num_procs();
    machine->memory_bytes = bench_memory_total();
}

static double seconds_of(clockid_t clock)
{
    struct timespec t = {0};
    (void)clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* The first line of /proc/stat: "cpu" and ticks as user, nice, system, idle, waiting for input and output, in
   interrupts, in soft interrupts, and stolen by a hypervisor. */
enum { IDLE = 3, WAITING = 4, KINDS = 8 };

bool bench_read_usage(bench_usage *usage)
{
    FILE *file = fopen("/proc/stat", "r");
    char line[512] = "";
    bool known = file != NULL && fgets(line, sizeof line, file) != NULL && strncmp(line, "cpu ", 4) == 0;
    if (file != NULL) {
        (void)fclose(file);
    }
    char *next = line + strcspn(line, " ");
    double ticks = 0;
    for (int kind = 0; known && kind < KINDS; kind++) {
        double more = (double)strtoull(next, &next, 10);
        ticks += kind == IDLE || kind == WAITING ? 0 : more;
    }
    usage->all = ticks / (double)sysconf(_SC_CLK_TCK);
    usage->own = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    usage->time = seconds_of(CLOCK_MONOTONIC);
    return known;
}
