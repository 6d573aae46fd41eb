/* The yardsticks: how fast this memory can be written at all. */
#include "engines.h"

#include <omp.h>
#include <stdio.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

typedef void writer(char *dst, size_t bytes, unsigned char value);

/* Fewer bytes are not worth a further thread. */
#define MIN_PART (UINT64_C(1) << 17)

/* Each thread writes one contiguous part, whole cache lines of it. */
static void write_in_parallel(const bench_case *c, char *dst, uint64_t repetition, writer *write)
{
    const size_t line = 64, lines = (size_t)c->bytes / line;
    const unsigned char value = (unsigned char)repetition;
    const uint64_t parts = (c->bytes + MIN_PART - 1) / MIN_PART;
    const int threads = (int)(c->threads < parts ? c->threads : parts);
#pragma omp parallel num_threads(threads) if (threads > 1)
    {
        size_t team = (size_t)omp_get_num_threads(), self = (size_t)omp_get_thread_num();
        size_t first = lines * self / team, end = lines * (self + 1) / team;
        write(dst + first * line, (end - first) * line, value);
    }
}

static void write_memset(char *dst, size_t bytes, unsigned char value) { memset(dst, value, bytes); }

static bool run_memset(const bench_case *c, void *dst, uint64_t repetition)
{
    write_in_parallel(c, dst, repetition, write_memset);
    return true;
}

const bench_engine bench_memset = {bench_open_nothing, run_memset, bench_close_nothing};

#if defined(__SSE2__)

/* Stores of 16 bytes: the processor gathers them into whole lines before they go to memory. */
static void write_streaming(char *dst, size_t bytes, unsigned char value)
{
    const __m128i v = _mm_set1_epi8((char)value);
    for (size_t i = 0; i < bytes; i += 64) {
        __m128i *line = (__m128i *)(void *)(dst + i);
        _mm_stream_si128(line, v);
        _mm_stream_si128(line + 1, v);
        _mm_stream_si128(line + 2, v);
        _mm_stream_si128(line + 3, v);
    }
    _mm_sfence();
}

static bool run_streaming(const bench_case *c, void *dst, uint64_t repetition)
{
    write_in_parallel(c, dst, repetition, write_streaming);
    return true;
}

const bench_engine bench_streaming_stores = {bench_open_nothing, run_streaming, bench_close_nothing};

#else

static bool open_streaming(bench_case *c, char reason[BENCH_REASON])
{
    (void)c;
    (void)snprintf(reason, BENCH_REASON, "C has no streaming stores for this processor");
    return false;
}

const bench_engine bench_streaming_stores = {open_streaming, NULL, bench_close_nothing};

#endif
