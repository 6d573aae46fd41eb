#include "draw.h"

glr_status glr_drawer_make(glr_device *device, uint64_t most_bytes, glr_drawer *drawer)
{
    drawer->device = device;
    drawer->staging = NULL;
    return glr_device_backend(device) == GLR_BACKEND_CPU ? GLR_OK
                                                         : glr_alloc(device, most_bytes, &drawer->staging);
}

void glr_drawer_free(glr_drawer *drawer)
{
    if (drawer->staging != NULL) {
        (void)glr_free(drawer->device, drawer->staging);
        drawer->staging = NULL;
    }
}

glr_status glr_draw(const glr_drawer *drawer, const glr_initializer *initializer, const glr_tensor *piece,
                    void *host, uint64_t bytes)
{
    if (drawer->staging == NULL) {
        return glr_fill(drawer->device, initializer, piece, host, bytes);
    }
    glr_status status = glr_fill(drawer->device, initializer, piece, drawer->staging, bytes);
    return status == GLR_OK ? glr_copy_to_host(drawer->device, host, drawer->staging, bytes) : status;
}
