/* The draw of a case by glorand: kind, method and backend. */
#ifndef BENCH_DRAW_H
#define BENCH_DRAW_H

#include <glorand/glorand.h>

typedef struct bench_draw {
    const char *name; /* of the method, in names of cases */
    glr_kind kind;
    glr_method method;
    glr_backend_kind backend; /* auto: bench_backend */
    const char *force;        /* what GLORAND_OPENCL_FORCE is to say; NULL: what it says */
} bench_draw;

/* The backend that draws. */
glr_backend_kind bench_backend_of(const bench_draw *draw);

/* The backend that cases open, unless their draw names one. */
extern glr_backend_kind bench_backend;

#endif
