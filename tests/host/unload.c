/* The library loaded and unloaded again and again, and twice at once: no thread and no mapping of it is left,
   and nothing grows.

   usage: host_unload LIBRARY COPY */
#include "support.h"

#include <glorand/glorand.h>

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ELEMENTS (5 * PIECE)

/* A loaded library, with what is called of it. */
typedef struct library {
    void *handle;
    glr_status (*open)(const glr_options *, glr_device **);
    glr_status (*fill)(glr_device *, const glr_initializer *, const glr_tensor *, void *, uint64_t);
    void (*close)(glr_device *);
    glr_initializer (*he_uniform)(int64_t);
    const char *(*last_error)(void);
    void (*set_seed)(int64_t);
} library;

static const char *path;
static float values[ELEMENTS];
static uint64_t expected;

/* dlsym gives an object pointer, which C does not convert to a function's. */
static void find(const library *from, const char *name, void *function)
{
    void *symbol = dlsym(from->handle, name);
    if (symbol == NULL) {
        fail("%s: %s", name, dlerror());
        exit(verdict());
    }
    memcpy(function, &symbol, sizeof symbol);
}

static library load(const char *from)
{
    library loaded = {.handle = dlopen(from, RTLD_NOW | RTLD_LOCAL)};
    if (loaded.handle == NULL) {
        fail("%s", dlerror());
        exit(verdict());
    }
    find(&loaded, "glr_open", &loaded.open);
    find(&loaded, "glr_fill", &loaded.fill);
    find(&loaded, "glr_close", &loaded.close);
    find(&loaded, "glr_he_uniform", &loaded.he_uniform);
    find(&loaded, "glr_last_error", &loaded.last_error);
    find(&loaded, "glr_set_seed", &loaded.set_seed);
    return loaded;
}

static glr_device *open_with(const library *by, uint32_t threads)
{
    glr_device *device = NULL;
    const glr_options options = {.backend = GLR_BACKEND_CPU, .threads = threads};
    CHECK(by->open(&options, &device) == GLR_OK, "glr_open: %s", by->last_error());
    return device;
}

static uint64_t fill_with(const library *by, glr_device *device)
{
    const glr_initializer initializer = by->he_uniform(3);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {ELEMENTS}};
    memset(values, 0, sizeof values);
    CHECK(by->fill(device, &initializer, &tensor, values, sizeof values) == GLR_OK, "glr_fill: %s",
          by->last_error());
    return hash_of(values, sizeof values);
}

/* Whether a file is mapped into this process. */
static bool is_mapped(const char *name)
{
    char line[4096];
    bool found = false;
    FILE *maps = fopen("/proc/self/maps", "r");
    if (maps == NULL) {
        skip("no /proc/self/maps");
    }
    while (fgets(line, sizeof line, maps) != NULL) {
        found = found || strstr(line, name) != NULL;
    }
    (void)fclose(maps);
    return found;
}

/* KiB of memory. */
static long resident(void)
{
    long pages = 0, all = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (file == NULL || fscanf(file, "%ld %ld", &all, &pages) != 2) {
        skip("no /proc/self/statm");
    }
    (void)fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) >> 10);
}

static void expect_gone(const library *unloaded, const char *when)
{
    CHECK(dlclose(unloaded->handle) == 0, "dlclose: %s", dlerror());
    expect_threads(1, 1, when);
    CHECK(!is_mapped(path), "%s: the library is still mapped", when);
}

static void load_and_unload(bool closes, int times, long max_kib)
{
    long before = 0;
    for (int i = 0; i < times; i++) {
        const library loaded = load(path);
        glr_device *device = open_with(&loaded, 4), *second = open_with(&loaded, 2);
        loaded.set_seed(i);
        CHECK(fill_with(&loaded, device) == expected && fill_with(&loaded, second) == expected,
              "other values");
        CHECK(loaded.fill(NULL, NULL, NULL, NULL, 0) == GLR_ERROR_ARGUMENT, "NULL is taken");
        if (closes) {
            loaded.close(device);
            loaded.close(second);
        }
        expect_gone(&loaded, closes ? "unloaded" : "unloaded with handles open");
        if (i == times / 10) {
            before = resident();
        }
    }
    const long after = resident();
    CHECK(is_sanitized() || after - before <= max_kib, "%d times: %ld KiB of memory became %ld", times,
          before, after);
}

