#include "pairs.h"

#include "canvas.h"
#include "command.h"
#include "passed_over.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* Whether the file has the dtype and shape that the spec says. */
static bool same_form(const glr_file_tensor *place, const glr_tensor *tensor)
{
    int64_t shape[GLR_MAX_RANK];
    glr_part_shape(tensor, shape);
    return place->dtype == tensor->dtype && place->rank == tensor->rank &&
           memcmp(place->shape, shape, place->rank * sizeof *place->shape) == 0;
}

/* Says something of a tensor, if not too much has been said of others already. */
static void complain(const char *path, const char *name, const char *what, size_t said)
{
    if (said < GLR_NAMES_SHOWN) {
        (void)glr_cli_fail(EXIT_FAILED, "%s: tensor %s %s", path, name, what);
    }
}

/* A tensor of the spec, and its index; SIZE_MAX if there is none. */
static size_t find(const glr_model *model, const char *name, glr_model_tensor *tensor)
{
    size_t index = SIZE_MAX;
    (void)glr_model_find(model, name, &index);
    if (index != SIZE_MAX) {
        (void)glr_model_get(model, index, tensor);
    }
    return index;
}

/* A tensor of the file. One that has another dtype or shape in the spec is never passed over. */
static void pair_tensor(glr_pairs *all, size_t i)
{
    const glr_file_tensor *place = &all->file->tensor[i];
    glr_model_tensor tensor = {.action = GLR_ACTION_NONE};
    const size_t index = find(all->model, place->name, &tensor);
    all->index[i] = SIZE_MAX;
    if (glr_is_drawn(&tensor)) {
        all->found[index] = true;
        if (!same_form(place, &tensor.tensor)) {
            complain(all->path, place->name, "does not have the shape and dtype of the spec", all->unlike++);
            return;
        }
        all->index[i] = index;
        all->count++;
        all->bytes += place->bytes;
    } else if (!glr_file_tensor_is_known(place)) {
        all->unknown++;
    } else {
        if (!all->partial) {
            complain(all->path, place->name, "is not in the spec", all->not_in_spec);
        }
        all->not_in_spec++;
    }
}

static void pair_all(glr_pairs *all)
{
    for (size_t i = 0; i < all->file->count; i++) {
        pair_tensor(all, i);
    }
    glr_model_tensor tensor;
    for (size_t i = 0; i < glr_model_count(all->model); i++) {
        (void)glr_model_get(all->model, i, &tensor);
        if (glr_is_drawn(&tensor) && !all->found[i]) {
            if (!all->partial) {
                complain(all->path, tensor.name, "of the spec is not in the file", all->not_in_file);
            }
            all->not_in_file++;
        }
    }
}

/* Whether there is something to compare, and nothing else where everything must be in both. */
static int check_pairs(const glr_pairs *all)
{
    const char *path = all->path;
    const size_t others = all->not_in_spec + all->not_in_file;
    if (all->unlike > 0) {
        return glr_cli_fail(EXIT_FAILED, "%s: %zu tensors do not have the shape and dtype of the spec", path,
                            all->unlike);
    }
    if (all->count == 0 && others + all->unknown > 0) {
        return glr_cli_fail(EXIT_FAILED, "%s: file and spec have no tensor in common", path);
    }
    if (others > 0 && !all->partial) {
        return glr_cli_fail(EXIT_FAILED,
                            "%s: %zu tensors are not in the spec, %zu of the spec are not in the file; "
                            "--partial compares the %zu that are in both",
                            path, all->not_in_spec, all->not_in_file, all->count);
    }
    return EXIT_DONE;
}

int glr_pairs_make(const char *path, const glr_safetensors *file, const glr_model *model, bool partial,
                   glr_pairs *all)
{
    *all = (glr_pairs){.path = path, .file = file, .model = model, .partial = partial};
    all->index = calloc(file->count + 1, sizeof *all->index);
    all->found = calloc(glr_model_count(model) + 1, sizeof *all->found);
    if (all->index == NULL || all->found == NULL) {
        return glr_cli_fail(EXIT_FAILED, "%s: out of memory", path);
    }
    pair_all(all);
    glr_say_passed_over(path, file, NULL);
    return check_pairs(all);
}

void glr_pairs_free(glr_pairs *all)
{
    free(all->index);
    free(all->found);
}

void glr_pairs_say_done(const glr_pairs *all)
{
    char unknown[80] = "", rest[120] = "";
    if (all->unknown > 0) {
        (void)snprintf(unknown, sizeof unknown, "; %zu of another dtype or rank passed over", all->unknown);
    }
    if (all->not_in_spec + all->not_in_file > 0) {
        (void)snprintf(rest, sizeof rest, "; %zu not in the spec and %zu not in the file passed over",
                       all->not_in_spec, all->not_in_file);
    }
    glr_cli_line(stdout, "%s: %zu tensors, %" PRIu64 " bytes: every bit is as drawn%s%s", all->path,
                 all->count, all->bytes, unknown, rest);
}
