/* Moving some of four 32-bit words to the front, for the vector lane layers. On x86 it needs SSSE3. */
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

typedef uint32_t glr_words4 __attribute__((vector_size(16)));

/* glr_shuffle4: byte shuffle by index. glr_set_of_flags4: 4-bit mask of the words whose bit 30 is set. */
#ifdef GLR_USE_NEON
GLR_FN glr_words4 glr_shuffle4(glr_words4 words, const uint8_t names[16])
{
    return (glr_words4)vqtbl1q_u8((uint8x16_t)words, vld1q_u8(names));
}

GLR_FN unsigned glr_set_of_flags4(glr_words4 words)
{
    static const uint32_t members[4] = {1, 2, 4, 8};
    uint32x4_t flagged = vtstq_u32((uint32x4_t)words, vdupq_n_u32(0x40000000U));
    return vaddvq_u32(vandq_u32(flagged, vld1q_u32(members)));
}
#else
GLR_FN glr_words4 glr_shuffle4(glr_words4 words, const uint8_t names[16])
{
    return (glr_words4)_mm_shuffle_epi8((__m128i)words, _mm_load_si128((const __m128i *)(const void *)names));
}

GLR_FN unsigned glr_set_of_flags4(glr_words4 words)
{
    return (unsigned)_mm_movemask_ps((__m128)(words << 1));
}
#endif

/* The words that are in `set`, in order, at the front. */
GLR_FN glr_words4 glr_compress4(glr_words4 words, unsigned set)
{
    return glr_shuffle4(words, glr_compress4_bytes[set]);
}

/* Moves those of a row's four candidates that are not rejected to its front, in order; what follows them may
   be anything. Returns how many they are. */
GLR_FN uint32_t glr_compact_row(float row[4])
{
    glr_words4 candidates;
    memcpy(&candidates, row, sizeof candidates);
    unsigned kept = glr_set_of_flags4(candidates) ^ 15U;
    candidates = glr_compress4(candidates, kept);
    memcpy(row, &candidates, sizeof candidates);
    return (uint32_t)__builtin_popcount(kept);
}

#endif
