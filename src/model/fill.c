/* Filling tensors of a model: the initializer, and the regions and values that a list gives. */
#include "regions.h"
#include "values.h"

#include "api/call.h"
#include "api/make_plan.h"
#include "backend.h"

#include <string.h>

/* A fill: the tensor, the part that is filled, and where it lies. */
typedef struct filling {
    glr_device *device;
    const glr_model *model;
    glr_item tensor;
    glr_tensor part;
    unsigned char *dst;
    uint64_t bytes;
} filling;

/* ---- Arguments --------------------------------------------------------------------------------------- */

static glr_status check_shape(const glr_item *tensor, const glr_tensor *part)
{
    const glr_tensor *whole = &tensor->tensor;
    if (part->rank != whole->rank ||
        memcmp(part->shape, whole->shape, part->rank * sizeof *part->shape) != 0) {
        return glr_fail(GLR_ERROR_SHAPE, "part.shape: is not that of tensor %s", tensor->name);
    }
    return GLR_OK;
}

static glr_status take(const glr_model *model, size_t index, const glr_tensor *part, filling *fill)
{
    if (fill->device == NULL || model == NULL) {
        return glr_fail_null(fill->device == NULL ? "device" : "model");
    }
    if (!model->is_resolved || index >= model->count) {
        return model->is_resolved
                   ? glr_fail(GLR_ERROR_ARGUMENT, "index: %zu of %zu tensors", index, model->count)
                   : glr_fail(GLR_ERROR_ARGUMENT, "model: is not resolved yet");
    }
    fill->model = model;
    glr_items_get(model, index, &fill->tensor);
    fill->part = part != NULL ? *part : fill->tensor.tensor;
    const glr_action action = fill->tensor.choice.action;
    if (action != GLR_ACTION_FILL && action != GLR_ACTION_COPY) {
        return glr_fail(GLR_ERROR_ARGUMENT, "index: tensor %s is %s", fill->tensor.name,
                        action == GLR_ACTION_SKIP ? "skipped" : "undecided");
    }
    return check_shape(&fill->tensor, &fill->part);
}

/* Fails as a function of the library did, for an element of one of a tensor's members. */
static glr_status fail_element(const filling *fill, const char *member, size_t index, glr_status status)
{
    char message[GLR_MESSAGE];
    glr_keep_error(message);
    return glr_fail(status, "tensor %s: %s[%zu]: %s", fill->tensor.name, member, index, message);
}

static glr_status check_region(const filling *fill, uint32_t number)
{
    glr_item region;
    int64_t start[GLR_MAX_RANK];
    uint64_t bytes;
    glr_region_get(fill->model, &fill->tensor, number, &region, start);
    const glr_initializer *initializer = &region.choice.initializer;
    region.tensor.dtype = fill->part.dtype;
    const glr_status status = glr_fill_scratch(fill->device, initializer, &region.tensor, &bytes);
    if (status != GLR_OK) {
        return fail_element(fill, "regions", number, status);
    }
    if (initializer->seeding == GLR_SEEDING_NONE && glr_kind_is_random(initializer->kind)) {
        return glr_fail(GLR_ERROR_UNSEEDED, "tensor %s: regions[%u]: has no seed", fill->tensor.name, number);
    }
    return GLR_OK;
}

/* Whether each region can be drawn in the part's dtype, so that nothing is written if not. */
static glr_status check_regions(const filling *fill)
{
    glr_status status = GLR_OK;
    if (fill->tensor.regions > 0 && glr_device_backend(fill->device) == GLR_BACKEND_OPENCL) {
        return glr_fail(GLR_ERROR_UNSUPPORTED,
                        "device: regions of tensor %s are not filled in OpenCL's memory", fill->tensor.name);
    }
    for (uint32_t i = 0; status == GLR_OK && i < fill->tensor.regions; i++) {
        status = check_region(fill, i);
    }
    return status;
}

/* ---- Regions ----------------------------------------------------------------------------------------- */

/* A box of the whole tensor in memory: where it begins there, in elements, and its strides. */
typedef struct held {
    glr_tensor box;
    uint64_t offset;
    int64_t strides[GLR_MAX_RANK];
} held;

/* Does something with a box; *context is the caller's. */
typedef glr_status visitor(const filling *fill, const held *box, void *context);

/* A part that is a box, or whole, is one box. */
static glr_status visit_box(const filling *fill, visitor *visit, void *context)
{
    const glr_tensor *part = &fill->part;
    held box = {.box = *part};
    if (part->part == GLR_PART_WHOLE) {
        memset(box.box.start, 0, sizeof box.box.start);
        memcpy(box.box.extent, part->shape, sizeof box.box.extent);
    }
    glr_set_strides(box.box.extent, part->rank, part->strides, box.strides);
    return visit(fill, &box, context);
}

