/* The self-check of opening a CPU. It takes some tens of microseconds. */
#include "kernel.h"

#include <string.h>

/* A vector and a half of the widest kernel, so that a ragged end is checked too. */
#define ROWS 24

static glr_plan check_plan(int sampler)
{
    glr_plan plan = {.sampler = sampler};
    glr_plan_set_key(&plan, glr_key_of_seed(0, 0));
    return plan;
}

static void draw(const glr_cpu_kernel *kernel, const glr_plan *plan, glr_batch *batch)
{
    memset(batch, 0, sizeof *batch);
    batch->rows = ROWS;
    batch->high[1] = (uint32_t)plan->base.high;
    batch->high[2] = (uint32_t)(plan->base.high >> 32);
    for (uint32_t row = 0; row < ROWS; row++) {
        batch->counter[row] = row * GLR_BLOCKS_PER_GROUP;
    }
    kernel->sample(plan, batch);
}

int glr_cpu_plain_is_right(void)
{
    /* tf.random.stateless_truncated_normal([8], seed=[0, 0]) of TensorFlow 2.21. */
    static const uint32_t known[8] = {0xbfd93869, 0xbef67702, 0xbf29885c, 0x3db232ec,
                                      0xbe8816ab, 0x3db93d91, 0xbf5a57ab, 0x3f38c4c1};
    glr_plan plan = check_plan(GLR_SAMPLE_TRUNCATED);
    glr_batch batch;
    draw(&glr_cpu_kernel_plain, &plan, &batch);
    return memcmp(batch.raw, known, sizeof known) == 0;
}

static int draws_as_plain(const glr_cpu_kernel *kernel, int sampler, glr_dtype dtype)
{
    glr_plan plan = check_plan(sampler);
    float drawn[ROWS][GLR_BATCH_WIDTH];
    glr_batch batch; /* one at a time: it is a quarter of the stack that there may be */
    plan.dtype = dtype;
    draw(kernel, &plan, &batch);
    memcpy(drawn, batch.raw, sizeof drawn);
    draw(&glr_cpu_kernel_plain, &plan, &batch);
    return memcmp(drawn, batch.raw, sizeof drawn) == 0;
}

/* A patch of rows, and a row beside it. */
#define PANEL_ROWS 5

/* Any numbers of which sums are rounded. */
static void set_rows(glr_stripe_row *rows, int count, double first)
{
    for (int i = 0; i < count; i++) {
        for (int c = 0; c < GLR_STRIPE_COLUMNS; c++) {
            rows[i].column[c] = first / (double)(1 + i * GLR_STRIPE_COLUMNS + c);
        }
    }
}

static int reflects_as_plain(const glr_cpu_kernel *kernel)
{
    glr_stripe_row vector[PANEL_ROWS], reflected[PANEL_ROWS], expected[PANEL_ROWS];
    glr_panel panel = {.vector = vector, .rows = PANEL_ROWS};
    set_rows(vector, PANEL_ROWS, 1.0);
    set_rows(panel.product, GLR_PANEL, 0.75);
    set_rows(reflected, PANEL_ROWS, -1.25);
    memcpy(expected, reflected, sizeof expected);
    for (int l = 0; l < GLR_PANEL; l++) {
        panel.factor[l] = 1.0 / (double)(l + 3);
    }
    kernel->reflect(&panel, reflected);
    glr_cpu_kernel_plain.reflect(&panel, expected);
    return memcmp(reflected, expected, sizeof expected) == 0;
}

int glr_cpu_kernel_agrees(const glr_cpu_kernel *kernel)
{
    int agrees = draws_as_plain(kernel, GLR_SAMPLE_INDEX, GLR_DTYPE_UINT32);
    for (int sampler = GLR_SAMPLE_UNIFORM; sampler <= GLR_SAMPLE_ICDF; sampler++) {
        agrees = agrees && draws_as_plain(kernel, sampler, GLR_DTYPE_FLOAT32) &&
                 draws_as_plain(kernel, sampler, GLR_DTYPE_FLOAT64);
    }
    return agrees && reflects_as_plain(kernel);
}
