#include "stage.h"

#include "backend.h"
#include "error.h"
#include "fill.h"

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

glr_status glr_stage_open(glr_device *device, uint64_t bytes, glr_stage *stage)
{
    const glr_stage empty = {.device = device, .bytes = bytes};
    *stage = empty;
    glr_status status = device->backend->alloc(device, bytes, &stage->memory);
    if (status == GLR_OK && device->backend->open_stage != NULL) {
        status = device->backend->open_stage(stage);
    }
    return status == GLR_OK ? take_host(stage) : status;
}

void glr_stage_close(glr_stage *stage)
{
    if (stage->device == NULL) {
        return;
    }
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
    const glr_stage closed = {.device = NULL};
    *stage = closed;
}

glr_status glr_stage_start(glr_stage *stage, const glr_initializer *initializer, const glr_tensor *tensor)
{
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

glr_status glr_stage_wait(glr_stage *stage)
{
    const glr_backend *backend = stage->device->backend;
    return backend->wait != NULL ? backend->wait(stage) : GLR_OK; /* without, all is done when it starts */
}
