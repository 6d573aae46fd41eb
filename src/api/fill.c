/* Filling. */
#include "backend.h"
#include "error.h"
#include "make_plan.h"

#include <inttypes.h>

glr_status glr_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    void *dst, uint64_t dst_bytes)
{
    if (device == NULL || initializer == NULL || tensor == NULL) {
        return glr_fail_null(device == NULL ? "device" : initializer == NULL ? "initializer" : "tensor");
    }
    glr_plan plan;
    uint64_t bytes;
    glr_status status = glr_make_plan(initializer, tensor, &plan, &bytes);
    if (status != GLR_OK) {
        return status;
    }
    if (plan.count == 0) {
        return GLR_OK;
    }
    if (dst == NULL) {
        return glr_fail_null("dst");
    }
    if (dst_bytes < bytes) {
        return glr_fail(GLR_ERROR_TOO_SMALL,
                        "dst_bytes: %" PRIu64 " are fewer than the %" PRIu64 " that the part needs",
                        dst_bytes, bytes);
    }
    return device->backend->fill(device, &plan, dst);
}
