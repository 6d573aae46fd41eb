/* The cases: each method, dtype, kind of part and order of strides, and the places where a kernel could go
   wrong: ragged ends, rows that are drawn again and again, carries of the counter, results that are
   subnormal or overflow. */
#include "cases.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

typedef struct case_list {
    hash_case *cases;
    size_t count;
} case_list;

__attribute__((format(printf, 4, 5))) static void add(case_list *list, glr_initializer initializer,
                                                      glr_tensor tensor, const char *format, ...)
{
    if (list->count == MAX_HASH_CASES) {
        abort(); /* MAX_HASH_CASES is too small */
    }
    hash_case *next = &list->cases[list->count++];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(next->name, sizeof next->name, format, arguments);
    va_end(arguments);
    next->initializer = initializer;
    next->tensor = tensor;
}

typedef enum draw_method { RESAMPLE, ICDF, NORMAL, UNIFORM, METHODS } draw_method;

static const char *const method_names[METHODS] = {"resample", "icdf", "normal", "uniform"};

static glr_initializer draw_by(draw_method method, int64_t seed)
{
    glr_initializer initializer = glr_truncated_normal(0.1, 0.7, seed);
    if (method == NORMAL) {
        initializer = glr_random_normal(0.1, 0.7, seed);
    } else if (method == UNIFORM) {
        initializer = glr_random_uniform(-0.3, 1.1, seed);
    }
    initializer.method = method == ICDF ? GLR_METHOD_ICDF : GLR_METHOD_RESAMPLE;
    return initializer;
}

static glr_tensor vector_of(glr_dtype dtype, int64_t count)
{
    glr_tensor tensor = {.dtype = dtype, .rank = 1, .shape = {count}};
    return tensor;
}

/* Elements of a very long vector. */
static glr_tensor window_of(glr_dtype dtype, int64_t first, int64_t count)
{
    glr_tensor tensor = vector_of(dtype, GLR_MAX_ELEMENTS);
    tensor.part = GLR_PART_RANGE;
    tensor.first = first;
    tensor.count = count;
    return tensor;
}

/* Less than a group, less than a vector, more than a batch, and more than the elements that a thread takes at
   a time. The last holds two rows, with elements 102092 and 109212, that by `resample` need a third block. */
static void add_sizes(case_list *list)
{
    static const int64_t sizes[] = {1, 7, 4099, 131075};
    for (glr_dtype dtype = GLR_DTYPE_FLOAT32; dtype <= GLR_DTYPE_FLOAT8_E5M2; dtype++) {
        for (draw_method method = RESAMPLE; method < METHODS; method++) {
            for (size_t i = 0; i < COUNT(sizes); i++) {
                if (sizes[i] < 100000 || method == RESAMPLE || dtype == GLR_DTYPE_FLOAT32) {
                    add(list, draw_by(method, 3), vector_of(dtype, sizes[i]), "%s-%s-%ld",
                        method_names[method], glr_dtype_name(dtype), (long)sizes[i]);
                }
            }
        }
    }
}

/* Rows for which two blocks are not enough, in the middle of others. */
static void add_third_blocks(case_list *list)
{
    static const int64_t elements[] = {51008, 436004, 934192, 1181376, 1185332};
    for (size_t i = 0; i < COUNT(elements); i++) {
        add(list, draw_by(RESAMPLE, 1), window_of(GLR_DTYPE_FLOAT32, elements[i] - 37, 99),
            "resample-third-block-%ld", (long)elements[i]);
    }
}

/* Scales at which results are subnormal, 0, infinite or, in float8_e4m3fn, NaN; and values that are not
 * scales.
 */
