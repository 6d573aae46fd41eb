/* An independent oracle: float32 values from Random123's Philox and the C library's functions, straight from
   docs/stream.md. It shares no code with glorand. */
#ifndef GLR_TEST_REFERENCE_H
#define GLR_TEST_REFERENCE_H

#include <stdint.h>

typedef enum reference_sampler {
    REFERENCE_UNIFORM,
    REFERENCE_NORMAL,
    REFERENCE_TRUNCATED,
    REFERENCE_ICDF
} reference_sampler;

typedef struct reference_stream {
    uint32_t key[2];
    uint32_t counter[4]; /* base, word 0 lowest */
} reference_stream;

reference_stream reference_stream_of(int64_t seed, int64_t stream);

/* The raw value, before scaling, of one element. */
float reference_value(const reference_stream *stream, reference_sampler sampler, uint64_t element);

/* The words of block(j). */
void reference_block(const reference_stream *stream, uint64_t block, uint32_t words[4]);

#endif
