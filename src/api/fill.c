/* Filling: the one way from a call to a backend, and stages, which draw into host memory. */
#include "backend.h"
#include "call.h"
#include "initializer.h"
#include "make_plan.h"

#include <inttypes.h>
#include <stdlib.h>

/* An unseeded initializer is resolved here only for a whole tensor: the parts of one would each get numbers
   of their own. */
static glr_status seed(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan)
{
    if (!glr_kind_is_random(initializer->kind)) {
        return GLR_OK;
    }
    if (initializer->seeding == GLR_SEEDING_NONE && tensor->part != GLR_PART_WHOLE) {
        return glr_fail(
            GLR_ERROR_UNSEEDED, "initializer.seeding: a part needs %s %s that is resolved (glr_resolve)",
            initializer->kind == GLR_KIND_ORTHOGONAL ? "an" : "a", glr_kind_name(initializer->kind));
    }
    glr_initializer resolved;
    glr_status status = glr_resolve(initializer, &resolved);
    if (status == GLR_OK) {
        glr_seed_plan(&resolved, plan);
    }
    return status;
}

glr_status glr_check_backend(const glr_device *device, const glr_backend *backend, const char *opened_by)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    return device->backend == backend
               ? GLR_OK
               : glr_fail(GLR_ERROR_ARGUMENT, "device: belongs to the %s backend and was not opened by %s",
                          glr_backend_name(device->backend->kind), opened_by);
}

glr_status glr_check_room(const glr_destination *destination, uint64_t needed)
{
    if (destination->memory == NULL) {
        return glr_fail_null("dst");
    }
    return destination->bytes >= needed
               ? GLR_OK
               : glr_fail(GLR_ERROR_TOO_SMALL,
                          "%s: %" PRIu64 " bytes are fewer than the %" PRIu64 " that the part needs",
                          destination->name, destination->bytes, needed);
}

/* A fill that is prepared. */
typedef struct prepared {
    glr_plan plan;
    uint64_t bytes; /* that it covers, 0 for a part without elements */
    int entered;    /* for leave */
} prepared;

/* Makes the device ready for a plan. Nothing is asked of it for a part without elements, but whether it has
   the caller's queue. */
static glr_status enter(glr_device *device, const glr_order *order, prepared *fill)
{
    return device->backend->enter != NULL && (fill->plan.count > 0 || order != NULL)
               ? device->backend->enter(device, order, &fill->entered)
               : GLR_OK;
}

static void leave(glr_device *device, const prepared *fill)
{
    if (device->backend->leave != NULL) {
        device->backend->leave(device, fill->entered);
    }
}

static glr_status check_draws(const glr_device *device, const glr_plan *plan)
{
    return plan->sampler != GLR_SAMPLE_ORTHOGONAL || device->backend->scratch != NULL
               ? GLR_OK
               : glr_fail(GLR_ERROR_UNSUPPORTED,
                          "initializer.kind: orthogonal is drawn by the cpu backend alone, not by %s",
                          glr_backend_name(device->backend->kind));
}

/* All of a fill up to the backend's: the plan, the destination, and last the seed, so that a call that fails
   draws none. leave follows in any case. */
static glr_status prepare(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                          glr_destination *destination, const glr_order *order, prepared *fill)
{
    fill->plan.count = fill->bytes = 0;
    fill->entered = 0;
    if (initializer == NULL || tensor == NULL) {
        return glr_fail_null(initializer == NULL ? "initializer" : "tensor");
    }
    glr_status status = glr_make_plan(initializer, tensor, &fill->plan, &fill->bytes);
    if (status == GLR_OK) {
        status = check_draws(device, &fill->plan);
    }
    if (status == GLR_OK) {
        status = enter(device, order, fill);
    }
    if (status != GLR_OK || fill->plan.count == 0) {
        return status;
    }
    status = device->backend->resolve(device, fill->plan.dtype, fill->bytes, destination);
    return status == GLR_OK ? seed(initializer, tensor, &fill->plan) : status;
}

static glr_status run(glr_device *device, const prepared *fill, const glr_destination *destination,
                      const glr_order *order)
{
    return fill->plan.count > 0 ? device->backend->fill(device, &fill->plan, destination, order) : GLR_OK;
}

glr_status glr_fill_to(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                       glr_destination *destination, const glr_order *order)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    prepared fill;
    glr_status status = prepare(device, initializer, tensor, destination, order, &fill);
    if (status == GLR_OK) {
        status = run(device, &fill, destination, order);
    }
    leave(device, &fill);
    return status;
}

glr_status glr_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    void *dst, uint64_t dst_bytes)
{
    const glr_host host = glr_enter();
    glr_destination destination = {.name = "dst_bytes", .memory = dst, .bytes = dst_bytes};
    return glr_leave(&host, glr_fill_to(device, initializer, tensor, &destination, NULL));
}

static glr_status find_scratch(const glr_device *device, const glr_initializer *initializer,
                               const glr_tensor *tensor, uint64_t *bytes)
{
    const void *given[] = {device, initializer, tensor, bytes};
    static const char *const names[] = {"device", "initializer", "tensor", "bytes"};
    for (size_t i = 0; i < sizeof given / sizeof given[0]; i++) {
        if (given[i] == NULL) {
            return glr_fail_null(names[i]);
        }
    }
    glr_plan plan;
    uint64_t size;
    glr_status status = glr_make_plan(initializer, tensor, &plan, &size);
    if (status == GLR_OK) {
        status = check_draws(device, &plan);
    }
    if (status == GLR_OK) {
        *bytes = device->backend->scratch != NULL ? device->backend->scratch(&plan) : 0;
    }
    return status;
}

glr_status glr_fill_scratch(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                            uint64_t *bytes)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, find_scratch(device, initializer, tensor, bytes));
}

/* ---- Stages -------------------------------------------------------------------------------------------- */

/* Host memory where the backend gave none: the memory itself, or any. */
static glr_status take_host(glr_stage *stage)
{
    if (stage->device->backend->memory_is_host) {
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

/* To the device's memory, and from there to the host's. */
static glr_status run_stage(glr_stage *stage, const prepared *fill, const glr_destination *destination)
{
    const glr_backend *backend = stage->device->backend;
    const glr_order order = {stage->queue, NULL};
    glr_status status = run(stage->device, fill, destination, stage->queue != NULL ? &order : NULL);
    if (status != GLR_OK || stage->host == stage->memory || fill->bytes == 0) {
        return status;
    }
    return backend->copy_stage != NULL
               ? backend->copy_stage(stage, fill->bytes)
               : backend->copy_to_host(stage->device, stage->host, stage->memory, fill->bytes);
}

/* A refusal leaves the values of the fill before. */
static glr_status fill_stage(glr_stage *stage, const glr_initializer *initializer, const glr_tensor *tensor)
{
    if (stage == NULL) {
        return glr_fail_null("stage");
    }
    prepared fill;
    glr_destination destination = {.name = "stage", .memory = stage->memory, .bytes = stage->bytes};
    glr_status status = prepare(stage->device, initializer, tensor, &destination, NULL, &fill);
    if (status == GLR_OK) {
        status = run_stage(stage, &fill, &destination);
        stage->is_filled = status == GLR_OK;
    }
    leave(stage->device, &fill);
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
    /* Where the backend has no function to wait, all is done already. */
    const glr_status status = backend->wait_stage != NULL ? backend->wait_stage(stage) : GLR_OK;
    stage->is_filled = status == GLR_OK;
    *values = status == GLR_OK ? stage->host : NULL;
    return status;
}

glr_status glr_stage_wait(glr_stage *stage, const void **values)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, wait_for_stage(stage, values));
}
