/* Descriptions of a fill: fans, standard deviation, bounds. */
#include "error.h"
#include "guest.h"
#include "make_plan.h"
#include "numbers.h"

#include <math.h>
#include <string.h>

static void describe_numbers(const glr_numbers *numbers, glr_summary *summary)
{
    switch (numbers->sampler) {
    case GLR_SAMPLE_UNIFORM:
        summary->mean = numbers->minval + (numbers->maxval - numbers->minval) / 2.0;
        summary->stddev = (numbers->maxval - numbers->minval) / sqrt(12.0);
        summary->lower = numbers->minval;
        summary->upper = numbers->maxval;
        return;
    case GLR_SAMPLE_NORMAL:
        summary->mean = numbers->shift;
        summary->stddev = numbers->scale;
        summary->lower = numbers->scale > 0.0 ? -INFINITY : numbers->shift;
        summary->upper = numbers->scale > 0.0 ? INFINITY : numbers->shift;
        return;
    case GLR_SAMPLE_TRUNCATED:
    case GLR_SAMPLE_ICDF:
        summary->mean = numbers->shift;
        summary->stddev = numbers->scale * GLR_TRUNCATED_STDDEV;
        summary->lower = numbers->shift - 2.0 * numbers->scale;
        summary->upper = numbers->shift + 2.0 * numbers->scale;
        return;
    default: summary->mean = summary->lower = summary->upper = numbers->shift; summary->stddev = 0.0;
    }
}

static glr_status describe(const glr_initializer *initializer, const glr_tensor *tensor, glr_summary *summary)
{
    if (initializer == NULL || tensor == NULL || summary == NULL) {
        return glr_fail_null(initializer == NULL ? "initializer" : tensor == NULL ? "tensor" : "summary");
    }
    glr_plan plan;
    uint64_t bytes;
    glr_numbers numbers;
    glr_status status = glr_make_plan(initializer, tensor, &plan, &bytes);
    if (status == GLR_OK) {
        status = glr_resolve_numbers(initializer, tensor, &numbers);
    }
    if (status != GLR_OK) {
        return status;
    }
    memset(summary, 0, sizeof *summary);
    summary->fan_in = (double)numbers.fans.in;
    summary->fan_out = (double)numbers.fans.out;
    describe_numbers(&numbers, summary);
    return GLR_OK;
}

glr_status glr_describe(const glr_initializer *initializer, const glr_tensor *tensor, glr_summary *summary)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, describe(initializer, tensor, summary));
}
