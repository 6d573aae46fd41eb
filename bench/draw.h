/* What a case of glorand draws. */
#ifndef BENCH_DRAW_H
#define BENCH_DRAW_H

#include <glorand/glorand.h>

typedef struct bench_draw {
    const char *name; /* of the method, in names of cases */
    glr_kind kind;
    glr_method method;
} bench_draw;

/* The backend that cases open. */
extern glr_backend_kind bench_backend;

#endif