static void add_scales(case_list *list)
{
    static const struct {
        glr_dtype dtype;
        double stddev;
        const char *what;
    } scales[] = {
        {GLR_DTYPE_FLOAT32, 1e-40, "subnormal"},
        {GLR_DTYPE_FLOAT32, 3e38, "overflow"},
        {GLR_DTYPE_FLOAT64, 1e-310, "subnormal"},
        {GLR_DTYPE_FLOAT64, 1e308, "overflow"},
        {GLR_DTYPE_FLOAT16, 2e-6, "subnormal"},
        {GLR_DTYPE_FLOAT16, 5e4, "overflow"},
        {GLR_DTYPE_BFLOAT16, 1e-40, "subnormal"},
        {GLR_DTYPE_BFLOAT16, 3e38, "overflow"},
        {GLR_DTYPE_FLOAT8_E4M3FN, 5e-3, "subnormal"},
        {GLR_DTYPE_FLOAT8_E4M3FN, 300, "overflow"},
        {GLR_DTYPE_FLOAT8_E5M2, 2e-5, "subnormal"},
        {GLR_DTYPE_FLOAT8_E5M2, 5e4, "overflow"},
        {GLR_DTYPE_FLOAT32, 0.0, "stddev-0"},
        {GLR_DTYPE_FLOAT16, 0.0, "stddev-0"},
        {GLR_DTYPE_FLOAT32, 1.0, "raw"},
        {GLR_DTYPE_FLOAT64, 1.0, "raw"},
    };
    for (size_t i = 0; i < COUNT(scales); i++) {
        add(list, glr_random_normal(0.0, scales[i].stddev, 11), vector_of(scales[i].dtype, 2051),
            "scale-%s-%s", glr_dtype_name(scales[i].dtype), scales[i].what);
    }
    add(list, glr_random_uniform(0.5, 0.5, 11), vector_of(GLR_DTYPE_FLOAT32, 2051), "scale-float32-point");
}

/* Standard deviations and limits from fans. */
static void add_variance_scaling(case_list *list)
{
    const glr_tensor kernel = {.dtype = GLR_DTYPE_FLOAT32, .rank = 4, .shape = {3, 2, 17, 23}};
    for (glr_kind kind = GLR_KIND_GLOROT_NORMAL; kind <= GLR_KIND_LECUN_UNIFORM; kind++) {
        for (glr_layout layout = GLR_LAYOUT_KERAS; layout <= GLR_LAYOUT_TORCH; layout++) {
            glr_initializer initializer = glr_initializer_of_kind(kind);
            initializer.layout = layout;
            add(list, initializer, kernel, "%s-%s", glr_kind_name(kind),
                layout == GLR_LAYOUT_KERAS ? "keras" : "torch");
        }
    }
    for (glr_mode mode = GLR_MODE_FAN_IN; mode <= GLR_MODE_FAN_GEO_AVG; mode++) {
        for (glr_distribution distribution = GLR_DISTRIBUTION_TRUNCATED_NORMAL;
             distribution <= GLR_DISTRIBUTION_UNIFORM; distribution++) {
            add(list, glr_variance_scaling(1.7, mode, distribution, 5), kernel,
                "variance_scaling-mode-%u-distribution-%u", (unsigned)mode, (unsigned)distribution);
        }
    }
    glr_initializer axes = glr_he_normal(5);
    axes.has_axes = axes.input_axis_count = axes.output_axis_count = axes.batch_axis_count = 1;
    axes.input_axes[0] = -1;
    axes.output_axes[0] = 2;
    axes.batch_axes[0] = 0;
    add(list, axes, kernel, "he_normal-axes");
}

/* One dtype of each size. */
static const glr_dtype dtypes[] = {GLR_DTYPE_FLOAT32, GLR_DTYPE_FLOAT64, GLR_DTYPE_FLOAT16,
                                   GLR_DTYPE_FLOAT8_E5M2};

static glr_tensor box_of(glr_dtype dtype)
{
    glr_tensor tensor = {.dtype = dtype,
                         .rank = 3,
                         .shape = {29, 31, 13},
                         .part = GLR_PART_BOX,
                         .start = {3, 5, 2},
                         .extent = {20, 19, 7}};
    return tensor;
}

/* Boxes, ranges and runs of one element each. */
static void add_parts(case_list *list)
{
    for (draw_method method = RESAMPLE; method < METHODS; method++) {
        for (size_t i = 0; i < COUNT(dtypes); i++) {
            const char *name = glr_dtype_name(dtypes[i]);
            glr_tensor box = box_of(dtypes[i]), range = box;
            range.part = GLR_PART_RANGE;
            range.first = 1001;
            range.count = 5003;
            add(list, draw_by(method, 6), box, "%s-%s-box", method_names[method], name);
            add(list, draw_by(method, 6), range, "%s-%s-range", method_names[method], name);
        }
        glr_tensor column = {.dtype = GLR_DTYPE_FLOAT32,
                             .rank = 2,
                             .shape = {2100, 5},
                             .part = GLR_PART_BOX,
                             .start = {0, 2},
                             .extent = {2100, 1}};
        add(list, draw_by(method, 6), column, "%s-float32-column", method_names[method]);
    }
}

