/* From the bounds of a truncated normal to the numbers by which kernels draw it. */
#ifndef GLR_API_ICDF_BOUNDS_H
#define GLR_API_ICDF_BOUNDS_H

#include "core/core.h"

/* The probability, of a normal variable, below which an interval is refused. Above it each probability that a
   lane meets is a normal float32. An interval without end holds as much if it begins less than 11.48 standard
   deviations from the mean. */
#define GLR_LEAST_PROBABILITY 0x1p-100

/* Describes bounds in standard deviations, finite or infinite. Each number is the nearest float32 of the
   exact one; the arithmetic has 90 bits or more. Returns the interval's probability; if that is not at least
   GLR_LEAST_PROBABILITY, as for bounds that are NaN or not in order, nothing is written. */
double glr_describe_bounds(double lower, double upper, glr_icdf_bounds *bounds);

/* The same for float64, whose numbers are the nearest binary64. */
double glr_describe_bounds_f64(double lower, double upper, glr_icdf_bounds_f64 *bounds);

#endif
