#define _DEFAULT_SOURCE /* for MAP_ANONYMOUS and madvise */
#include "machine.h"

#include <glorand/glorand.h>

#include <dirent.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

/* Mappings begin at multiples of this, so that huge pages, where the system gives them, cover all of them. */
#define HUGE_PAGE (UINT64_C(1) << 21)

void *bench_map(uint64_t bytes, bool huge)
{
    const uint64_t all = bytes + HUGE_PAGE;
    char *memory = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return NULL;
    }
    const uint64_t before = (HUGE_PAGE - (uintptr_t)memory % HUGE_PAGE) % HUGE_PAGE;
    const uint64_t page = 4096, kept = (bytes + page - 1) / page * page;
    if (before > 0) {
        (void)munmap(memory, before);
    }
    if (all - before > kept) {
        (void)munmap(memory + before + kept, all - before - kept);
    }
#ifdef MADV_HUGEPAGE
    if (huge) {
        (void)madvise(memory + before, kept, MADV_HUGEPAGE);
    }
#else
    (void)huge;
#endif
    return memory + before;
}

void bench_unmap(void *memory, uint64_t bytes) { (void)munmap(memory, bytes); }

static uint64_t read_meminfo(const char *format)
{
    FILE *file = fopen("/proc/meminfo", "r");
    if (file == NULL) {
        return 0;
    }
    char line[128];
    unsigned long long kibibytes = 0;
    while (kibibytes == 0 && fgets(line, sizeof line, file) != NULL) {
        (void)sscanf(line, format, &kibibytes);
    }
    (void)fclose(file);
    return (uint64_t)kibibytes * 1024;
}

uint64_t bench_memory_available(void) { return read_meminfo("MemAvailable: %llu kB"); }

uint64_t bench_memory_total(void) { return read_meminfo("MemTotal: %llu kB"); }

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

double bench_others(const bench_usage *before, const bench_usage *after)
{
    const double others = (after->all - before->all) - (after->own - before->own);
    const double time = after->time - before->time;
    return others > 0 && time > 0 ? others / time : 0;
}

/* Of a thread: nanoseconds on a processor, nanoseconds of waiting for one, and how often it got one. */
static double waited_by(const char *task)
{
    char path[sizeof "/proc/self/task//schedstat" + 32], line[96] = "", *next = line;
    if ((size_t)snprintf(path, sizeof path, "/proc/self/task/%s/schedstat", task) >= sizeof path) {
        return 0;
    }
    FILE *file = fopen(path, "r");
    const bool is_read = file != NULL && fgets(line, sizeof line, file) != NULL;
    if (file != NULL) {
        (void)fclose(file);
    }
    if (!is_read) {
        return 0;
    }
    (void)strtoull(next, &next, 10);
    return 1e-9 * (double)strtoull(next, &next, 10);
}

double bench_waited(void)
{
    DIR *tasks = opendir("/proc/self/task");
    double all = 0;
    for (struct dirent *task; tasks != NULL && (task = readdir(tasks)) != NULL;) {
        all += task->d_name[0] != '.' ? waited_by(task->d_name) : 0;
    }
    if (tasks != NULL) {
        (void)closedir(tasks);
    }
    return all;
}

double bench_taken(double waited, double own, double time)
{
    const double left = time > own ? time - own : 0;
    return waited < left ? waited : left;
}

/* The CPU's entry in the list of devices ends with the kernel that a handle opened now would use, in
   parentheses, and GLORAND_ISA caps the choice: so each name is tried. */

/* The one that glorand prefers first. */
static const char *const isa_names[] = {"avx512", "avx2", "neon", "plain"};
#define COUNT (sizeof isa_names / sizeof isa_names[0])

static bool ends_in(const char *text, const char *name)
{
    char end[32];
    int length = snprintf(end, sizeof end, "(%s)", name);
    size_t all = strlen(text);
    return all >= (size_t)length && strcmp(text + all - (size_t)length, end) == 0;
}

static bool is_there(const char *name)
{
    glr_device_info infos[16];
    size_t count = 0;
    (void)setenv("GLORAND_ISA", name, 1);
    if (glr_devices(infos, sizeof infos / sizeof infos[0], &count) != GLR_OK) {
        return false;
    }
    for (size_t i = 0; i < count && i < sizeof infos / sizeof infos[0]; i++) {
        if (infos[i].backend == GLR_BACKEND_CPU && ends_in(infos[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* Those that are there; found once. */
static const char *const *find_sets(void)
{
    static const char *found[COUNT + 1];
    if (found[0] == NULL) {
        char *before = getenv("GLORAND_ISA");
        before = before != NULL ? strdup(before) : NULL;
        size_t count = 0;
        for (size_t i = 0; i < COUNT; i++) {
            if (is_there(isa_names[i])) {
                found[count++] = isa_names[i];
            }
        }
        if (before != NULL) {
            (void)setenv("GLORAND_ISA", before, 1);
        } else {
            (void)unsetenv("GLORAND_ISA");
        }
        free(before);
    }
    return found;
}

const char *bench_isa_name(size_t i) { return i < COUNT ? find_sets()[i] : NULL; }

const char *bench_isa_of_name(const char *name)
{
    const char *const *found = find_sets();
    for (size_t i = 0; found[i] != NULL; i++) {
        if (strcmp(found[i], name) == 0) {
            return found[i];
        }
    }
    return NULL;
}
