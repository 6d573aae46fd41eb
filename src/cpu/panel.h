/* Householder reflections by panels: docs/stream.md, section 10. */
#ifndef GLR_CPU_PANEL_H
#define GLR_CPU_PANEL_H

#include <stdalign.h>
#include <stdint.h>

/* Reflections of a panel. The number is part of the stream. */
#define GLR_PANEL 32

/* Columns of a stripe, which lie row by row. A vector of the widest kernel divides it. It is GLR_PANEL, so
   that column j lies in the stripe whose number is that of j's panel, and a panel's vectors are a stripe. */
#define GLR_STRIPE_COLUMNS GLR_PANEL

typedef struct glr_stripe_row {
    alignas(64) double column[GLR_STRIPE_COLUMNS];
} glr_stripe_row;

/* Reflections I - factor v v^T. The last panel may have fewer: the others' vectors and factors are 0. */
typedef struct glr_panel {
    glr_stripe_row *vector; /* element i of each vector, from the panel's first row on */
    uint64_t rows;
    double sign[GLR_PANEL];            /* with which a column begins: 1 or -1 */
    double factor[GLR_PANEL];          /* 1 / (length of the Gaussian vector * |its element of v|) */
    glr_stripe_row product[GLR_PANEL]; /* of vectors l and k */
} glr_panel;

#endif