/* ---- Others that are there when it goes ---------------------------------------------------------------- */

static library shared;
static sem_t has_filled, is_unloaded;

static void *outlive(void *device)
{
    CHECK(fill_with(&shared, device) == expected, "other values");
    CHECK(shared.fill(NULL, NULL, NULL, NULL, 0) == GLR_ERROR_ARGUMENT, "NULL is taken");
    (void)sem_post(&has_filled);
    (void)sem_wait(&is_unloaded);
    return NULL;
}

/* A host's thread that has used the library, and ends after it is unloaded; and a fork then. */
static void unload_before_thread_ends(const void *nothing)
{
    pthread_t thread;
    (void)nothing;
    shared = load(path);
    glr_device *device = open_with(&shared, 4);
    (void)sem_init(&has_filled, 0, 0);
    (void)sem_init(&is_unloaded, 0, 0);
    if (pthread_create(&thread, NULL, outlive, device) != 0) {
        skip("no threads");
    }
    (void)sem_wait(&has_filled);
    shared.close(device);
    CHECK(dlclose(shared.handle) == 0, "dlclose: %s", dlerror());
    CHECK(!is_mapped(path), "the library is still mapped");
    const pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    expect_success("a child made after the library was unloaded", child);
    (void)sem_post(&is_unloaded);
    (void)pthread_join(thread, NULL);
    expect_threads(1, 1, "after all");
}

/* Ends with handles open, and with threads of theirs. */
static void leave_open(const void *nothing)
{
    (void)nothing;
    const library loaded = load(path);
    CHECK(fill_with(&loaded, open_with(&loaded, 4)) == expected, "other values");
}

static void *keep_filling(void *device)
{
    const glr_initializer initializer = shared.he_uniform(3);
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {ELEMENTS}};
    for (;;) {
        (void)shared.fill(device, &initializer, &tensor, values, sizeof values);
        (void)sem_post(&has_filled);
    }
    return NULL;
}

/* Ends while a thread of the host still fills. */
static void end_during_fill(const void *nothing)
{
    pthread_t thread;
    (void)nothing;
    shared = load(path);
    (void)sem_init(&has_filled, 0, 0);
    if (pthread_create(&thread, NULL, keep_filling, open_with(&shared, 4)) != 0) {
        skip("no threads");
    }
    (void)sem_wait(&has_filled);
}

static glr_device *by_shared;

static void fill_in_child(const void *nothing)
{
    (void)nothing;
    CHECK(fill_with(&shared, by_shared) == expected, "in a child: other values");
}

static void try_two(const char *copy)
{
    const library first = load(path), second = load(copy);
    CHECK(first.handle != second.handle, "the copy is the same library");
    glr_device *by_first = open_with(&first, 4), *by_second = open_with(&second, 4);
    for (int i = 0; i < 10; i++) {
        CHECK(fill_with(&first, by_first) == expected, "the first: other values");
        CHECK(fill_with(&second, by_second) == expected, "the second: other values");
    }
    expect_threads(3, 7, "two libraries");
    first.close(by_first);
    CHECK(dlclose(first.handle) == 0, "dlclose: %s", dlerror());
    CHECK(!is_mapped(path), "the first is still mapped");
    CHECK(fill_with(&second, by_second) == expected, "the second alone: other values");
    shared = second;
    by_shared = by_second;
    run_apart("a child of two libraries", true, fill_in_child, NULL);
    second.close(by_second);
    CHECK(dlclose(second.handle) == 0, "dlclose: %s", dlerror());
    CHECK(!is_mapped(copy), "the second is still mapped");
    expect_threads(1, 1, "without them");
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        return 2;
    }
    path = argv[1];
    const library first = load(path);
    glr_device *alone = open_with(&first, 1);
    expected = fill_with(&first, alone);
    first.close(alone);
    expect_gone(&first, "unloaded for the first time");
    load_and_unload(true, is_light() ? 100 : 1000, 1024);
    if (!is_sanitized()) { /* which would report the handles */
        load_and_unload(false, 100, 4096);
        run_apart("ends with handles open", false, leave_open, NULL);
    }
    run_apart("a thread that ends later", false, unload_before_thread_ends, NULL);
    for (int i = 0; i < 20; i++) {
        run_apart("ends during a fill", false, end_during_fill, NULL);
    }
    try_two(argv[2]);
    return verdict();
}
