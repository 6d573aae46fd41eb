/* Fills. */
#include "calls.h"

#include <stdio.h>
#include <stdlib.h>

/* Subnormals of float32 and float64, what is too large for the narrow types, and what must be rounded. */
static const struct {
    double value;
    const char *name;
} scales[] = {
    {0.1, "0.1"}, {1e-39, "1e-39"}, {1e-44, "1e-44"}, {1e-310, "1e-310"}, {3e4, "3e4"}, {1e38, "1e38"},
};

static const glr_dtype floats[] = {GLR_DTYPE_FLOAT32,  GLR_DTYPE_FLOAT64,       GLR_DTYPE_FLOAT16,
                                   GLR_DTYPE_BFLOAT16, GLR_DTYPE_FLOAT8_E4M3FN, GLR_DTYPE_FLOAT8_E5M2};

static const char *const samplers[] = {
    "normal", "uniform", "truncated normal", "truncated normal by icdf", "scaled normal", "constant",
};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static glr_initializer make(size_t sampler, double scale)
{
    glr_initializer made;
    switch (sampler) {
    case 0: CALL(glr_random_normal, made = glr_random_normal(0.0, scale, 1)); break;
    case 1: CALL(glr_random_uniform, made = glr_random_uniform(0.0, scale, 2)); break;
    case 2:
    case 3:
        CALL(glr_truncated_normal, made = glr_truncated_normal(0.0, scale, 3));
        made.method = sampler == 3 ? GLR_METHOD_ICDF : GLR_METHOD_RESAMPLE;
        break;
    case 4:
        CALL(glr_variance_scaling,
             made = glr_variance_scaling(scale, GLR_MODE_FAN_AVG, GLR_DISTRIBUTION_UNTRUNCATED_NORMAL, 5));
        break;
    default: CALL(glr_constant, made = glr_constant(scale)); break;
    }
    return made;
}

/* Pieces enough for four threads once for every sampler, for two a few times; less elsewhere. */
static int64_t elements_for(size_t scale, size_t dtype)
{
    if (scale == 1 && dtype == 0) {
        return is_light() ? 2 * PIECE : 5 * PIECE;
    }
    return !is_light() && (scale == 1 || dtype == 0) ? 2 * PIECE : 3001;
}

static void call_fill(record *into, glr_device *device, const glr_initializer *initializer,
                      const glr_tensor *tensor, const char *label)
{
    glr_status status = GLR_OK;
    uint64_t bytes = 0;
    CALL(glr_tensor_extent, status = glr_tensor_extent(tensor, NULL, &bytes));
    void *values = allocate(bytes + 1);
    CALL(glr_fill, status = glr_fill(device, initializer, tensor, values, bytes));
    if (status == GLR_OK) {
        record_bytes(into, label, values, bytes);
    } else {
        record_status(into, label, status);
    }
    free(values);
}

void call_fills(record *into, glr_device *device)
{
    for (size_t sampler = 0; sampler < COUNT(samplers); sampler++) {
        for (size_t s = 0; s < COUNT(scales); s++) {
            const glr_initializer initializer = make(sampler, scales[s].value);
            for (size_t d = 0; d < COUNT(floats); d++) {
                char label[LABEL];
                const glr_tensor tensor = {.dtype = floats[d], .rank = 2, .shape = {1, elements_for(s, d)}};
                (void)snprintf(label, sizeof label, "%s of %s in dtype %d", samplers[sampler], scales[s].name,
                               (int)floats[d]);
                call_fill(into, device, &initializer, &tensor, label);
            }
        }
    }
}
