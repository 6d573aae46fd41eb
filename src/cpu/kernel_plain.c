/* The kernel in plain C: a group at a time. */
#include "kernel.h"
#include "vector_panel.h"

#include <string.h>

static glr_counter row_counter(const glr_batch *batch, uint32_t row)
{
    glr_counter first = {(uint64_t)batch->high[0] << 32 | batch->counter[row],
                         (uint64_t)batch->high[2] << 32 | batch->high[1]};
    return first;
}

void glr_cpu_sample_row(const glr_plan *plan, glr_batch *batch, uint32_t row)
{
    if (plan->sampler == GLR_SAMPLE_INDEX) {
        const glr_block block = glr_block_at(row_counter(batch, row), &plan->keys);
        memcpy(batch->raw[row], block.word, sizeof block.word);
        return;
    }
    const glr_counter counter = row_counter(batch, row);
    const glr_values values = glr_is_bounded(plan->sampler)
                                  ? glr_bounded_group(plan->sampler, &plan->bounded, counter, 0, &plan->keys)
                                  : glr_sample_group(plan->sampler, counter, 0, &plan->keys);
    memcpy(batch->raw[row], values.value, sizeof values.value);
}

void glr_cpu_sample_row_f64(const glr_plan *plan, glr_batch *batch, uint32_t row)
{
    const glr_counter counter = row_counter(batch, row);
    const glr_f64_pair values =
        glr_is_bounded(plan->sampler)
            ? glr_bounded_group_f64(plan->sampler, &plan->bounded_f64, counter, 0, &plan->keys)
            : glr_sample_group_f64(plan->sampler, counter, 0, &plan->keys);
    memcpy(batch->raw[row], &values, sizeof values);
}

static void sample(const glr_plan *plan, glr_batch *batch)
{
    for (uint32_t row = 0; row < batch->rows; row++) {
        if (plan->dtype == GLR_DTYPE_FLOAT64) {
            glr_cpu_sample_row_f64(plan, batch, row);
        } else {
            glr_cpu_sample_row(plan, batch, row);
        }
    }
}

static void store_64(const glr_plan *plan, const void *raw, uint64_t count, unsigned char *dst)
{
    const unsigned char *from = raw;
    for (uint64_t i = 0; i < count; i++) {
        double value;
        memcpy(&value, from + i * sizeof value, sizeof value);
        value = glr_scaled_f64(value, plan->scale_f64, plan->shift_f64);
        memcpy(dst + i * sizeof value, &value, sizeof value);
    }
}

/* The low bytes of codes, one after the other: the machine is little-endian. */
static void write_codes(const uint32_t *codes, uint64_t count, size_t size, unsigned char *dst)
{
    if (size == sizeof *codes) {
        memcpy(dst, codes, count * size);
        return;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (size == 2) {
            memcpy(dst + 2 * i, &codes[i], 2);
        } else {
            memcpy(dst + i, &codes[i], 1);
        }
    }
}

#define STORED_AT_ONCE 64

static void store(const glr_plan *plan, const void *raw, uint64_t count, void *dst)
{
    if (plan->dtype == GLR_DTYPE_FLOAT64) {
        store_64(plan, raw, count, dst);
        return;
    }
    const float *from = raw;
    const size_t size = glr_dtype_size(plan->dtype);
    unsigned char *to = dst;
    while (count > 0) {
        const uint64_t now = count < STORED_AT_ONCE ? count : STORED_AT_ONCE;
        float values[STORED_AT_ONCE];
        uint32_t codes[STORED_AT_ONCE];
        for (uint64_t i = 0; i < now; i++) {
            values[i] = glr_scaled(from[i], plan->scale, plan->shift);
        }
        glr_encode(values, (int)now, (uint32_t)plan->dtype, codes);
        write_codes(codes, now, size, to);
        from += now;
        to += now * size;
        count -= now;
    }
}

static void no_fence(void) {}

static void set_counters(uint32_t *counter, uint32_t first, uint32_t step, uint32_t rows)
{
    for (uint32_t row = 0; row < rows; row++, first += step) {
        counter[row] = first;
    }
}

const glr_cpu_kernel glr_cpu_kernel_plain = {.name = "plain",
                                             .sample = sample,
                                             .store = store,
                                             .store_nt = store,
                                             .nt_fence = no_fence,
                                             .set_counters = set_counters,
                                             .multiply = multiply,
                                             .reflect = reflect};