/* The largest box of consecutive elements that begins with element `first` and has at most `count`, at least
   one. Axes from `axis` on are whole in it, the one before is cut, the others are of extent 1. */
static int64_t first_box(const glr_tensor *part, int64_t first, int64_t count, held *box)
{
    int64_t inner = 1;
    uint32_t axis = part->rank;
    while (axis > 0 && first % (inner * part->shape[axis - 1]) == 0 &&
           count >= inner * part->shape[axis - 1]) {
        inner *= part->shape[--axis];
    }
    int64_t index = first / inner;
    for (uint32_t a = part->rank; a-- > 0;) {
        const bool is_whole = a >= axis;
        box->box.start[a] = is_whole ? 0 : index % part->shape[a];
        box->box.extent[a] = is_whole ? part->shape[a] : 1;
        index = is_whole ? index : index / part->shape[a];
    }
    if (axis > 0) {
        const int64_t left = part->shape[axis - 1] - box->box.start[axis - 1], fit = count / inner;
        box->box.extent[axis - 1] = fit < left ? fit : left;
        inner *= box->box.extent[axis - 1];
    }
    return inner;
}

/* A range is at most twice as many boxes as it has axes. */
static glr_status visit_range(const filling *fill, visitor *visit, void *context)
{
    const glr_tensor *part = &fill->part;
    held box = {.box = *part};
    glr_status status = GLR_OK;
    glr_set_strides(part->shape, part->rank, NULL, box.strides);
    for (int64_t done = 0; status == GLR_OK && done < part->count;) {
        box.offset = (uint64_t)done;
        done += first_box(part, part->first + done, part->count - done, &box);
        status = visit(fill, &box, context);
    }
    return status;
}

static glr_status visit_boxes(const filling *fill, visitor *visit, void *context)
{
    return fill->part.part == GLR_PART_RANGE ? visit_range(fill, visit, context)
                                             : visit_box(fill, visit, context);
}

/* A region, and where it begins in the whole tensor. */
typedef struct placed {
    glr_item region;
    int64_t start[GLR_MAX_RANK];
} placed;

/* What a box has of a region, as a part of that, and where it begins in memory; false if nothing. */
static bool meet(const held *box, const placed *region, glr_tensor *part, uint64_t *offset)
{
    *part = region->region.tensor;
    part->dtype = box->box.dtype;
    part->part = GLR_PART_BOX;
    *offset = box->offset;
    for (uint32_t a = 0; a < part->rank; a++) {
        const int64_t end = box->box.start[a] + box->box.extent[a],
                      region_end = region->start[a] + part->shape[a];
        const int64_t from = box->box.start[a] > region->start[a] ? box->box.start[a] : region->start[a];
        const int64_t to = end < region_end ? end : region_end;
        if (from >= to) {
            return false;
        }
        part->start[a] = from - region->start[a];
        part->extent[a] = to - from;
        part->strides[a] = box->strides[a];
        *offset += (uint64_t)((from - box->box.start[a]) * box->strides[a]);
    }
    return true;
}

static glr_status fill_region(const filling *fill, const held *box, void *context)
{
    const placed *region = context;
    glr_tensor part;
    uint64_t offset;
    if (!meet(box, region, &part, &offset)) {
        return GLR_OK;
    }
    offset *= glr_dtype_size(part.dtype);
    return glr_fill(fill->device, &region->region.choice.initializer, &part, fill->dst + offset,
                    fill->bytes - offset);
}

static glr_status fill_regions(const filling *fill)
{
    glr_status status = GLR_OK;
    for (uint32_t i = 0; status == GLR_OK && i < fill->tensor.regions; i++) {
        placed region;
        glr_region_get(fill->model, &fill->tensor, i, &region.region, region.start);
        status = visit_boxes(fill, fill_region, &region);
    }
    return status;
}

/* ---- Values ------------------------------------------------------------------------------------------ */

/* Encodes the part's values, and writes them, unless it is only to be seen whether the dtype holds them. */
static glr_status copy_run(const filling *fill, const glr_runs *runs, uint64_t run, bool write)
{
    const glr_list_values *values = &fill->model->values[fill->tensor.values];
    const size_t size = glr_dtype_size(fill->part.dtype);
    const glr_run_start start = glr_run_at(runs, run);
    for (uint64_t i = 0; i < runs->length; i++) {
        unsigned char element[8];
        const glr_status status =
            glr_value_encode(&values->value[start.index + i], fill->part.dtype, element);
        if (status != GLR_OK) {
            return fail_element(fill, "values", (size_t)(start.index + i), status);
        }
        if (write) {
            memcpy(fill->dst + (start.offset + i * runs->stride) * size, element, size);
        }
    }
    return GLR_OK;
}

