/* The kinds of initializers: their names, and what the named forms of variance scaling stand for. */
#ifndef GLR_API_INITIALIZER_H
#define GLR_API_INITIALIZER_H

#include "glorand/glorand.h"

/* Whether the number is a kind, GLR_KIND_NONE not among them. */
int glr_kind_is_valid(glr_kind kind);

/* Keras's class name, "GlorotNormal" for example, of a valid kind. */
const char *glr_kind_class_name(glr_kind kind);

/* Names of modes and distributions, in the order of their enumerators. */
extern const char *const glr_mode_names[3];
extern const char *const glr_distribution_names[3];

/* Whether the kind is variance scaling, under that name or that of Glorot, He or LeCun. */
int glr_kind_scales_variance(glr_kind kind);

/* Whether the kind draws random numbers. */
int glr_kind_is_random(glr_kind kind);

/* Scale, mode and distribution of a kind that scales variance: its own, or, of
   GLR_KIND_VARIANCE_SCALING, those of the initializer. */
typedef struct glr_scaling {
    double scale;
    glr_mode mode;
    glr_distribution distribution;
} glr_scaling;

glr_scaling glr_scaling_of(const glr_initializer *initializer);

#endif
