/* The float32 samplers on vectors.

   Work is done in loops over a batch, each short enough for the processor's window: Philox words first, then
   the arithmetic. Rejection keeps the lanes full: every row is drawn from its first block, which is
   enough for 83 % of them; rows that lack values are collected in a list and drawn from one more pair of
   words, which leaves 1.4 %; those are collected again and drawn from two whole blocks; plain C finishes
   what is still left. */
#ifndef GLR_CPU_VECTOR_F32_H
#define GLR_CPU_VECTOR_F32_H

#include "kernel.h"

#include <string.h>

#define LANES GLR_LANES

/* Vectors of Philox blocks that are computed side by side, since the rounds of one are a chain. Four pay
   though registers spill. */
#define BLOCKS_AT_ONCE (LANES == 4 ? 2 : 4)

/* Rows of a batch that were not finished, each with its counter. */
typedef struct row_list {
    uint32_t count;
    uint32_t row[GLR_BATCH_ROWS + GLR_BATCH_SLACK];
    uint32_t counter[GLR_BATCH_ROWS + GLR_BATCH_SLACK];
} row_list;

/* Philox words of the blocks that begin at some counters of a batch. */
GLR_FN glr_block block_at(const glr_plan *plan, const glr_batch *batch, glr_u32 counter)
{
    return glr_philox(counter, batch->high[0], batch->high[1], batch->high[2], &plan->keys);
}

/* A block's words where LANES rows' values will be: one vector after the other. */
GLR_FN void store_block(float rows[][GLR_BATCH_WIDTH], const glr_block *block)
{
    GLR_UNROLL
    for (int word = 0; word < 4; word++) {
        glr_store_u32(&rows[0][0] + word * LANES, block->word[word]);
    }
}

GLR_FN glr_block load_block(float rows[][GLR_BATCH_WIDTH])
{
    glr_block block;
    GLR_UNROLL
    for (int word = 0; word < 4; word++) {
        block.word[word] = glr_load_u32(&rows[0][0] + word * LANES);
    }
    return block;
}

/* The words of each row's first block take the place of its values: four vectors, one per word, for every
   LANES rows. */
GLR_FN void draw_words(const glr_plan *plan, glr_batch *batch)
{
    for (uint32_t row = 0; row < batch->rows; row += BLOCKS_AT_ONCE * LANES) {
        glr_block block[BLOCKS_AT_ONCE];
        GLR_UNROLL
        for (uint32_t i = 0; i < BLOCKS_AT_ONCE; i++) {
            block[i] = block_at(plan, batch, glr_load_rows(&batch->counter[row + i * LANES]));
        }
        float(*rows)[GLR_BATCH_WIDTH] = &batch->raw[row];
        GLR_UNROLL
        for (uint32_t i = 0; i < BLOCKS_AT_ONCE; i++, rows += LANES) {
            store_block(rows, &block[i]);
        }
    }
}

/* A function that is there once, since compilers take long for copies, or that has a place on the stack only
   while it runs. */
#define OUT_OF_LINE static __attribute__((noinline))

/* From those words to values. `sampler` is a constant where this is inlined. */
GLR_FN void transform_words(glr_batch *batch, uint32_t first, uint32_t end, int sampler)
{
    for (uint32_t row = first; row < end; row += LANES) {
        glr_block block = load_block(&batch->raw[row]);
        glr_values values = glr_sample_block(&block, sampler);
        glr_store_rows(values.value, batch->raw[row]);
    }
}

OUT_OF_LINE void transform_normal(glr_batch *batch, uint32_t first, uint32_t end)
{
    transform_words(batch, first, end, GLR_SAMPLE_NORMAL);
}

OUT_OF_LINE void transform_bounded(const glr_plan *plan, glr_batch *batch, uint32_t first, uint32_t end)
{
    const glr_bounded bounded = plan->bounded;
    for (uint32_t row = first; row < end; row += LANES) {
        glr_block block = load_block(&batch->raw[row]);
        glr_values values = glr_bounded_block(&block, &bounded);
        glr_store_rows(values.value, batch->raw[row]);
    }
}

/* The words as they are, each row's in order. */
GLR_FN void order_words(glr_batch *batch, uint32_t first, uint32_t end)
{
    for (uint32_t row = first; row < end; row += LANES) {
        glr_block block = load_block(&batch->raw[row]);
        glr_values words;
        GLR_UNROLL
        for (int i = 0; i < GLR_BATCH_WIDTH; i++) {
            words.value[i] = glr_float_of(block.word[i]);
        }
        glr_store_rows(words.value, batch->raw[row]);
    }
}

