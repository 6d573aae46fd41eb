#include "fills.h"

#include "api/make_plan.h"

#include <criterion/criterion.h>
#include <math.h>

typedef enum layout {
    WHOLE,       /* packed, from an address that is a multiple of everything */
    SHIFTED,     /* packed, one element further */
    RANGE,       /* packed, from the middle of a group on */
    COLUMNS,     /* of a matrix: packed, in rows */
    APART,       /* rows that are apart */
    INTERLEAVED, /* elements that are apart */
    DEEP,        /* a part of each of many axes */
    DEEP_APART,  /* the same with gaps along each of them */
    LAYOUTS
} layout;

static void make_deep(glr_tensor *t, int64_t elements, bool is_apart)
{
    enum { AXES = 9 };
    static const int64_t extents[AXES] = {1, 2, 1, 3, 2, 2, 2, 2, 3};
    int64_t stride = 1;
    t->rank = AXES;
    t->part = GLR_PART_BOX;
    for (int i = AXES - 1; i >= 0; i--) {
        t->extent[i] = i == 0 ? elements / 288 + 1 : extents[i]; /* 288: of all inner axes */
        t->start[i] = 1;
        t->shape[i] = t->extent[i] + 2;
        t->strides[i] = is_apart ? stride : 0;
        stride *= t->extent[i];
        stride += stride % 3;
    }
}

static glr_tensor tensor_of(glr_dtype dtype, layout how, int64_t elements)
{
    const int64_t width = 43, rows = elements / width + 1;
    glr_tensor t = {.dtype = dtype, .rank = 1, .shape = {elements}};
    switch (how) {
    case RANGE:
        t.shape[0] = elements + 8;
        t.part = GLR_PART_RANGE;
        t.first = 7;
        t.count = elements;
        break;
    case COLUMNS:
    case APART:
        t.rank = 2;
        t.shape[0] = t.extent[0] = rows;
        t.shape[1] = width + 9;
        t.part = GLR_PART_BOX;
        t.start[1] = 5;
        t.extent[1] = width;
        t.strides[0] = how == APART ? width + 4 : 0;
        t.strides[1] = how == APART ? 1 : 0;
        break;
    case INTERLEAVED: t.strides[0] = 3; break;
    case DEEP:
    case DEEP_APART: make_deep(&t, elements, how == DEEP_APART); break;
    default: break;
    }
    return t;
}

fill fill_of(const glr_initializer *initializer, const glr_tensor *tensor)
{
    fill f = {.before = 0};
    cr_assert_eq(glr_make_plan(initializer, tensor, &f.plan, &f.bytes), GLR_OK, "%s", glr_last_error());
    glr_seed_plan(initializer, &f.plan);
    return f;
}

/* Every other fill's counter carries in its first blocks. */
static size_t add(fill *fills, size_t count, const glr_initializer *initializer, glr_dtype dtype, layout how,
                  int64_t elements)
{
    cr_assert_lt(count, MAX_FILLS);
    fill *f = &fills[count];
    glr_tensor tensor =
        tensor_of(dtype, how, elements + (int64_t)((uint32_t)count * UINT32_C(2654435761) >> 30));
    *f = fill_of(initializer, &tensor);
    if (count % 2 == 1) {
        f->plan.base.low = UINT64_MAX - 15;
    }
    f->before = how == SHIFTED ? glr_dtype_size(dtype) : 0;
    return count + 1;
}

static size_t add_layouts(fill *fills, size_t count, const glr_initializer *initializer, glr_dtype dtype,
                          int64_t elements)
{
    for (layout how = WHOLE; how < LAYOUTS; how++) {
        count = add(fills, count, initializer, dtype, how, elements);
    }
    return count;
}

/* Every value is the shift alone, whatever is drawn: what rounding must do right and draws hardly ever show.
   Halves of the last place to even and odd neighbors, the ends of each format and of what it rounds to them,
   subnormals, and what no number is. */
