/* The float64 samplers on vectors. A vector of 64-bit lanes is half as wide as one of words, so every draw of
   words gives two: the lanes of even rows, and of odd ones. Rejection goes as for float32, with one pass
   less: the first block is enough for 91 % of the rows, a second one all but 0.4 %, and plain C the rest. */
#ifndef GLR_CPU_VECTOR_F64_H
#define GLR_CPU_VECTOR_F64_H

#include "vector_f32.h"

/* The value of two words between bounds. */
OUT_OF_LINE glr_f64 bounded_value_f64(const glr_plan *plan, glr_u64 low, glr_u64 high)
{
    const glr_bounded_f64 bounded = plan->bounded_f64;
    return glr_bounded_value_f64(glr_icdf_bounded_f64(bounded.icdf, low, high), &bounded);
}

/* What the sampler makes of words, of which nothing is rejected. */
GLR_FN glr_f64_pair transform_words_f64(const glr_plan *plan, const glr_u64 word[4], int sampler)
{
    if (sampler != GLR_SAMPLE_BOUNDED_ICDF) {
        return glr_sample_words_f64(sampler, word);
    }
    glr_f64_pair values;
    values.first = bounded_value_f64(plan, word[0], word[1]);
    values.second = bounded_value_f64(plan, word[2], word[3]);
    return values;
}

/* Of LANES rows, what the sampler makes of the blocks that begin at some counters: a row of two each. */
GLR_FN void draw_rows_f64(const glr_plan *plan, const glr_batch *batch, glr_u32 counter, int sampler,
                          double rows[LANES][2])
{
    glr_wide_block block =
        glr_philox_wide(counter, batch->high[0], batch->high[1], batch->high[2], &plan->keys);
    glr_f64 first[GLR_WORD_PARTS], second[GLR_WORD_PARTS];
    GLR_UNROLL
    for (int part = 0; part < GLR_WORD_PARTS; part++) {
        glr_u64 word[4];
        for (int i = 0; i < 4; i++) {
            word[i] = glr_word_part(block.word[i], part);
        }
        glr_f64_pair values = transform_words_f64(plan, word, sampler);
        first[part] = values.first;
        second[part] = values.second;
    }
    glr_store_rows_f64(first, second, rows[0]);
}

/* The values of every row from its first block. `sampler` is a constant where this is inlined. */
GLR_FN void draw_batch_f64(const glr_plan *plan, glr_batch *batch, int sampler)
{
    for (uint32_t row = 0; row < batch->rows; row += LANES) {
        double rows[LANES][2];
        draw_rows_f64(plan, batch, glr_load_u32(&batch->counter[row]), sampler, rows);
        memcpy(batch->raw[row], rows, sizeof rows);
    }
}

/* Whether a candidate is kept: one that lies in (-2, 2) does not have bit 62. */
GLR_FN uint32_t is_kept(const double *candidate)
{
    uint64_t bits;
    memcpy(&bits, candidate, sizeof bits);
    return (uint32_t)(bits >> 62 & 1U) ^ 1U;
}

/* Lists the rows of which a candidate was rejected, with the counters of their second blocks. */
GLR_FN void list_rejected_f64(const glr_batch *batch, row_list *list)
{
    list->count = 0;
    for (uint32_t row = 0; row < batch->rows; row++) {
        double pair[2];
        memcpy(pair, batch->raw[row], sizeof pair);
        list->row[list->count] = row;
        list->counter[list->count] = batch->counter[row] + 1;
        list->count += (is_kept(&pair[0]) & is_kept(&pair[1])) ^ 1U;
    }
    pad(list);
}

/* The first two kept of a row's two candidates and two more; false if they are fewer. */
GLR_FN int finish_f64(float row[GLR_BATCH_WIDTH], const double more[2])
{
    double candidates[4], kept[5];
    uint32_t count = 0;
    memcpy(candidates, row, 2 * sizeof *candidates);
    memcpy(candidates + 2, more, 2 * sizeof *candidates);
    for (int i = 0; i < 4; i++) {
        kept[count] = candidates[i];
        count += is_kept(&candidates[i]);
    }
    memcpy(row, kept, 2 * sizeof *kept);
    return count >= 2;
}

