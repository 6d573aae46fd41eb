/* The kernel on vectors. This file is compiled once per instruction set, with GLR_USE_..., GLR_KERNEL, the
 * name of its table, and GLR_KERNEL_NAME defined. */
#include "kernel.h"
#include "vector_f32.h"
#include "vector_f64.h"
#include "vector_store.h"

static void sample(const glr_plan *plan, glr_batch *batch)
{
    /* Values drawn from the counters beyond the last row are never read, but those must be defined. */
    for (uint32_t i = 0; i < BLOCKS_AT_ONCE * LANES; i++) {
        batch->counter[batch->rows + i] = 0;
    }
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

const glr_cpu_kernel GLR_KERNEL = {.name = GLR_KERNEL_NAME,
                                   .sample = sample,
                                   .store = store,
                                   .store_nt = store_nt,
                                   .nt_fence = glr_store_nt_fence};
