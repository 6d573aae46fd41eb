/* Whether values are the CPU's. Large fills are compared in windows: the host may have less memory. */
#include "api/make_plan.h"
#include "cuda/device.h"
#include "glorand/cuda.h"
#include "gpu/host.h"
#include "gpu_case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW UINT64_C(65536) /* elements, at most */
#define PLACES 32              /* windows of a sample, beside those at special places */
#define FILLER 0xa5            /* what the destination holds before: in gaps it must stay */

/* Elements [first, first + count) of a case, row by row, with the gap after each row but the last. */
typedef struct window {
    const gpu *g;
    const gpu_case *c;
    FILE *details;
    char *reason; /* GPU_REASON */
    uint64_t first, count;
    const unsigned char *drawn, *expected;
    uint64_t size, rows, row_bytes, row_stride; /* in bytes */
} window;

static bool fail(const window *w, const char *what)
{
    (void)snprintf(w->reason, GPU_REASON, "%s", what);
    return false;
}

/* Draws the window on the CPU, as the expected values. */
static bool expect(const window *w, void *to)
{
    glr_tensor tensor = w->c->tensor;
    tensor.strides[0] = tensor.strides[1] = 0;
    tensor.part = GLR_PART_RANGE;
    tensor.first = (int64_t)w->first;
    tensor.count = (int64_t)w->count;
    return glr_fill(w->g->cpu, &w->c->initializer, &tensor, to, w->count * w->size) == GLR_OK ||
           fail(w, glr_last_error());
}

static const unsigned char *drawn_at(const window *w, uint64_t element)
{
    const uint64_t row = w->row_bytes / w->size;
    return w->drawn + element / row * w->row_stride + element % row * w->size;
}

static bool is_equal(const window *w, uint64_t element)
{
    return memcmp(drawn_at(w, element), w->expected + element * w->size, (size_t)w->size) == 0;
}

static uint64_t bits_at(const unsigned char *element, uint64_t size)
{
    uint64_t bits = 0;
    memcpy(&bits, element, (size_t)size); /* little-endian: see plan.h */
    return bits;
}

void gpu_explain(const gpu *g, const glr_plan *plan, uint64_t index, FILE *details)
{
    const glr_cuda_device *cu_dev = (const glr_cuda_device *)g->device;
    const glr_gpu_launch launch = glr_gpu_launch_of(plan, 0);
    (void)explain(details, plan, index);
    (void)fprintf(details,
                  "kernel %s, %u blocks of %d threads; %s, compute capability %d.%d, driver of CUDA %d.%d\n",
                  glr_gpu_kernel_names[launch.kernel], glr_cuda_grid_size(cu_dev, &launch), GLR_GPU_ITEMS,
                  g->name, g->capability / 10, g->capability % 10, g->driver / 1000, g->driver % 1000 / 10);
    gpu_print_code(g, details, (int)launch.kernel);
    (void)fprintf(details, "\n\n");
}

/* All that is known of the first element that differs; of many fills that differ, the first ones will do. */
static void print_difference(const window *w, uint64_t element)
{
    glr_plan plan;
    uint64_t bytes, differ = 0, last = element;
    if (ftell(w->details) > GPU_DETAILS) {
        return;
    }
    for (uint64_t i = element; i < w->count; i++) {
        if (!is_equal(w, i)) {
            differ++;
            last = i;
        }
    }
    (void)fprintf(w->details,
                  "%s, %s%s, %" PRIu64 " elements, seed %" PRId64 ", stream %" PRId64 "\n"
                  "of elements %" PRIu64 " to %" PRIu64 ", %" PRIu64 " differ, the first %" PRIu64
                  ", the last %" PRIu64 "\n"
                  "element %" PRIu64 ": drawn 0x%" PRIx64 ", expected 0x%" PRIx64 "\n",
                  w->c->method, glr_dtype_name(w->c->tensor.dtype), w->c->is_strided ? ", strided" : "",
                  w->c->elements, w->c->initializer.seed, w->c->initializer.stream, w->first,
                  w->first + w->count - 1, differ, w->first + element, w->first + last, w->first + element,
                  bits_at(drawn_at(w, element), w->size), bits_at(w->expected + element * w->size, w->size));
    if (glr_make_plan(&w->c->initializer, &w->c->tensor, &plan, &bytes) == GLR_OK) {
        glr_seed_plan(&w->c->initializer, &plan);
        gpu_explain(w->g, &plan, w->first + element, w->details);
    }
}

static bool compare_values(const window *w)
{
    for (uint64_t row = 0; row < w->rows; row++) {
        if (memcmp(w->drawn + row * w->row_stride, w->expected + row * w->row_bytes, (size_t)w->row_bytes) ==
            0) {
            continue;
        }
        uint64_t element = row * (w->row_bytes / w->size);
        while (is_equal(w, element)) {
            element++;
        }
        print_difference(w, element);
        (void)snprintf(w->reason, GPU_REASON, "other values than the CPU's from element %" PRIu64 " on",
                       w->first + element);
        return false;
    }
    return true;
}

