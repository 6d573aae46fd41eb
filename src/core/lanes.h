/* The lane layer: what the core needs to know about the language it is compiled as.
 *
 * The core is one text for C11, OpenCL C and CUDA C. It computes on lanes: every value below exists
 * once per lane, and a lane layer says how many lanes there are and which machine operations they map
 * to. A layer provides
 *
 *   GLR_LANES         how many
 *   GLR_HAS_F64       1 if double arithmetic is there, for the float64 stream; otherwise 0
 *   GLR_FN            qualifiers of a core function
 *   GLR_TABLE         qualifiers of a constant table at file scope
 *   GLR_TABLE_POINTER the type of a pointer into such a table of floats (where a lane reads rows)
 *   GLR_LOOKS_UP_COLUMNS defined where tables of floats are read by glr_lookup32, a column at a time
 *   GLR_UNROLL        a pragma before a loop whose trip count is a small constant
 *   glr_u32, glr_f32  a 32-bit word and a float32, per lane, with the operators + - * & | ^ << >>;
 *                     a scalar may stand on the right
 *   glr_word          a 32-bit word in the low half of 64 bits whose upper half is garbage, laid out so
 *                     that a widening product needs no repacking
 *   glr_u64, glr_f64  with GLR_HAS_F64, the 64-bit lanes of one of the GLR_WORD_PARTS parts of a
 *                     glr_word, with the same operators
 *   glr_mask          one truth value per lane
 *   glr_scalar        a 32-bit word that is the same in all lanes
 *
 * and the functions documented in lanes_c.h and lanes_single.h. On a CPU the lanes are those of a vector
 * register; a work-item or thread of a GPU is one lane, as is plain C.
 *
 * Equal bits everywhere rest on these rules: only integer operations and IEEE add, subtract, multiply,
 * fma, sqrt and conversions, each rounded by itself; a product reaches a sum through glr_fma alone,
 * contraction being switched off by flag and by pragma; no library function that approximates;
 * floating-point constants in hexadecimal where they are not exact in decimal.
 */
#ifndef GLR_CORE_LANES_H
#define GLR_CORE_LANES_H

#ifdef __FAST_MATH__
#error "glorand's core must not be compiled with fast-math: its results would not be the stream's"
#endif

#if defined(__OPENCL_C_VERSION__) || defined(__OPENCL_VERSION__)
#ifdef GLR_USE_OPENCL16 /* set for the kernels that a CPU device of OpenCL runs */
#include "lanes_opencl16.h"
#else
#include "lanes_opencl.h"
#endif
#elif defined(__CUDACC__)
#include "lanes_cuda.h"
#elif defined(GLR_USE_AVX512) /* set by the kernels of src/cpu for vectors */
#include "lanes_avx512.h"
#elif defined(GLR_USE_AVX2)
#include "lanes_avx2.h"
#elif defined(GLR_USE_NEON)
#include "lanes_neon.h"
#else
#include "lanes_c.h"
#endif

#endif
