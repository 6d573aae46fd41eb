#include "use_backend.h"

#include <criterion/criterion.h>

glr_status test_use_backend(glr_backend_kind backend, const glr_initializer *initializer,
                            const glr_tensor *tensor, void *drawn, uint64_t bytes)
{
    glr_options options = GLR_OPTIONS_INIT;
    glr_device *device = NULL;
    void *memory = NULL;
    options.backend = backend;
    glr_status status = glr_open(&options, &device);
    cr_expect_eq(status == GLR_OK, device != NULL);
    if (status == GLR_OK) {
        status = glr_alloc(device, bytes, &memory);
    }
    if (status == GLR_OK) {
        status = glr_fill(device, initializer, tensor, memory, bytes);
    }
    if (status == GLR_OK) {
        status = glr_sync(device);
    }
    if (status == GLR_OK) {
        status = glr_copy_to_host(device, drawn, memory, bytes);
    }
    if (status == GLR_OK) {
        status = glr_free(device, memory);
    }
    glr_close(device);
    return status;
}
