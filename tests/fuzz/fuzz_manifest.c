/* Any bytes as a list of tensors: a list that can be drawn has a spec, and that is read as the same tensors,
   with their regions and values; small ones are drawn; tensors without an initializer are listed in harmless
   lines. */
#include "check.h"
#include "model/model.h"
#include "model/recipe.h"
#include "model/regions.h"
#include "model/spec.h"
#include "model/unresolved.h"
#include "text/json.h"
#include "text/show.h"

#include <math.h>
#include <string.h>

#define MOST 2048 /* bytes of a tensor that is drawn */

static void compare_initializers(const glr_item *tensor, const glr_item *again)
{
    CHECK(tensor->choice.initializer.stream == again->choice.initializer.stream);
    CHECK(tensor->choice.initializer.kind == again->choice.initializer.kind);
}

static void compare_regions(const glr_model *model, const glr_item *tensor, const glr_model *read,
                            const glr_item *again)
{
    CHECK(tensor->regions == again->regions && tensor->regions <= GLR_MAX_REGIONS);
    for (uint32_t i = 0; i < tensor->regions; i++) {
        glr_item region, other;
        int64_t start[GLR_MAX_RANK], other_start[GLR_MAX_RANK];
        glr_region_get(model, tensor, i, &region, start);
        glr_region_get(read, again, i, &other, other_start);
        CHECK(memcmp(&region.tensor, &other.tensor, sizeof region.tensor) == 0);
        CHECK(memcmp(start, other_start, sizeof start) == 0);
        compare_initializers(&region, &other);
    }
}

/* Bit for bit, but for NaN's sign and payload. */
static void compare_values(const glr_list_values *values, const glr_list_values *again)
{
    CHECK(values->count == again->count);
    for (size_t i = 0; i < values->count; i++) {
        const glr_list_value *value = &values->value[i], *other = &again->value[i];
        CHECK(value->number == other->number && value->integer == other->integer);
        CHECK(memcmp(&value->value, &other->value, sizeof value->value) == 0 ||
              (isnan(value->value) && isnan(other->value)));
    }
}

static void compare_tensors(const glr_model *model, const glr_item *tensor, const glr_model *read,
                            const glr_item *again)
{
    CHECK(strcmp(tensor->name, again->name) == 0);
    CHECK(memcmp(&tensor->tensor, &again->tensor, sizeof tensor->tensor) == 0);
    CHECK(tensor->choice.action == again->choice.action);
    if (tensor->choice.action == GLR_ACTION_COPY) {
        compare_values(&model->values[tensor->values], &read->values[again->values]);
    } else {
        compare_initializers(tensor, again);
    }
    compare_regions(model, tensor, read, again);
}

static void compare_with(const glr_model *model, const glr_model *read)
{
    size_t k = 0;
    for (size_t i = 0; i < model->count; i++) {
        glr_item tensor, again;
        glr_items_get(model, i, &tensor);
        if (tensor.choice.action == GLR_ACTION_SKIP) {
            continue;
        }
        CHECK(k < read->count);
        CHECK(glr_items_find(read, tensor.name) == k);
        glr_items_get(read, k++, &again);
        compare_tensors(model, &tensor, read, &again);
    }
    CHECK(k == read->count);
}

/* A small tensor that is drawn in two ranges is the same as one. */
static void draw(const glr_model *model, size_t index)
{
    static unsigned char whole[MOST], halves[MOST];
    const glr_options options = {.backend = GLR_BACKEND_CPU, .threads = 1};
    glr_item tensor;
    glr_device *device = NULL;
    int64_t count = 0;
    glr_items_get(model, index, &tensor);
    glr_tensor range = {.dtype = tensor.tensor.dtype, .rank = tensor.tensor.rank};
    memcpy(range.shape, tensor.tensor.shape, sizeof range.shape);
    const uint64_t size = glr_dtype_size(range.dtype);
    if (tensor.choice.action == GLR_ACTION_SKIP || glr_tensor_extent(&range, &count, NULL) != GLR_OK ||
        (uint64_t)count > MOST / 8 || glr_open(&options, &device) != GLR_OK) {
        return;
    }
    if (glr_model_fill(device, model, index, &range, whole, sizeof whole) == GLR_OK) {
        range.part = GLR_PART_RANGE;
        for (int half = 0; half < 2; half++) {
            range.first = half == 0 ? 0 : count / 3;
            range.count = half == 0 ? count / 3 : count - count / 3;
            CHECK(glr_model_fill(device, model, index, &range, halves + (uint64_t)range.first * size,
                                 (uint64_t)range.count * size) == GLR_OK);
        }
        CHECK(memcmp(whole, halves, (uint64_t)count * size) == 0);
    }
    glr_close(device);
}

/* Lists what the defaults do not decide. */
static void list_undecided(const char *data, size_t length)
{
    glr_model model;
    glr_problem problem = {0};
    const glr_model_options options = {.has_seed = true, .seed = 1};
    glr_text text = {0};
    size_t lines = 0;
    CHECK(glr_list_parse(data, length, NULL, 0, &model, &problem));
    CHECK(!glr_items_resolve(&model, &options, &problem) || model.undecided == 0);
    CHECK(glr_undecided_write(&text, &model));
    glr_text_append(&text, "", 1);
    for (const char *at = text.bytes; *at != '\0';) {
        const uint32_t character = glr_next_character(&at);
        CHECK(character == '\n' || !glr_is_hidden(character));
        lines += character == '\n';
    }
    CHECK(lines <= model.undecided && (lines > 0 || model.undecided == 0));
    glr_text_free(&text);
    glr_model_clear(&model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t length)
{
    glr_model model, read;
    glr_problem problem = {0};
    const glr_model_options options = {.has_seed = true, .seed = 1, .recipe = "keras"};
    if (!glr_list_parse((const char *)data, length, NULL, 0, &model, &problem)) {
        CHECK(model.entry == NULL && !glr_problem_is_systems(&problem));
        return 0;
    }
    list_undecided((const char *)data, length);
    if (glr_items_resolve(&model, &options, &problem)) {
        glr_text text = {0};
        CHECK(glr_spec_write(&text, &model, &problem) && !text.not_utf8 && !text.out_of_memory);
        CHECK(glr_spec_read(text.bytes, text.length, &read, &problem));
        compare_with(&model, &read);
        for (size_t i = 0; i < model.count; i++) {
            draw(&model, i);
        }
        glr_model_clear(&read);
        glr_text_free(&text);
    }
    glr_model_clear(&model);
    return 0;
}
