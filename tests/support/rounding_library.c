/* The core's rounding of arrays, as a shared library for tests/python/check_rounding.py. */
#include "core/round.h"

#include <stddef.h>

/* Dtypes by number: 0 float16, 1 bfloat16, 2 e4m3fn, 3 e5m2. */
__attribute__((visibility("default"))) void round_all(const float *values, size_t count, int number,
                                                      uint16_t *codes);

void round_all(const float *values, size_t count, int number, uint16_t *codes)
{
    const uint32_t dtype = (uint32_t)number + GLR_DTYPE_NUMBER_FLOAT16;
    for (size_t i = 0; i < count; i++) {
        codes[i] = (uint16_t)glr_code_of(values[i], dtype);
    }
}
