/* From the arguments of a fill to its plan: the tensor's part as runs, its fans, the distribution's
   parameters, the key. */
#ifndef GLR_API_MAKE_PLAN_H
#define GLR_API_MAKE_PLAN_H

#include "plan.h"

#include <stdbool.h>

/* A checked tensor: its part as runs, the part's number of elements, and the bytes from the first element
   at the destination to the end of the last. */
typedef struct glr_layout_of_part {
    glr_runs runs;
    uint64_t count;
    uint64_t bytes;
} glr_layout_of_part;

/* Checks a shape, an argument called name, and multiplies its dimensions. Errors: GLR_ERROR_SHAPE. */
glr_status glr_check_shape(const char *name, const int64_t *shape, uint32_t rank, uint64_t *elements);

glr_status glr_check_tensor(const glr_tensor *tensor, glr_layout_of_part *layout);

/* The strides of memory of these extents: those that are given, or packed ones if none is. That of an axis
   with one element is never stepped: it says nothing. given may be NULL. */
void glr_set_strides(const int64_t *extent, uint32_t rank, const int64_t *given, int64_t *strides);

typedef struct glr_fans {
    uint64_t in, out;
} glr_fans;

typedef struct glr_params {
    int sampler; /* GLR_SAMPLE_... */
    glr_fans fans;
    /* value = raw * scale + shift. For a uniform the raw values are in [0, 1) and scale is not used: it is
       the difference of the bounds, taken after their rounding. */
    double scale, shift;
    double minval, maxval; /* bounds of a uniform, and of the samplers of bounded.h */
    double lower, upper;   /* these in standard deviations from the mean */
    glr_matrix matrix;     /* of GLR_SAMPLE_ORTHOGONAL */
    /* Of a constant, which shift is: the initializer's member, for messages, and, of an integer of 64 bits,
       the integer itself; shift is then the nearest double. */
    const char *member;
    glr_number number;
    int64_t integer;
} glr_params;

/* A double rounded to float32. Errors: GLR_ERROR_ARGUMENT, naming the initializer's member, if it is finite
   and its float32 is not. */
glr_status glr_round_to_float32(const char *member, double value, float *rounded);

/* Encodes a value in a dtype: floating types round as random values do, or to powers of two, which are above
   0; integers and bool take what they can represent. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_encode_constant(const glr_params *params, glr_dtype dtype, unsigned char element[8]);

/* The same of a constant. */
glr_status glr_encode_initializer(const glr_initializer *constant, glr_dtype dtype, unsigned char element[8]);

/* Sets the sampler and the bounds of a truncated normal that has others than the default ones.
   Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_resolve_bounds(const glr_initializer *initializer, glr_params *params);

/* The same of a plan whose dtype, scale and shift are set.
   Errors: GLR_ERROR_UNSUPPORTED, for bounds between which too few values lie. */
glr_status glr_plan_bounds(const glr_initializer *initializer, const glr_params *params, glr_plan *plan);

/* Mean, standard deviation and bounds of a truncated normal between resolved bounds. */
void glr_describe_bounded(const glr_params *params, glr_summary *summary);

/* Whether a dtype has powers of two alone. */
int glr_dtype_is_power(glr_dtype dtype);

/* The integers of a dtype that has some: from *least to *end, which is not one. Both are exact. */
void glr_integer_range(glr_dtype dtype, double *least, double *end);

/* The law of an initializer that is one of the index, for a checked tensor.
   Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_SHAPE, GLR_ERROR_UNSUPPORTED. */
glr_status glr_make_index_law(const glr_initializer *initializer, const glr_tensor *tensor,
                              glr_index_law *law);

/* Mean, standard deviation and bounds of its values. */
void glr_describe_index_law(const glr_initializer *initializer, glr_dtype dtype, const glr_index_law *law,
                            glr_summary *summary);

/* Checks initializer and tensor and makes the plan, all but its keys and base counter (glr_seed_plan); *bytes
   is what a destination needs. Errors: as glr_fill, less those of the seed and the destination. */
glr_status glr_make_plan(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan,
                         uint64_t *bytes);

/* Sets the plan's keys and base counter from an initializer that is seeded or keyed. */
void glr_seed_plan(const glr_initializer *initializer, glr_plan *plan);

#endif