static glr_status check_copy(const filling *fill)
{
    return glr_device_backend(fill->device) == GLR_BACKEND_CPU
               ? GLR_OK
               : glr_fail(GLR_ERROR_UNSUPPORTED,
                          "device: values of tensor %s are copied into host memory alone", fill->tensor.name);
}

static glr_status copy_values(const filling *fill, const glr_layout_of_part *layout)
{
    const uint64_t runs = layout->count > 0 ? layout->count / layout->runs.length : 0;
    glr_status status = check_copy(fill);
    for (int pass = 0; pass < 2; pass++) {
        for (uint64_t i = 0; status == GLR_OK && i < runs; i++) {
            status = copy_run(fill, &layout->runs, i, pass == 1);
        }
    }
    return status;
}

/* ---- Public functions -------------------------------------------------------------------------------- */

static glr_status fill_part(filling *fill, void *dst, uint64_t dst_bytes, bool regions_alone)
{
    glr_layout_of_part layout;
    const glr_destination destination = {.name = "dst_bytes", .memory = dst, .bytes = dst_bytes};
    fill->dst = dst;
    fill->bytes = dst_bytes;
    glr_status status = glr_check_tensor(&fill->part, &layout);
    if (status == GLR_OK && layout.count > 0) {
        status = glr_check_room(&destination, layout.bytes);
    }
    if (status == GLR_OK) {
        status = check_regions(fill);
    }
    if (status != GLR_OK) {
        return status;
    }
    if (fill->tensor.choice.action == GLR_ACTION_COPY) {
        return regions_alone ? GLR_OK : copy_values(fill, &layout);
    }
    if (!regions_alone) {
        status = glr_fill(fill->device, &fill->tensor.choice.initializer, &fill->part, dst, dst_bytes);
    }
    return status == GLR_OK && layout.count > 0 ? fill_regions(fill) : status;
}

glr_status glr_model_fill(glr_device *device, const glr_model *model, size_t index, const glr_tensor *part,
                          void *dst, uint64_t dst_bytes)
{
    const glr_host host = glr_enter();
    filling fill = {.device = device};
    glr_status status = take(model, index, part, &fill);
    status = status == GLR_OK ? fill_part(&fill, dst, dst_bytes, false) : status;
    return glr_leave(&host, status);
}

glr_status glr_model_fill_regions(glr_device *device, const glr_model *model, size_t index,
                                  const glr_tensor *part, void *dst, uint64_t dst_bytes)
{
    const glr_host host = glr_enter();
    filling fill = {.device = device};
    glr_status status = take(model, index, part, &fill);
    status = status == GLR_OK ? fill_part(&fill, dst, dst_bytes, true) : status;
    return glr_leave(&host, status);
}

/* The most bytes that a region takes for what a box has of it. */
typedef struct most {
    const placed *region;
    uint64_t bytes;
} most;

static glr_status add_scratch(const filling *fill, const held *box, void *context)
{
    most *all = context;
    glr_tensor part;
    uint64_t offset, bytes = 0;
    if (!meet(box, all->region, &part, &offset)) {
        return GLR_OK;
    }
    const glr_status status =
        glr_fill_scratch(fill->device, &all->region->region.choice.initializer, &part, &bytes);
    all->bytes = bytes > all->bytes ? bytes : all->bytes;
    return status;
}

static glr_status scratch(const filling *fill, uint64_t *bytes)
{
    most all = {.bytes = 0};
    const bool is_copy = fill->tensor.choice.action == GLR_ACTION_COPY;
    glr_status status = is_copy ? check_copy(fill) : check_regions(fill);
    if (status == GLR_OK && !is_copy) {
        status = glr_fill_scratch(fill->device, &fill->tensor.choice.initializer, &fill->part, &all.bytes);
    }
    for (uint32_t i = 0; status == GLR_OK && i < fill->tensor.regions; i++) {
        placed region;
        glr_region_get(fill->model, &fill->tensor, i, &region.region, region.start);
        all.region = &region;
        status = visit_boxes(fill, add_scratch, &all);
    }
    *bytes = status == GLR_OK ? all.bytes : *bytes;
    return status;
}

glr_status glr_model_fill_scratch(glr_device *device, const glr_model *model, size_t index,
                                  const glr_tensor *part, uint64_t *bytes)
{
    const glr_host host = glr_enter();
    filling fill = {.device = device};
    if (bytes == NULL) {
        return glr_leave(&host, glr_fail_null("bytes"));
    }
    glr_status status = take(model, index, part, &fill);
    status = status == GLR_OK ? scratch(&fill, bytes) : status;
    return glr_leave(&host, status);
}
