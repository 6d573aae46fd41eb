/* A process that opens OpenCL's device 0 and fills a tensor, as for the tests of several at the same time. */
#include "glorand/glorand.h"

#include <stdio.h>

int main(void)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    void *memory = NULL;
    glr_initializer initializer = glr_glorot_normal(1);
    glr_tensor tensor = {.dtype = GLR_DTYPE_FLOAT32, .rank = 1, .shape = {1000}};
    options.backend = GLR_BACKEND_OPENCL;
    int failed = glr_open(&options, &device) != GLR_OK || glr_alloc(device, 4000, &memory) != GLR_OK ||
                 glr_fill(device, &initializer, &tensor, memory, 4000) != GLR_OK;
    if (failed) {
        (void)fprintf(stderr, "%s\n", glr_last_error());
    }
    glr_close(device);
    return failed;
}
