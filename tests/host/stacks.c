/* Every function works in a thread with a stack of 48 KiB, which includes what the C library takes of it. */
#include "calls.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define STACK ((size_t)48 << 10)
#define PAINT 0xa5

static record expected, given;
static char *nested; /* JSON */

/* Bytes of a painted stack that have been written. */
static size_t used(const unsigned char *stack)
{
    size_t untouched = 0;
    while (untouched < STACK && stack[untouched] == PAINT) {
        untouched++;
    }
    return STACK - untouched;
}

/* Runs a function on a stack with a page below it that ends the process when it is touched. */
static void run_on_small_stack(void *(*function)(void *), void *argument, const char *name)
{
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *memory =
        mmap(NULL, page + STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    if (memory == MAP_FAILED || mprotect(memory, page, PROT_NONE) != 0) {
        fail("%s: no memory for a stack", name);
        return;
    }
    memset(memory + page, PAINT, STACK);
    (void)pthread_attr_init(&attributes);
    int error = pthread_attr_setstack(&attributes, memory + page, STACK);
    if (error == 0) {
        error = pthread_create(&thread, &attributes, function, argument);
    }
    CHECK(error == 0, "%s: %s", name, strerror(error));
    if (error == 0) {
        (void)pthread_join(thread, NULL);
        (void)printf("%s: %zu bytes of stack\n", name, used(memory + page));
    }
    (void)pthread_attr_destroy(&attributes);
    (void)munmap(memory, page + STACK);
}

static void *run_calls(void *threads)
{
    glr_device *device = call_open(*(const uint32_t *)threads);
    call_others(&given, device);
    call_fills(&given, device);
    call_close(device);
    return NULL;
}

/* A box with strides, in elements that are not a multiple of a vector. */
static void *fill_box(void *values)
{
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 16, .part = GLR_PART_BOX};
    const glr_initializer initializer = glr_truncated_normal(0.0, 1.0, 1);
    glr_device *device = call_open(1);
    int64_t stride = 1;
    for (uint32_t a = 0; a < 16; a++) {
        tensor.shape[a] = 5;
        tensor.start[a] = 1;
        tensor.extent[a] = a % 2 == 0 ? 3 : 1;
        tensor.strides[a] = stride;
        stride *= a % 2 == 0 ? 3 : 1;
    }
    CHECK(glr_fill(device, &initializer, &tensor, values, (uint64_t)stride * sizeof(float)) == GLR_OK, "%s",
          glr_last_error());
    call_close(device);
    return NULL;
}

static void *read_nested(void *nothing)
{
    glr_initializer read;
    const glr_status status = glr_initializer_from_json(nested, strlen(nested), &read);
    CHECK(status == GLR_ERROR_PARSE || status == GLR_ERROR_MEMORY || status == GLR_ERROR_UNSUPPORTED,
          "nested JSON: %s", glr_status_name(status));
    return nothing;
}

static void try_calls(const void *kernel)
{
    CHECK(setenv("GLORAND_ISA", kernel, 1) == 0, "setenv");
    for (uint32_t threads = 1; threads <= 4; threads += 3) {
        char name[64];
        (void)snprintf(name, sizeof name, "all functions, kernel %s, %u threads", (const char *)kernel,
                       threads);
        memset(&given, 0, sizeof given);
        run_on_small_stack(run_calls, &threads, name);
        /* The CPU's name says which kernel draws: entry by entry all others are the same. */
        CHECK(given.count == expected.count, "%s: %zu results, not %zu", name, given.count, expected.count);
        for (size_t i = 0; i < given.count && i < expected.count; i++) {
            CHECK(given.entries[i].hash == expected.entries[i].hash ||
                      strcmp(given.entries[i].label, "a device's name") == 0,
                  "%s: another result for %s", name, given.entries[i].label);
        }
    }
    float *values = allocate((size_t)6561 * sizeof *values);
    run_on_small_stack(fill_box, values, "a box of 16 axes");
    free(values);
}

/* JSON nested this deep, of arrays or of objects, alone or in a place where a value belongs. */
static void try_nested(const void *argument)
{
    const int depth = *(const int *)argument;
    static const char *const openings[] = {"[", "{\"a\":", "[{\"config\":"};
    static const char *const prefixes[] = {"", "{\"class_name\": \"Constant\", \"config\": {\"value\": ",
                                           "{\"class_name\": \"Constant\", \"config\": {\"dtype\": "};
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        for (size_t j = 0; j < sizeof prefixes / sizeof prefixes[0]; j++) {
            const size_t length = strlen(openings[i]);
            nested = allocate(strlen(prefixes[j]) + (size_t)depth * length + 1);
            char *at = stpcpy(nested, prefixes[j]);
            for (int k = 0; k < depth; k++) {
                at = stpcpy(at, openings[i]);
            }
            char name[96];
            (void)snprintf(name, sizeof name, "%d levels of %s after '%s'", depth, openings[i], prefixes[j]);
            run_on_small_stack(read_nested, NULL, name);
            free(nested);
        }
    }
}

int main(void)
{
    if (is_sanitized()) {
        skip("sanitizers need more stack");
    }
    glr_device *device = call_open(1);
    call_others(&expected, device);
    call_fills(&expected, device);
    call_close(device);
    static const char *const kernels[] = {
        "plain",
#if defined(__x86_64__)
        "avx2",
        "avx512",
#elif defined(__aarch64__)
        "neon",
#endif
    };
    for (size_t i = 0; i < sizeof kernels / sizeof kernels[0]; i++) {
        run_apart(kernels[i], false, try_calls, kernels[i]);
    }
    for (int depth = 1; depth <= 1000000; depth *= 10) {
        run_apart("nested JSON", false, try_nested, &depth);
    }
    return verdict();
}