/* A box's destination with a leading dimension, transposed, and with a gap after each element. */
static void add_strides(case_list *list)
{
    static const struct {
        int64_t strides[3];
        const char *what;
    } places[] = {
        {{19 * 16, 16, 1}, "leading-dimension"}, {{1, 20, 380}, "transposed"}, {{3, 1000, 70}, "gaps"}};
    for (draw_method method = RESAMPLE; method < METHODS; method++) {
        for (size_t i = 0; i < COUNT(dtypes); i++) {
            for (size_t j = 0; j < COUNT(places); j++) {
                glr_tensor box = box_of(dtypes[i]);
                memcpy(box.strides, places[j].strides, sizeof places[j].strides);
                add(list, draw_by(method, 6), box, "%s-%s-%s", method_names[method],
                    glr_dtype_name(dtypes[i]), places[j].what);
            }
        }
    }
}

/* Elements about indices at which word 0 of the counter runs over, or an index would, with 32 bits. */
static void add_windows(case_list *list)
{
    static const int exponents[] = {26, 31, 32, 33, 34, 55};
    for (draw_method method = RESAMPLE; method < METHODS; method++) {
        for (size_t i = 0; i < COUNT(exponents); i++) {
            const int64_t first = (INT64_C(1) << exponents[i]) - 499;
            add(list, draw_by(method, -77), window_of(GLR_DTYPE_FLOAT32, first, 999),
                "%s-float32-across-2^%d", method_names[method], exponents[i]);
            add(list, draw_by(method, -77), window_of(GLR_DTYPE_FLOAT64, first, 999),
                "%s-float64-across-2^%d", method_names[method], exponents[i]);
        }
    }
}

/* Base counters near their end, which carry between groups and within a group. */
static void add_carries(case_list *list)
{
    static const uint32_t bases[][4] = {
        {0xffffff80U, 0xffffffffU, 0xffffffffU, 3},
        {0xfffffe01U, 7, 9, 11},
        {0xffffffffU, 0xffffffffU, 0xffffffffU, 0xffffffffU},
    };
    for (draw_method method = RESAMPLE; method < METHODS; method++) {
        for (size_t i = 0; i < COUNT(bases); i++) {
            glr_initializer initializer = draw_by(method, 0);
            initializer.seeding = GLR_SEEDING_KEY;
            initializer.key[0] = 0x12345678U;
            initializer.key[1] = 0x9abcdef0U;
            memcpy(initializer.counter, bases[i], sizeof bases[i]);
            add(list, initializer, vector_of(GLR_DTYPE_FLOAT32, 3001), "%s-float32-carry-%zu",
                method_names[method], i);
            add(list, initializer, vector_of(GLR_DTYPE_FLOAT64, 3001), "%s-float64-carry-%zu",
                method_names[method], i);
        }
    }
    /* The second block of the only group carries into word 1. A sixth of the keys needs it. */
    for (uint32_t key = 0; key < 32; key++) {
        glr_initializer initializer = draw_by(RESAMPLE, 0);
        initializer.seeding = GLR_SEEDING_KEY;
        initializer.key[0] = key;
        initializer.counter[0] = UINT32_MAX;
        initializer.counter[1] = key;
        add(list, initializer, vector_of(GLR_DTYPE_FLOAT32, 4), "resample-float32-carry-in-group-%u", key);
    }
}

/* A constant that the dtype can hold: -3.3, -3, 3 or true. */
static double constant_of(glr_dtype dtype)
{
    if (dtype <= GLR_DTYPE_FLOAT8_E5M2) {
        return -3.3;
    }
    if (dtype == GLR_DTYPE_BOOL) {
        return 1.0;
    }
    return dtype <= GLR_DTYPE_INT64 ? -3.0 : 3.0;
}

static void add_constants(case_list *list)
{
    for (glr_dtype dtype = GLR_DTYPE_FLOAT32; dtype <= GLR_DTYPE_UINT64; dtype++) {
        const glr_tensor vector = vector_of(dtype, 2999);
        add(list, glr_zeros(), vector, "zeros-%s", glr_dtype_name(dtype));
        add(list, glr_ones(), vector, "ones-%s", glr_dtype_name(dtype));
        add(list, glr_constant(constant_of(dtype)), vector, "constant-%s", glr_dtype_name(dtype));
    }
    add(list, glr_constant(3.3), vector_of(GLR_DTYPE_FLOAT8_E8M0FNU, 2999), "constant-float8_e8m0fnu");
}

