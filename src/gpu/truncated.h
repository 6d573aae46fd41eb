/* The bodies of the kernels of the truncated normal. 83 % of the groups are finished with their first block.
   The remaining ones are queued, and drawn again when the queue has one for every work-item of a subgroup, so
   that no work-item of it idles. */
#ifndef GLR_GPU_TRUNCATED_H
#define GLR_GPU_TRUNCATED_H

#include "fast_path.h"
#include "language.h"
#include "store.h"
#include "units.h"

#define GLR_SUBGROUP_ITEMS (GLR_GPU_ITEMS / GLR_SUBGROUPS)
#define GLR_SUBGROUP_ITEM  (GLR_ITEM % GLR_SUBGROUP_ITEMS)

/* Units that a work-item draws between two looks at the queue, at most. */
#define GLR_QUEUE_INTERVAL 2

/* Fewer than GLR_SUBGROUP_ITEMS units are left in a queue after a look at it. */
#define GLR_GPU_QUEUED (4 * GLR_SUBGROUP_ITEMS)
#if GLR_GPU_QUEUED < GLR_SUBGROUP_ITEMS * (1 + GLR_QUEUE_INTERVAL)
#error "a queue is too short for an interval of which each unit lacks values"
#endif

/* A subgroup's units that lack values, and the candidates of their first blocks, in shared memory. Number i
   of them lies in place i % GLR_GPU_QUEUED. */
typedef struct glr_gpu_queue {
    float4 candidates[GLR_GPU_QUEUED];
    uint64_t number[GLR_GPU_QUEUED];
    uint32_t length; /* of all there have been */
} glr_gpu_queue;

/* A fill, as the work-items of a subgroup share it. */
typedef struct glr_gpu_fill {
    GLR_GLOBAL uint8_t *dst;
    const glr_gpu_args *args;
    uint32_t dtype;       /* the arguments', a constant in a kernel for float32 */
    const glr_runs *runs; /* NULL: the part is packed */
    GLR_LOCAL glr_gpu_queue *queue;
    glr_fast_path fast_path;
    uint32_t finished; /* how many of the queue's units are done */
} glr_gpu_fill;

GLR_FN void glr_gpu_enqueue(const glr_gpu_fill *fill, uint64_t number, const glr_values *candidates)
{
    const uint32_t i = GLR_ATOMIC_INCREMENT(&fill->queue->length) % GLR_GPU_QUEUED;
    float4 four;
    four.x = candidates->value[0];
    four.y = candidates->value[1];
    four.z = candidates->value[2];
    four.w = candidates->value[3];
    fill->queue->candidates[i] = four;
    fill->queue->number[i] = number;
}

GLR_FN glr_unit glr_gpu_unit(const glr_gpu_fill *fill, uint64_t number)
{
    return fill->runs == 0 ? glr_unit_packed(fill->args, number, GLR_GROUP_SIZE)
                           : glr_unit_at(fill->args, fill->runs, number, GLR_GROUP_SIZE);
}

GLR_FN uint64_t glr_gpu_group(const glr_gpu_fill *fill, uint64_t number)
{
    return fill->runs == 0 ? fill->args->first / GLR_GROUP_SIZE + number : glr_gpu_unit(fill, number).group;
}

GLR_FN void glr_gpu_put(const glr_gpu_fill *fill, glr_unit unit, const glr_values *values)
{
    glr_gpu_store(fill->dst, fill->args, fill->dtype, unit, fill->runs == 0 ? 1 : fill->args->stride, values);
}

/* Draws what a unit lacks, and stores it. */
GLR_FN void glr_gpu_finish(const glr_gpu_fill *fill, float4 candidates, uint64_t number)
{
    const glr_gpu_args *args = fill->args;
    const glr_values first = {{candidates.x, candidates.y, candidates.z, candidates.w}};
    glr_kept kept = {{{0.0f, 0.0f, 0.0f, 0.0f}}, 0};
    glr_keep_four(&kept, &first);
    glr_keep_from(&kept, args->base, glr_gpu_group(fill, number), 2, &args->keys);
    if (glr_fast_path_has(&fill->fast_path, number)) {
        glr_fast_path_store(glr_fast_path_place(fill->dst, args, fill->dtype, glr_gpu_group(fill, number)),
                            args, fill->dtype, &kept.values);
    } else {
        glr_gpu_put(fill, glr_gpu_unit(fill, number), &kept.values);
    }
}

/* Finishes units, one for each work-item of the subgroup, as long as so many are queued; at the end of the
   fill, what is left. Nobody queues between the barriers. */
