/* The laws that are drawn: normals that are truncated at 2 standard deviations, or between other bounds. */
#ifndef BENCH_LAW_H
#define BENCH_LAW_H

#include <glorand/glorand.h>

typedef enum bench_bounds {
    BENCH_2S,    /* 2 standard deviations on both sides: glr_truncated_normal */
    BENCH_3S,    /* 3 standard deviations on both sides */
    BENCH_VALUES /* -0.02 and 0.03, with a standard deviation of 0.02 */
} bench_bounds;

/* An initializer with seed 42. bounds: of GLR_KIND_TRUNCATED_NORMAL. */
glr_initializer bench_initializer(glr_kind kind, glr_method method, bench_bounds bounds);

#endif
