#include "stage.h"

#include "backend.h"
#include "error.h"
#include "fill.h"
#include "guest.h"

#include <inttypes.h>
#include <stdlib.h>

/* Where the backend has none of its own: on the CPU the memory itself, else any. */
static glr_status take_host(glr_stage *stage)
{
    if (stage->device->backend->kind == GLR_BACKEND_CPU) {
        stage->host = stage->memory;
    } else if (stage->host == NULL) {
        stage->host = malloc((size_t)stage->bytes);
    }
    return stage->host != NULL
               ? GLR_OK
               : glr_fail(GLR_ERROR_MEMORY, "out of memory for %" PRIu64 " bytes to which values are copied",
                          stage->bytes);
}

/* Opens what the backend has of a stage; free_stage must follow in any case. */
static glr_status open_parts(glr_stage *stage)
{
    const glr_backend *backend = stage->device->backend;
    glr_status status = backend->alloc(stage->device, stage->bytes, &stage->memory);
    if (status == GLR_OK && backend->open_stage != NULL) {
        status = backend->open_stage(stage);
    }
    return status == GLR_OK ? take_host(stage) : status;
}

static void free_stage(glr_stage *stage)
{
    const glr_backend *backend = stage->device->backend;
    if (backend->close_stage != NULL) {
        backend->close_stage(stage);
    }
    if (stage->host != stage->memory && !stage->is_pinned) {
        free(stage->host);
    }
    if (stage->memory != NULL) {
        (void)backend->free(stage->device, stage->memory);
    }
    free(stage);
}

static glr_status open_stage(glr_device *device, uint64_t bytes, glr_stage **stage)
{
    if (stage == NULL) {
        return glr_fail_null("stage");
    }
    *stage = NULL;
    if (device == NULL) {
        return glr_fail_null("device");
    }
    if (bytes == 0 || bytes > SIZE_MAX) {
        return glr_fail(GLR_ERROR_ARGUMENT, "bytes: %" PRIu64 " is outside [1, %zu]", bytes, SIZE_MAX);
    }
    glr_stage *opened = calloc(1, sizeof *opened);
    if (opened == NULL) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for a stage");
    }
    opened->device = device;
    opened->bytes = bytes;
    const glr_status status = open_parts(opened);
    if (status == GLR_OK) {
        *stage = opened;
    } else {
        free_stage(opened);
    }
    return status;
}

glr_status glr_stage_open(glr_device *device, uint64_t bytes, glr_stage **stage)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, open_stage(device, bytes, stage));
}

void glr_stage_close(glr_stage *stage)
{
    if (stage != NULL) {
        const glr_host host = glr_enter();
        free_stage(stage);
        (void)glr_leave(&host, GLR_OK);
    }
}

static glr_status start(glr_stage *stage, const glr_initializer *initializer, const glr_tensor *tensor)
{
    if (stage == NULL || initializer == NULL || tensor == NULL) {
        return glr_fail_null(stage == NULL ? "stage" : initializer == NULL ? "initializer" : "tensor");
    }
    const glr_backend *backend = stage->device->backend;
    glr_plan plan;
    uint64_t bytes;
    glr_status status =
        glr_plan_fill(stage->device, initializer, tensor, stage->memory, stage->bytes, &plan, &bytes);
    if (status != GLR_OK || plan.count == 0) {
        return status;
    }
    if (backend->start != NULL) {
        return backend->start(stage, &plan, bytes);
    }
    status = backend->fill(stage->device, &plan, stage->memory);
    return status != GLR_OK || stage->host == stage->memory
               ? status
               : backend->copy_to_host(stage->device, stage->host, stage->memory, bytes);
}

glr_status glr_stage_start(glr_stage *stage, const glr_initializer *initializer, const glr_tensor *tensor)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, start(stage, initializer, tensor));
}

static glr_status wait_for_stage(glr_stage *stage, const void **values)
{
    if (stage == NULL || values == NULL) {
        return glr_fail_null(stage == NULL ? "stage" : "values");
    }
    const glr_backend *backend = stage->device->backend;
    /* Without, all is done when it starts. */
    const glr_status status = backend->wait != NULL ? backend->wait(stage) : GLR_OK;
    *values = status == GLR_OK ? stage->host : NULL;
    return status;
}

glr_status glr_stage_wait(glr_stage *stage, const void **values)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, wait_for_stage(stage, values));
}
