/* A distribution's parameters: what an initializer is resolved into for one tensor. */
#ifndef GLR_API_PARAMS_H
#define GLR_API_PARAMS_H

#include "fans.h"

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

/* Errors: GLR_ERROR_ARGUMENT, when an initializer's kind, method, layout or seeding is not an enumerator. */
glr_status glr_check_choices(const glr_initializer *initializer);

/* Checks an initializer against a checked tensor. Errors: GLR_ERROR_ARGUMENT, GLR_ERROR_UNSUPPORTED. */
glr_status glr_resolve_params(const glr_initializer *initializer, const glr_tensor *tensor,
                              glr_params *params);

/* A double rounded to float32. Errors: GLR_ERROR_ARGUMENT, naming the initializer's member, if it is finite
   and its float32 is not. */
glr_status glr_round_to_float32(const char *member, double value, float *rounded);

#endif
