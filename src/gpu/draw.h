/* The bodies of the kernels: a work-group draws the GLR_GPU_ITEMS * GLR_GPU_ROUNDS units of a tile, a
   work-item one of every GLR_GPU_ITEMS. A tile has the number of its work-group, or a work-group draws one
   after the other, which the wrappers decide. */
#ifndef GLR_GPU_DRAW_H
#define GLR_GPU_DRAW_H

#include "language.h"
#include "store.h"
#include "units.h"

#define GLR_GPU_UNITS (GLR_GPU_ITEMS * GLR_GPU_ROUNDS)

/* A packed part by a sampler that rejects nothing. `sampler` is a constant where this is inlined. */
GLR_FN void glr_gpu_draw(GLR_GLOBAL uint8_t *dst, const glr_gpu_plan *plan, uint64_t tile, int sampler)
{
    uint64_t number = tile * GLR_GPU_UNITS + GLR_ITEM;
    for (int i = 0; i < GLR_GPU_ROUNDS && number < plan->units; i++, number += GLR_GPU_ITEMS) {
        glr_unit unit = glr_unit_packed(plan, number, GLR_GROUP_SIZE);
        glr_values values = glr_sample_group(sampler, plan->base, unit.group, &plan->keys);
        glr_gpu_store(dst, plan, unit, 1, &values);
    }
}

/* The units of a tile that still lack values, in shared memory. */
typedef struct glr_gpu_queue {
    uint32_t length;
    struct {
        float kept[GLR_GROUP_SIZE - 1];
        uint32_t unit_and_count; /* the unit's number within the tile, times 4, and how many are kept */
    } entry[GLR_GPU_UNITS];
} glr_gpu_queue;

GLR_FN void glr_gpu_enqueue(GLR_LOCAL glr_gpu_queue *queue, uint32_t number, const glr_kept *kept)
{
    uint32_t i = GLR_TAKE_NUMBER(&queue->length);
    GLR_UNROLL
    for (int j = 0; j < GLR_GROUP_SIZE - 1; j++) {
        queue->entry[i].kept[j] = kept->values.value[j];
    }
    queue->entry[i].unit_and_count = number * GLR_GROUP_SIZE + kept->count;
}

/* Draws what entry i lacks, and stores it. */
GLR_FN void glr_gpu_settle(GLR_GLOBAL uint8_t *dst, const glr_gpu_plan *plan, uint64_t tile,
                           GLR_LOCAL const glr_gpu_queue *queue, uint32_t i)
{
    glr_kept kept = {{{0.0f, 0.0f, 0.0f, 0.0f}}, 0};
    GLR_UNROLL
    for (int j = 0; j < GLR_GROUP_SIZE - 1; j++) {
        kept.values.value[j] = queue->entry[i].kept[j];
    }
    uint32_t unit_and_count = queue->entry[i].unit_and_count;
    kept.count = unit_and_count % GLR_GROUP_SIZE;
    uint64_t number = tile * GLR_GPU_UNITS + unit_and_count / GLR_GROUP_SIZE;
    glr_unit unit = glr_unit_packed(plan, number, GLR_GROUP_SIZE);
    glr_keep_from(&kept, plan->base, unit.group, 1, &plan->keys);
    glr_gpu_store(dst, plan, unit, 1, &kept.values);
}

/* A packed part of the truncated normal. 83 % of the groups are done with their first block; the others are
   queued, so that the work-items that go on have neighbours that go on too. */
GLR_FN void glr_gpu_draw_truncated(GLR_GLOBAL uint8_t *dst, const glr_gpu_plan *plan, uint64_t tile,
                                   GLR_LOCAL glr_gpu_queue *queue)
{
    if (GLR_ITEM == 0) {
        queue->length = 0;
    }
    GLR_BARRIER();
    for (uint32_t i = GLR_ITEM; i < GLR_GPU_UNITS; i += GLR_GPU_ITEMS) {
        uint64_t number = tile * GLR_GPU_UNITS + i;
        if (number < plan->units) {
            glr_unit unit = glr_unit_packed(plan, number, GLR_GROUP_SIZE);
            glr_kept kept = {{{0.0f, 0.0f, 0.0f, 0.0f}}, 0};
            glr_values candidates = glr_candidates_at(plan->base, unit.group, 0, &plan->keys);
            glr_keep(&kept, &candidates);
            if (kept.count == GLR_GROUP_SIZE) {
                glr_gpu_store(dst, plan, unit, 1, &kept.values);
            } else {
                glr_gpu_enqueue(queue, i, &kept);
            }
        }
    }
    GLR_BARRIER();
    const uint32_t length = queue->length;
    for (uint32_t i = GLR_ITEM; i < length; i += GLR_GPU_ITEMS) {
        glr_gpu_settle(dst, plan, tile, queue, i);
    }
}

/* Any part, by any sampler. */
GLR_FN void glr_gpu_draw_any(GLR_GLOBAL uint8_t *dst, const glr_gpu_plan *plan, const glr_runs *runs,
                             uint64_t tile)
{
    uint64_t number = tile * GLR_GPU_UNITS + GLR_ITEM;
    for (int i = 0; i < GLR_GPU_ROUNDS && number < plan->units; i++, number += GLR_GPU_ITEMS) {
        glr_unit unit = glr_unit_at(plan, runs, number, GLR_GROUP_SIZE);
        if (unit.count > 0) {
            glr_values values = glr_sample_group((int)plan->sampler, plan->base, unit.group, &plan->keys);
            glr_gpu_store(dst, plan, unit, plan->stride, &values);
        }
    }
}

#if GLR_HAS_F64

GLR_FN void glr_gpu_draw_f64(GLR_GLOBAL uint8_t *dst, const glr_gpu_plan *plan, const glr_runs *runs,
                             uint64_t tile)
{
    uint64_t number = tile * GLR_GPU_UNITS + GLR_ITEM;
    for (int i = 0; i < GLR_GPU_ROUNDS && number < plan->units; i++, number += GLR_GPU_ITEMS) {
        glr_unit unit = glr_unit_at(plan, runs, number, GLR_GROUP_SIZE_F64);
        if (unit.count > 0) {
            glr_f64_pair values =
                glr_sample_group_f64((int)plan->sampler, plan->base, unit.group, &plan->keys);
            glr_gpu_store_f64(dst, plan, unit, values);
        }
    }
}

#endif

/* Any part, all of it the plan's constant. */
GLR_FN void glr_gpu_fill_constant(GLR_GLOBAL uint8_t *dst, const glr_gpu_plan *plan, const glr_runs *runs,
                                  uint64_t tile)
{
    uint64_t number = tile * GLR_GPU_UNITS + GLR_ITEM;
    for (int i = 0; i < GLR_GPU_ROUNDS && number < plan->units; i++, number += GLR_GPU_ITEMS) {
        glr_gpu_store_constant(dst, plan, glr_unit_at(plan, runs, number, GLR_GROUP_SIZE));
    }
}

#endif