static bool compare_gaps(const window *w)
{
    for (uint64_t row = 0; row + 1 < w->rows; row++) {
        for (uint64_t i = w->row_bytes; i < w->row_stride; i++) {
            if (w->drawn[row * w->row_stride + i] != FILLER) {
                (void)snprintf(w->reason, GPU_REASON,
                               "byte %" PRIu64 " of the gap after row %" PRIu64 " was written",
                               i - w->row_bytes, w->first / (w->row_bytes / w->size) + row);
                return false;
            }
        }
    }
    return true;
}

/* The CPU's values beside those in w->drawn. */
static bool compare(window *w)
{
    unsigned char *expected = malloc((size_t)(w->count * w->size));
    w->expected = expected;
    const bool is_fine = expected == NULL ? fail(w, "no memory on the host")
                                          : expect(w, expected) && compare_values(w) && compare_gaps(w);
    free(expected);
    return is_fine;
}

static window window_of(const gpu *g, const gpu_case *c, uint64_t first, uint64_t count, FILE *details,
                        char reason[GPU_REASON])
{
    window w = {.g = g, .c = c, .details = details, .reason = reason, .first = first, .count = count};
    w.size = glr_dtype_size(c->tensor.dtype);
    w.rows = c->is_strided ? count / c->row : 1;
    w.row_bytes = (c->is_strided ? c->row : count) * w.size;
    w.row_stride = c->is_strided ? (uint64_t)c->tensor.strides[0] * w.size : w.row_bytes;
    return w;
}

/* Compares a window, which consists of whole rows if there are several. */
static bool check_window(window w, CUdeviceptr memory)
{
    const size_t bytes = (size_t)((w.rows - 1) * w.row_stride + w.row_bytes);
    const uint64_t offset = w.c->is_strided ? w.first / w.c->row * w.row_stride : w.first * w.size;
    unsigned char *drawn = malloc(bytes);
    w.drawn = drawn;
    const bool is_fine = drawn == NULL ? fail(&w, "no memory on the host")
                         : !gpu_read(w.g, drawn, memory + offset, bytes)
                             ? fail(&w, "the memory cannot be read")
                             : compare(&w);
    free(drawn);
    return is_fine;
}

/* The places of a window: special ones first, then some of a fixed sequence, or one after the other. */
static bool next_start(const gpu_case *c, gpu_extent extent, uint64_t number, uint64_t *start)
{
    const uint64_t count = c->elements < WINDOW ? c->elements : WINDOW;
    const uint64_t spread = c->is_strided ? (uint64_t)c->tensor.strides[0] / c->row : 1;
    const uint64_t size = glr_dtype_size(c->tensor.dtype);
    /* The elements at the byte offset 2^32, and of index 2^32. */
    const uint64_t byte = (UINT64_C(1) << 32) / (spread * size), index = UINT64_C(1) << 32;
    const uint64_t special[] = {0, byte - WINDOW, byte, index - WINDOW, index, c->elements - count};
    const uint64_t specials = sizeof special / sizeof special[0];
    if (extent == GPU_ALL) {
        *start = number * count;
        return *start < c->elements;
    }
    if (number < specials) {
        *start = special[number];
        return true;
    }
    /* Multiples of a window, spread by the golden ratio. */
    const uint64_t windows = c->elements / count;
    *start = (uint64_t)((double)windows * ((double)number * 0.6180339887498949 -
                                           (double)(uint64_t)((double)number * 0.6180339887498949))) *
             count;
    return extent == GPU_SAMPLE && number < specials + PLACES;
}

bool gpu_check(const gpu *g, const gpu_case *c, CUdeviceptr memory, gpu_extent extent, FILE *details,
               char reason[GPU_REASON])
{
    const unsigned filler = 0x01010101U * FILLER;
    if (g->cuMemsetD32Async(memory, filler, (size_t)(c->room / 4), g->stream) != CUDA_SUCCESS ||
        glr_cuda_fill(g->device, &c->initializer, &c->tensor, memory, c->room, g->stream) != GLR_OK) {
        (void)snprintf(reason, GPU_REASON, "the fill failed: %s", glr_last_error());
        return false;
    }
    uint64_t start = 0;
    for (uint64_t number = 0; next_start(c, extent, number, &start); number++) {
        if (start >= c->elements) { /* a special place that the case does not reach */
            continue;
        }
        const uint64_t left = c->elements - start;
        const window w = window_of(g, c, start, left < WINDOW ? left : WINDOW, details, reason);
        if (!check_window(w, memory)) {
            return false;
        }
    }
    return true;
}

bool gpu_compare(const gpu *g, const gpu_case *c, const void *drawn, FILE *details, char reason[GPU_REASON])
{
    window w = window_of(g, c, 0, c->elements, details, reason);
    w.drawn = drawn;
    return compare(&w);
}
