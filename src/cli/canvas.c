#include "canvas.h"

#include <stdlib.h>
#include <string.h>

static bool fail(const glr_subject *subject, glr_status status, glr_problem *problem)
{
    (void)glr_problem_status(problem, status);
    return glr_problem_prefix(problem, "tensor %s: ", subject->tensor.name);
}

bool glr_is_drawn(const glr_model_tensor *tensor)
{
    return tensor->action == GLR_ACTION_FILL || tensor->action == GLR_ACTION_COPY;
}

/* Whether a region takes memory when the CPU draws it, as it does for every device. */
static bool has_whole_region(glr_device *device, const glr_subject *subject)
{
    const glr_options options = {.backend = GLR_BACKEND_CPU, .threads = 1};
    const bool is_host = glr_device_backend(device) == GLR_BACKEND_CPU;
    glr_device *opened = NULL;
    uint64_t bytes = 0;
    if (subject->tensor.regions == 0 || (!is_host && glr_open(&options, &opened) != GLR_OK)) {
        return false;
    }
    const glr_status status =
        glr_model_fill_scratch(is_host ? device : opened, subject->model, subject->index, NULL, &bytes);
    glr_close(opened);
    return status == GLR_OK && bytes > 0;
}

/* Only such a fill takes memory beside its destination. */
bool glr_is_drawn_whole(glr_device *device, const glr_subject *subject)
{
    const glr_model_tensor *tensor = &subject->tensor;
    uint64_t bytes = 0;
    const glr_status status = glr_fill_scratch(device, &tensor->initializer, &tensor->tensor, &bytes);
    return (status == GLR_OK && bytes > 0) || has_whole_region(device, subject);
}

bool glr_canvas_open(glr_device *device, uint64_t bytes, glr_canvas *canvas, glr_problem *problem)
{
    const glr_canvas opened = {.device = device, .bytes = bytes};
    *canvas = opened;
    const glr_status status = glr_stage_open(device, bytes, &canvas->stage);
    return status == GLR_OK || glr_problem_status(problem, status);
}

void glr_canvas_close(glr_canvas *canvas)
{
    glr_stage_close(canvas->stage);
    glr_close(canvas->host);
    free(canvas->copy);
    memset(canvas, 0, sizeof *canvas);
}

bool glr_canvas_start(glr_canvas *canvas, const glr_subject *subject, const glr_piece *piece,
                      glr_problem *problem)
{
    canvas->subject = *subject;
    canvas->piece = *piece;
    if (subject->tensor.action == GLR_ACTION_COPY) {
        return true;
    }
    const glr_status status = glr_stage_fill(canvas->stage, &subject->tensor.initializer, &piece->tensor);
    return status == GLR_OK || fail(subject, status, problem);
}

/* The CPU, to write over a piece; NULL on failure. */
static glr_device *host_of(glr_canvas *canvas, glr_problem *problem)
{
    const glr_options options = {.backend = GLR_BACKEND_CPU};
    if (glr_device_backend(canvas->device) == GLR_BACKEND_CPU) {
        return canvas->device;
    }
    if (canvas->host == NULL) {
        const glr_status status = glr_open(&options, &canvas->host);
        if (status != GLR_OK) {
            (void)fail(&canvas->subject, status, problem);
        }
    }
    return canvas->host;
}

/* Writes what the list says beside the initializer over a copy of what the device has drawn. */
static bool write_over(glr_canvas *canvas, const void **values, glr_problem *problem)
{
    const glr_subject *subject = &canvas->subject;
    glr_device *host = host_of(canvas, problem);
    if (canvas->copy == NULL) {
        canvas->copy = malloc((size_t)canvas->bytes);
    }
    if (host == NULL || canvas->copy == NULL) {
        return host != NULL && glr_problem_memory(problem);
    }
    const bool is_drawn = subject->tensor.action != GLR_ACTION_COPY;
    if (is_drawn) {
        memcpy(canvas->copy, *values, (size_t)canvas->piece.bytes);
    }
    *values = canvas->copy;
    const glr_status status = (is_drawn ? glr_model_fill_regions : glr_model_fill)(
        host, subject->model, subject->index, &canvas->piece.tensor, canvas->copy, canvas->bytes);
    return status == GLR_OK || fail(subject, status, problem);
}

bool glr_canvas_wait(glr_canvas *canvas, const void **values, glr_problem *problem)
{
    const glr_model_tensor *tensor = &canvas->subject.tensor;
    const bool is_drawn = tensor->action != GLR_ACTION_COPY;
    const glr_status status = is_drawn ? glr_stage_wait(canvas->stage, values) : GLR_OK;
    if (status != GLR_OK) {
        return fail(&canvas->subject, status, problem);
    }
    return (is_drawn && tensor->regions == 0) || write_over(canvas, values, problem);
}
