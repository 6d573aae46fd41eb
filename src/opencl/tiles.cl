/* The kernels for CPU devices: packed parts of the float32 stream on 16 lanes. A work-group is one work-item,
   which draws a tile of groups as the CPU backend does: words to values in vectors, the rows that lack values
   listed and drawn again in full vectors.

   The CPU backend's passes (cpu/vector_f32.h) are another text: they have the generator in them four times,
   while every copy here makes a program's first start longer. They also list and move rows by instructions
   that OpenCL C has no words for. */
#define GLR_USE_OPENCL16
#include "gpu/args.h"
#include "opencl/tile_size.h"

#define TILE_ELEMENTS (GLR_TILE_GROUPS * GLR_GROUP_SIZE)

typedef struct glr_tile {
    const glr_gpu_args *args;
    uint64_t group;   /* of the first row */
    uint32_t step;    /* blocks from row to row */
    uint32_t low;     /* word 0 of the first row's counter */
    uint32_t high[3]; /* the other words */
    int carries;      /* whether those are not the same for all blocks of the tile */
} glr_tile;

/* Blocks number `block` of the rows that the lanes name. Where the upper words of their counters differ, each
   lane's is drawn in all lanes: that is rare, and the generator's text, which compilers take long for, is
   there once. */
GLR_FN glr_block tile_blocks(const glr_tile *tile, uint16 rows, uint32_t block)
{
    uint32_t row[16], words[4][16];
    vstore16(rows, 0, row);
    uint16 low = tile->low + rows * tile->step + block;
    uint32_t high0 = tile->high[0], high1 = tile->high[1], high2 = tile->high[2];
    for (int lane = 0;; lane++) {
        if (tile->carries) {
            uint64_t number = (tile->group + row[lane]) * tile->step + block;
            glr_counter counter = glr_counter_at(tile->args->base, number);
            low = (uint16)((uint32_t)counter.low);
            high0 = (uint32_t)(counter.low >> 32);
            high1 = (uint32_t)counter.high;
            high2 = (uint32_t)(counter.high >> 32);
        }
        glr_block blocks = glr_philox(low, high0, high1, high2, &tile->args->keys);
        if (!tile->carries) {
            return blocks;
        }
        for (int i = 0; i < 4; i++) {
            words[i][lane] = blocks.word[i].s0;
        }
        if (lane == 15) {
            for (int i = 0; i < 4; i++) {
                blocks.word[i] = vload16(0, words[i]);
            }
            return blocks;
        }
    }
}

GLR_FN glr_tile tile_at(const glr_gpu_args *args, uint64_t group, uint32_t step)
{
    glr_tile tile;
    glr_counter first = glr_counter_at(args->base, group * step);
    glr_counter last = glr_counter_at(args->base, (group + GLR_TILE_GROUPS) * step - 1);
    tile.args = args;
    tile.group = group;
    tile.step = step;
    tile.low = (uint32_t)first.low;
    tile.high[0] = (uint32_t)(first.low >> 32);
    tile.high[1] = (uint32_t)first.high;
    tile.high[2] = (uint32_t)(first.high >> 32);
    tile.carries = first.low >> 32 != last.low >> 32 || first.high != last.high;
    return tile;
}

/* Sixteen row numbers, so ordered that store_rows stores what is drawn for number i as row i. */
GLR_FN uint16 in_store_order(uint16 rows)
{
    return (uint16)(rows.s0, rows.s4, rows.s8, rows.sc, rows.s1, rows.s5, rows.s9, rows.sd, rows.s2, rows.s6,
                    rows.sa, rows.se, rows.s3, rows.s7, rows.sb, rows.sf);
}

/* Interleaves the first, or last, two lanes of every four. */
GLR_FN float16 interleave_first(float16 a, float16 b)
{
    return (float16)(a.s0, b.s0, a.s1, b.s1, a.s4, b.s4, a.s5, b.s5, a.s8, b.s8, a.s9, b.s9, a.sc, b.sc, a.sd,
                     b.sd);
}
GLR_FN float16 interleave_last(float16 a, float16 b)
{
    return (float16)(a.s2, b.s2, a.s3, b.s3, a.s6, b.s6, a.s7, b.s7, a.sa, b.sa, a.sb, b.sb, a.se, b.se, a.sf,
                     b.sf);
}

/* Rows of four from vectors that hold one column each. No value leaves its four lanes, and such moves are the
   cheap ones. */
GLR_FN void store_rows(const glr_f32 column[4], float *rows)
{
    const float16 low02 = interleave_first(column[0], column[2]);
    const float16 low13 = interleave_first(column[1], column[3]);
    const float16 high02 = interleave_last(column[0], column[2]);
    const float16 high13 = interleave_last(column[1], column[3]);
    vstore16(interleave_first(low02, low13), 0, rows);
    vstore16(interleave_last(low02, low13), 1, rows);
    vstore16(interleave_first(high02, high13), 2, rows);
    vstore16(interleave_last(high02, high13), 3, rows);
}

/* Moves the candidates of a row that lie in (-2, 2) to its front; returns how many they are. */
GLR_FN uint32_t compact(float row[4])
{
    uint32_t kept = 0;
    for (int j = 0; j < 4; j++) {
        float candidate = row[j];
        row[kept] = candidate;
        kept += as_uint(candidate) >> 30 & 1U ? 0U : 1U;
    }
    return kept;
}

/* Draws further blocks of 16 listed rows, of which `kept` counts the values at their fronts, until all have
 * four. Whether a candidate is kept is as good as random, so no branch depends on it. */