/* Keys and counters from seeds, streams, names and the global seed. */
static void add_seeds(case_list *list)
{
    static const int64_t seeds[] = {0, 42, -1, INT64_MIN, INT64_MAX, INT64_C(1) << 40};
    const int64_t streams[] = {0, -1, glr_stream_of_name("h.0.attn.c_attn.weight", 22)};
    const glr_tensor vector = vector_of(GLR_DTYPE_FLOAT32, 37);
    for (size_t i = 0; i < COUNT(seeds); i++) {
        for (size_t j = 0; j < COUNT(streams); j++) {
            glr_initializer initializer = draw_by(RESAMPLE, seeds[i]);
            initializer.stream = streams[j];
            add(list, initializer, vector, "seed-%zu-stream-%zu", i, j);
        }
    }
    glr_set_seed(-7);
    for (int i = 0; i < 3; i++) {
        glr_initializer initializer = draw_by(RESAMPLE, 0);
        initializer.seeding = GLR_SEEDING_NONE;
        (void)glr_resolve(&initializer, &initializer); /* if it fails, it stays unseeded, and differs */
        add(list, initializer, vector, "global-seed-%d", i);
    }
}

/* The laws of the index: each by itself, and far from a tensor's beginning. */
static void add_index_laws(case_list *list)
{
    const struct {
        glr_initializer initializer;
        glr_tensor tensor;
        const char *what;
    } laws[] = {
        {glr_log_arange(), {.rank = 2, .shape = {3, 1031}}, "log_arange"},
        {glr_log_arange(), {.rank = 1, .shape = {GLR_MAX_ELEMENTS}}, "log_arange-far"},
        {glr_dt_bias(0.001, 0.1, 1e-4, 3), {.rank = 1, .shape = {4099}}, "dt_bias"},
        {glr_dt_bias(1e-18, 32.0, 0.0, 3), {.rank = 2, .shape = {4099, 3}}, "dt_bias-wide"},
        {glr_dt_bias(0.2, 0.3, 0.26, 3), {.rank = 1, .shape = {1031}}, "dt_bias-floor"},
        {glr_sinusoids(10000.0), {.rank = 2, .shape = {150, 38}}, "sinusoids"},
        {glr_sinusoids(10000.0), {.rank = 3, .shape = {7, 9, 2}}, "sinusoids-2-channels"},
        {glr_sinusoids(1e18), {.rank = 2, .shape = {INT64_C(1) << 32, 64}}, "sinusoids-far"},
        {glr_sinusoids_interleaved(500.0), {.rank = 2, .shape = {150, 38}}, "sinusoids_interleaved"},
        {glr_identity(-0.3), {.rank = 2, .shape = {61, 67}}, "identity"},
        {glr_dirac(3), {.rank = 4, .shape = {9, 5, 3, 4}}, "dirac"},
        {glr_unit_forget_bias(), {.rank = 2, .shape = {3, 52}}, "unit_forget_bias"},
    };
    for (size_t i = 0; i < COUNT(laws); i++) {
        for (size_t j = 0; j < COUNT(dtypes); j++) {
            glr_tensor tensor = laws[i].tensor;
            const int64_t last = tensor.shape[0] * (tensor.rank > 1 ? tensor.shape[1] : 1);
            tensor.dtype = dtypes[j];
            if (last > INT64_C(1) << 20) { /* the last elements of a tensor that is too large for memory */
                tensor.part = GLR_PART_RANGE;
                tensor.first = last - 2003;
                tensor.count = 2003;
            }
            add(list, laws[i].initializer, tensor, "%s-%s", laws[i].what, glr_dtype_name(dtypes[j]));
        }
    }
}

/* Truncated normals between bounds: both methods, sides that are open, values that are limited; rows for
   which two blocks are not enough are many where little is kept. */
