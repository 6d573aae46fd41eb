/* Orthogonal matrices: docs/stream.md, section 10. */
#ifndef GLR_CPU_ORTHOGONAL_H
#define GLR_CPU_ORTHOGONAL_H

#include "cpu.h"

/* Columns of Q that have been computed. Q is tall: it has at least as many rows as columns. */
typedef struct glr_columns {
    uint64_t first, end; /* columns */
    uint64_t rows;
    const glr_stripe_row
        *stripe; /* `rows` rows of each stripe of columns, the first of which begins at `first` */
} glr_columns;

/* Values that glr_columns_read gives at once, at most. */
#define GLR_COLUMNS_READ 256

/* Reads elements of the tensor from `index` on, at most `count`: passes over those that lie in other columns,
 *skipped of them, and writes the raw values of those behind to `raw`, as many as it returns. */
uint64_t glr_columns_read(const glr_columns *columns, const glr_plan *plan, uint64_t index, uint64_t count,
                          uint64_t *skipped, void *raw);

/* As glr_cpu_fill, of GLR_SAMPLE_ORTHOGONAL. Errors: GLR_ERROR_MEMORY. */
glr_status glr_cpu_fill_orthogonal(glr_cpu_device *cpu_dev, const glr_plan *plan, void *dst);

/* Bytes that it allocates; 0 for other samplers. */
uint64_t glr_cpu_scratch(const glr_plan *plan);

/* ---- In fill.c ------------------------------------------------------------------------------------- */

/* Fills a part; `columns` are those of GLR_SAMPLE_ORTHOGONAL, whose elements alone are written, or NULL. */
void glr_cpu_fill_part(const glr_cpu_device *cpu_dev, const glr_plan *plan, const glr_columns *columns,
                       void *dst);

/* Draws a plan's whole part in the calling thread. */
void glr_cpu_draw(const glr_cpu_kernel *kernel, const glr_plan *plan, void *dst);

/* How many threads share so many chunks. */
uint32_t glr_cpu_threads(const glr_cpu_device *cpu_dev, uint64_t chunks);

#endif
