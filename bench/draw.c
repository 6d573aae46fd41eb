/* Cases of glorand: one call of glr_fill is one run. */
#include "engines.h"

#include <stdio.h>
#include <stdlib.h>

glr_backend_kind bench_backend = GLR_BACKEND_AUTO;

glr_backend_kind bench_backend_of(const bench_draw *draw)
{
    return draw->backend != GLR_BACKEND_AUTO ? draw->backend : bench_backend;
}

typedef struct drawing {
    glr_device *device;
    glr_initializer initializer;
    glr_tensor tensor;
    void *memory; /* of a device that has memory of its own, filled instead of the host's; otherwise NULL */
} drawing;

/* The matrix whose columns a slice takes, and how far apart its rows are in a destination with gaps: as if
   two such slices lay side by side there. */
#define MATRIX_COLUMNS 4096
#define STRIDE_FACTOR  2

static void describe(const bench_case *c, glr_tensor *tensor)
{
    const int64_t elements = (int64_t)(c->bytes / c->element_size), width = (int64_t)c->run_length;
    tensor->dtype = glr_dtype_of_name(c->dtype);
    if (width == 0) {
        tensor->rank = 1;
        tensor->shape[0] = elements;
        return;
    }
    tensor->rank = 2;
    tensor->part = GLR_PART_BOX;
    tensor->shape[0] = tensor->extent[0] = elements / width;
    tensor->shape[1] = MATRIX_COLUMNS;
    tensor->start[1] = MATRIX_COLUMNS / 2;
    tensor->extent[1] = width;
    if (c->strided) {
        tensor->strides[0] = STRIDE_FACTOR * width;
        tensor->strides[1] = 1;
    }
}

/* Opens the device, and takes memory of it unless that is the host's. */
static glr_status open_device(const bench_case *c, drawing *state)
{
    /* glr_open reads these variables each time. */
    const bench_draw *draw = c->settings;
    (void)setenv("GLORAND_ISA", c->isa, 1);
    if (draw->force != NULL) {
        (void)setenv("GLORAND_OPENCL_FORCE", draw->force, 1);
    }
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = bench_backend_of(draw);
    options.threads = c->threads;
    glr_status status = glr_open(&options, &state->device);
    if (status == GLR_OK && glr_device_backend(state->device) != GLR_BACKEND_CPU) {
        status = glr_alloc(state->device, c->room, &state->memory);
    }
    return status;
}

static bool open_drawing(bench_case *c, char reason[BENCH_REASON])
{
    const bench_draw *draw = c->settings;
    drawing *state = calloc(1, sizeof *state);
    if (state == NULL) {
        (void)snprintf(reason, BENCH_REASON, "out of memory");
        return false;
    }
    state->initializer = bench_initializer(draw->kind, draw->method, draw->bounds);
    state->initializer.value = 0.5; /* of a constant */
    describe(c, &state->tensor);
    if (glr_tensor_extent(&state->tensor, NULL, &c->room) != GLR_OK || open_device(c, state) != GLR_OK) {
        (void)snprintf(reason, BENCH_REASON, "%s", glr_last_error());
        glr_close(state->device);
        free(state);
        return false;
    }
    c->state = state;
    return true;
}

/* Each repetition draws another stream, as the layers of a model do: a processor that learned where the last
   one rejected values would gain nothing. */
static bool run_drawing(const bench_case *c, void *dst, uint64_t repetition)
{
    const drawing *state = c->state;
    glr_initializer initializer = state->initializer;
    initializer.stream = (int64_t)repetition;
    if (glr_fill(state->device, &initializer, &state->tensor, state->memory != NULL ? state->memory : dst,
                 c->room) != GLR_OK) {
        (void)fprintf(stderr, "glorand-bench: error: %s: %s\n", c->name, glr_last_error());
        return false;
    }
    return true;
}

static void close_drawing(bench_case *c)
{
    drawing *state = c->state;
    if (state->memory != NULL) {
        (void)glr_free(state->device, state->memory);
    }
    glr_close(state->device);
    free(state);
    c->state = NULL;
}

const bench_engine bench_glorand = {open_drawing, run_drawing, close_drawing};
