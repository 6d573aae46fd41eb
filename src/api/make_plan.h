/* From the arguments of a fill to its plan: the tensor's part as runs, its fans, the distribution's
 * parameters. */
#ifndef GLR_API_MAKE_PLAN_H
#define GLR_API_MAKE_PLAN_H

#include "plan.h"

/* A checked tensor: its part as runs, the part's number of elements, and the bytes from the first element
   at the destination to the end of the last. */
typedef struct glr_layout_of_part {
    glr_runs runs;
    uint64_t count;
    uint64_t bytes;
} glr_layout_of_part;

glr_status glr_check_tensor(const glr_tensor *tensor, glr_layout_of_part *layout);

typedef struct glr_fans {
    uint64_t in, out;
} glr_fans;

/* Fails when an initializer's has_axes and axis counts do not agree. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_check_axes_given(const glr_initializer *initializer);

/* The standard deviation of a standard normal truncated to (-2, 2), sqrt(1 - 4 phi(2) / (2 Phi(2) - 1)), with
   the digits that Keras has. */
#define GLR_TRUNCATED_STDDEV 0.87962566103423978

typedef struct glr_params {
    int sampler; /* GLR_SAMPLE_... */
    glr_fans fans;
    /* value = raw * scale + shift. For a uniform the raw values are in [0, 1) and scale is not used: it is
       the difference of the bounds, taken after their rounding. */
    double scale, shift;
    double minval, maxval; /* bounds of a uniform */
    /* Of a constant that is an integer of 64 bits; shift is the nearest double. */
    glr_number number;
    int64_t integer;
} glr_params;

/* Errors: GLR_ERROR_ARGUMENT, when an initializer's seeding is not one of its enumerators. */
glr_status glr_check_seeding(const glr_initializer *initializer);

/* Errors: GLR_ERROR_ARGUMENT, when the member of a struct, an argument called so, is not one of its
 * enumerators. */
glr_status glr_check_method(const char *argument, glr_method method);
glr_status glr_check_layout(const char *argument, glr_layout layout);

/* Errors: GLR_ERROR_ARGUMENT, when an initializer's kind, method, layout or seeding is not an enumerator. */
glr_status glr_check_choices(const glr_initializer *initializer);

/* Checks an initializer against a checked tensor. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_UNSUPPORTED. */
glr_status glr_resolve_params(const glr_initializer *initializer, const glr_tensor *tensor,
                              glr_params *params);

/* A double rounded to float32. Errors: GLR_ERROR_ARGUMENT, naming the initializer's member, if it is finite
   and its float32 is not. */
glr_status glr_round_to_float32(const char *member, double value, float *rounded);

/* Checks initializer and tensor and makes the plan, all but its keys and base counter (glr_seed_plan); *bytes
   is what a destination needs. Errors: as glr_fill, less those of the seed and the destination. */
glr_status glr_make_plan(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan,
                         uint64_t *bytes);

#endif