/* The values of rows first to end - 1, of which nothing is rejected; `first` is a multiple of LANES. */
GLR_FN void transform_rows(const glr_plan *plan, glr_batch *batch, uint32_t first, uint32_t end)
{
    switch (plan->sampler) {
    case GLR_SAMPLE_UNIFORM: transform_words(batch, first, end, GLR_SAMPLE_UNIFORM); break;
    case GLR_SAMPLE_NORMAL: transform_normal(batch, first, end); break;
    case GLR_SAMPLE_BOUNDED_ICDF: transform_bounded(plan, batch, first, end); break;
    case GLR_SAMPLE_INDEX: order_words(batch, first, end); break;
    default: transform_words(batch, first, end, GLR_SAMPLE_ICDF);
    }
}

/* Lists are read a vector at a time, so the entries behind the last one must be counters, whichever. */
static void pad(row_list *list)
{
    for (uint32_t i = 0; i < LANES; i++) {
        list->counter[list->count + i] = 0;
    }
}

/* First pass: four candidates per row, from the words that draw_words left. Which rows have rejected ones is
   kept where their counters will be, and listed in a loop of its own, which keeps the first one's window
   free. */
GLR_FN void first_pass(glr_batch *batch, row_list *unfinished)
{
    uint32_t lane_rows[LANES];
    for (uint32_t lane = 0; lane < LANES; lane++) {
        lane_rows[lane] = lane;
    }
    const glr_u32 lane_row = glr_load_rows(lane_rows);
    uint32_t count = 0;
    for (uint32_t row = 0; row < batch->rows; row += LANES) {
        glr_block block = load_block(&batch->raw[row]);
        glr_values candidates = glr_normal_of_block(&block);
        glr_u32 rejected = glr_rejected_bit(candidates.value[0]) | glr_rejected_bit(candidates.value[1]) |
                           glr_rejected_bit(candidates.value[2]) | glr_rejected_bit(candidates.value[3]);
        glr_store_rows(candidates.value, batch->raw[row]);
        glr_store_u32(&unfinished->counter[row], rejected);
    }
    for (uint32_t row = 0; row < batch->rows; row += LANES) {
        count += glr_append_flagged(&unfinished->row[count], glr_load_u32(&unfinished->counter[row]),
                                    lane_row + row);
    }
    unfinished->count = count;
}

/* One candidate more for each listed row, from the first pair of words of its second block: the sine value
   or, where that is rejected, the cosine value. It takes the place of the row's counter. */
GLR_FN void fifth_candidates(const glr_plan *plan, const glr_batch *batch, row_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        list->counter[i] = batch->counter[list->row[i]] + 1;
    }
    pad(list);
    for (uint32_t i = 0; i < list->count; i += LANES) {
        glr_block block = block_at(plan, batch, glr_load_u32(&list->counter[i]));
        glr_sine_cosine pair = glr_box_muller(block.word[0], block.word[1]);
        glr_mask sine_rejected = glr_is_odd(glr_rejected_bit(pair.sine) >> 30);
        glr_store_f32(&list->counter[i], glr_select(sine_rejected, pair.cosine, pair.sine));
    }
}

/* Second pass: if a listed row lacked one value and its fifth candidate is kept, the row is finished;
   otherwise it stays in the list, its values to be drawn again. */
GLR_FN void second_pass(const glr_plan *plan, glr_batch *batch, row_list *list)
{
    uint32_t count = 0;
    fifth_candidates(plan, batch, list);
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t row = list->row[i], candidate = list->counter[i];
        uint32_t kept = glr_compact_row(batch->raw[row]);
        memcpy(&batch->raw[row][3], &candidate, sizeof candidate);
        list->row[count] = row;
        count += (kept < 3) | (candidate >> 30 & 1U);
    }
    list->count = count;
}

/* The candidates of LANES rows from their first two blocks, a row of eight for each. */
OUT_OF_LINE void eight_candidates(const glr_plan *plan, const glr_batch *batch, glr_u32 counter,
                                  float rows[LANES][8])
{
    for (uint32_t i = 0; i < 2; i++) {
        glr_block block = block_at(plan, batch, counter + i);
        glr_values candidates = glr_normal_of_block(&block);
        for (int j = 0; j < 4; j++) {
            float column[LANES];
            glr_store_f32(column, candidates.value[j]);
            for (int lane = 0; lane < LANES; lane++) {
                rows[lane][4 * i + (uint32_t)j] = column[lane];
            }
        }
    }
}

