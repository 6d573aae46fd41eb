/* Devices: opening, closing, listing, and their memory; versions. */
#include "backend.h"
#include "call.h"
#include "text/show.h"

#define MAX_THREADS 1024U

#ifdef GLR_HAVE_CUDA
#define CUDA_BACKEND (&glr_cuda_backend)
#else
#define CUDA_BACKEND NULL
#endif
#ifdef GLR_HAVE_OPENCL
#define OPENCL_BACKEND (&glr_opencl_backend)
#else
#define OPENCL_BACKEND NULL
#endif

/* A line for each backend, in the order in which `auto` tries them; NULL is not part of this build. */
static const struct {
    glr_backend_kind kind;
    const char *name;
    const glr_backend *functions;
} backends[] = {
    {GLR_BACKEND_CUDA, "cuda", CUDA_BACKEND},
    {GLR_BACKEND_OPENCL, "opencl", OPENCL_BACKEND},
    {GLR_BACKEND_CPU, "cpu", &glr_cpu_backend},
};

#define BACKEND_COUNT (sizeof backends / sizeof backends[0])
#define NOT_IN_BUILD  "not part of this build"

const char *glr_backend_name(glr_backend_kind backend)
{
    const char *name = backend == GLR_BACKEND_AUTO ? "auto" : "unknown backend";
    for (size_t i = 0; i < BACKEND_COUNT; i++) {
        name = backends[i].kind == backend ? backends[i].name : name;
    }
    return name;
}

static glr_status check_options(const glr_options *options)
{
    glr_status status = GLR_CHECK_RESERVED("options", options);
    if (status != GLR_OK) {
        return status;
    }
    if ((unsigned)options->backend > GLR_BACKEND_CUDA) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "options.backend: must be auto (0), cpu (1), opencl (2) or cuda (3), not %d",
                        (int)options->backend);
    }
    if (options->threads > MAX_THREADS) {
        return glr_fail(GLR_ERROR_ARGUMENT, "options.threads: %u is more than %u", options->threads,
                        MAX_THREADS);
    }
    return GLR_OK;
}

/* The first backend that opens. One that is there and fails, because its driver is broken for example, must
   not keep the next from being tried; the last one's failure is the call's. An environment variable of ours
   with an unknown value is not a failure of a backend: it ends the search. */
static glr_status open_any(const glr_options *options, glr_device **device)
{
    glr_status status = GLR_OK;
    char before[GLR_MESSAGE];
    glr_keep_error(before);
    for (size_t i = 0; i < BACKEND_COUNT; i++) {
        if (backends[i].functions == NULL) {
            continue;
        }
        status = backends[i].functions->open(options, device);
        if (status == GLR_OK) {
            glr_put_back_error(before);
            break;
        }
        if (status == GLR_ERROR_ARGUMENT) {
            break;
        }
    }
    return status;
}

static glr_status open_device(const glr_options *options, glr_device **device)
{
    static const glr_options defaults = GLR_OPTIONS_INIT;
    if (device == NULL) {
        return glr_fail_null("device");
    }
    *device = NULL;
    if (options == NULL) {
        options = &defaults;
    }
    glr_status status = check_options(options);
    if (status != GLR_OK) {
        return status;
    }
    if (options->backend == GLR_BACKEND_AUTO) {
        return open_any(options, device);
    }
    for (size_t i = 0; i < BACKEND_COUNT; i++) {
        if (options->backend == backends[i].kind && backends[i].functions != NULL) {
            return backends[i].functions->open(options, device);
        }
    }
    return glr_fail(GLR_ERROR_UNAVAILABLE, "options.backend: %s is " NOT_IN_BUILD,
                    glr_backend_name(options->backend));
}

glr_status glr_open(const glr_options *options, glr_device **device)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, open_device(options, device));
}

void glr_close(glr_device *device)
{
    if (device != NULL) {
        device->backend->close(device);
    }
}

glr_backend_kind glr_device_backend(const glr_device *device)
{
    return device == NULL ? GLR_BACKEND_AUTO : device->backend->kind;
}

/* Lists the devices of backend number i of the table, or one that is not available, with the reason. */
static size_t list(size_t i, glr_device_info *infos, size_t capacity)
{
    const glr_backend *functions = backends[i].functions;
    const size_t found = functions != NULL ? functions->list(infos, capacity) : 0;
    const size_t count = found > 0 ? found : 1;
    for (size_t k = 0; infos != NULL && k < count && k < capacity; k++) {
        infos[k].backend = backends[i].kind;
        infos[k].device = (uint32_t)k;
    }
    if (found == 0 && infos != NULL && capacity > 0) {
        glr_show_text(infos[0].reason, sizeof infos[0].reason, "%s",
                      functions != NULL ? glr_last_error() : NOT_IN_BUILD);
    }
    return count;
}

static glr_status list_devices(glr_device_info *infos, size_t capacity, size_t *count)
{
    if (count == NULL || (infos == NULL && capacity > 0)) {
        return glr_fail_null(count == NULL ? "count" : "infos");
    }
    for (size_t i = 0; i < capacity; i++) {
        glr_device_info empty = {.backend = GLR_BACKEND_AUTO};
        infos[i] = empty;
    }
    size_t total = 0;
    char before[GLR_MESSAGE];
    glr_keep_error(before); /* the reasons why one is not available are not failures of this call */
    for (size_t i = 0; i < BACKEND_COUNT; i++) {
        size_t used = total < capacity ? total : capacity;
        total += list(i, infos == NULL ? NULL : infos + used, capacity - used);
    }
    *count = total;
    glr_put_back_error(before);
    return GLR_OK;
}

glr_status glr_devices(glr_device_info *infos, size_t capacity, size_t *count)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, list_devices(infos, capacity, count));
}

/* ---- Memory, for callers who have no allocator of their own -------------------------------------------- */

glr_status glr_alloc(glr_device *device, uint64_t bytes, void **memory)
{
    if (device == NULL || memory == NULL) {
        return glr_fail_null(device == NULL ? "device" : "memory");
    }
    *memory = NULL;
    return bytes == 0 ? GLR_OK : device->backend->alloc(device, bytes, memory);
}

glr_status glr_free(glr_device *device, void *memory)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    return memory == NULL ? GLR_OK : device->backend->free(device, memory);
}

glr_status glr_copy_to_host(glr_device *device, void *host, const void *memory, uint64_t bytes)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    if (bytes == 0) {
        return GLR_OK;
    }
    if (host == NULL || memory == NULL) {
        return glr_fail_null(host == NULL ? "host" : "memory");
    }
    return device->backend->copy_to_host(device, host, memory, bytes);
}

glr_status glr_sync(glr_device *device)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    return device->backend->sync(device);
}

/* ---- Versions ------------------------------------------------------------------------------------------ */

const char *glr_version_string(void) { return GLR_VERSION_STRING; }

uint32_t glr_version(void)
{
    return GLR_VERSION_MAJOR * 1000000U + GLR_VERSION_MINOR * 1000U + GLR_VERSION_PATCH;
}

uint32_t glr_stream_version(void) { return GLR_STREAM_VERSION; }
