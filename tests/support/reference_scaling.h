/* The oracle's second half: what an initializer means for a tensor, from docs/stream.md, in double where the
   document says so. It shares no code with glorand. */
#ifndef GLR_TEST_REFERENCE_SCALING_H
#define GLR_TEST_REFERENCE_SCALING_H

#include "glorand/glorand.h"
#include "support/reference.h"

/* A float32 value is raw * scale + shift, rounded twice; where nothing is drawn it is shift. So is a float64
   value, in double. */
typedef struct reference_scaling {
    int is_random;
    reference_sampler sampler;
    float scale, shift;
    double scale_f64, shift_f64;
} reference_scaling;

/* Of a valid initializer and a valid tensor. */
reference_scaling reference_scaling_of(const glr_initializer *initializer, const glr_tensor *tensor);

/* The key and counter of a seeded or keyed initializer. */
reference_stream reference_stream_of_initializer(const glr_initializer *initializer);

#endif