/* Makes of candidates what is_kept reads, as flag_candidates. */
GLR_FN void flag_candidates_f64(void *candidates, uint32_t count, const glr_interval_f64 *between)
{
    const glr_f64 lower = glr_splat_f64(between->lower), upper = glr_splat_f64(between->upper);
    for (uint32_t i = 0; i < count; i += GLR_LANES_F64) {
        char *at = (char *)candidates + i * sizeof(double);
        const glr_f64 candidate = glr_load_f64(at);
        const glr_f64 excess = glr_max_f64(lower - candidate, candidate - upper);
        const glr_u64 outside = ((glr_bits_of_f64(excess) >> 63) ^ 1U) << 62;
        glr_store_f64(at, glr_f64_of(glr_bits_of_f64(candidate * 0.25) | outside));
    }
}

/* From quarters of standard deviations to values. */
GLR_FN void scale_quarters_f64(const glr_plan *plan, glr_batch *batch)
{
    const glr_bounded_f64 bounded = plan->bounded_f64;
    char *raw = (char *)batch->raw;
    for (uint32_t i = 0; i < batch->rows * GLR_GROUP_SIZE_F64; i += GLR_LANES_F64) {
        void *at = raw + i * sizeof(double);
        glr_store_f64(at, glr_bounded_value_f64(glr_load_f64(at) * 4.0, &bounded));
    }
}

/* Draws on the listed rows; those that still lack values stay in the list. */
GLR_FN void draw_on_f64(const glr_plan *plan, glr_batch *batch, row_list *list,
                        const glr_interval_f64 *between)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < list->count; i += LANES) {
        double rows[LANES][2];
        draw_rows_f64(plan, batch, glr_load_u32(&list->counter[i]), GLR_SAMPLE_NORMAL, rows);
        if (between != NULL) {
            flag_candidates_f64(rows, 2 * LANES, between);
        }
        for (uint32_t lane = 0; lane < LANES && i + lane < list->count; lane++) {
            const uint32_t row = list->row[i + lane];
            list->row[count] = row;
            count += !finish_f64(batch->raw[row], rows[lane]);
        }
    }
    list->count = count;
}

/* Plain C draws from the start what is left. */
OUT_OF_LINE void sample_truncated_f64(const glr_plan *plan, glr_batch *batch, const glr_interval_f64 *between)
{
    row_list list;
    draw_batch_f64(plan, batch, GLR_SAMPLE_NORMAL);
    if (between != NULL) {
        flag_candidates_f64(batch->raw, batch->rows * GLR_GROUP_SIZE_F64, between);
    }
    list_rejected_f64(batch, &list);
    draw_on_f64(plan, batch, &list, between);
    if (between != NULL) {
        scale_quarters_f64(plan, batch);
    }
    for (uint32_t i = 0; i < list.count; i++) {
        glr_cpu_sample_row_f64(plan, batch, list.row[i]);
    }
}

GLR_FN void sample_f64(const glr_plan *plan, glr_batch *batch)
{
    switch (plan->sampler) {
    case GLR_SAMPLE_TRUNCATED: sample_truncated_f64(plan, batch, NULL); break;
    case GLR_SAMPLE_BOUNDED: sample_truncated_f64(plan, batch, &plan->bounded_f64.between); break;
    case GLR_SAMPLE_BOUNDED_ICDF: draw_batch_f64(plan, batch, GLR_SAMPLE_BOUNDED_ICDF); break;
    case GLR_SAMPLE_UNIFORM: draw_batch_f64(plan, batch, GLR_SAMPLE_UNIFORM); break;
    case GLR_SAMPLE_NORMAL: draw_batch_f64(plan, batch, GLR_SAMPLE_NORMAL); break;
    default: draw_batch_f64(plan, batch, GLR_SAMPLE_ICDF);
    }
}

#endif
