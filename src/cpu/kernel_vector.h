/* The kernel on vectors: kernel_avx2.c, kernel_avx512.c and kernel_neon.c include it, each with the flags of
   its instruction set and with the GLR_USE_... of its lane layer defined. */
#ifndef GLR_CPU_KERNEL_VECTOR_H
#define GLR_CPU_KERNEL_VECTOR_H

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

/* What a kernel's table holds. */
#define GLR_VECTOR_KERNEL(isa)                                                                               \
    {                                                                                                        \
        .name = (isa), .sample = sample, .store = store, .store_nt = store_nt,                               \
        .nt_fence = glr_store_nt_fence                                                                       \
    }

#endif
