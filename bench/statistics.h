/* Statistics of the rounds. */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

#include <stddef.h>

/* The quantile q in [0, 1], between the two nearest values in proportion. Sorts the values; count is not 0.
 */
double bench_quantile(double *values, size_t count, double q);

#endif
