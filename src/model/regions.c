#include "regions.h"

#include "list.h"
#include "text/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void glr_region_box(const glr_item *region, const int64_t start[GLR_MAX_RANK], char text[GLR_REGION_BOX])
{
    const glr_tensor *itself = &region->tensor;
    size_t used = 0;
    text[used++] = '[';
    for (uint32_t a = 0; a < itself->rank; a++) {
        used += (size_t)snprintf(text + used, GLR_REGION_BOX - used, "%s%" PRId64 ":%" PRId64,
                                 a > 0 ? "," : "", start[a], start[a] + itself->shape[a]);
    }
    (void)snprintf(text + used, GLR_REGION_BOX - used, "]");
}

bool glr_regions_check(size_t count, glr_problem *problem)
{
    return count <= GLR_MAX_REGIONS ||
           glr_problem_set(problem, "%zu regions are more than %d", count, GLR_MAX_REGIONS);
}

/* The model that holds the regions, made when the first one comes. */
static glr_model *holder(glr_model *model)
{
    if (model->regions != NULL) {
        return model->regions;
    }
    glr_model *made = calloc(1, sizeof *made);
    if (made != NULL && !glr_items_reserve(made, 0)) {
        glr_model_free(made);
        made = NULL;
    }
    model->regions = made;
    return made;
}

bool glr_region_add(glr_model *model, glr_item *tensor, const glr_tensor *box, const glr_choice *choice)
{
    glr_model *regions = holder(model);
    glr_item item;
    memset(&item, 0, sizeof item); /* padding, too: equal ones are kept once */
    item.name = tensor->name;
    item.tensor = *box;
    item.choice = *choice;
    if (regions == NULL || !glr_items_add(regions, &item)) {
        return false;
    }
    tensor->region = tensor->regions > 0 ? tensor->region : (uint32_t)(regions->count - 1);
    tensor->regions++;
    return true;
}

void glr_region_get(const glr_model *model, const glr_item *tensor, uint32_t number, glr_item *region,
                    int64_t start[GLR_MAX_RANK])
{
    glr_items_get(model->regions, tensor->region + number, region);
    const glr_tensor box = region->tensor;
    const glr_tensor itself = {.dtype = tensor->tensor.dtype, .rank = box.rank};
    region->tensor = itself;
    memcpy(region->tensor.shape, box.extent, sizeof box.extent);
    memcpy(start, box.start, sizeof box.start);
}

static bool read_region(glr_json_value value, const glr_place *where, glr_model *model, glr_item *tensor)
{
    const glr_json_value slice = glr_json_member(value, "slice");
    const glr_json_value initializer = glr_json_member(value, "initializer");
    if (glr_json_string(slice) == NULL || initializer.kind == GLR_JSON_MISSING ||
        initializer.kind == GLR_JSON_NULL || glr_json_size(value) != 2) {
        return glr_complain(where, "not of the form {\"slice\": ..., \"initializer\": ...}");
    }
    glr_tensor box = {.dtype = tensor->tensor.dtype, .rank = tensor->tensor.rank};
    memcpy(box.shape, tensor->tensor.shape, sizeof box.shape);
    if (!glr_slice_parse(glr_json_string(slice), &box, where->problem)) {
        return glr_complain_at(where, ".");
    }
    if (!glr_take_status(glr_tensor_extent(&box, NULL, NULL), where)) {
        return false;
    }
    const glr_place place = glr_place_of_member(where, "initializer");
    glr_choice choice = {.action = GLR_ACTION_NONE};
    if (!glr_choice_read(initializer, &place, &choice)) {
        return false;
    }
    if (choice.action != GLR_ACTION_FILL) {
        return glr_complain(&place, "a region has an initializer, and is not skipped");
    }
    return glr_region_add(model, tensor, &box, &choice) || glr_problem_memory(where->problem);
}

bool glr_regions_read(glr_json_value list, const glr_place *where, glr_model *model, glr_item *tensor)
{
    if (list.kind != GLR_JSON_ARRAY) {
        return glr_complain_kind(where, list, "a list");
    }
    if (tensor->choice.action != GLR_ACTION_FILL) {
        return glr_complain(where, "the tensor needs an initializer of its own beside them");
    }
    if (!glr_regions_check(glr_json_size(list), where->problem)) {
        return glr_complain_at(where, ": ");
    }
    glr_json_walk walk = glr_json_children(list);
    while (glr_json_next(&walk)) {
        const glr_place region = glr_place_of_element(where, walk.index);
        if (!read_region(walk.value, &region, model, tensor)) {
            return false;
        }
    }
    return true;
}
