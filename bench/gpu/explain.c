/* Computed by the core, on one lane, block by block; docs/stream.md has the definitions. */
#include "gpu_case.h"

#include <inttypes.h>
#include <string.h>

/* A group while it is drawn. */
typedef struct group {
    FILE *out;
    const glr_plan *plan;
    bool is_f64, rejects;
    uint64_t number, first_block, blocks; /* that it owns */
    unsigned size, place;                 /* elements, and which of them is asked for */
    unsigned kept;
    double taken;
} group;

static group group_of(FILE *out, const glr_plan *plan, uint64_t index)
{
    group g = {.out = out, .plan = plan};
    g.is_f64 = plan->dtype == GLR_DTYPE_FLOAT64;
    g.rejects = plan->sampler == GLR_SAMPLE_TRUNCATED;
    g.size = g.is_f64 ? GLR_GROUP_SIZE_F64 : GLR_GROUP_SIZE;
    g.number = index / g.size;
    g.place = (unsigned)(index % g.size);
    g.blocks = !g.rejects ? 1 : g.is_f64 ? GLR_BLOCKS_PER_GROUP_F64 : GLR_BLOCKS_PER_GROUP;
    g.first_block = g.number * g.blocks;
    return g;
}

/* A candidate, in float32 or float64: kept if nothing is rejected, or if it lies in (-2, 2). */
static void add_candidate(group *g, double candidate, const char *separator)
{
    const bool is_kept = !g->rejects || (candidate > -2.0 && candidate < 2.0);
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

static void add_block(group *g, uint64_t block)
{
    const glr_counter at = glr_counter_at(g->plan->base, g->first_block + block);
    const glr_block words = glr_block_at(at, &g->plan->keys);
    (void)fprintf(
        g->out,
        "block %" PRIu64 ", counter 0x%016" PRIx64 "%016" PRIx64 ": words 0x%08x 0x%08x 0x%08x 0x%08x\n",
        g->first_block + block, at.high, at.low, words.word[0], words.word[1], words.word[2], words.word[3]);
    (void)fprintf(g->out, "  candidates");
    if (g->is_f64) {
        const glr_f64_pair pair =
            glr_sample_block_f64(g->rejects ? GLR_SAMPLE_NORMAL : g->plan->sampler, at, &g->plan->keys);
        add_candidate(g, pair.first, " ");
        add_candidate(g, pair.second, ", ");
    } else {
        const glr_values four = glr_sample_block(&words, g->plan->sampler);
        for (int i = 0; i < GLR_GROUP_SIZE; i++) {
            add_candidate(g, (double)four.value[i], i == 0 ? " " : ", ");
        }
    }
    (void)fprintf(g->out, "\n");
}

static uint64_t finish(const group *g)
{
    const glr_plan *plan = g->plan;
    uint64_t bits;
    if (g->is_f64) {
        const double value = glr_scaled_f64(g->taken, plan->scale_f64, plan->shift_f64);
        (void)fprintf(g->out, "%a times %a plus %a is %a", g->taken, plan->scale_f64, plan->shift_f64, value);
        memcpy(&bits, &value, sizeof bits);
    } else {
        const float value = glr_scaled((float)g->taken, plan->scale, plan->shift);
        (void)fprintf(g->out, "%a times %a plus %a is %a", g->taken, (double)plan->scale, (double)plan->shift,
                      (double)value);
        bits = glr_code_of(value, (uint32_t)plan->dtype);
    }
    (void)fprintf(g->out, ", in %s 0x%" PRIx64 "\n", glr_dtype_name(plan->dtype), bits);
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
    group g = group_of(out, plan, index);
    (void)fprintf(out, "key 0x%08x 0x%08x, base counter 0x%016" PRIx64 "%016" PRIx64 "\n",
                  plan->keys.word[0][0], plan->keys.word[0][1], plan->base.high, plan->base.low);
    (void)fprintf(out, "group %" PRIu64 ", place %u of %u\n", g.number, g.place, g.size);
    for (uint64_t block = 0; block < g.blocks && g.kept <= g.place; block++) {
        add_block(&g, block);
    }
    return finish(&g);
}
