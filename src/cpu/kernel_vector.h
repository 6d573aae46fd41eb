/* The kernel on vectors: kernel_avx2.c, kernel_avx512.c and kernel_neon.c include it, each with the flags of
   its instruction set and with the GLR_USE_... of its lane layer defined. */
#ifndef GLR_CPU_KERNEL_VECTOR_H
#define GLR_CPU_KERNEL_VECTOR_H

#include "kernel.h"
#include "vector_f32.h"
#include "vector_f64.h"
#include "vector_panel.h"
#include "vector_store.h"

/* The lanes of rows beyond the last one draw as well, what is never read: the counters must be defined. */
GLR_FN void pad_batch(glr_batch *batch)
{
    for (uint32_t i = 0; i < BLOCKS_AT_ONCE * LANES; i++) {
        batch->counter[batch->rows + i] = 0;
    }
}

static void sample(const glr_plan *plan, glr_batch *batch)
{
    pad_batch(batch);
    if (plan->dtype == GLR_DTYPE_FLOAT64) {
        sample_f64(plan, batch);
    } else {
        sample_f32(plan, batch);
    }
}

static void store(const glr_plan *plan, const void *raw, uint64_t count, void *dst)
{
    store_values(plan, raw, count, 0, dst);
}

/* A function of its own: in one that does both, clang 14 makes a non-temporal store an ordinary one. */
static void store_nt(const glr_plan *plan, const void *raw, uint64_t count, void *dst)
{
    store_values(plan, raw, count, 1, dst);
}

/* Rows that are stored before the next are transformed, so that stores go on beside arithmetic. */
#define ROWS_AT_ONCE 128

static void draw(const glr_plan *plan, glr_batch *batch, uint64_t count, int nontemporal, void *dst)
{
    float *to = dst;
    pad_batch(batch);
    draw_words(plan, batch);
    for (uint32_t row = 0; row < batch->rows; row += ROWS_AT_ONCE) {
        const uint32_t end = row + ROWS_AT_ONCE < batch->rows ? row + ROWS_AT_ONCE : batch->rows;
        const uint64_t from = (uint64_t)row * GLR_GROUP_SIZE;
        const uint64_t next = end == batch->rows ? count : (uint64_t)end * GLR_GROUP_SIZE;
        transform_rows(plan, batch, row, end);
        (nontemporal ? store_nt : store)(plan, batch->raw[row], next - from, to + from);
    }
}

static void set_counters(uint32_t *counter, uint32_t first, uint32_t step, uint32_t rows)
{
    uint32_t lane[LANES];
    for (uint32_t i = 0; i < LANES; i++) {
        lane[i] = first + i * step;
    }
    glr_u32 counters = glr_load_u32(lane);
    for (uint32_t row = 0; row < rows; row += LANES, counters += step * LANES) {
        glr_store_u32(&counter[row], counters);
    }
}

/* What a kernel's table holds. */
#define GLR_VECTOR_KERNEL(isa)                                                                               \
    {                                                                                                        \
        .name = (isa), .sample = sample, .store = store, .store_nt = store_nt,                               \
        .nt_fence = glr_store_nt_fence, .draw = draw, .set_counters = set_counters, .multiply = multiply,    \
        .reflect = reflect                                                                                   \
    }

#endif
