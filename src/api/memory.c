/* Memory of a device, for callers who have no allocator of their own. */
#include "backend.h"
#include "error.h"

glr_status glr_alloc(glr_device *device, uint64_t bytes, void **memory)
{
    if (device == NULL || memory == NULL) {
        return glr_fail_null(device == NULL ? "device" : "memory");
    }
    *memory = NULL;
    return bytes == 0 ? GLR_OK : device->backend->alloc(device, bytes, memory);
}

glr_status glr_free(glr_device *device, void *memory)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    return memory == NULL ? GLR_OK : device->backend->free(device, memory);
}

glr_status glr_copy_to_host(glr_device *device, void *host, const void *memory, uint64_t bytes)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    if (bytes == 0) {
        return GLR_OK;
    }
    if (host == NULL || memory == NULL) {
        return glr_fail_null(host == NULL ? "host" : "memory");
    }
    return device->backend->copy_to_host(device, host, memory, bytes);
}

glr_status glr_sync(glr_device *device)
{
    if (device == NULL) {
        return glr_fail_null("device");
    }
    return device->backend->sync(device);
}
