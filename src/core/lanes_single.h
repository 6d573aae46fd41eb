/* The part of a lane layer that is the same wherever a lane is a scalar: C11, OpenCL C and CUDA C. */
#ifndef GLR_CORE_LANES_SINGLE_H
#define GLR_CORE_LANES_SINGLE_H

#define GLR_LANES 1

typedef uint32_t glr_u32;
typedef uint64_t glr_word;
typedef uint32_t glr_mask;
typedef uint32_t glr_scalar;

/* The same value in every lane. */
GLR_FN glr_u32 glr_splat_u32(uint32_t value) { return value; }
GLR_FN glr_f32 glr_splat_f32(float value) { return value; }

/* The larger of two numbers, neither of them a NaN. */
GLR_FN glr_f32 glr_max(glr_f32 a, glr_f32 b) { return a > b ? a : b; }

/* The float32 of a two's complement word of at most 24 bits, so that nothing is rounded. */
GLR_FN glr_f32 glr_float_of_int(glr_u32 value) { return (glr_f32)(int32_t)value; }

/* Shifts right, copying the sign bit (what every compiler of these languages does for signed >>). */
GLR_FN glr_u32 glr_shift_signed(glr_u32 value, int n) { return (glr_u32)((int32_t)value >> n); }

/* True where bit 0 is set. */
GLR_FN glr_mask glr_is_odd(glr_u32 value) { return value & 1U; }

/* The first value where mask is true, the second elsewhere. */
GLR_FN glr_f32 glr_select(glr_mask mask, glr_f32 yes, glr_f32 no) { return mask ? yes : no; }

/* The first value where a < b, both below 2^31; the second elsewhere. */
GLR_FN glr_u32 glr_select_below(glr_u32 a, glr_u32 b, glr_u32 yes, glr_u32 no) { return a < b ? yes : no; }

/* Words in 64-bit lanes: only the low 32 bits of a word count, but glr_word_times gives all 64 bits
   of its product, of which glr_word_high takes the upper half and any other use the lower one. */
GLR_FN glr_word glr_word_of(glr_u32 value) { return value; }
#ifdef GLR_PRODUCT /* of two 32-bit words, where the layer says how */
GLR_FN glr_word glr_word_times(glr_word a, uint32_t factor) { return GLR_PRODUCT((uint32_t)a, factor); }
#else
GLR_FN glr_word glr_word_times(glr_word a, uint32_t factor) { return (a & 0xffffffffU) * factor; }
#endif
GLR_FN glr_word glr_word_high(glr_word product) { return product >> 32; }
GLR_FN glr_word glr_word_xor(glr_word a, glr_scalar b) { return a ^ b; }
GLR_FN glr_word glr_word_xor3(glr_word a, glr_word b, glr_scalar c) { return a ^ b ^ c; }
GLR_FN glr_u32 glr_word_pack(glr_word a) { return (glr_u32)(a & 0xffffffffU); }

#if GLR_HAS_F64

#define GLR_WORD_PARTS 1 /* in how many vectors of 64-bit lanes a glr_word lies */

typedef uint64_t glr_u64;
typedef double glr_f64;

/* A part's 64-bit lanes: of a word, the low 32 bits count. */
GLR_FN glr_u64 glr_word_part(glr_word a, int part)
{
    (void)part;
    return a;
}

GLR_FN glr_f64 glr_splat_f64(double value) { return value; }
GLR_FN glr_f64 glr_max_f64(glr_f64 a, glr_f64 b) { return a > b ? a : b; }

/* Number `index` of a table. */
GLR_FN glr_f64 glr_lookup_f64(GLR_TABLE_POINTER_F64 table, glr_u64 index) { return table[index]; }

/* The same of a table of 16, whose index is below that. */
GLR_FN glr_f64 glr_lookup16_f64(GLR_TABLE_POINTER_F64 table, glr_u64 index) { return table[index]; }

#endif

#endif
