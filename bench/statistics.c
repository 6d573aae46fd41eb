#include "statistics.h"

#include <stdlib.h>

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_quantile(double *values, size_t count, double q)
{
    qsort(values, count, sizeof *values, compare);
    double place = q * (double)(count - 1);
    size_t below = (size_t)place;
    size_t above = below + 1 < count ? below + 1 : below;
    return values[below] + (place - (double)below) * (values[above] - values[below]);
}

size_t bench_kept(const bench_timing *timings, const bench_timing *yardstick, size_t rounds, double *values)
{
    size_t count = 0;
    for (size_t i = 0; i < rounds; i++) {
        if (!timings[i].disturbed && (yardstick == NULL || !yardstick[i].disturbed)) {
            values[count++] = timings[i].rate / (yardstick != NULL ? yardstick[i].rate : 1);
        }
    }
    return count;
}