GLR_FN void finish_rows(const glr_tile *tile, float raw[], const uint16_t rows[16], uint32_t kept[16])
{
    uint32_t lacking = 1;
    for (uint32_t block = 1; lacking != 0 && block < GLR_BLOCKS_PER_GROUP; block++) {
        glr_block words = tile_blocks(tile, in_store_order(convert_uint16(vload16(0, rows))), block);
        glr_values values = glr_normal_of_block(&words);
        float candidates[64], surplus;
        store_rows(values.value, candidates);
        lacking = 0;
        for (int lane = 0; lane < 16; lane++) {
            float *row = raw + rows[lane] * GLR_GROUP_SIZE;
            uint32_t count = kept[lane];
            for (int j = 0; j < 4; j++) {
                float candidate = candidates[4 * lane + j];
                *(count < GLR_GROUP_SIZE ? row + count : &surplus) = candidate;
                count += as_uint(candidate) >> 30 & 1U ? 0U : 1U;
            }
            kept[lane] = count;
            lacking |= count < GLR_GROUP_SIZE ? 1U : 0U;
        }
    }
}

/* Lists the rows of which a candidate was rejected; returns how many they are. */
GLR_FN uint32_t list_rows(const float raw[], uint32_t groups, uint16_t rows[])
{
    uint32_t count = 0;
    for (uint32_t row = 0; row < groups; row++) {
        uint4 bits = vload4(row, (const uint *)raw);
        rows[count] = (uint16_t)row;
        count += (bits.x | bits.y | bits.z | bits.w) >> 30 & 1U;
    }
    return count;
}

/* Draws on the rows that lack values. */
GLR_FN void finish_tile(const glr_tile *tile, float raw[], uint32_t groups)
{
    uint16_t rows[GLR_TILE_GROUPS + 16];
    const uint32_t count = list_rows(raw, groups, rows);
    for (uint32_t i = 0; i < count; i += 16) {
        uint32_t kept[16];
        for (uint32_t lane = 0; lane < 16; lane++) {
            if (i + lane < count) {
                kept[lane] = compact(raw + rows[i + lane] * GLR_GROUP_SIZE);
            } else {
                rows[i + lane] = rows[i]; /* drawn, and not looked at */
                kept[lane] = GLR_GROUP_SIZE;
            }
        }
        finish_rows(tile, raw, rows + i, kept);
    }
}

GLR_FN void store_codes(__global uint8_t *dst, uint32_t element_size, uint64_t place, glr_u32 codes)
{
    switch (element_size) {
    case 1: vstore16(convert_uchar16(codes), 0, dst + place); break;
    case 2: vstore16(convert_ushort16(codes), 0, (__global ushort *)dst + place); break;
    default: vstore16(codes, 0, (__global uint *)dst + place);
    }
}

/* Less than 16. */
GLR_FN void store_few(__global uint8_t *dst, uint32_t element_size, uint64_t place, glr_u32 codes,
                      uint32_t count)
{
    uint32_t code[16];
    vstore16(codes, 0, code);
    for (uint32_t i = 0; i < count; i++) {
        switch (element_size) {
        case 1: dst[place + i] = (uchar)code[i]; break;
        case 2: ((__global ushort *)dst)[place + i] = (ushort)code[i]; break;
        default: ((__global uint *)dst)[place + i] = code[i];
        }
    }
}

/* Stores those of the tile's elements that belong to the part. */
GLR_FN void store_tile(__global uint8_t *dst, const glr_gpu_args *args, uint64_t group, const float raw[])
{
    const uint64_t begin = group * GLR_GROUP_SIZE, end = args->first + args->length;
    uint32_t i = begin < args->first ? (uint32_t)(args->first - begin) : 0;
    const uint32_t stop = end - begin < TILE_ELEMENTS ? (uint32_t)(end - begin) : TILE_ELEMENTS;
    uint64_t place = args->offset + (begin + i - args->first);
    for (; i < stop; i += 16, place += 16) {
        glr_u32 codes = glr_code_of(glr_scaled(vload16(0, raw + i), args->scale, args->shift), args->dtype);
        if (stop - i < 16) {
            store_few(dst, args->element_size, place, codes, stop - i);
        } else {
            store_codes(dst, args->element_size, place, codes);
        }
    }
}

/* One kernel for all samplers, since compilers take a second for each copy of it. */
__kernel __attribute__((reqd_work_group_size(1, 1, 1))) void glr_tiles(__global uint8_t *dst,
                                                                       glr_gpu_args args)
{
    const uint64_t group = args.first / GLR_GROUP_SIZE + get_group_id(0) * GLR_TILE_GROUPS;
    const uint64_t left = (args.first + args.length + GLR_GROUP_SIZE - 1) / GLR_GROUP_SIZE - group;
    const uint32_t groups = left < GLR_TILE_GROUPS ? (uint32_t)left : GLR_TILE_GROUPS;
    const glr_tile tile =
        tile_at(&args, group, args.sampler == GLR_SAMPLE_TRUNCATED ? GLR_BLOCKS_PER_GROUP : 1U);
    float raw[TILE_ELEMENTS + 16]; /* vectors are read from any element on */
    const uint16 lanes = (uint16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    for (uint32_t row = 0; row < groups; row += 16) {
        glr_block block = tile_blocks(&tile, in_store_order(lanes + row), 0);
        glr_values values = glr_sample_block(&block, (int)args.sampler);
        store_rows(values.value, raw + row * GLR_GROUP_SIZE);
    }
    if (args.sampler == GLR_SAMPLE_TRUNCATED) {
        finish_tile(&tile, raw, groups);
    }
    store_tile(dst, &args, group, raw);
}
