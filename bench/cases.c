#include "bench.h"
#include "peer.h"

#include <stdio.h>
#include <string.h>

static const bench_draw draws[] = {
    {"resample", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_RESAMPLE, BENCH_2S, GLR_BACKEND_AUTO, NULL},
    {"icdf", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_ICDF, BENCH_2S, GLR_BACKEND_AUTO, NULL},
    {"random_normal", GLR_KIND_RANDOM_NORMAL, GLR_METHOD_RESAMPLE, BENCH_2S, GLR_BACKEND_AUTO, NULL},
    {"random_uniform", GLR_KIND_RANDOM_UNIFORM, GLR_METHOD_RESAMPLE, BENCH_2S, GLR_BACKEND_AUTO, NULL},
    {"resample-3s", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_RESAMPLE, BENCH_3S, GLR_BACKEND_AUTO, NULL},
    {"icdf-3s", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_ICDF, BENCH_3S, GLR_BACKEND_AUTO, NULL},
    {"resample-values", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_RESAMPLE, BENCH_VALUES, GLR_BACKEND_AUTO, NULL},
    {"icdf-values", GLR_KIND_TRUNCATED_NORMAL, GLR_METHOD_ICDF, BENCH_VALUES, GLR_BACKEND_AUTO, NULL},
};

static const glr_dtype dtypes[] = {
    GLR_DTYPE_FLOAT32, GLR_DTYPE_BFLOAT16,      GLR_DTYPE_FLOAT16,
    GLR_DTYPE_FLOAT64, GLR_DTYPE_FLOAT8_E4M3FN, GLR_DTYPE_FLOAT8_E5M2,
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Contents of a group, as a set. */
enum {
    SWEEP = 1,     /* normals, truncated or not, in float32 and bfloat16, uniforms in float32 */
    MATRIX = 2,    /* each method in each dtype */
    TRUNCATED = 4, /* truncated normals in float32 */
    SLICES = 8,    /* truncated normals in float32, of columns of a matrix */
    SETS = 16,     /* truncated normals in float32 with the other instruction sets that there are */
    FAST_PEERS = 32,
    SLOW_PEERS = 64, /* those that would take seconds for each run of a large group */
    BOUNDED = 128 /* normals truncated between other bounds, in float32 and bfloat16, which peers.py measures,
                     too */
};

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static const struct {
    uint64_t bytes;
    bench_source source;
    int content, quick_content; /* nothing: the group is left out */
} plan[] = {
    {4 * KIB, BENCH_WRITTEN, SWEEP, SWEEP},
    {64 * KIB, BENCH_WRITTEN, SWEEP, 0},
    {1 * MIB, BENCH_WRITTEN, SWEEP, MATRIX | SLICES},
    {16 * MIB, BENCH_WRITTEN, MATRIX | SLICES | SETS | FAST_PEERS | SLOW_PEERS | BOUNDED,
     SWEEP | FAST_PEERS | SLOW_PEERS | BOUNDED},
    {256 * MIB, BENCH_WRITTEN, SWEEP | FAST_PEERS | BOUNDED, 0},
    {256 * MIB, BENCH_FRESH, TRUNCATED, 0},
    {256 * MIB, BENCH_FRESH_HUGE, TRUNCATED, 0},
    {1 * GIB, BENCH_WRITTEN, SWEEP, 0},
    {4 * GIB, BENCH_WRITTEN, TRUNCATED, 0},
};

static bool add_yardstick(bench_group *group, const char *name, const bench_engine *engine)
{
    bench_case *c = bench_add_case(group, name, "float32", sizeof(float), "");
    if (c == NULL) {
        return false;
    }
    c->role = BENCH_YARDSTICK;
    c->engine = engine;
    return true;
}

/* A case of glorand; width and strided as in bench_case. */
static bool add_draw(bench_group *group, const bench_draw *draw, glr_dtype dtype, const char *isa,
                     const char *suffix, uint32_t width, bool strided)
{
    bench_case *c =
        bench_add_case(group, draw->name, glr_dtype_name(dtype), (uint32_t)glr_dtype_size(dtype), suffix);
    if (c == NULL) {
        return false;
    }
    c->role = BENCH_GLORAND;
    const glr_backend_kind backend = bench_backend_of(draw);
    const bool is_cpu = backend == GLR_BACKEND_CPU || backend == GLR_BACKEND_AUTO;
    c->isa = is_cpu ? isa : "";
    c->backend = glr_backend_name(is_cpu ? GLR_BACKEND_CPU : backend);
    c->truncates = draw->kind == GLR_KIND_TRUNCATED_NORMAL;
    c->run_length = width;
    c->strided = strided;
    c->engine = &bench_glorand;
    c->settings = draw;
    return true;
}

static bool add_yardsticks(bench_group *group)
{
    return add_yardstick(group, "memset", &bench_memset) &&
           add_yardstick(group, "streaming_stores", &bench_streaming_stores);
}

static bool is_wanted(int content, const bench_draw *draw, glr_dtype dtype)
{
    bool truncated = draw->kind == GLR_KIND_TRUNCATED_NORMAL;
    if (draw->bounds != BENCH_2S) {
        return (content & BOUNDED) != 0 && (dtype == GLR_DTYPE_FLOAT32 || dtype == GLR_DTYPE_BFLOAT16);
    }
    if (content & MATRIX) {
        return true;
    }
    if (content & SWEEP) {
        return dtype == GLR_DTYPE_FLOAT32 ||
               (draw->kind != GLR_KIND_RANDOM_UNIFORM && dtype == GLR_DTYPE_BFLOAT16);
    }
    return (content & TRUNCATED) != 0 && truncated && dtype == GLR_DTYPE_FLOAT32;
}

static bool add_tensors(bench_group *group, int content, const char *isa)
{
    for (size_t i = 0; i < COUNT(draws); i++) {
        for (size_t k = 0; k < COUNT(dtypes); k++) {
            if (is_wanted(content, &draws[i], dtypes[k]) &&
                !add_draw(group, &draws[i], dtypes[k], isa, "", 0, false)) {
                return false;
            }
        }
    }
    return true;
}

static bool add_slices(bench_group *group, const char *isa)
{
    static const uint32_t widths[] = {64, 256};
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < COUNT(widths); k++) {
            for (int strided = 0; strided < 2; strided++) {
                char suffix[40];
                (void)snprintf(suffix, sizeof suffix, "/columns%u-%s", (unsigned)widths[k],
                               strided ? "strided" : "packed");
                if (!add_draw(group, &draws[i], GLR_DTYPE_FLOAT32, isa, suffix, widths[k], strided != 0)) {
                    return false;
                }
            }
        }
    }
    return true;
}

