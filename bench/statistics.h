/* Statistics of the rounds. */
#ifndef BENCH_STATISTICS_H
#define BENCH_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>

/* The quantile q in [0, 1], between the two nearest values in proportion. Sorts the values; count is not 0.
 */
double bench_quantile(double *values, size_t count, double q);

/* What a case's timing in one round gave. */
typedef struct bench_timing {
    double rate;    /* bytes a second */
    bool disturbed; /* whether other programs took the processors meanwhile */
} bench_timing;

/* Rates of the rounds that nothing disturbed or, with a yardstick, their ratios to its rates in the rounds
   that disturbed neither. Returns how many there are. */
size_t bench_kept(const bench_timing *timings, const bench_timing *yardstick, size_t rounds, double *values);

/* Fewer rounds than this share of all say nothing of a case. */
#define BENCH_MIN_KEPT 0.5

/* Of the time of a timing, a thread may wait so much for a processor that others have. */
#define BENCH_MAX_WAITED 0.02

/* Processors that other programs may keep busy during a round, and rounds that are judged together last this
   long at least: the system counts in hundredths of a second. */
#define BENCH_MAX_OTHERS  0.2
#define BENCH_MIN_SECONDS 0.5

#endif
