/* Whether a case's values are the CPU's. Large cases are compared in windows: the host may have less memory.
 */
#include "glorand/cuda.h"
#include "gpu_case.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW UINT64_C(65536) /* elements, at most */
#define FILLER 0xa5            /* what the destination holds before: in gaps it must stay */

typedef struct window {
    unsigned char *drawn, *expected;
    uint64_t drawn_bytes, row_bytes, row_stride; /* in bytes */
} window;

static bool differs(char reason[GPU_REASON], const char *what, uint64_t first)
{
    (void)snprintf(reason, GPU_REASON, "%s from element %" PRIu64 " on", what, first);
    return false;
}

/* Elements [first, first + count), row by row, with the gap after each row but the last. */
static bool compare(const window *w, uint64_t rows, uint64_t first, char reason[GPU_REASON])
{
    for (uint64_t i = 0; i < rows; i++) {
        const unsigned char *row = w->drawn + i * w->row_stride;
        if (memcmp(row, w->expected + i * w->row_bytes, (size_t)w->row_bytes) != 0) {
            return differs(reason, "other values than the CPU's", first);
        }
        for (uint64_t k = w->row_bytes; i + 1 < rows && k < w->row_stride; k++) {
            if (row[k] != FILLER) {
                return differs(reason, "a gap between rows was written", first);
            }
        }
    }
    return true;
}

/* What the CPU draws of some elements. */
static bool expect(const gpu_case *c, uint64_t first, uint64_t count, void *to, uint64_t bytes,
                   char reason[GPU_REASON])
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *cpu = NULL;
    glr_tensor tensor = c->tensor;
    options.backend = GLR_BACKEND_CPU;
    tensor.strides[0] = tensor.strides[1] = 0;
    tensor.part = GLR_RANGE;
    tensor.first = (int64_t)first;
    tensor.count = (int64_t)count;
    const bool done =
        glr_open(&options, &cpu) == GLR_OK && glr_fill(cpu, &c->initializer, &tensor, to, bytes) == GLR_OK;
    if (!done) {
        (void)snprintf(reason, GPU_REASON, "%s", glr_last_error());
    }
    glr_close(cpu);
    return done;
}

/* Compares a window, which consists of whole rows if there are several. */
static bool check_window(const gpu *g, const gpu_case *c, CUdeviceptr memory, uint64_t first, uint64_t count,
                         char reason[GPU_REASON])
{
    const uint64_t size = glr_dtype_size(c->tensor.dtype), rows = c->is_strided ? count / c->row : 1;
    const uint64_t stride = c->is_strided ? (uint64_t)c->tensor.strides[0] : 0;
    window w = {.row_bytes = (c->is_strided ? c->row : count) * size, .row_stride = stride * size};
    w.drawn_bytes = (rows - 1) * w.row_stride + w.row_bytes;
    w.drawn = malloc((size_t)w.drawn_bytes);
    w.expected = malloc((size_t)(count * size));
    const uint64_t offset = c->is_strided ? first / c->row * w.row_stride : first * size;
    bool fine = w.drawn != NULL && w.expected != NULL;
    if (!fine) {
        (void)snprintf(reason, GPU_REASON, "no memory on the host");
    } else if (!gpu_read(g, w.drawn, memory + offset, (size_t)w.drawn_bytes)) {
        fine = false;
        (void)snprintf(reason, GPU_REASON, "the memory cannot be read");
    }
    fine =
        fine && expect(c, first, count, w.expected, count * size, reason) && compare(&w, rows, first, reason);
    free(w.drawn);
    free(w.expected);
    return fine;
}

bool gpu_check(const gpu *g, const gpu_case *c, CUdeviceptr memory, char reason[GPU_REASON])
{
    const unsigned filler = 0x01010101U * FILLER;
    if (g->cuMemsetD32Async(memory, filler, (size_t)(c->room / 4), g->stream) != CUDA_SUCCESS ||
        glr_cuda_fill(g->device, &c->initializer, &c->tensor, memory, c->room, g->stream) != GLR_OK) {
        (void)snprintf(reason, GPU_REASON, "the fill failed: %s", glr_last_error());
        return false;
    }
    const uint64_t count = c->elements < WINDOW ? c->elements : WINDOW;
    const uint64_t spread = c->is_strided ? (uint64_t)c->tensor.strides[0] / c->row : 1;
    /* The element at the byte offset 2^32. */
    const uint64_t middle = (UINT64_C(1) << 32) / (spread * glr_dtype_size(c->tensor.dtype));
    const uint64_t starts[] = {0, middle - WINDOW, middle, c->elements - count};
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        if (starts[i] + count <= c->elements && !check_window(g, c, memory, starts[i], count, reason)) {
            return false;
        }
    }
    return true;
}
