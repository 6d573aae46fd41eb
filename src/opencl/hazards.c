/* Whether OpenCL can be loaded in this host without ending its process. */
#include "driver.h"

#include "api/call.h"
#include "cpu/threads.h"

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define MIN_DATA    ((rlim_t)128 << 20) /* PoCL's MIN_MAX_MEM_ALLOC_SIZE */
#define MAX_THREADS 256                 /* that are tried */

static int can_read(const char *sysfs, const char *folder, const char *file)
{
    char path[256];
    int length = snprintf(path, sizeof path, "%s/devices/system/%s%s", sysfs, folder, file);
    return length > 0 && (size_t)length < sizeof path && access(path, R_OK) == 0;
}

/* Whether hwloc, on which PoCL rests, finds processors. Where it finds none it reports no memory, for which
   PoCL aborts: in containers without /sys, in sandboxes, and on machines whose /sys lacks the topology. */
static int has_topology(const char *sysfs)
{
    static const char *const files[] = {"package_cpus", "core_cpus", "core_siblings", "thread_siblings"};
    int found = 0;
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        found = found || can_read(sysfs, "cpu/cpu0/topology/", files[i]);
    }
    return found;
}

/* Whether the folder of memory nodes is there and empty, as where something is mounted over it: hwloc asserts
   that there is one. */
static int has_no_memory_node(const char *sysfs)
{
    return can_read(sysfs, "node", "") && !can_read(sysfs, "node/", "online") &&
           !can_read(sysfs, "node/", "node0");
}

static int data_is_limited(void)
{
    struct rlimit limit;
    return getrlimit(RLIMIT_DATA, &limit) == 0 && limit.rlim_cur < MIN_DATA;
}

static void *wait_for_lock(void *lock)
{
    (void)pthread_mutex_lock(lock);
    (void)pthread_mutex_unlock(lock);
    return NULL;
}

/* Whether as many threads as there are processors can be there at a time: PoCL makes so many. */
static int can_make_threads(void)
{
    pthread_t threads[MAX_THREADS];
    pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    int wanted = processors < 1 ? 1 : processors > MAX_THREADS ? MAX_THREADS : (int)processors;
    int made = 0;
    (void)pthread_mutex_lock(&lock);
    while (made < wanted && glr_start_thread(&threads[made], wait_for_lock, &lock)) {
        made++;
    }
    (void)pthread_mutex_unlock(&lock);
    for (int i = 0; i < made; i++) {
        (void)pthread_join(threads[i], NULL);
    }
    return made == wanted;
}

glr_status glr_opencl_check_hazards(const char *sysfs)
{
    const char *reason = NULL;
    if (!has_topology(sysfs)) {
        reason = "no topology of the processors";
    } else if (has_no_memory_node(sysfs)) {
        reason = "no memory node";
    }
    if (reason != NULL) {
        return glr_fail(GLR_ERROR_UNAVAILABLE,
                        "OpenCL is not loaded: %s has %s, and drivers for CPUs end the process for that",
                        sysfs, reason);
    }
    if (data_is_limited()) {
        reason = "RLIMIT_DATA is less than 128 MiB";
    } else if (!can_make_threads()) {
        reason = "the system gives fewer threads than it has processors";
    }
    return reason == NULL
               ? GLR_OK
               : glr_fail(GLR_ERROR_UNAVAILABLE,
                          "OpenCL is not loaded: %s, and drivers for CPUs end the process for that", reason);
}
