/* Moving some of four 32-bit words to the front, for the x86 lane layers. Needs SSSE3. */
#ifndef GLR_CORE_COMPRESS4_H
#define GLR_CORE_COMPRESS4_H

/* For every set of words, the bytes of its words in order. The rest is never read. */
#define GLR_W0 0, 1, 2, 3
#define GLR_W1 4, 5, 6, 7
#define GLR_W2 8, 9, 10, 11
#define GLR_W3 12, 13, 14, 15
GLR_TABLE uint8_t glr_compress4_bytes[16][16] __attribute__((aligned(16))) = {
    {0},
    {GLR_W0},
    {GLR_W1},
    {GLR_W0, GLR_W1},
    {GLR_W2},
    {GLR_W0, GLR_W2},
    {GLR_W1, GLR_W2},
    {GLR_W0, GLR_W1, GLR_W2},
    {GLR_W3},
    {GLR_W0, GLR_W3},
    {GLR_W1, GLR_W3},
    {GLR_W0, GLR_W1, GLR_W3},
    {GLR_W2, GLR_W3},
    {GLR_W0, GLR_W2, GLR_W3},
    {GLR_W1, GLR_W2, GLR_W3},
    {GLR_W0, GLR_W1, GLR_W2, GLR_W3},
};
#undef GLR_W0
#undef GLR_W1
#undef GLR_W2
#undef GLR_W3

/* The words whose bits are set in `set`, in order, at the front. */
GLR_FN __m128i glr_compress4(__m128i words, unsigned set)
{
    return _mm_shuffle_epi8(words, _mm_load_si128((const __m128i *)(const void *)glr_compress4_bytes[set]));
}

/* Moves those of a row's four candidates that are not rejected to its front, in order; what follows them may
   be anything. Returns how many they are. */
GLR_FN uint32_t glr_compact_row(float row[4])
{
    __m128i candidates = _mm_loadu_si128((const __m128i *)(const void *)row);
    unsigned rejected = (unsigned)_mm_movemask_ps(_mm_castsi128_ps(_mm_slli_epi32(candidates, 1)));
    unsigned kept = rejected ^ 15U;
    _mm_storeu_si128((__m128i *)(void *)row, glr_compress4(candidates, kept));
    return (uint32_t)__builtin_popcount(kept);
}

#endif
