/* The kernel in plain C: a group at a time. */
#include "kernel.h"

#include <string.h>

void glr_cpu_sample_row(const glr_plan *plan, glr_tile *tile, uint32_t row)
{
    glr_counter first = {(uint64_t)tile->high[0] << 32 | tile->counter[row],
                         (uint64_t)tile->high[2] << 32 | tile->high[1]};
    glr_values values = glr_sample_group(plan->sampler, first, 0, &plan->keys);
    memcpy(tile->raw[row], values.value, sizeof values.value);
}

static void sample(const glr_plan *plan, glr_tile *tile)
{
    for (uint32_t row = 0; row < tile->rows; row++) {
        glr_cpu_sample_row(plan, tile, row);
    }
}

static void store(const glr_plan *plan, const float *raw, uint64_t count, void *dst)
{
    unsigned char *bytes = dst;
    for (uint64_t i = 0; i < count; i++) {
        float value = glr_scaled(raw[i], plan->scale, plan->shift);
        memcpy(bytes + i * sizeof value, &value, sizeof value);
    }
}

const glr_cpu_kernel glr_cpu_kernel_plain = {"plain", sample, store};
