/* Element types: the one table. A new dtype is an enumerator in glorand.h and a line here; kernels, the
 * public functions and the command's files read it from this text.
 *
 *   FLOAT(NAME, number, name, bits, aliases, tag, descr, fraction_bits)
 *       what samplers compute in
 *   ROUNDED(NAME, number, name, bits, aliases, tag, descr, fraction_bits, bias, largest, overflow, nan)
 *       what float32 values are rounded to: sign, exponent with this bias, fraction of this many bits, the
 * largest finite code, and what comes beyond it: the code of infinity or, in a format that has none, NaN
 *   INTEGER(NAME, number, name, bits, aliases, tag, descr, value_bits, is_signed)
 *   POWER(NAME, number, name, bits, aliases, tag, descr, bias)
 *       powers of two, which only constants are rounded to: an exponent alone, with float32's bias, and all
 * ones for NaN
 *
 * GLR_DTYPE_##NAME is the enumerator, `number` its value. `aliases` are names in other libraries, as far as
 * they mean the same everywhere: a bare "float" is 32 bits to PyTorch and 64 to NumPy, and float8_e4m3 is
 * another type to ml_dtypes. `tag` is the name in .safetensors files, `descr` the one in .npy files, or "".
 */
#ifndef GLR_CORE_DTYPES_H
#define GLR_CORE_DTYPES_H

/* clang-format off */
#define GLR_FOR_EACH_DTYPE(FLOAT, ROUNDED, INTEGER, POWER)                                                   \
    FLOAT(FLOAT32, 1, float32, 32, "f32 fp32 single torch.float", "F32", "<f4", 23)                          \
    FLOAT(FLOAT64, 2, float64, 64, "f64 fp64 double", "F64", "<f8", 52)                                      \
    ROUNDED(FLOAT16, 3, float16, 16, "f16 fp16 half", "F16", "<f2", 10, 15, 0x7bffU, 0x7c00U, 0x7e00U)       \
    ROUNDED(BFLOAT16, 4, bfloat16, 16, "bf16", "BF16", "", 7, 127, 0x7f7fU, 0x7f80U, 0x7fc0U)                \
    ROUNDED(FLOAT8_E4M3FN, 5, float8_e4m3fn, 8, "f8_e4m3 f8_e4m3fn", "F8_E4M3", "",           \
            3, 7, 0x7eU, 0x7fU, 0x7fU)                                                                       \
    ROUNDED(FLOAT8_E5M2, 6, float8_e5m2, 8, "f8_e5m2", "F8_E5M2", "", 2, 15, 0x7bU, 0x7cU, 0x7eU)            \
    INTEGER(BOOL, 7, bool, 8, "bool_", "BOOL", "|b1", 1, 0)                                                  \
    INTEGER(INT8, 8, int8, 8, "i8 torch.char", "I8", "|i1", 8, 1)                                            \
    INTEGER(INT16, 9, int16, 16, "i16 short", "I16", "<i2", 16, 1)                                           \
    INTEGER(INT32, 10, int32, 32, "i32 torch.int", "I32", "<i4", 32, 1)                                      \
    INTEGER(INT64, 11, int64, 64, "i64 torch.long", "I64", "<i8", 64, 1)                                     \
    INTEGER(UINT8, 12, uint8, 8, "u8 torch.byte", "U8", "|u1", 8, 0)                                         \
    INTEGER(UINT16, 13, uint16, 16, "u16", "U16", "<u2", 16, 0)                                              \
    INTEGER(UINT32, 14, uint32, 32, "u32", "U32", "<u4", 32, 0)                                              \
    INTEGER(UINT64, 15, uint64, 64, "u64", "U64", "<u8", 64, 0)                                              \
    POWER(FLOAT8_E8M0FNU, 16, float8_e8m0fnu, 8, "f8_e8m0 f8_e8m0fnu", "F8_E8M0", "", 127)
/* clang-format on */

/* For those that a reader of the table passes over. */
#define GLR_NO_FLOAT(NAME, number, name, bits, aliases, tag, descr, fraction_bits)
#define GLR_NO_INTEGER(NAME, number, name, bits, aliases, tag, descr, value_bits, is_signed)
#define GLR_NO_POWER(NAME, number, name, bits, aliases, tag, descr, bias)

/* The numbers by name, for kernels, which do not see glorand.h. */
#define GLR_NUMBER_OF_FLOAT(NAME, number, name, bits, aliases, tag, descr, fraction_bits)                    \
    GLR_DTYPE_NUMBER_##NAME = (number),
#define GLR_NUMBER_OF_ROUNDED(NAME, number, name, bits, aliases, tag, descr, fraction_bits, bias, largest,   \
                              overflow, nan)                                                                 \
    GLR_DTYPE_NUMBER_##NAME = (number),
#define GLR_NUMBER_OF_INTEGER(NAME, number, name, bits, aliases, tag, descr, value_bits, is_signed)          \
    GLR_DTYPE_NUMBER_##NAME = (number),
#define GLR_NUMBER_OF_POWER(NAME, number, name, bits, aliases, tag, descr, bias)                             \
    GLR_DTYPE_NUMBER_##NAME = (number),
enum {
    GLR_FOR_EACH_DTYPE(GLR_NUMBER_OF_FLOAT, GLR_NUMBER_OF_ROUNDED, GLR_NUMBER_OF_INTEGER, GLR_NUMBER_OF_POWER)
};

#endif
