#include "draw.h"

#include <stdlib.h>

glr_device *open_cpu(uint32_t threads)
{
    glr_device *device = NULL;
    glr_options options = GLR_OPTIONS_INIT;
    options.backend = GLR_BACKEND_CPU;
    options.threads = threads;
    if (glr_open(&options, &device) != GLR_OK) {
        fail("glr_open: %s", glr_last_error());
        exit(verdict());
    }
    return device;
}

uint64_t fill_and_hash(glr_device *device, const glr_initializer *initializer, int64_t elements)
{
    const glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {elements}};
    const size_t bytes = (size_t)elements * sizeof(float);
    void *values = allocate(bytes + 1);
    uint64_t hash = 0;
    if (glr_fill(device, initializer, &tensor, values, bytes) == GLR_OK) {
        hash = hash_of(values, bytes);
    } else {
        fail("glr_fill: %s", glr_last_error());
    }
    free(values);
    return hash;
}
