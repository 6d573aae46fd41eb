#include "stages.h"

#include "cases.h"
#include "draw.h"
#include "list.h"

#include <stdio.h>

/* Stores alone; Philox and conversion; logarithm, sine, cosine and radius; rejections. icdf is uniform with
   the inverse of the distribution function. */
static const struct {
    const char *name;
    glr_kind kind;
    glr_method method;
} stages[] = {
    {"constant", GLR_KIND_CONSTANT, GLR_METHOD_RESAMPLE},
    {"random_uniform", GLR_KIND_RANDOM_UNIFORM, GLR_METHOD_RESAMPLE},
    {"random_normal", GLR_KIND_RANDOM_NORMAL, GLR_METHOD_RESAMPLE},
    {"resample", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_RESAMPLE},
    {"icdf", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_ICDF},
};

/* OpenCL draws in vectors on a CPU device, and on one lane, as on GPUs, where it is told to. */
static const struct {
    const char *suffix;
    glr_backend_kind backend;
    const char *force;
} forms[] = {
    {"/cpu", GLR_BACKEND_CPU, ""},
    {"/opencl", GLR_BACKEND_OPENCL, ""},
    {"/opencl-one-lane", GLR_BACKEND_OPENCL, "one-lane"},
};

enum { STAGES = sizeof stages / sizeof stages[0], FORMS = sizeof forms / sizeof forms[0] };

bool bench_list_stages(const bench_options *options, bench_list *list)
{
    static bench_draw draws[STAGES][FORMS];
    const uint64_t bytes = UINT64_C(1) << (options->quick ? 24 : 28);
    bench_group *group = bench_add_group(list, bytes, options->threads, BENCH_WRITTEN);
    if (group == NULL || !bench_add_yardsticks(group)) {
        return false;
    }
    for (size_t i = 0; i < STAGES; i++) {
        for (size_t k = 0; k < FORMS; k++) {
            draws[i][k] = (bench_draw){stages[i].name, stages[i].kind, stages[i].method, forms[k].backend,
                                       forms[k].force};
            if (!bench_add_draw(group, &draws[i][k], GLR_DTYPE_FLOAT32, options->isa, forms[k].suffix)) {
                return false;
            }
        }
    }
    bench_select_cases(options, group);
    return true;
}
