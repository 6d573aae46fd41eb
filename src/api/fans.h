/* The numbers of inputs and outputs of a weight. */
#ifndef GLR_API_FANS_H
#define GLR_API_FANS_H

#include "glorand/glorand.h"

typedef struct glr_fans {
    uint64_t in, out;
} glr_fans;

/* The fans of a checked tensor under an initializer's layout and axes.
   Errors: GLR_ERROR_ARGUMENT for axes that are outside the tensor or named twice. */
glr_status glr_fans_of(const glr_initializer *initializer, const glr_tensor *tensor, glr_fans *fans);

#endif
