/* Rounding of arrays, as a shared library for tests/python/check_rounding.py. */
#include "core/round.h"
#include "glorand/glorand.h"

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

#define REFUSED 0xffff

/* What constants of float8_e8m0fnu hold; 0 if there is no device. */
__attribute__((visibility("default"))) int round_powers(const float *values, size_t count, uint16_t *codes);

int round_powers(const float *values, size_t count, uint16_t *codes)
{
    const glr_options options = {.backend = GLR_BACKEND_CPU, .threads = 1};
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT8_E8M0FNU};
    glr_device *device = NULL;
    if (glr_open(&options, &device) != GLR_OK) {
        return 0;
    }
    for (size_t i = 0; i < count; i++) {
        const glr_initializer constant = glr_constant((double)values[i]);
        uint8_t code = 0;
        codes[i] = glr_fill(device, &constant, &tensor, &code, 1) == GLR_OK ? code : REFUSED;
    }
    glr_close(device);
    return 1;
}
