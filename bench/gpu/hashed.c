#include "api/make_plan.h"
#include "conditions.h"
#include "glorand/cuda.h"
#include "gpu_case.h"
#include "hashes/cases.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define FILLER 0xa5U

/* Finds the first element of a part that differs, run by run; false if only gaps do. */
static bool find_difference(const glr_plan *plan, const unsigned char *drawn, const unsigned char *expected,
                            uint64_t *index, uint64_t *offset)
{
    const uint64_t size = glr_dtype_size(plan->dtype);
    for (uint64_t i = 0; i < plan->count; i++) {
        const glr_run_start start = glr_run_at(&plan->runs, i / plan->runs.length);
        const uint64_t within = i % plan->runs.length;
        *index = start.index + within;
        *offset = (start.offset + within * plan->runs.stride) * size;
        if (memcmp(drawn + *offset, expected + *offset, (size_t)size) != 0) {
            return true;
        }
    }
    return false;
}

static void print_difference(const gpu *g, const hash_case *one, const unsigned char *drawn,
                             const unsigned char *expected, FILE *details)
{
    glr_plan plan;
    uint64_t bytes, index, offset, got = 0, wanted = 0;
    if (ftell(details) > GPU_DETAILS ||
        glr_make_plan(&one->initializer, &one->tensor, &plan, &bytes) != GLR_OK) {
        return;
    }
    glr_seed_plan(&one->initializer, &plan);
    if (!find_difference(&plan, drawn, expected, &index, &offset)) {
        (void)fprintf(details, "%s: a gap was written\n\n", one->name);
        return;
    }
    memcpy(&got, drawn + offset, (size_t)glr_dtype_size(plan.dtype));
    memcpy(&wanted, expected + offset, (size_t)glr_dtype_size(plan.dtype));
    (void)fprintf(details,
                  "%s, seed %" PRId64 ", stream %" PRId64 "\nelement %" PRIu64 ", at byte %" PRIu64
                  " of the destination: drawn 0x%" PRIx64 ", expected 0x%" PRIx64 "\n",
                  one->name, one->initializer.seed, one->initializer.stream, index, offset, got, wanted);
    gpu_explain(g, &plan, index, details);
}

/* Draws a case on both, into memory of which all bytes are FILLER; false, and why, if it differs or a fill
 * failed. */
static bool draw(const gpu *g, const hash_case *one, CUdeviceptr memory, unsigned char *host[2],
                 uint64_t bytes, FILE *details, char why[GPU_REASON])
{
    memset(host[1], (int)FILLER, (size_t)bytes);
    if (g->cuMemsetD32Async(memory, 0x01010101U * FILLER, (size_t)(bytes / 4 + 1), g->stream) !=
            CUDA_SUCCESS ||
        glr_cuda_fill(g->device, &one->initializer, &one->tensor, memory, bytes, g->stream) != GLR_OK ||
        !gpu_read(g, host[0], memory, (size_t)bytes) ||
        glr_fill(g->cpu, &one->initializer, &one->tensor, host[1], bytes) != GLR_OK) {
        (void)snprintf(why, GPU_REASON, "%s: a fill failed: %s", one->name, glr_last_error());
        return false;
    }
    if (memcmp(host[0], host[1], (size_t)bytes) != 0) {
        (void)snprintf(why, GPU_REASON, "%s differs", one->name);
        print_difference(g, one, host[0], host[1], details);
        return false;
    }
    return true;
}

/* A case that the device must refuse by the initializer's name. */
static outcome refuse(const gpu *g, const hash_case *one, char why[GPU_REASON])
{
    const glr_status status = glr_cuda_fill(g->device, &one->initializer, &one->tensor, 0, 0, g->stream);
    if (status == GLR_ERROR_UNSUPPORTED &&
        strstr(glr_last_error(), glr_kind_name(one->initializer.kind)) != NULL) {
        return OUTCOME_EQUAL;
    }
    (void)snprintf(why, GPU_REASON, "%s: is not refused: %s", one->name, glr_last_error());
    return OUTCOME_DIFFERENT;
}

static outcome draw_alone(const gpu *g, const hash_case *one, FILE *details, char why[GPU_REASON])
{
    CUdeviceptr memory = 0;
    uint64_t bytes = 0;
    bool is_fine = false;
    if (hash_case_is_of_cpu(one)) {
        return refuse(g, one, why);
    }
    if (glr_tensor_extent(&one->tensor, NULL, &bytes) != GLR_OK || bytes == 0) {
        return OUTCOME_EQUAL; /* an empty part */
    }
    unsigned char *host[2] = {malloc((size_t)bytes), malloc((size_t)bytes)};
    if (host[0] == NULL || host[1] == NULL || g->cuMemAlloc_v2(&memory, (size_t)bytes + 4) != CUDA_SUCCESS) {
        (void)snprintf(why, GPU_REASON, "%s: out of memory", one->name);
    } else {
        is_fine = draw(g, one, memory, host, bytes, details, why);
    }
    (void)(memory != 0 ? g->cuMemFree_v2(memory) : CUDA_SUCCESS);
    free(host[0]);
    free(host[1]);
    return is_fine ? OUTCOME_EQUAL : OUTCOME_DIFFERENT;
}

outcome hashed_fills(const gpu *g, const effort *e, FILE *details, char why[GPU_REASON])
{
    static hash_case cases[MAX_HASH_CASES];
    const size_t count = hash_cases(cases);
    outcome result = OUTCOME_EQUAL;
    (void)e;
    for (size_t i = 0; i < count; i++) {
        if (draw_alone(g, &cases[i], details, why) != OUTCOME_EQUAL) {
            result = OUTCOME_DIFFERENT;
        }
    }
    return result;
}
