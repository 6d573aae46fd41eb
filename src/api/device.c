/* Opening, closing and listing devices. */
#include "backend.h"
#include "cpu/cpu.h"
#include "error.h"

#include <stdio.h>

#define MAX_THREADS 1024U

/* In the order in which `auto` tries them. */
static const glr_backend *const backends[] = {&glr_cpu_backend};

#define BACKEND_COUNT (sizeof backends / sizeof backends[0])

/* Backends that have a number and a name but no table yet. */
static const glr_backend_kind missing[] = {GLR_BACKEND_OPENCL, GLR_BACKEND_CUDA};

#define MISSING_COUNT  (sizeof missing / sizeof missing[0])
#define MISSING_REASON "not part of this version"

const char *glr_backend_name(glr_backend_kind backend)
{
    switch (backend) {
    case GLR_BACKEND_AUTO: return "auto";
    case GLR_BACKEND_CPU: return "cpu";
    case GLR_BACKEND_OPENCL: return "opencl";
    case GLR_BACKEND_CUDA: return "cuda";
    }
    return "unknown backend";
}

static glr_status check_options(const glr_options *options)
{
    glr_status status = glr_check_struct_size("options", options->size, sizeof *options);
    if (status != GLR_OK) {
        return status;
    }
    if ((unsigned)options->backend > GLR_BACKEND_CUDA) {
        return glr_fail(GLR_ERROR_ARGUMENT,
                        "options.backend: %d is none of auto (0), cpu (1), opencl (2), cuda (3)",
                        (int)options->backend);
    }
    if (options->threads > MAX_THREADS) {
        return glr_fail(GLR_ERROR_ARGUMENT, "options.threads: %u is more than %u", options->threads,
                        MAX_THREADS);
    }
    return GLR_OK;
}

glr_status glr_open(const glr_options *options, glr_device **device)
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
    for (size_t i = 0; i < BACKEND_COUNT; i++) {
        if (options->backend != GLR_BACKEND_AUTO && options->backend != backends[i]->kind) {
            continue;
        }
        status = backends[i]->open(options, device);
        if (status != GLR_ERROR_UNAVAILABLE || options->backend != GLR_BACKEND_AUTO) {
            return status;
        }
    }
    if (status != GLR_OK) {
        return status; /* of the last backend that auto tried */
    }
    return glr_fail(GLR_ERROR_UNAVAILABLE, "options.backend: %s is " MISSING_REASON,
                    glr_backend_name(options->backend));
}

void glr_close(glr_device *device)
{
    if (device != NULL) {
        device->backend->close(device);
    }
}

glr_status glr_devices(glr_device_info *infos, size_t capacity, size_t *count)
{
    if (count == NULL || (infos == NULL && capacity > 0)) {
        return glr_fail_null(count == NULL ? "count" : "infos");
    }
    for (size_t i = 0; i < capacity; i++) {
        glr_device_info empty = {.size = sizeof(glr_device_info)};
        infos[i] = empty;
    }
    size_t total = 0;
    for (size_t i = 0; i < BACKEND_COUNT; i++) {
        size_t used = total < capacity ? total : capacity;
        total += backends[i]->list(infos == NULL ? NULL : infos + used, capacity - used);
    }
    for (size_t i = 0; i < MISSING_COUNT; i++, total++) {
        if (total < capacity) {
            infos[total].backend = missing[i];
            (void)snprintf(infos[total].reason, sizeof infos[total].reason, MISSING_REASON);
        }
    }
    *count = total;
    return GLR_OK;
}
