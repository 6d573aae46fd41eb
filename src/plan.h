/* A plan: what one fill call draws and where it goes, as plain data.
 *
 * The public interface turns an initializer and a tensor into a plan; a backend turns a plan and a
 * destination into values. Above the plan nobody knows a backend, below it nobody knows an initializer.
 */
#ifndef GLR_PLAN_H
#define GLR_PLAN_H

#include "core/core.h"
#include "glorand/glorand.h"

/* Values are stored, and files written, as they lie in memory here. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "glorand needs a little-endian machine"
#endif

/* A tensor as a matrix. */
typedef struct glr_matrix {
    uint64_t rows, columns;
} glr_matrix;

typedef struct glr_plan {
    glr_round_keys keys; /* of the tensor's key */
    glr_counter base;    /* the tensor's base counter */
    int sampler;         /* GLR_SAMPLE_... */
    glr_dtype dtype;
    /* value = raw * scale + shift, in float32 or, for float64 tensors, in double. */
    float scale, shift;
    double scale_f64, shift_f64;
    unsigned char constant[8]; /* one element, as it lies in memory: GLR_SAMPLE_CONSTANT, GLR_LAW_DIAGONAL */
    uint64_t count;            /* elements of the part */
    glr_runs runs;
    glr_index_law law; /* GLR_SAMPLE_INDEX */
    /* GLR_SAMPLE_BOUNDED, GLR_SAMPLE_BOUNDED_ICDF: of the dtype's stream. Their values are scaled, so that
       scale is 1 and shift is -0, which change nothing. */
    glr_bounded bounded;
    glr_bounded_f64 bounded_f64;
    glr_matrix matrix; /* GLR_SAMPLE_ORTHOGONAL: value = raw * scale_f64, in every dtype */
} glr_plan;

static inline void glr_plan_set_key(glr_plan *plan, glr_key key)
{
    plan->keys = key.keys;
    plan->base = key.base;
}

#endif
