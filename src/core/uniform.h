/* From a random word to a number in [0, 1). */
#ifndef GLR_CORE_UNIFORM_H
#define GLR_CORE_UNIFORM_H

#include "lanes.h"

/* The low 23 bits of a word as a multiple of 2^-23 in [0, 1), as TensorFlow's Uint32ToFloat: they
   become the fraction of a number in [1, 2), from which 1 is subtracted without rounding. */
GLR_FN glr_f32 glr_uniform_of(glr_u32 word) { return glr_float_of((word & 0x7fffffU) | 0x3f800000U) - 1.0f; }

#endif
