#include "law.h"

glr_initializer bench_initializer(glr_kind kind, glr_method method, bench_bounds bounds)
{
    const int64_t seed = 42;
    glr_initializer initializer = glr_initializer_of_kind(kind);
    if (bounds == BENCH_3S) {
        initializer =
            glr_truncated_normal_between(0.0, initializer.stddev, -3.0, 3.0, GLR_BOUND_STDDEV, seed);
    } else if (bounds == BENCH_VALUES) {
        initializer = glr_truncated_normal_between(0.0, 0.02, -0.02, 0.03, GLR_BOUND_ABSOLUTE, seed);
    }
    initializer.method = method;
    initializer.seed = seed;
    return initializer;
}
