/* The fast path through a packed part: groups that lie in it as a whole, whose values go to memory as
   vectors. They are drawn by tiles of GLR_GPU_UNITS groups, of which the first number is a multiple of that,
   so that the counters of a tile differ in word 0 only, and everything else is computed once for all of them.
   The remainder of the part is drawn unit by unit. */
#ifndef GLR_GPU_FAST_PATH_H
#define GLR_GPU_FAST_PATH_H

#include "language.h"
#include "store.h"

typedef struct glr_fast_path {
    uint64_t begin, end; /* the tiles: group g lies in tile g / GLR_GPU_UNITS */
    uint64_t before;     /* units of the part that come before them */
} glr_fast_path;

/* Where group number `group` goes. */
GLR_WRAPS GLR_FN GLR_GLOBAL uint8_t *glr_fast_path_place(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args,
                                                         uint32_t dtype, uint64_t group)
{
    if (dtype == GLR_DTYPE_NUMBER_FLOAT32) {
        return (GLR_GLOBAL uint8_t *)((GLR_GLOBAL uint4 *)((GLR_GLOBAL uint32_t *)dst +
                                                           (args->offset - args->first)) +
                                      group);
    }
    return dst + (args->offset - args->first + group * GLR_GROUP_SIZE) * args->element_size;
}

GLR_FN glr_fast_path glr_fast_path_of(GLR_GLOBAL uint8_t *dst, const glr_gpu_args *args, uint32_t dtype)
{
    const uint64_t first_group = args->first / GLR_GROUP_SIZE;
    const uint64_t first_whole = (args->first + GLR_GROUP_SIZE - 1) / GLR_GROUP_SIZE;
    const uint64_t end_whole = (args->first + args->length) / GLR_GROUP_SIZE;
    const size_t place = (size_t)glr_fast_path_place(dst, args, dtype, 0);
    glr_fast_path fast_path = {0, 0, args->units};
    uint64_t begin = (first_whole + GLR_GPU_UNITS - 1) / GLR_GPU_UNITS, end = end_whole / GLR_GPU_UNITS;
    /* The lower half of a base is 0 unless the caller chose the counter. */
    if (begin < end && (place & (sizeof(uint4) - 1)) == 0 && args->base.low == 0) {
        fast_path.begin = begin;
        fast_path.end = end;
        fast_path.before = begin * GLR_GPU_UNITS - first_group;
    }
    return fast_path;
}

/* How many units the fast path leaves, and the number of one of them. */
GLR_FN uint64_t glr_remainder_count(const glr_fast_path *fast_path, const glr_gpu_args *args)
{
    return args->units - (fast_path->end - fast_path->begin) * GLR_GPU_UNITS;
}
GLR_FN uint64_t glr_remainder_unit(const glr_fast_path *fast_path, uint64_t i)
{
    return i < fast_path->before ? i : i + (fast_path->end - fast_path->begin) * GLR_GPU_UNITS;
}

/* Whether unit `number` of the part lies in those tiles. */
GLR_FN int glr_fast_path_has(const glr_fast_path *fast_path, uint64_t number)
{
    return number - fast_path->before < (fast_path->end - fast_path->begin) * GLR_GPU_UNITS;
}

/* The first block of a tile's group number i, of which each group owns `step`. */
GLR_FN glr_block glr_fast_path_block(const glr_gpu_args *args, uint64_t tile, uint32_t i, uint32_t step)
{
    const uint64_t first = tile * (GLR_GPU_UNITS * step);
    return glr_philox((glr_u32)first + i * step, (glr_scalar)(first >> 32), (glr_scalar)args->base.high,
                      (glr_scalar)(args->base.high >> 32), &args->keys);
}

/* Stores a group as one vector of its size. */
GLR_FN void glr_fast_path_store(GLR_GLOBAL uint8_t *to, const glr_gpu_args *args, uint32_t dtype,
                                const glr_values *raw)
{
    glr_u32 code[4];
    glr_gpu_encode(args, dtype, raw, code);
    if (dtype == GLR_DTYPE_NUMBER_FLOAT32) {
        glr_put_four_32(to, code);
    } else if (args->element_size == 2) {
        glr_put_four_16(to, code);
    } else {
        glr_put_four_8(to, code);
    }
}

/* Appends a group of 16- or 8-bit elements to a vector, of which `groups` fill it. */
GLR_FN void glr_fast_path_append(uint4 *words, const glr_gpu_args *args, uint32_t dtype, uint32_t groups,
                                 const glr_values *raw)
{
    glr_u32 code[4];
    glr_gpu_encode(args, dtype, raw, code);
    if (groups == 2) {
        words->x = words->z;
        words->y = words->w;
        words->z = code[0] | code[1] << 16;
        words->w = code[2] | code[3] << 16;
    } else {
        words->x = words->y;
        words->y = words->z;
        words->z = words->w;
        words->w = code[0] | code[1] << 8 | code[2] << 16 | code[3] << 24;
    }
}

#endif
