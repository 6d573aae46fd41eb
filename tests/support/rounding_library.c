/* The core's rounding of arrays, as a shared library for tests/python/check_rounding.py. */
#include "core/round.h"

#include <stddef.h>

/* Formats by number: 0 float16, 1 bfloat16, 2 e4m3fn, 3 e5m2. */
__attribute__((visibility("default"))) void round_all(const float *values, size_t count, int number,
                                                      uint16_t *codes);

void round_all(const float *values, size_t count, int number, uint16_t *codes)
{
    static const glr_format formats[] = {GLR_FORMAT_FLOAT16, GLR_FORMAT_BFLOAT16, GLR_FORMAT_FLOAT8_E4M3FN,
                                         GLR_FORMAT_FLOAT8_E5M2};
    const glr_format format = formats[number];
    const int width = number < 2 ? 16 : 8;
    for (size_t i = 0; i < count; i++) {
        codes[i] = (uint16_t)glr_round_to(values[i], format, width);
    }
}
