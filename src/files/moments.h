/* Mean, deviation and bounds of many values, whatever they are. */
#ifndef GLR_FILES_MOMENTS_H
#define GLR_FILES_MOMENTS_H

#include <stddef.h>
#include <stdint.h>

/* Of the values so far; all zero: of none. Mean and squares are those of the finite values in units of
   2^exponent, in which no sum can overflow, and no square vanish that counts. */
typedef struct glr_moments {
    uint64_t finite, nans, positive_infinities, negative_infinities; /* how many */
    double mean, squares; /* squares: of deviations from the mean */
    int exponent;
    double least, greatest; /* of the finite ones, as they are */
} glr_moments;

/* As IEEE 754 has them: a sum with a NaN is NaN, one with an infinity is that infinity, the deviation of such
   values is NaN. Bounds are those of all values that are numbers. Statistics of no values are NaN. */
typedef struct glr_statistics {
    double mean, stddev, minimum, maximum;
} glr_statistics;

/* Adds values, which are overwritten: some thousands at a time, which keeps rounding small. */
void glr_moments_add(glr_moments *all, double *values, size_t count);

glr_statistics glr_moments_statistics(const glr_moments *all);

#endif
