/* Descriptions of a fill: fans, standard deviation, bounds. */
#include "error.h"
#include "guest.h"
#include "make_plan.h"
#include "params.h"

#include <math.h>
#include <string.h>

static void describe_params(const glr_params *params, glr_summary *summary)
{
    switch (params->sampler) {
    case GLR_SAMPLE_UNIFORM:
        summary->mean = params->minval + (params->maxval - params->minval) / 2.0;
        summary->stddev = (params->maxval - params->minval) / sqrt(12.0);
        summary->lower = params->minval;
        summary->upper = params->maxval;
        return;
    case GLR_SAMPLE_NORMAL:
        summary->mean = params->shift;
        summary->stddev = params->scale;
        summary->lower = params->scale > 0.0 ? -INFINITY : params->shift;
        summary->upper = params->scale > 0.0 ? INFINITY : params->shift;
        return;
    case GLR_SAMPLE_TRUNCATED:
    case GLR_SAMPLE_ICDF:
        summary->mean = params->shift;
        summary->stddev = params->scale * GLR_TRUNCATED_STDDEV;
        summary->lower = params->shift - 2.0 * params->scale;
        summary->upper = params->shift + 2.0 * params->scale;
        return;
    default: summary->mean = summary->lower = summary->upper = params->shift; summary->stddev = 0.0;
    }
}

static glr_status describe(const glr_initializer *initializer, const glr_tensor *tensor, glr_summary *summary)
{
    if (initializer == NULL || tensor == NULL || summary == NULL) {
        return glr_fail_null(initializer == NULL ? "initializer" : tensor == NULL ? "tensor" : "summary");
    }
    glr_plan plan;
    uint64_t bytes;
    glr_params params;
    glr_status status = glr_make_plan(initializer, tensor, &plan, &bytes);
    if (status == GLR_OK) {
        status = glr_resolve_params(initializer, tensor, &params);
    }
    if (status != GLR_OK) {
        return status;
    }
    memset(summary, 0, sizeof *summary);
    summary->fan_in = (double)params.fans.in;
    summary->fan_out = (double)params.fans.out;
    describe_params(&params, summary);
    return GLR_OK;
}

glr_status glr_describe(const glr_initializer *initializer, const glr_tensor *tensor, glr_summary *summary)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, describe(initializer, tensor, summary));
}
