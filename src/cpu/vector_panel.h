/* Panels of reflections on vectors of columns. A vector's lanes are columns, and each column's sums go row by
   row, so neither the number of lanes nor the patches matter to any value. */
#ifndef GLR_CPU_VECTOR_PANEL_H
#define GLR_CPU_VECTOR_PANEL_H

#include "kernel.h"

#include <string.h>

#if GLR_LANES > 1
typedef glr_f64 columns_vector;
#else /* plain C: two doubles, which the compiler makes of what the processor has */
typedef double columns_vector __attribute__((vector_size(16)));
#endif

#define COLUMN_LANES ((int)(sizeof(columns_vector) / sizeof(double)))

/* A patch: sums or elements that stay in registers, PATCH of them by so many vectors of columns. */
#define PATCH 4
#if defined(GLR_USE_AVX512) || defined(GLR_USE_NEON)
#define PATCH_VECTORS 4 /* of 32 registers */
#else
#define PATCH_VECTORS 2 /* of 16 */
#endif
#define PATCH_COLUMNS (PATCH_VECTORS * COLUMN_LANES)

/* Rows of which vectors and columns stay in the L1 cache together. */
#define CACHED_ROWS 64

GLR_FN columns_vector load_columns(const double *values)
{
    columns_vector vector;
    memcpy(&vector, values, sizeof vector);
    return vector;
}

GLR_FN void store_columns(double *values, columns_vector vector) { memcpy(values, &vector, sizeof vector); }

/* Adds the products of PATCH vectors, from the first-th on, and a patch's columns to their sums. */
GLR_FN void add_products(const glr_stripe_row *vector, const glr_stripe_row *columns, uint64_t rows,
                         int first, int column, glr_stripe_row *sums)
{
    columns_vector sum[PATCH][PATCH_VECTORS];
    GLR_UNROLL
    for (int l = 0; l < PATCH; l++) {
        GLR_UNROLL
        for (int c = 0; c < PATCH_VECTORS; c++) {
            sum[l][c] = load_columns(&sums[first + l].column[column + c * COLUMN_LANES]);
        }
    }
    for (uint64_t i = 0; i < rows; i++) {
        columns_vector element[PATCH_VECTORS];
        GLR_UNROLL
        for (int c = 0; c < PATCH_VECTORS; c++) {
            element[c] = load_columns(&columns[i].column[column + c * COLUMN_LANES]);
        }
        GLR_UNROLL
        for (int l = 0; l < PATCH; l++) {
            GLR_UNROLL
            for (int c = 0; c < PATCH_VECTORS; c++) {
                sum[l][c] += element[c] * vector[i].column[first + l];
            }
        }
    }
    GLR_UNROLL
    for (int l = 0; l < PATCH; l++) {
        GLR_UNROLL
        for (int c = 0; c < PATCH_VECTORS; c++) {
            store_columns(&sums[first + l].column[column + c * COLUMN_LANES], sum[l][c]);
        }
    }
}

/* The products of each vector with each column. */
static void multiply(const glr_stripe_row *vector, const glr_stripe_row *columns, uint64_t rows,
                     glr_stripe_row *products)
{
    memset(products, 0, GLR_PANEL * sizeof *products);
    for (uint64_t i = 0; i < rows; i += CACHED_ROWS) {
        const uint64_t now = rows - i < CACHED_ROWS ? rows - i : CACHED_ROWS;
        for (int column = 0; column < GLR_STRIPE_COLUMNS; column += PATCH_COLUMNS) {
            for (int first = 0; first < GLR_PANEL; first += PATCH) {
                add_products(vector + i, columns + i, now, first, column, products);
            }
        }
    }
}

/* From the products of vectors and columns to how much of each vector is subtracted: what later reflections
   of the panel leave of a product, times the factor. */
static void find_multiples(const glr_panel *panel, glr_stripe_row *products)
{
    for (int l = GLR_PANEL - 1; l >= 0; l--) {
        for (int column = 0; column < GLR_STRIPE_COLUMNS; column += PATCH_COLUMNS) {
            columns_vector left[PATCH_VECTORS];
            GLR_UNROLL
            for (int c = 0; c < PATCH_VECTORS; c++) {
                left[c] = load_columns(&products[l].column[column + c * COLUMN_LANES]);
            }
            for (int k = l + 1; k < GLR_PANEL; k++) {
                GLR_UNROLL
                for (int c = 0; c < PATCH_VECTORS; c++) {
                    left[c] -= load_columns(&products[k].column[column + c * COLUMN_LANES]) *
                               panel->product[l].column[k];
                }
            }
            GLR_UNROLL
            for (int c = 0; c < PATCH_VECTORS; c++) {
                store_columns(&products[l].column[column + c * COLUMN_LANES], left[c] * panel->factor[l]);
            }
        }
    }
}

/* Subtracts multiples of the vectors from some rows of a patch's columns; `rows` is a constant. */
GLR_FN void subtract_rows(const glr_stripe_row *vector, const glr_stripe_row *multiples, int rows, int column,
                          glr_stripe_row *columns)
{
    columns_vector element[PATCH][PATCH_VECTORS];
    GLR_UNROLL
    for (int i = 0; i < rows; i++) {
        GLR_UNROLL
        for (int c = 0; c < PATCH_VECTORS; c++) {
            element[i][c] = load_columns(&columns[i].column[column + c * COLUMN_LANES]);
        }
    }
    for (int l = 0; l < GLR_PANEL; l++) {
        columns_vector multiple[PATCH_VECTORS];
        GLR_UNROLL
        for (int c = 0; c < PATCH_VECTORS; c++) {
            multiple[c] = load_columns(&multiples[l].column[column + c * COLUMN_LANES]);
        }
        GLR_UNROLL
        for (int i = 0; i < rows; i++) {
            GLR_UNROLL
            for (int c = 0; c < PATCH_VECTORS; c++) {
                element[i][c] -= multiple[c] * vector[i].column[l];
            }
        }
    }
    GLR_UNROLL
    for (int i = 0; i < rows; i++) {
        GLR_UNROLL
        for (int c = 0; c < PATCH_VECTORS; c++) {
            store_columns(&columns[i].column[column + c * COLUMN_LANES], element[i][c]);
        }
    }
}

/* Applies a panel to a stripe, of which `columns` is the panel's first row. */
static void reflect(const glr_panel *panel, glr_stripe_row *columns)
{
    glr_stripe_row multiples[GLR_PANEL];
    multiply(panel->vector, columns, panel->rows, multiples);
    find_multiples(panel, multiples);
    for (int column = 0; column < GLR_STRIPE_COLUMNS; column += PATCH_COLUMNS) {
        uint64_t i = 0;
        for (; i + PATCH <= panel->rows; i += PATCH) {
            subtract_rows(panel->vector + i, multiples, PATCH, column, columns + i);
        }
        for (; i < panel->rows; i++) {
            subtract_rows(panel->vector + i, multiples, 1, column, columns + i);
        }
    }
}

#endif