/* Makes of candidates, for bounds other than -2 and 2, what the third pass reads: bit 30 is set if one is
   rejected. It is a quarter of the candidate, whose own bit 30 is not set, since candidates end at 5.68. */
GLR_FN void flag_candidates(float *candidates, uint32_t count, const glr_interval *between)
{
    for (uint32_t i = 0; i < count; i += LANES) {
        const glr_f32 candidate = glr_load_f32(candidates + i);
        const glr_u32 outside = glr_outside_bit(candidate, between->lower, between->upper);
        glr_store_u32(candidates + i, glr_bits_of(candidate * 0.25f) | outside);
    }
}

/* Third pass: the first four kept of eight candidates; with `between`, NULL for (-2, 2), of flagged ones.
   Rows that still lack values stay in the list. */
OUT_OF_LINE void third_pass(const glr_plan *plan, glr_batch *batch, row_list *list,
                            const glr_interval *between)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i++) {
        list->counter[i] = batch->counter[list->row[i]];
    }
    pad(list);
    for (uint32_t i = 0; i < list->count; i += LANES) {
        float rows[LANES][8];
        eight_candidates(plan, batch, glr_load_u32(&list->counter[i]), rows);
        if (between != NULL) {
            flag_candidates(rows[0], 8 * LANES, between);
        }
        for (uint32_t lane = 0; lane < LANES && i + lane < list->count; lane++) {
            float *first = rows[lane], *second = rows[lane] + 4;
            uint32_t kept = glr_compact_row(first), more = glr_compact_row(second);
            for (uint32_t j = 0; kept < 4 && j < more; j++) {
                first[kept++] = second[j];
            }
            const uint32_t row = list->row[i + lane];
            memcpy(batch->raw[row], first, 4 * sizeof *first);
            list->row[count] = row;
            count += kept < 4;
        }
    }
    list->count = count;
}

/* Lists the rows of which a flagged candidate is rejected. */
GLR_FN void list_rejected(const glr_batch *batch, row_list *list)
{
    list->count = 0;
    for (uint32_t row = 0; row < batch->rows; row++) {
        uint32_t bits[4];
        memcpy(bits, batch->raw[row], sizeof bits);
        list->row[list->count] = row;
        list->count += (bits[0] | bits[1] | bits[2] | bits[3]) >> 30 & 1U;
    }
}

/* From quarters of standard deviations to values. */
GLR_FN void scale_quarters(const glr_plan *plan, glr_batch *batch)
{
    const glr_bounded bounded = plan->bounded;
    float *raw = batch->raw[0];
    for (uint32_t i = 0; i < batch->rows * GLR_GROUP_SIZE; i += LANES) {
        glr_store_f32(raw + i, glr_bounded_value(glr_load_f32(raw + i) * 4.0f, &bounded));
    }
}

/* Plain C draws from the start what the passes leave. */
GLR_FN void finish_rows(const glr_plan *plan, glr_batch *batch, const row_list *unfinished)
{
    for (uint32_t i = 0; i < unfinished->count; i++) {
        glr_cpu_sample_row(plan, batch, unfinished->row[i]);
    }
}

OUT_OF_LINE void sample_truncated(const glr_plan *plan, glr_batch *batch)
{
    row_list unfinished;
    draw_words(plan, batch);
    first_pass(batch, &unfinished);
    second_pass(plan, batch, &unfinished);
    third_pass(plan, batch, &unfinished, NULL);
    finish_rows(plan, batch, &unfinished);
}

OUT_OF_LINE void sample_bounded(const glr_plan *plan, glr_batch *batch)
{
    const glr_interval between = plan->bounded.between;
    row_list unfinished;
    draw_words(plan, batch);
    transform_normal(batch, 0, batch->rows);
    flag_candidates(batch->raw[0], batch->rows * GLR_GROUP_SIZE, &between);
    list_rejected(batch, &unfinished);
    third_pass(plan, batch, &unfinished, &between);
    scale_quarters(plan, batch);
    finish_rows(plan, batch, &unfinished);
}

GLR_FN void sample_f32(const glr_plan *plan, glr_batch *batch)
{
    switch (plan->sampler) {
    case GLR_SAMPLE_TRUNCATED: sample_truncated(plan, batch); break;
    case GLR_SAMPLE_BOUNDED: sample_bounded(plan, batch); break;
    default: draw_words(plan, batch); transform_rows(plan, batch, 0, batch->rows);
    }
}

#endif
