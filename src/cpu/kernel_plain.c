/* The kernel in plain C: a group at a time. */
#include "kernel.h"

#include <string.h>

static glr_counter row_counter(const glr_batch *batch, uint32_t row)
{
    glr_counter first = {(uint64_t)batch->high[0] << 32 | batch->counter[row],
                         (uint64_t)batch->high[2] << 32 | batch->high[1]};
    return first;
}

void glr_cpu_sample_row(const glr_plan *plan, glr_batch *batch, uint32_t row)
{
    glr_values values = glr_sample_group(plan->sampler, row_counter(batch, row), 0, &plan->keys);
    memcpy(batch->raw[row], values.value, sizeof values.value);
}

void glr_cpu_sample_row_f64(const glr_plan *plan, glr_batch *batch, uint32_t row)
{
    glr_f64_pair values = glr_sample_group_f64(plan->sampler, row_counter(batch, row), 0, &plan->keys);
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

static void store_16(const glr_plan *plan, const float *raw, uint64_t count, glr_format format,
                     unsigned char *dst)
{
    for (uint64_t i = 0; i < count; i++) {
        uint16_t code = (uint16_t)glr_round_to(glr_scaled(raw[i], plan->scale, plan->shift), format, 16);
        memcpy(dst + i * sizeof code, &code, sizeof code);
    }
}

static void store_8(const glr_plan *plan, const float *raw, uint64_t count, glr_format format,
                    unsigned char *dst)
{
    for (uint64_t i = 0; i < count; i++) {
        dst[i] = (unsigned char)glr_round_to(glr_scaled(raw[i], plan->scale, plan->shift), format, 8);
    }
}

static void store_32(const glr_plan *plan, const float *raw, uint64_t count, unsigned char *dst)
{
    for (uint64_t i = 0; i < count; i++) {
        float value = glr_scaled(raw[i], plan->scale, plan->shift);
        memcpy(dst + i * sizeof value, &value, sizeof value);
    }
}

static void store(const glr_plan *plan, const void *raw, uint64_t count, void *dst)
{
    const glr_format float16 = GLR_FORMAT_FLOAT16, bfloat16 = GLR_FORMAT_BFLOAT16;
    const glr_format e4m3fn = GLR_FORMAT_FLOAT8_E4M3FN, e5m2 = GLR_FORMAT_FLOAT8_E5M2;
    switch (plan->dtype) {
    case GLR_DTYPE_FLOAT64: store_64(plan, raw, count, dst); break;
    case GLR_DTYPE_FLOAT16: store_16(plan, raw, count, float16, dst); break;
    case GLR_DTYPE_BFLOAT16: store_16(plan, raw, count, bfloat16, dst); break;
    case GLR_DTYPE_FLOAT8_E4M3FN: store_8(plan, raw, count, e4m3fn, dst); break;
    case GLR_DTYPE_FLOAT8_E5M2: store_8(plan, raw, count, e5m2, dst); break;
    default: store_32(plan, raw, count, dst);
    }
}

static void no_fence(void) {}

const glr_cpu_kernel glr_cpu_kernel_plain = {
    .name = "plain", .sample = sample, .store = store, .store_nt = store, .nt_fence = no_fence};
