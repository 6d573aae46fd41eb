/* Drawing into host memory by any backend. */
#include "stage.h"

#include "backend.h"
#include "error.h"
#include "fill.h"
#include "guest.h"
#include "make_plan.h"

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

static glr_status take_memory(glr_stage *stage)
{
    const glr_backend *backend = stage->device->backend;
    glr_status status = backend->alloc(stage->device, stage->bytes, &stage->memory);
    if (status == GLR_OK && backend->open_stage != NULL) {
        status = backend->open_stage(stage);
    }
    return status == GLR_OK ? take_host(stage) : status;
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
    if (bytes == 0) {
        return glr_fail(GLR_ERROR_ARGUMENT, "bytes: 0 is less than 1");
    }
    glr_stage *made = calloc(1, sizeof *made);
    if (made == NULL) {
        return glr_fail(GLR_ERROR_MEMORY, "out of memory for a stage");
    }
    made->device = device;
    made->bytes = bytes;
    glr_status status = take_memory(made);
    if (status == GLR_OK) {
        *stage = made;
    } else {
        glr_stage_close(made);
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
    if (stage == NULL) {
        return;
    }
    const glr_backend *backend = stage->device->backend;
    char before[GLR_MESSAGE];
    glr_keep_error(before); /* of what made the stage fail, maybe */
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
    glr_put_back_error(before);
}

/* Checks the arguments of a fill and makes its plan; nothing of the stage has changed. */
static glr_status plan_fill(const glr_stage *stage, const glr_initializer *initializer,
                            const glr_tensor *tensor, glr_plan *plan, uint64_t *bytes)
{
    if (stage == NULL || initializer == NULL || tensor == NULL) {
        return glr_fail_null(stage == NULL ? "stage" : initializer == NULL ? "initializer" : "tensor");
    }
    glr_status status = glr_make_plan(initializer, tensor, plan, bytes);
    if (status == GLR_OK && *bytes > stage->bytes) {
        status = glr_fail(GLR_ERROR_TOO_SMALL,
                          "stage: its %" PRIu64 " bytes are fewer than the %" PRIu64 " that the part needs",
                          stage->bytes, *bytes);
    }
    return status == GLR_OK && plan->count > 0
               ? glr_accept_fill(stage->device, initializer, tensor, stage->memory, plan, *bytes)
               : status;
}

static glr_status start(glr_stage *stage, const glr_plan *plan, uint64_t bytes)
{
    const glr_backend *backend = stage->device->backend;
    if (backend->start != NULL) {
        return backend->start(stage, plan, bytes);
    }
    glr_status status = backend->fill(stage->device, plan, stage->memory);
    return status != GLR_OK || stage->host == stage->memory
               ? status
               : backend->copy_to_host(stage->device, stage->host, stage->memory, bytes);
}

static glr_status fill_stage(glr_stage *stage, const glr_initializer *initializer, const glr_tensor *tensor)
{
    glr_plan plan;
    uint64_t bytes = 0;
    glr_status status = plan_fill(stage, initializer, tensor, &plan, &bytes);
    if (status != GLR_OK) {
        return status;
    }
    status = bytes > 0 ? start(stage, &plan, bytes) : GLR_OK;
    stage->is_filled = status == GLR_OK;
    return status;
}

glr_status glr_stage_fill(glr_stage *stage, const glr_initializer *initializer, const glr_tensor *tensor)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, fill_stage(stage, initializer, tensor));
}

static glr_status wait_for_stage(glr_stage *stage, const void **values)
{
    if (values == NULL) {
        return glr_fail_null("values");
    }
    *values = NULL;
    if (stage == NULL) {
        return glr_fail_null("stage");
    }
    if (!stage->is_filled) {
        return glr_fail(GLR_ERROR_ARGUMENT, "stage: holds no values, since no fill of it has succeeded");
    }
    const glr_backend *backend = stage->device->backend;
    /* Where the backend has no function to wait, all is done when it starts. */
    const glr_status status = backend->wait != NULL ? backend->wait(stage) : GLR_OK;
    stage->is_filled = status == GLR_OK;
    *values = status == GLR_OK ? stage->host : NULL;
    return status;
}

glr_status glr_stage_wait(glr_stage *stage, const void **values)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, wait_for_stage(stage, values));
}