static size_t add_specials(fill *fills, size_t count, const glr_initializer *initializer, glr_dtype dtype,
                           layout how)
{
    static const float shifts[] = {
        0x1.002p0F,  0x1.006p0F,      0x1.01p0F,   0x1.03p0F,    0x1.1p0F,   0x1.3p0F,  0x1.2p0F,  0x1.6p0F,
        0x1.001p0F,  0x1.0021p0F,     0x1.ffep15F, 0x1.ffdfp15F, 0x1.dp8F,   0x1.d1p8F, 0x1.ep15F, 0x1.e1p15F,
        0x1.ffp127F, 0x1.fefffep127F, 0x1p-25F,    0x1.8p-24F,   0x1.1p-25F, 0x1p-10F,  0x1.8p-9F, 0x1p-17F,
        0x1.8p-16F,  0x1.8p-140F,     -0.0F,       INFINITY,     -INFINITY,  NAN,
    };
    for (size_t i = 0; i < sizeof shifts / sizeof shifts[0]; i++) {
        count = add(fills, count, initializer, dtype, how, 4);
        fills[count - 1].plan.scale = 0.0F;
        fills[count - 1].plan.shift = shifts[i];
    }
    return count;
}

/* Laws of the index: any shape has logarithms and random ones, matrices the others. */
static size_t add_index_laws(fill *fills, size_t count, glr_dtype dtype, int64_t elements)
{
    const glr_initializer any_shape[] = {glr_log_arange(), glr_dt_bias(1e-6, 8.0, 1e-5, 5)};
    const glr_initializer of_matrices[] = {glr_sinusoids(10000.0), glr_sinusoids_interleaved(100.0),
                                           glr_identity(0.3)};
    for (size_t k = 0; k < sizeof any_shape / sizeof any_shape[0]; k++) {
        count = add_layouts(fills, count, &any_shape[k], dtype, elements);
    }
    for (size_t k = 0; k < sizeof of_matrices / sizeof of_matrices[0]; k++) {
        count = add(fills, count, &of_matrices[k], dtype, COLUMNS, elements);
        count = add(fills, count, &of_matrices[k], dtype, APART, elements);
    }
    return count;
}

/* Truncated normals between bounds, by both methods; some values are limited. */
static size_t add_bounds(fill *fills, size_t count, glr_dtype dtype, int64_t elements)
{
    glr_initializer bounded[] = {
        glr_truncated_normal_between(0.1, 0.7, -0.9, 1.6, GLR_BOUND_STDDEV, 6),
        glr_truncated_normal_between(0.7, 1e-7, 0.7, 1.0, GLR_BOUND_ABSOLUTE, 7),
    };
    bounded[1].method = GLR_METHOD_ICDF;
    for (size_t k = 0; k < sizeof bounded / sizeof bounded[0]; k++) {
        count = add_layouts(fills, count, &bounded[k], dtype, elements);
    }
    return count;
}

size_t make_fills(fill fills[MAX_FILLS], int64_t elements, bool with_specials)
{
    static const glr_dtype floats[] = {GLR_DTYPE_FLOAT64,  GLR_DTYPE_FLOAT32,       GLR_DTYPE_FLOAT16,
                                       GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT8_E4M3FN, GLR_DTYPE_FLOAT8_E5M2};
    static const glr_dtype sizes[] = {GLR_DTYPE_INT8, GLR_DTYPE_INT16, GLR_DTYPE_INT32, GLR_DTYPE_INT64};
    const size_t float_count = sizeof floats / sizeof floats[0];
    glr_initializer samplers[] = {glr_random_uniform(-0.5, 1.0, 1), glr_random_normal(0.1, 0.7, 2),
                                  glr_truncated_normal(0.1, 0.7, 3), glr_truncated_normal(0.0, 0.02, 4)};
    samplers[3].method = GLR_METHOD_ICDF;
    size_t count = 0;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const glr_initializer constant = glr_constant(77.0);
        count = add_layouts(fills, count, &constant, sizes[i], elements);
    }
    for (size_t k = 0; k < sizeof samplers / sizeof samplers[0]; k++) {
        for (size_t i = 0; i < float_count; i++) {
            count = add_layouts(fills, count, &samplers[k], floats[i], elements);
        }
    }
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const glr_initializer bytes = glr_random_bytes(6);
        count = add_layouts(fills, count, &bytes, sizes[i], elements);
    }
    for (glr_dtype dtype = GLR_DTYPE_FLOAT32; dtype <= GLR_DTYPE_BFLOAT16; dtype++) {
        count = add_index_laws(fills, count, dtype, elements);
        count = add_bounds(fills, count, dtype, elements);
    }
    for (size_t k = 0; with_specials && k < sizeof samplers / sizeof samplers[0]; k++) {
        for (size_t i = 1; i < float_count; i++) { /* those that are rounded from float32 */
            count = add_specials(fills, count, &samplers[k], floats[i], WHOLE);
        }
    }
    for (size_t i = 1; with_specials && i < float_count; i++) {
        count = add_specials(fills, count, &samplers[0], floats[i], INTERLEAVED);
    }
    return count;
}
