/* The CPU kernel in plain C, a group at a time. */
#include "kernel.h"

void glr_cpu_generate(const glr_plan *plan, uint64_t index, uint64_t count, float *values)
{
    if (plan->sampler == GLR_SAMPLE_CONSTANT) {
        for (uint64_t i = 0; i < count; i++) {
            values[i] = plan->shift;
        }
        return;
    }
    uint64_t end = index + count;
    while (index < end) {
        uint64_t group = index / GLR_GROUP_SIZE;
        glr_values raw = glr_sample_group(plan->sampler, plan->base, group, &plan->keys);
        /* The first and the last group may lie partly outside. */
        for (uint64_t j = index % GLR_GROUP_SIZE; j < GLR_GROUP_SIZE && index < end; j++, index++) {
            *values++ = glr_scaled(raw.value[j], plan->scale, plan->shift);
        }
    }
}
