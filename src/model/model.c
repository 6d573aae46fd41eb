/* How a model holds its tensors. */
#include "model.h"

#include "text/text.h"

#include <stdlib.h>
#include <string.h>

/* There is room for sizes from the beginning, so that pointers to those of rank 0 are pointers, too. */
bool glr_items_reserve(glr_model *model, size_t count)
{
    if (count >= UINT32_MAX) {
        return false;
    }
    model->entry = calloc(count + 1, sizeof *model->entry);
    model->sizes = calloc(GLR_MAX_RANK, sizeof *model->sizes);
    model->capacity = model->entry != NULL ? count : 0;
    model->size_capacity = model->sizes != NULL ? GLR_MAX_RANK : 0;
    return model->entry != NULL && model->sizes != NULL;
}

/* Adds sizes behind those that are there. */
static bool add_sizes(glr_model *model, const int64_t *sizes, uint32_t count)
{
    if (model->size_capacity - model->size_count < count) {
        size_t capacity = model->size_capacity + model->size_capacity / 2 + 3 * (size_t)GLR_MAX_RANK;
        int64_t *grown = capacity >= UINT32_MAX ? NULL : realloc(model->sizes, capacity * sizeof *grown);
        if (grown == NULL) {
            return false;
        }
        model->sizes = grown;
        model->size_capacity = capacity;
    }
    if (count > 0) {
        memcpy(model->sizes + model->size_count, sizes, count * sizeof *sizes);
    }
    model->size_count += count;
    return true;
}

/* The entry's choice; seed and stream apart, so that tensors which differ in no more share an initializer. */
static bool set_choice(glr_model *model, glr_model_entry *entry, const glr_choice *choice)
{
    glr_initializer shared = choice->initializer;
    entry->action = (uint8_t)choice->action;
    entry->seeding = (uint8_t)shared.seeding;
    entry->seed = shared.seed;
    entry->says = choice->says;
    entry->stream = shared.stream;
    shared.seeding = GLR_SEEDING_SEED;
    shared.seed = shared.stream = 0;
    return glr_intern(&model->initializers, &shared, sizeof shared, &entry->initializer);
}

/* Makes room for one more. */
static bool grow(glr_model *model)
{
    if (model->count == model->capacity && model->capacity >= UINT32_MAX / 2) {
        return false;
    }
    glr_model_entry *grown = glr_grow(model->entry, model->count, &model->capacity, sizeof *grown);
    model->entry = grown != NULL ? grown : model->entry;
    return grown != NULL;
}

bool glr_items_add(glr_model *model, const glr_item *tensor)
{
    const glr_tensor *sizes = &tensor->tensor;
    const bool is_box = sizes->part == GLR_PART_BOX;
    glr_model_entry entry = {.name = tensor->name,
                             .decided_by = tensor->decided_by,
                             .sizes = (uint32_t)model->size_count,
                             .values = tensor->values,
                             .region = tensor->region,
                             .regions = tensor->regions,
                             .rank = (uint8_t)sizes->rank,
                             .part = (uint8_t)sizes->part,
                             .dtype = (uint8_t)sizes->dtype};
    if (!grow(model) || !add_sizes(model, sizes->shape, sizes->rank) ||
        (is_box &&
         (!add_sizes(model, sizes->start, sizes->rank) || !add_sizes(model, sizes->extent, sizes->rank))) ||
        !set_choice(model, &entry, &tensor->choice) ||
        !glr_intern(&model->overrides, &tensor->overrides, sizeof tensor->overrides, &entry.overrides)) {
        return false;
    }
    model->entry[model->count++] = entry;
    return true;
}

bool glr_items_set(glr_model *model, size_t index, const glr_item *tensor)
{
    glr_model_entry *entry = &model->entry[index];
    entry->dtype = (uint8_t)tensor->tensor.dtype;
    entry->decided_by = tensor->decided_by;
    entry->regions = tensor->regions;
    return set_choice(model, entry, &tensor->choice);
}

void glr_items_get(const glr_model *model, size_t index, glr_item *tensor)
{
    const glr_model_entry *entry = &model->entry[index];
    const size_t bytes = entry->rank * sizeof *model->sizes;
    const int64_t *sizes = model->sizes + entry->sizes;
    memset(tensor, 0, sizeof *tensor);
    tensor->name = entry->name;
    tensor->decided_by = entry->decided_by;
    tensor->values = entry->values;
    tensor->region = entry->region;
    tensor->regions = entry->regions;
    tensor->tensor.rank = entry->rank;
    tensor->tensor.part = (glr_part)entry->part;
    tensor->tensor.dtype = (glr_dtype)entry->dtype;
    memcpy(tensor->tensor.shape, sizes, bytes);
    if (entry->part == GLR_PART_BOX) {
        memcpy(tensor->tensor.start, sizes + entry->rank, bytes);
        memcpy(tensor->tensor.extent, sizes + 2 * (size_t)entry->rank, bytes);
    }
    glr_interned_get(&model->initializers, entry->initializer, &tensor->choice.initializer,
                     sizeof tensor->choice.initializer);
    tensor->choice.action = (glr_action)entry->action;
    tensor->choice.says = entry->says;
    tensor->choice.initializer.seeding = (glr_seeding)entry->seeding;
    tensor->choice.initializer.seed = entry->seed;
    tensor->choice.initializer.stream = entry->stream;
    glr_interned_get(&model->overrides, entry->overrides, &tensor->overrides, sizeof tensor->overrides);
}

bool glr_items_sort(glr_model *model, const char **repeated)
{
    model->sorted = calloc(model->count + 1, sizeof *model->sorted);
    if (model->sorted == NULL) {
        return false;
    }
    for (size_t i = 0; i < model->count; i++) {
        const char *name = model->entry[i].name;
        model->sorted[i] = glr_name_of(name, strlen(name), (uint32_t)i);
    }
    glr_sort_names(model->sorted, model->count);
    const glr_name *second = glr_repeated_name(model->sorted, model->count);
    *repeated = second == NULL ? NULL : second->text;
    return true;
}

size_t glr_items_find(const glr_model *model, const char *name)
{
    const glr_name *found =
        model->sorted == NULL ? NULL : glr_find_name(model->sorted, model->count, name, strlen(name));
    return found != NULL ? found->index : SIZE_MAX;
}

void glr_model_clear(glr_model *model)
{
    for (size_t i = 0; i < model->count; i++) {
        if (model->entry[i].owns_name) {
            free((void *)model->entry[i].name);
        }
    }
    for (size_t i = 0; i < model->values_count; i++) {
        free(model->values[i].value);
    }
    glr_model_free(model->regions);
    free(model->values);
    free(model->entry);
    free(model->sizes);
    glr_interned_free(&model->initializers);
    glr_interned_free(&model->overrides);
    free(model->sorted);
    free(model->text);
    glr_rules_free(&model->given);
    glr_rules_free(&model->rules);
    glr_variables_free(&model->variables);
    memset(model, 0, sizeof *model);
}
