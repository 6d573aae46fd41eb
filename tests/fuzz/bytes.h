/* An input taken apart: numbers from its bytes, zeros where it has ended. */
#ifndef GLR_TEST_FUZZ_BYTES_H
#define GLR_TEST_FUZZ_BYTES_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef struct fuzz_bytes {
    const uint8_t *next;
    size_t left;
} fuzz_bytes;

static inline uint8_t fuzz_byte(fuzz_bytes *bytes)
{
    if (bytes->left == 0) {
        return 0;
    }
    bytes->left--;
    return *bytes->next++;
}

static inline void fuzz_take(fuzz_bytes *bytes, void *to, size_t size)
{
    unsigned char *into = (unsigned char *)to;
    for (size_t i = 0; i < size; i++) {
        into[i] = fuzz_byte(bytes);
    }
}

/* Any 64 bits. */
static inline uint64_t fuzz_bits(fuzz_bytes *bytes)
{
    uint64_t bits;
    fuzz_take(bytes, &bits, sizeof bits);
    return bits;
}

/* One of 0 to count - 1. */
static inline uint32_t fuzz_below(fuzz_bytes *bytes, uint32_t count) { return fuzz_byte(bytes) % count; }

/* One in 16 numbers is any, the others are likely to fit. */
static inline int fuzz_is_wild(fuzz_bytes *bytes) { return fuzz_below(bytes, 16) == 15; }

static inline int64_t fuzz_number(fuzz_bytes *bytes)
{
    const uint8_t choice = fuzz_byte(bytes);
    const int64_t near = (int64_t)(choice & 3U) - 1;
    /* Around the powers of two, where carries are. */
    return choice < 240 ? (int64_t)(UINT64_C(1) << (choice >> 2)) + near : (int64_t)fuzz_bits(bytes);
}

/* One of 0 to count - 1, as a rule. */
static inline uint32_t fuzz_choice(fuzz_bytes *bytes, uint32_t count)
{
    return fuzz_is_wild(bytes) ? fuzz_byte(bytes) : fuzz_below(bytes, count);
}

#endif
