/* Filling. */
#include "fill.h"

#include "backend.h"
#include "error.h"
#include "guest.h"
#include "kind.h"
#include "make_plan.h"
#include "stream.h"

#include <inttypes.h>

glr_status glr_seed_fill(const glr_initializer *initializer, const glr_tensor *tensor, glr_plan *plan)
{
    if (!glr_kind_is_random(initializer->kind)) {
        return GLR_OK;
    }
    if (initializer->seeding == GLR_SEEDING_NONE && tensor->part != GLR_PART_WHOLE) {
        return glr_fail(GLR_ERROR_UNSEEDED,
                        "initializer.seeding: a part needs a %s that is resolved (glr_resolve)",
                        glr_kind_name(initializer->kind));
    }
    glr_initializer resolved;
    glr_status status = glr_resolve(initializer, &resolved);
    if (status == GLR_OK) {
        glr_seed_plan(&resolved, plan);
    }
    return status;
}

glr_status glr_accept_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                           const void *dst, glr_plan *plan, uint64_t bytes)
{
    glr_status status = GLR_OK;
    if (device->backend->accepts != NULL) {
        status = device->backend->accepts(device, plan, dst, bytes);
    }
    return status == GLR_OK ? glr_seed_fill(initializer, tensor, plan) : status;
}

/* All of glr_fill up to the backend's fill: checks, plan and seed. With plan->count 0 there is nothing to do.
 */
static glr_status plan_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                            const void *dst, uint64_t dst_bytes, glr_plan *plan)
{
    uint64_t bytes;
    glr_status status = glr_make_plan(initializer, tensor, plan, &bytes);
    if (status != GLR_OK || plan->count == 0) {
        return status;
    }
    if (dst == NULL) {
        return glr_fail_null("dst");
    }
    if (dst_bytes < bytes) {
        return glr_fail(GLR_ERROR_TOO_SMALL,
                        "dst_bytes: %" PRIu64 " are fewer than the %" PRIu64 " that the part needs",
                        dst_bytes, bytes);
    }
    return glr_accept_fill(device, initializer, tensor, dst, plan, bytes);
}

static glr_status fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                       void *dst, uint64_t dst_bytes)
{
    if (device == NULL || initializer == NULL || tensor == NULL) {
        return glr_fail_null(device == NULL ? "device" : initializer == NULL ? "initializer" : "tensor");
    }
    glr_plan plan;
    glr_status status = plan_fill(device, initializer, tensor, dst, dst_bytes, &plan);
    return status == GLR_OK && plan.count > 0 ? device->backend->fill(device, &plan, dst) : status;
}

glr_status glr_fill(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                    void *dst, uint64_t dst_bytes)
{
    const glr_host host = glr_enter();
    return glr_leave(&host, fill(device, initializer, tensor, dst, dst_bytes));
}
