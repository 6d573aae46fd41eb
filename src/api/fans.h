/* The numbers of inputs and outputs of a weight. */
#ifndef GLR_API_FANS_H
#define GLR_API_FANS_H

#include "glorand/glorand.h"

typedef struct glr_fans {
    uint64_t in, out;
} glr_fans;

/* Fails when an initializer's has_axes and axis counts do not agree. Errors: GLR_ERROR_ARGUMENT. */
glr_status glr_check_axes_given(const glr_initializer *initializer);

/* The fans of a checked tensor under an initializer's layout and axes.
   Errors: GLR_ERROR_ARGUMENT for axes that are outside the tensor, and batch axes that are duplicates or are
   inputs or outputs, too; GLR_ERROR_SHAPE for products beyond 2^63 - 1, which only repeated axes can make. */
glr_status glr_fans_of(const glr_initializer *initializer, const glr_tensor *tensor, glr_fans *fans);

#endif