static void add_bounds(case_list *list)
{
    const struct {
        double lower, upper;
        glr_bound_unit unit;
        const char *what;
    } bounds[] = {
        {-3.0, 3.0, GLR_BOUND_STDDEV, "3-stddev"},
        {-0.2, 0.5, GLR_BOUND_ABSOLUTE, "values"},
        {0.5, 4.0, GLR_BOUND_STDDEV, "one-side"},
        {-(double)INFINITY, 0.1, GLR_BOUND_ABSOLUTE, "open"},
        {2.5, (double)INFINITY, GLR_BOUND_STDDEV, "tail"},
    };
    for (size_t i = 0; i < COUNT(bounds); i++) {
        for (size_t j = 0; j < COUNT(dtypes); j++) {
            for (draw_method method = RESAMPLE; method <= ICDF; method++) {
                glr_initializer initializer = glr_truncated_normal_between(
                    0.1, 0.7, bounds[i].lower, bounds[i].upper, bounds[i].unit, 3);
                initializer.method = method == ICDF ? GLR_METHOD_ICDF : GLR_METHOD_RESAMPLE;
                if (method == ICDF || bounds[i].lower < 2.0) {
                    add(list, initializer, vector_of(dtypes[j], 4099), "bounds-%s-%s-%s", bounds[i].what,
                        method_names[method], glr_dtype_name(dtypes[j]));
                }
            }
        }
    }
}

/* Random bytes of each width, and far from a tensor's beginning. */
static void add_bytes(case_list *list)
{
    static const glr_dtype integers[] = {GLR_DTYPE_INT8, GLR_DTYPE_UINT16, GLR_DTYPE_INT32, GLR_DTYPE_UINT64};
    for (size_t i = 0; i < COUNT(integers); i++) {
        const glr_tensor far = {.dtype = integers[i],
                                .rank = 1,
                                .shape = {GLR_MAX_ELEMENTS},
                                .part = GLR_PART_RANGE,
                                .first = GLR_MAX_ELEMENTS - 2003,
                                .count = 2003};
        add(list, glr_random_bytes(3), vector_of(integers[i], 4099), "random_bytes-%s",
            glr_dtype_name(integers[i]));
        add(list, glr_random_bytes(3), far, "random_bytes-far-%s", glr_dtype_name(integers[i]));
    }
}

/* Orthogonal matrices, which the CPU alone draws: of more panels than one, and more columns than are computed
   at a time. */
static void add_matrices(case_list *list)
{
    const struct {
        glr_tensor tensor;
        glr_layout layout;
        const char *what;
    } matrices[] = {
        {{.rank = 2, .shape = {1, 1}}, GLR_LAYOUT_KERAS, "1x1"},
        {{.rank = 2, .shape = {70, 70}}, GLR_LAYOUT_KERAS, "70x70"},
        {{.rank = 2, .shape = {45, 131}}, GLR_LAYOUT_KERAS, "45x131"},
        {{.rank = 4, .shape = {3, 5, 7, 33}}, GLR_LAYOUT_KERAS, "3x5x7x33"},
        {{.rank = 4, .shape = {64, 4, 3, 3}}, GLR_LAYOUT_TORCH, "64x4x3x3"},
        {{.rank = 2, .shape = {1100, 1070}, .part = GLR_PART_BOX, .start = {3, 40}, .extent = {9, 1030}},
         GLR_LAYOUT_KERAS,
         "9x1030-of-1100x1070"},
    };
    for (size_t i = 0; i < COUNT(matrices); i++) {
        for (size_t j = 0; j < COUNT(dtypes); j++) {
            glr_initializer initializer = glr_orthogonal(i % 2 == 0 ? 1.0 : -1.3, (int64_t)i);
            glr_tensor tensor = matrices[i].tensor;
            if (j > 1 && i != 1) { /* which are rounded from float32 */
                continue;
            }
            tensor.dtype = dtypes[j];
            initializer.layout = matrices[i].layout;
            add(list, initializer, tensor, "orthogonal-%s-%s", matrices[i].what, glr_dtype_name(dtypes[j]));
        }
    }
}

size_t hash_cases(hash_case cases[MAX_HASH_CASES])
{
    case_list list = {cases, 0};
    add_sizes(&list);
    add_third_blocks(&list);
    add_scales(&list);
    add_variance_scaling(&list);
    add_parts(&list);
    add_strides(&list);
    add_windows(&list);
    add_carries(&list);
    add_constants(&list);
    add_seeds(&list);
    add_index_laws(&list);
    add_bounds(&list);
    add_bytes(&list);
    add_matrices(&list);
    return list.count;
}

int hash_case_is_of_cpu(const hash_case *one) { return one->initializer.kind == GLR_KIND_ORTHOGONAL; }