/* The instruction sets below the one that the run uses. */
static bool add_other_sets(bench_group *group, const char *isa)
{
    bool below = false;
    for (size_t k = 0; bench_isa_name(k) != NULL; k++) {
        const char *other = bench_isa_name(k);
        char suffix[40];
        (void)snprintf(suffix, sizeof suffix, "/%s", other);
        for (size_t i = 0; below && i < 2; i++) {
            if (!add_draw(group, &draws[i], GLR_DTYPE_FLOAT32, other, suffix, 0, false)) {
                return false;
            }
        }
        below = below || strcmp(other, isa) == 0;
    }
    return true;
}

static bool add_peers(bench_group *group, int content)
{
    for (size_t i = 0; i < bench_peer_count; i++) {
        const bench_peer *peer = bench_peers[i];
        if ((content & (peer->is_slow ? SLOW_PEERS : FAST_PEERS)) == 0 ||
            (group->threads > 1 && !peer->is_parallel)) {
            continue;
        }
        bench_case *c = bench_add_case(group, peer->name, "float32", sizeof(float), "");
        if (c == NULL) {
            return false;
        }
        c->role = BENCH_PEER;
        c->truncates = peer->truncates;
        c->engine = &peer->engine;
        c->method = peer->method;
        c->settings = peer;
    }
    return true;
}

static bool fill_group(bench_group *group, int content, const char *isa)
{
    return add_yardsticks(group) && add_tensors(group, content, isa) &&
           ((content & SLICES) == 0 || add_slices(group, isa)) &&
           ((content & SETS) == 0 || add_other_sets(group, isa)) && add_peers(group, content);
}

static void select_cases(const bench_options *options, bench_group *group)
{
    bool any = false;
    for (size_t i = 0; i < group->count; i++) {
        group->cases[i].selected = bench_is_selected(options, group->cases[i].name);
        any = any || group->cases[i].selected;
    }
    for (size_t i = 0; i < group->count; i++) {
        if (any && group->cases[i].role == BENCH_YARDSTICK) {
            group->cases[i].selected = true;
        }
    }
}

bool bench_list_cases(const bench_options *options, bench_list *list)
{
    for (size_t i = 0; i < COUNT(plan); i++) {
        int content = options->quick ? plan[i].quick_content : plan[i].content;
        for (int all = 0; content != 0 && all < (options->threads > 1 ? 2 : 1); all++) {
            bench_group *group =
                bench_add_group(list, plan[i].bytes, all ? options->threads : 1, plan[i].source);
            if (group == NULL || !fill_group(group, content, options->isa)) {
                return false;
            }
            select_cases(options, group);
        }
    }
    return true;
}

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
    static bench_draw of_stages[STAGES][FORMS];
    const uint64_t bytes = UINT64_C(1) << (options->quick ? 24 : 28);
    bench_group *group = bench_add_group(list, bytes, options->threads, BENCH_WRITTEN);
    if (group == NULL || !add_yardsticks(group)) {
        return false;
    }
    for (size_t i = 0; i < STAGES; i++) {
        for (size_t k = 0; k < FORMS; k++) {
            of_stages[i][k] = (bench_draw){stages[i].name, stages[i].kind,   stages[i].method,
                                           BENCH_2S,       forms[k].backend, forms[k].force};
            if (!add_draw(group, &of_stages[i][k], GLR_DTYPE_FLOAT32, options->isa, forms[k].suffix, 0,
                          false)) {
                return false;
            }
        }
    }
    select_cases(options, group);
    return true;
}
