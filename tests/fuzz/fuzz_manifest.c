/* Any bytes as a list of tensors: a list that can be drawn has a spec, and that is read as the same tensors;
   tensors without an initializer are listed in harmless lines. */
#include "check.h"
#include "model/model.h"
#include "model/recipe.h"
#include "model/spec.h"
#include "model/unresolved.h"
#include "text/json.h"
#include "text/show.h"

#include <string.h>

static void compare_with(const glr_model *model, const glr_model *read)
{
    size_t k = 0;
    for (size_t i = 0; i < model->count; i++) {
        glr_item tensor, again;
        glr_items_get(model, i, &tensor);
        if (tensor.choice.action != GLR_ACTION_FILL) {
            continue;
        }
        CHECK(k < read->count);
        CHECK(glr_items_find(read, tensor.name) == k);
        glr_items_get(read, k++, &again);
        CHECK(strcmp(tensor.name, again.name) == 0);
        CHECK(memcmp(&tensor.tensor, &again.tensor, sizeof tensor.tensor) == 0);
        CHECK(tensor.choice.initializer.stream == again.choice.initializer.stream);
        CHECK(tensor.choice.initializer.kind == again.choice.initializer.kind);
    }
    CHECK(k == read->count);
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
        glr_model_clear(&read);
        glr_text_free(&text);
    }
    glr_model_clear(&model);
    return 0;
}
