/* From a unit's number to the elements it stands for. */
#ifndef GLR_GPU_UNITS_H
#define GLR_GPU_UNITS_H

#include "args.h"

/* Elements number `first` to first + count - 1 of a group, the first of which goes to `place`. */
typedef struct glr_unit {
    uint64_t group;
    uint64_t place; /* in elements from the destination's pointer */
    uint32_t first;
    uint32_t count; /* may be 0 */
} glr_unit;

/* Group number k of those that a run of elements from `index` on touches; its first element goes to place. */
GLR_FN glr_unit glr_unit_of_run(uint64_t index, uint64_t place, const glr_gpu_args *args, uint64_t k,
                                uint32_t group_size)
{
    glr_unit unit;
    unit.group = index / group_size + k;
    uint64_t begin = unit.group * group_size, end = begin + group_size, run_end = index + args->length;
    uint64_t from = begin < index ? index : begin;
    end = end < run_end ? end : run_end;
    unit.first = (uint32_t)(from - begin);
    unit.count = from < end ? (uint32_t)(end - from) : 0;
    unit.place = place + (from - index) * args->stride;
    return unit;
}

/* Unit of a part that is a single run. */
GLR_FN glr_unit glr_unit_packed(const glr_gpu_args *args, uint64_t number, uint32_t group_size)
{
    return glr_unit_of_run(args->first, args->offset, args, number, group_size);
}

/* Unit of any part. */
GLR_FN glr_unit glr_unit_at(const glr_gpu_args *args, const glr_runs *runs, uint64_t number,
                            uint32_t group_size)
{
    if (runs->axes == 0) {
        return glr_unit_packed(args, number, group_size);
    }
    glr_run_start start = glr_run_at(runs, number / args->units_per_run);
    return glr_unit_of_run(start.index, args->offset + start.offset, args, number % args->units_per_run,
                           group_size);
}

#endif
