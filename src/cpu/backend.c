/* The CPU's table of functions. */
#define _DEFAULT_SOURCE /* madvise */

#include "orthogonal.h"

#include "api/call.h"
#include "text/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

/* The processor's brand string: leaves 0x80000002 to 0x80000004, 16 characters each. */
static void name_processor(char *name, size_t capacity)
{
    unsigned words[12];
    for (unsigned leaf = 0; leaf < 3; leaf++) {
        unsigned *part = words + 4 * (size_t)leaf;
        if (!__get_cpuid(0x80000002U + leaf, &part[0], &part[1], &part[2], &part[3])) {
            (void)snprintf(name, capacity, "x86 processor");
            return;
        }
    }
    char text[sizeof words + 1] = "";
    memcpy(text, words, sizeof words);
    (void)snprintf(name, capacity, "%s", text + strspn(text, " "));
}
#else
static void name_processor(char *name, size_t capacity) { (void)snprintf(name, capacity, "processor"); }
#endif

/* The processor, and the kernel that a device opened now would draw by. */
static size_t list(glr_device_info *infos, size_t capacity)
{
    if (capacity == 0) {
        return 1;
    }
    char processor[64];
    const glr_cpu_kernel *kernel;
    name_processor(processor, sizeof processor);
    if (glr_cpu_choose_kernel(&kernel) == GLR_OK) {
        infos[0].available = 1;
        glr_show_text(infos[0].name, sizeof infos[0].name, "%s (%s)", processor, kernel->name);
    } else {
        glr_show_text(infos[0].name, sizeof infos[0].name, "%s", processor);
        glr_show_text(infos[0].reason, sizeof infos[0].reason, "%s", glr_last_error());
    }
    return 1;
}

static glr_status open_cpu(const glr_options *options, glr_device **device)
{
    if (options->device != 0) {
        return glr_fail(GLR_ERROR_UNAVAILABLE,
                        "options.device: %u is outside [0, 0]: the cpu backend has 1 device",
                        options->device);
    }
    if (!glr_cpu_plain_is_right()) {
        return glr_fail(GLR_ERROR_DEVICE,
                        "the cpu backend's self-check failed: the library was compiled with "
                        "contraction or fast-math");
    }
    const glr_cpu_kernel *kernel;
    glr_status status = glr_cpu_choose_kernel(&kernel);
    if (status != GLR_OK) {
        return status;
    }
    glr_cpu_device *cpu_dev = calloc(1, sizeof *cpu_dev);
    if (cpu_dev == NULL) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for a handle of %zu bytes", sizeof *cpu_dev);
    }
    cpu_dev->device.backend = &glr_cpu_backend;
    cpu_dev->kernel = kernel;
    cpu_dev->asked = options->threads > 0;
    cpu_dev->threads = cpu_dev->asked ? options->threads : glr_default_threads();
    cpu_dev->pool = glr_pool_open(cpu_dev->threads);
    if (cpu_dev->pool == NULL) {
        status = glr_fail(GLR_ERROR_MEMORY, "out of memory for a pool of %u threads", cpu_dev->threads);
        free(cpu_dev);
        return status;
    }
    *device = &cpu_dev->device;
    return GLR_OK;
}

/* Fills return when they are done, so there is nothing to wait for. */
static void close_cpu(glr_device *device)
{
    glr_pool_close(((glr_cpu_device *)device)->pool);
    free(device);
}

/* The widest vector's alignment, and a cache line's. */
#define ALIGNMENT 64

/* Memory of this size and more is asked for in huge pages, since the first touch of a fresh 4 KiB page costs
   more than drawing its values. It begins at such a page. */
#define HUGE_PAGE (UINT64_C(2) << 20)

static glr_status alloc_cpu(glr_device *device, uint64_t bytes, void **memory)
{
    (void)device;
    const uint64_t alignment = bytes >= HUGE_PAGE ? HUGE_PAGE : ALIGNMENT;
    if (bytes > PTRDIFF_MAX) { /* no object can be larger */
        return glr_fail(GLR_ERROR_MEMORY, "bytes: %" PRIu64 " exceed the address space", bytes);
    }
    if (posix_memalign(memory, (size_t)alignment, (size_t)bytes) != 0) {
        *memory = NULL;
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for %" PRIu64 " bytes", bytes);
    }
#ifdef MADV_HUGEPAGE
    if (alignment == HUGE_PAGE) {
        (void)madvise(*memory, (size_t)bytes, MADV_HUGEPAGE); /* advice: nothing depends on it */
    }
#endif
    return GLR_OK;
}

static glr_status free_cpu(glr_device *device, void *memory)
{
    (void)device;
    free(memory);
    return GLR_OK;
}

static glr_status copy_cpu(glr_device *device, void *host, const void *memory, uint64_t bytes)
{
    (void)device;
    memmove(host, memory, (size_t)bytes);
    return GLR_OK;
}

static glr_status resolve_cpu(glr_device *device, glr_dtype dtype, uint64_t needed,
                              glr_destination *destination)
{
    (void)device;
    (void)dtype;
    return glr_check_room(destination, needed);
}

static glr_status sync_cpu(glr_device *device)
{
    (void)device;
    return GLR_OK;
}

const glr_backend glr_cpu_backend = {
    .kind = GLR_BACKEND_CPU,
    .list = list,
    .open = open_cpu,
    .close = close_cpu,
    .resolve = resolve_cpu,
    .fill = glr_cpu_fill,
    .scratch = glr_cpu_scratch,
    .memory_is_host = 1,
    .alloc = alloc_cpu,
    .free = free_cpu,
    .copy_to_host = copy_cpu,
    .sync = sync_cpu,
};
