/* How functions on lanes are written: an expression of x, y, z and v, the sources, for one lane. */
#ifndef PTX_LANES_H
#define PTX_LANES_H

#include "ops.h"

/* Lanes do not depend on each other. A result may lie where a source lies, lane upon lane. */
#define EACH_LANE _Pragma("omp simd") for (int i = 0; i < PTX_LANES; i++)

/* NOLINTBEGIN(bugprone-macro-parentheses): types can not stand in parentheses. */

/* Result type R; source types X, Y and Z. */
#define LANE_1(name, R, X, expression)                                                                       \
    static void name(void *result, const void *const *source)                                                \
    {                                                                                                        \
        R *r = result;                                                                                       \
        const X *xs = source[0];                                                                             \
        EACH_LANE                                                                                            \
        {                                                                                                    \
            const X x = xs[i];                                                                               \
            r[i] = (R)(expression);                                                                          \
        }                                                                                                    \
    }

#define LANE_2(name, R, X, Y, expression)                                                                    \
    static void name(void *result, const void *const *source)                                                \
    {                                                                                                        \
        R *r = result;                                                                                       \
        const X *xs = source[0];                                                                             \
        const Y *ys = source[1];                                                                             \
        EACH_LANE                                                                                            \
        {                                                                                                    \
            const X x = xs[i];                                                                               \
            const Y y = ys[i];                                                                               \
            r[i] = (R)(expression);                                                                          \
        }                                                                                                    \
    }

#define LANE_3(name, R, X, Y, Z, expression)                                                                 \
    static void name(void *result, const void *const *source)                                                \
    {                                                                                                        \
        R *r = result;                                                                                       \
        const X *xs = source[0];                                                                             \
        const Y *ys = source[1];                                                                             \
        const Z *zs = source[2];                                                                             \
        EACH_LANE                                                                                            \
        {                                                                                                    \
            const X x = xs[i];                                                                               \
            const Y y = ys[i];                                                                               \
            const Z z = zs[i];                                                                               \
            r[i] = (R)(expression);                                                                          \
        }                                                                                                    \
    }

#define LANE_4(name, R, X, Y, Z, V, expression)                                                              \
    static void name(void *result, const void *const *source)                                                \
    {                                                                                                        \
        R *r = result;                                                                                       \
        const X *xs = source[0];                                                                             \
        const Y *ys = source[1];                                                                             \
        const Z *zs = source[2];                                                                             \
        const V *vs = source[3];                                                                             \
        EACH_LANE                                                                                            \
        {                                                                                                    \
            const X x = xs[i];                                                                               \
            const Y y = ys[i];                                                                               \
            const Z z = zs[i];                                                                               \
            const V v = vs[i];                                                                               \
            r[i] = (R)(expression);                                                                          \
        }                                                                                                    \
    }

/* A predicate of two sources. */
#define LANE_TEST(name, X, Y, expression)                                                                    \
    static void name(void *result, const void *const *source)                                                \
    {                                                                                                        \
        const X *xs = source[0];                                                                             \
        const Y *ys = source[1];                                                                             \
        uint32_t bits = 0;                                                                                   \
        for (int i = 0; i < PTX_LANES; i++) {                                                                \
            const X x = xs[i];                                                                               \
            const Y y = ys[i];                                                                               \
            bits |= (uint32_t)(expression) << i;                                                             \
        }                                                                                                    \
        *(uint32_t *)result = bits;                                                                          \
    }

/* NOLINTEND(bugprone-macro-parentheses) */

#endif
