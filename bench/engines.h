/* The engines that are always there: see case.h. */
#ifndef BENCH_ENGINES_H
#define BENCH_ENGINES_H

#include "case.h"

/* memset and streaming stores, the threads sharing the bytes evenly. */
extern const bench_engine bench_memset, bench_streaming_stores;

/* One glr_fill. The case's `settings` is a bench_draw. */
extern const bench_engine bench_glorand;

#endif