GLR_FN void glr_gpu_finish_queued(glr_gpu_fill *fill, uint32_t at_least)
{
    for (;;) {
        GLR_SUBGROUP_BARRIER();
        const uint32_t left = fill->queue->length - fill->finished;
        const uint32_t i = (fill->finished + GLR_SUBGROUP_ITEM) % GLR_GPU_QUEUED;
        const int mine = left >= at_least && GLR_SUBGROUP_ITEM < left;
        float4 candidates;
        uint64_t number = 0;
        if (mine) {
            candidates = fill->queue->candidates[i];
            number = fill->queue->number[i];
        }
        GLR_SUBGROUP_BARRIER();
        if (left < at_least) {
            return;
        }
        if (mine) {
            glr_gpu_finish(fill, candidates, number);
        }
        fill->finished += left < GLR_SUBGROUP_ITEMS ? left : GLR_SUBGROUP_ITEMS;
    }
}

GLR_FN int glr_gpu_rejects(const glr_values *candidates)
{
    return (glr_rejected_bit(candidates->value[0]) | glr_rejected_bit(candidates->value[1]) |
            glr_rejected_bit(candidates->value[2]) | glr_rejected_bit(candidates->value[3])) != 0;
}

/* A tile of the fast path. */
GLR_FN void glr_gpu_truncated_tile(glr_gpu_fill *fill, uint64_t tile)
{
    const uint64_t group = tile * GLR_GPU_UNITS + GLR_ITEM;
    const uint64_t number = group - fill->args->first / GLR_GROUP_SIZE;
    const uint32_t bytes = /* of a group */
        fill->dtype == GLR_DTYPE_NUMBER_FLOAT32 ? sizeof(uint4) : GLR_GROUP_SIZE * fill->args->element_size;
    GLR_GLOBAL uint8_t *to = glr_fast_path_place(fill->dst, fill->args, fill->dtype, group);
    for (uint32_t i = 0; i < GLR_GPU_UNITS; i += GLR_QUEUE_INTERVAL * GLR_GPU_ITEMS) {
        GLR_UNROLL_UNITS
        for (uint32_t j = i; j < i + GLR_QUEUE_INTERVAL * GLR_GPU_ITEMS; j += GLR_GPU_ITEMS) {
            glr_block block = glr_fast_path_block(fill->args, tile, j + GLR_ITEM, GLR_BLOCKS_PER_GROUP);
            glr_values values = glr_normal_of_block(&block);
            if (glr_gpu_rejects(&values)) {
                glr_gpu_enqueue(fill, number + j, &values);
            } else {
                glr_fast_path_store(to + j * bytes, fill->args, fill->dtype, &values);
            }
        }
        glr_gpu_finish_queued(fill, GLR_SUBGROUP_ITEMS);
    }
}

GLR_FN void glr_gpu_truncated_unit(const glr_gpu_fill *fill, uint64_t number)
{
    glr_unit unit = glr_gpu_unit(fill, number);
    if (unit.count == 0) {
        return;
    }
    glr_counter counter = glr_counter_at(fill->args->base, unit.group * GLR_BLOCKS_PER_GROUP);
    glr_block block = glr_block_at(counter, &fill->args->keys);
    glr_values values = glr_normal_of_block(&block);
    if (glr_gpu_rejects(&values)) {
        glr_gpu_enqueue(fill, number, &values);
    } else {
        glr_gpu_put(fill, unit, &values);
    }
}

/* Any part; `runs` is NULL where it is packed. */
GLR_FN void glr_gpu_draw_truncated(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, uint32_t dtype,
                                   const glr_runs *runs, GLR_LOCAL glr_gpu_queue *queue)
{
    const glr_fast_path none = {0, 0, args->units};
    glr_gpu_fill fill = {dst, args, dtype, runs, queue, none, 0};
    if (runs == 0) {
        fill.fast_path = glr_fast_path_of(dst, args, dtype);
    }
    if (GLR_SUBGROUP_ITEM == 0) {
        queue->length = 0;
    }
    GLR_SUBGROUP_BARRIER();
    for (uint64_t tile = fill.fast_path.begin + GLR_WORK_GROUP; tile < fill.fast_path.end;
         tile += GLR_WORK_GROUPS) {
        glr_gpu_truncated_tile(&fill, tile);
    }
    const uint64_t remainder = glr_remainder_count(&fill.fast_path, args);
    for (uint64_t i = GLR_WORK_GROUP * GLR_GPU_ITEMS;; i += GLR_WORK_GROUPS * GLR_GPU_ITEMS) {
        if (i + GLR_ITEM < remainder) {
            glr_gpu_truncated_unit(&fill, glr_remainder_unit(&fill.fast_path, i + GLR_ITEM));
        }
        /* After the last unit, whatever is left. Once in this text, since compilers take long for it. */
        glr_gpu_finish_queued(&fill, i < remainder ? GLR_SUBGROUP_ITEMS : 1);
        if (i >= remainder) {
            return;
        }
    }
}

#endif
