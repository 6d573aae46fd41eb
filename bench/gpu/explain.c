/* Computed by the core, on one lane, block by block; docs/stream.md has the definitions. */
#include "gpu_case.h"

#include <inttypes.h>
#include <string.h>

/* A group while it is drawn. */
typedef struct group {
    FILE *out;
    const glr_plan *plan;
    bool is_f64, rejects;
    double lower, upper;                  /* of candidates, if some are rejected */
    uint64_t number, first_block, blocks; /* that it owns */
    unsigned size, place;                 /* elements, and which of them is asked for */
    unsigned kept;
    double taken;
} group;

static group group_of(FILE *out, const glr_plan *plan, uint64_t index)
{
    group g = {.out = out, .plan = plan};
    g.is_f64 = plan->dtype == GLR_DTYPE_FLOAT64;
    g.rejects = plan->sampler == GLR_SAMPLE_TRUNCATED || plan->sampler == GLR_SAMPLE_BOUNDED;
    if (plan->sampler == GLR_SAMPLE_TRUNCATED) {
        g.lower = -2.0;
        g.upper = 2.0;
    } else if (g.is_f64) {
        g.lower = plan->bounded_f64.between.lower;
        g.upper = plan->bounded_f64.between.upper;
    } else {
        g.lower = (double)plan->bounded.between.lower;
        g.upper = (double)plan->bounded.between.upper;
    }
    g.size = g.is_f64 ? GLR_GROUP_SIZE_F64 : GLR_GROUP_SIZE;
    g.number = index / g.size;
    g.place = (unsigned)(index % g.size);
    g.blocks = !g.rejects ? 1 : g.is_f64 ? GLR_BLOCKS_PER_GROUP_F64 : GLR_BLOCKS_PER_GROUP;
    g.first_block = g.number * g.blocks;
    return g;
}

/* A candidate, in float32 or float64: kept if nothing is rejected, or if it lies between the bounds. */
static void add_candidate(group *g, double candidate, const char *separator)
{
    const bool is_kept = !g->rejects || (candidate > g->lower && candidate < g->upper);
    const bool is_wanted = is_kept && g->kept < g->size;
    const bool is_taken = is_wanted && g->kept == g->place;
    (void)fprintf(g->out, "%s%a%s", separator, candidate,
                  is_taken    ? " (taken)"
                  : !is_kept  ? " (rejected)"
                  : is_wanted ? ""
                              : " (not needed)");
    g->taken = is_taken ? candidate : g->taken;
    g->kept += is_wanted ? 1U : 0U;
}

/* The candidates of a block, not scaled. */
static void draw_block(const group *g, const glr_block *words, double candidates[GLR_GROUP_SIZE])
{
    const int sampler = g->rejects ? GLR_SAMPLE_NORMAL : g->plan->sampler;
    const bool has_bounds = sampler == GLR_SAMPLE_BOUNDED_ICDF;
    const glr_u64 word[4] = {words->word[0], words->word[1], words->word[2], words->word[3]};
    if (g->is_f64) {
        glr_f64_pair pair;
        if (has_bounds) {
            pair.first = glr_icdf_bounded_f64(g->plan->bounded_f64.icdf, word[0], word[1]);
            pair.second = glr_icdf_bounded_f64(g->plan->bounded_f64.icdf, word[2], word[3]);
        } else {
            pair = glr_sample_words_f64(sampler, word);
        }
        candidates[0] = pair.first;
        candidates[1] = pair.second;
        return;
    }
    const glr_values four = glr_sample_block(words, has_bounds ? GLR_SAMPLE_NORMAL : sampler);
    for (int i = 0; i < GLR_GROUP_SIZE; i++) {
        candidates[i] =
            (double)(has_bounds ? glr_icdf_bounded(g->plan->bounded.icdf, words->word[i]) : four.value[i]);
    }
}

static void add_block(group *g, uint64_t block)
{
    const glr_counter at = glr_counter_at(g->plan->base, g->first_block + block);
    const glr_block words = glr_block_at(at, &g->plan->keys);
    (void)fprintf(
        g->out,
        "block %" PRIu64 ", counter 0x%016" PRIx64 "%016" PRIx64 ": words 0x%08x 0x%08x 0x%08x 0x%08x\n",
        g->first_block + block, at.high, at.low, words.word[0], words.word[1], words.word[2], words.word[3]);
    (void)fprintf(g->out, "  candidates");
    double candidates[GLR_GROUP_SIZE];
    draw_block(g, &words, candidates);
    for (unsigned i = 0; i < g->size; i++) {
        add_candidate(g, candidates[i], i == 0 ? " " : ", ");
    }
    (void)fprintf(g->out, "\n");
}

/* The value that the candidate which is taken becomes. */
static double scaled(const group *g)
{
    const glr_plan *plan = g->plan;
    if (!glr_is_bounded(plan->sampler)) {
        (void)fprintf(g->out, "%a times %a plus %a", g->taken,
                      g->is_f64 ? plan->scale_f64 : (double)plan->scale,
                      g->is_f64 ? plan->shift_f64 : (double)plan->shift);
        return g->is_f64 ? glr_scaled_f64(g->taken, plan->scale_f64, plan->shift_f64)
                         : (double)glr_scaled((float)g->taken, plan->scale, plan->shift);
    }
    const glr_bounded *b = &plan->bounded;
    const glr_bounded_f64 *b64 = &plan->bounded_f64;
    (void)fprintf(g->out, "%a times %a plus %a, from %a to %a,", g->taken,
                  g->is_f64 ? b64->scale : (double)b->scale, g->is_f64 ? b64->shift : (double)b->shift,
                  g->is_f64 ? b64->least : (double)b->least, g->is_f64 ? b64->greatest : (double)b->greatest);
    return g->is_f64 ? glr_bounded_value_f64(g->taken, b64) : (double)glr_bounded_value((float)g->taken, b);
}

static uint64_t finish(const group *g)
{
    const double value = scaled(g);
    uint64_t bits;
    if (g->is_f64) {
        memcpy(&bits, &value, sizeof bits);
    } else {
        bits = glr_code_of((float)value, (uint32_t)g->plan->dtype);
    }
    (void)fprintf(g->out, " is %a, in %s 0x%" PRIx64 "\n", value, glr_dtype_name(g->plan->dtype), bits);
    return bits;
}

uint64_t explain(FILE *out, const glr_plan *plan, uint64_t index)
{
    if (plan->sampler == GLR_SAMPLE_CONSTANT) {
        uint64_t bits = 0;
        memcpy(&bits, plan->constant, (size_t)glr_dtype_size(plan->dtype));
        (void)fprintf(out, "a constant, in %s 0x%" PRIx64 "\n", glr_dtype_name(plan->dtype), bits);
        return bits;
    }
    if (plan->sampler == GLR_SAMPLE_INDEX) {
        (void)fprintf(out, "a law of the index, which draws nothing\n");
        return 0;
    }
    group g = group_of(out, plan, index);
    (void)fprintf(out, "key 0x%08x 0x%08x, base counter 0x%016" PRIx64 "%016" PRIx64 "\n",
                  plan->keys.word[0][0], plan->keys.word[0][1], plan->base.high, plan->base.low);
    (void)fprintf(out, "group %" PRIu64 ", place %u of %u\n", g.number, g.place, g.size);
    for (uint64_t block = 0; block < g.blocks && g.kept <= g.place; block++) {
        add_block(&g, block);
    }
    return finish(&g);
}
