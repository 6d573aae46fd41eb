/* C11's names for OpenCL's types, for both lane layers of OpenCL C. */
#ifndef GLR_CORE_OPENCL_TYPES_H
#define GLR_CORE_OPENCL_TYPES_H

#pragma OPENCL FP_CONTRACT OFF

#ifdef GLR_OUT_OF_LINE /* for a simulator that does not know what inlining leaves behind */
#define GLR_FN static
#else
#define GLR_FN static inline __attribute__((always_inline))
#endif
#define GLR_TABLE         __constant
#define GLR_TABLE_POINTER __constant const float *
#define GLR_UNROLL        _Pragma("unroll")

typedef uchar uint8_t;
typedef ushort uint16_t;
typedef int int32_t;
typedef uint uint32_t;
typedef long int64_t;
typedef ulong uint64_t;

#endif
