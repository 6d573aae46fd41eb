/* Timing by the device's events. Each round times cuMemsetD32Async, cuRAND and the case, so that what slows
   the device for longer than a round slows both sides of a ratio. */
#include "../statistics.h"
#include "glorand/cuda.h"
#include "gpu_case.h"

#include <stdlib.h>
#include <string.h>

typedef enum work { WORK_MEMSET, WORK_CURAND, WORK_FILL, WORKS } work;

#define MAX_ROUNDS 100

typedef struct timing {
    const gpu *g;
    const gpu_case *c;
    CUdeviceptr memory;
    int64_t stream; /* the next fill's: each draws another one, as the layers of a model do */
    uint64_t runs[WORKS];
    double seconds[WORKS][MAX_ROUNDS]; /* of one run */
} timing;

static bool enqueue(timing *t, work what)
{
    glr_initializer initializer = t->c->initializer;
    switch (what) {
    case WORK_MEMSET:
        return t->g->cuMemsetD32Async(t->memory, 0, (size_t)(t->c->bytes / 4), t->g->stream) == CUDA_SUCCESS;
    case WORK_CURAND: return curand_fill(t->memory, (size_t)(t->c->bytes / sizeof(float)));
    default:
        initializer.stream = t->stream++;
        return glr_cuda_fill(t->g->device, &initializer, &t->c->tensor, t->memory, t->c->room,
                             t->g->stream) == GLR_OK;
    }
}

/* Seconds that the device needs for some runs; negative if one of them failed. */
static double time_runs(timing *t, work what, uint64_t runs)
{
    float milliseconds = 0;
    bool done = t->g->cuEventRecord(t->g->start, t->g->stream) == CUDA_SUCCESS;
    for (uint64_t i = 0; done && i < runs; i++) {
        done = enqueue(t, what);
    }
    done = done && t->g->cuEventRecord(t->g->end, t->g->stream) == CUDA_SUCCESS &&
           t->g->cuEventSynchronize(t->g->end) == CUDA_SUCCESS &&
           t->g->cuEventElapsedTime(&milliseconds, t->g->start, t->g->end) == CUDA_SUCCESS;
    return done ? 1e-3 * (double)milliseconds + 1e-12 : -1;
}

/* Finds how many runs last long enough; the first of them also warms everything up. */
static bool calibrate(timing *t, work what, double min_seconds)
{
    uint64_t runs = 1;
    double seconds = time_runs(t, what, runs);
    while (seconds >= 0 && seconds < min_seconds && runs < 100000) {
        const double factor = 1.2 * min_seconds / seconds;
        runs = factor > 10 ? 10 * runs : (uint64_t)((double)runs * factor) + 1;
        seconds = time_runs(t, what, runs);
    }
    t->runs[what] = runs;
    return seconds >= 0;
}

static double median_of(const double *values, unsigned rounds)
{
    double sorted[MAX_ROUNDS];
    memcpy(sorted, values, rounds * sizeof *sorted);
    return bench_quantile(sorted, rounds, 0.5);
}

/* The median of how much faster the case's bytes are written than the other's. */
static double median_ratio(const timing *t, work other, unsigned rounds)
{
    double ratios[MAX_ROUNDS];
    for (unsigned i = 0; i < rounds; i++) {
        ratios[i] = t->seconds[other][i] / t->seconds[WORK_FILL][i];
    }
    return bench_quantile(ratios, rounds, 0.5);
}

static gpu_rates summarize(const timing *t, unsigned rounds, bool with_curand)
{
    const double bytes = (double)t->c->bytes, elements = (double)t->c->elements;
    const double seconds = median_of(t->seconds[WORK_FILL], rounds);
    gpu_rates rates = {.bytes_per_second = bytes / seconds, .values_per_second = elements / seconds};
    rates.memset_bytes_per_second = bytes / median_of(t->seconds[WORK_MEMSET], rounds);
    rates.to_memset = median_ratio(t, WORK_MEMSET, rounds);
    if (with_curand) {
        rates.curand_values_per_second = bytes / sizeof(float) / median_of(t->seconds[WORK_CURAND], rounds);
        rates.to_curand = median_ratio(t, WORK_CURAND, rounds) * elements / (bytes / (double)sizeof(float));
    }
    return rates;
}

bool gpu_measure(const gpu *g, const gpu_case *c, CUdeviceptr memory, unsigned rounds, double min_seconds,
                 bool with_curand, gpu_rates *rates)
{
    static timing t;
    memset(&t, 0, sizeof t);
    t.g = g;
    t.c = c;
    t.memory = memory;
    rounds = rounds > MAX_ROUNDS ? MAX_ROUNDS : rounds;
    for (work what = 0; what < WORKS; what++) {
        if ((what != WORK_CURAND || with_curand) && !calibrate(&t, what, min_seconds)) {
            return false;
        }
    }
    for (unsigned round = 0; round < rounds; round++) {
        for (work what = 0; what < WORKS; what++) {
            if (what == WORK_CURAND && !with_curand) {
                continue;
            }
            const double seconds = time_runs(&t, what, t.runs[what]);
            if (seconds < 0) {
                return false;
            }
            t.seconds[what][round] = seconds / (double)t.runs[what];
        }
    }
    *rates = summarize(&t, rounds, with_curand);
    return true;
}
