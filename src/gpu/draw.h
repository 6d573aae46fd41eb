/* The bodies of the kernels that reject nothing. There may be any number of work-groups: each draws one tile
   after the other, as far apart as there are work-groups, and a work-item one unit after the other likewise.
 */
#ifndef GLR_GPU_DRAW_H
#define GLR_GPU_DRAW_H

#include "fast_path.h"
#include "language.h"
#include "store.h"
#include "units.h"

/* A grid-stride loop over this work-item's units. */
#define GLR_FOR_EACH_UNIT(number, units)                                                                     \
    for (uint64_t number = GLR_WORK_GROUP * GLR_GPU_ITEMS + GLR_ITEM; (number) < (units);                    \
         (number) += GLR_WORK_GROUPS * GLR_GPU_ITEMS)

/* The units that the fast path leaves. */
GLR_FN void glr_gpu_draw_remainder(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, uint32_t dtype,
                                   const glr_fast_path *fast_path, int sampler)
{
    const uint64_t remainder = glr_remainder_count(fast_path, args);
    GLR_FOR_EACH_UNIT(i, remainder) {
        glr_unit unit = glr_unit_packed(args, glr_remainder_unit(fast_path, i), GLR_GROUP_SIZE);
        glr_values values = glr_sample_group(sampler, args->base, unit.group, &args->keys);
        glr_gpu_store(dst, args, dtype, unit, 1, &values);
    }
}

/* A packed part of float32, by a sampler that rejects nothing. `sampler` is a constant where this is inlined,
   as in the functions below. */
GLR_FN void glr_gpu_draw(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, int sampler)
{
    const glr_fast_path fast_path = glr_fast_path_of(dst, args, GLR_DTYPE_NUMBER_FLOAT32);
    for (uint64_t tile = fast_path.begin + GLR_WORK_GROUP; tile < fast_path.end; tile += GLR_WORK_GROUPS) {
        const uint64_t group = tile * GLR_GPU_UNITS + GLR_ITEM;
        GLR_GLOBAL uint8_t *to = glr_fast_path_place(dst, args, GLR_DTYPE_NUMBER_FLOAT32, group);
        GLR_UNROLL_UNITS
        for (uint32_t i = 0; i < GLR_GPU_UNITS; i += GLR_GPU_ITEMS) {
            glr_block block = glr_fast_path_block(args, tile, i + GLR_ITEM, 1);
            glr_values values = glr_sample_block(&block, sampler);
            glr_fast_path_store(to + i * sizeof(uint4), args, GLR_DTYPE_NUMBER_FLOAT32, &values);
        }
    }
    glr_gpu_draw_remainder(dst, args, GLR_DTYPE_NUMBER_FLOAT32, &fast_path, sampler);
}

/* The tiles of a part of 16 or 8 bits: a work-item draws neighboring groups, as many as fill a vector. */
GLR_FN void glr_gpu_draw_tiles_narrow(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, uint32_t dtype,
                                      uint32_t groups, const glr_fast_path *fast_path, int sampler)
{
    for (uint64_t tile = fast_path->begin + GLR_WORK_GROUP; tile < fast_path->end; tile += GLR_WORK_GROUPS) {
        GLR_GLOBAL uint4 *to =
            (GLR_GLOBAL uint4 *)glr_fast_path_place(dst, args, dtype, tile * GLR_GPU_UNITS);
        for (uint32_t i = GLR_ITEM; i * groups < GLR_GPU_UNITS; i += GLR_GPU_ITEMS) {
            uint4 words;
            words.x = words.y = words.z = words.w = 0;
            for (uint32_t j = 0; j < groups; j++) {
                glr_block block = glr_fast_path_block(args, tile, i * groups + j, 1);
                glr_values values = glr_sample_block(&block, sampler);
                glr_fast_path_append(&words, args, dtype, groups, &values);
            }
            to[i] = words;
        }
    }
}

/* A packed part of 16 or 8 bits. */
GLR_FN void glr_gpu_draw_narrow(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, int sampler)
{
    const glr_fast_path fast_path = glr_fast_path_of(dst, args, args->dtype);
    if (args->dtype == GLR_DTYPE_NUMBER_BFLOAT16) { /* the most common one, as constants */
        glr_gpu_draw_tiles_narrow(dst, args, GLR_DTYPE_NUMBER_BFLOAT16, 2, &fast_path, sampler);
    } else {
        glr_gpu_draw_tiles_narrow(dst, args, args->dtype, args->element_size == 2 ? 2 : 4, &fast_path,
                                  sampler);
    }
    glr_gpu_draw_remainder(dst, args, args->dtype, &fast_path, sampler);
}

/* Any part, by any sampler that rejects nothing or, if `bounded` is not NULL, by one of bounded.h. */
GLR_FN void glr_gpu_draw_any(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, const glr_runs *runs,
                             const glr_bounded *bounded)
{
    GLR_FOR_EACH_UNIT(number, args->units) {
        glr_unit unit = glr_unit_at(args, runs, number, GLR_GROUP_SIZE);
        if (unit.count > 0) {
            glr_values values =
                bounded == 0
                    ? glr_sample_group((int)args->sampler, args->base, unit.group, &args->keys)
                    : glr_bounded_group((int)args->sampler, bounded, args->base, unit.group, &args->keys);
            glr_gpu_store(dst, args, args->dtype, unit, args->stride, &values);
        }
    }
}

#if GLR_HAS_F64

/* The same of float64, by any sampler. */
GLR_FN void glr_gpu_draw_f64(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, const glr_runs *runs,
                             const glr_bounded_f64 *bounded)
{
    GLR_FOR_EACH_UNIT(number, args->units) {
        glr_unit unit = glr_unit_at(args, runs, number, GLR_GROUP_SIZE_F64);
        if (unit.count > 0) {
            glr_f64_pair values =
                bounded == 0
                    ? glr_sample_group_f64((int)args->sampler, args->base, unit.group, &args->keys)
                    : glr_bounded_group_f64((int)args->sampler, bounded, args->base, unit.group, &args->keys);
            glr_gpu_store_f64(dst, args, unit, values);
        }
    }
}

#endif

/* Any part, all of it the plan's constant. */
GLR_FN void glr_gpu_fill_constant(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, const glr_runs *runs)
{
    GLR_FOR_EACH_UNIT(number, args->units) {
        glr_gpu_store_constant(dst, args, glr_unit_at(args, runs, number, GLR_GROUP_SIZE));
    }
}

/* Any part, by a law of the index. */
GLR_FN void glr_gpu_draw_index(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, const glr_runs *runs,
                               const glr_index_law *law)
{
    GLR_FOR_EACH_UNIT(number, args->units) {
        const glr_unit unit = glr_unit_at(args, runs, number, GLR_GROUP_SIZE);
        for (uint32_t j = 0; j < unit.count; j++) {
            const uint64_t index = unit.group * GLR_GROUP_SIZE + unit.first + j;
            const uint64_t element =
                glr_index_element(law, index, args->base, &args->keys, args->dtype, args->pattern);
            glr_gpu_store_element(dst, args->element_size, unit.place + j * args->stride, element);
        }
    }
}

#endif
