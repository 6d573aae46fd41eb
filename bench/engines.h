/* The engines that are always there: see case.h. */
#ifndef BENCH_ENGINES_H
#define BENCH_ENGINES_H

#include "case.h"
#include "law.h"

/* memset and streaming stores, the threads sharing the bytes evenly. */
extern const bench_engine bench_memset, bench_streaming_stores;

/* The draw of a case by glorand: its law and backend. */
typedef struct bench_draw {
    const char *name; /* of the method, in names of cases */
    glr_kind kind;
    glr_method method;
    bench_bounds bounds;
    glr_backend_kind backend; /* auto: bench_backend */
    const char *force;        /* what GLORAND_OPENCL_FORCE is to say; NULL: what it says */
} bench_draw;

/* The backend that draws. */
glr_backend_kind bench_backend_of(const bench_draw *draw);

/* The backend that cases open, unless their draw names one. */
extern glr_backend_kind bench_backend;

/* One glr_fill. The case's `settings` is a bench_draw. */
extern const bench_engine bench_glorand;

#endif
