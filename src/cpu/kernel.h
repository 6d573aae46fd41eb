/* The CPU kernels, one per instruction set, behind one table. */
#ifndef GLR_CPU_KERNEL_H
#define GLR_CPU_KERNEL_H

#include "batch.h"
#include "plan.h"

typedef struct glr_cpu_kernel {
    const char *name;

    /* Draws the raw values of a batch's rows. The sampler is not GLR_SAMPLE_CONSTANT. */
    void (*sample)(const glr_plan *plan, glr_batch *batch);

    /* Scales raw values, rounds them to the plan's dtype and writes them to dst, any address, one after the
       other. Raw values are float32, or float64 when the dtype is. */
    void (*store)(const glr_plan *plan, const void *raw, uint64_t count, void *dst);

    /* The same, past the caches where the processor can. nt_fence must follow before another thread may
       read what was written. */
    void (*store_nt)(const glr_plan *plan, const void *raw, uint64_t count, void *dst);
    void (*nt_fence)(void);
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

#endif
