/* The CPU kernels, one per instruction set, behind one table. */
#ifndef GLR_CPU_KERNEL_H
#define GLR_CPU_KERNEL_H

#include "panel.h"
#include "plan.h"

#include <stdalign.h>

/* A batch: the groups that a kernel draws at once, a row each. It stays in the L1 cache. The arrays have room
   for four vectors more, which kernels may write. */
#define GLR_BATCH_ROWS  512
#define GLR_BATCH_SLACK 64
#define GLR_BATCH_WIDTH 4 /* float32 values of a row, or, in the same bytes, half as many float64 ones */

typedef struct glr_batch {
    /* Row i begins at block {counter[i], high[0], high[1], high[2]}, word 0 lowest. Its further blocks differ
       from that in word 0 only, unless `carries`. Rows from `rows` on may hold anything. */
    uint32_t rows;
    uint32_t carries;
    uint32_t high[3];
    alignas(64) uint32_t counter[GLR_BATCH_ROWS + GLR_BATCH_SLACK];
    /* The raw values, row by row. */
    alignas(64) float raw[GLR_BATCH_ROWS + GLR_BATCH_SLACK][GLR_BATCH_WIDTH];
} glr_batch;

typedef struct glr_cpu_kernel {
    const char *name;

    /* Draws the raw values of a batch's rows, of GLR_SAMPLE_INDEX the blocks' words, which random bytes are.
       The sampler is not GLR_SAMPLE_CONSTANT. */
    void (*sample)(const glr_plan *plan, glr_batch *batch);

    /* Scales raw values, rounds them to the plan's dtype and writes them to dst, any address, one after the
       other. Raw values are float32, or float64 when the dtype is. */
    void (*store)(const glr_plan *plan, const void *raw, uint64_t count, void *dst);

    /* The same, past the caches where the processor can. nt_fence must follow before another thread may
       read what was written. */
    void (*store_nt)(const glr_plan *plan, const void *raw, uint64_t count, void *dst);
    void (*nt_fence)(void);

    /* Sample and store in one, of float32 and a sampler that rejects nothing: the first `count` values of a
       batch go to dst. NULL where that is not faster. */
    void (*draw)(const glr_plan *plan, glr_batch *batch, uint64_t count, int nontemporal, void *dst);

    /* Sets the counters of rows to first, first + step and so on; up to GLR_BATCH_SLACK more may be written.
     */
    void (*set_counters)(uint32_t *counter, uint32_t first, uint32_t step, uint32_t rows);

    /* Product [l][c]: the sum of element i of vector l times that of column c, in order of i from 0 on. */
    void (*multiply)(const glr_stripe_row *vector, const glr_stripe_row *columns, uint64_t rows,
                     glr_stripe_row *products);

    /* Applies a panel of reflections to a stripe, of which `columns` is the panel's first row. */
    void (*reflect)(const glr_panel *panel, glr_stripe_row *columns);
} glr_cpu_kernel;

extern const glr_cpu_kernel glr_cpu_kernel_plain;
#ifdef GLR_HAVE_X86_KERNELS
extern const glr_cpu_kernel glr_cpu_kernel_avx2;
extern const glr_cpu_kernel glr_cpu_kernel_avx512;
#endif
#ifdef GLR_HAVE_NEON_KERNEL
extern const glr_cpu_kernel glr_cpu_kernel_neon;
#endif

/* Draws one row of a batch of float32, or of float64, by plain C. */
void glr_cpu_sample_row(const glr_plan *plan, glr_batch *batch, uint32_t row);
void glr_cpu_sample_row_f64(const glr_plan *plan, glr_batch *batch, uint32_t row);

/* The fastest kernel that the processor runs. The environment variable GLORAND_ISA (plain, avx2 or avx512;
   plain or neon) caps the choice. Errors: GLR_ERROR_ARGUMENT, when it names none. */
glr_status glr_cpu_choose_kernel(const glr_cpu_kernel **kernel);

/* Whether plain C gives known values of TensorFlow. It does not if the library was compiled with contraction
   or fast-math, or if the thread rounds in another direction than to nearest. */
int glr_cpu_plain_is_right(void);

/* Whether a kernel gives what plain C gives, on a few groups of every sampler and a panel of reflections. */
int glr_cpu_kernel_agrees(const glr_cpu_kernel *kernel);

#endif
