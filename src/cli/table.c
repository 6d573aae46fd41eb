/* Tables with names of others in them, and the one that init --plan prints. */
#include "table.h"

#include "canvas.h"
#include "command.h"
#include "text/show.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The form of a cell's next character: a backslash is doubled, so that no two names look the same. */
static size_t show_next(const char **text, char shown[GLR_SHOWN])
{
    const bool is_backslash = **text == '\\';
    size_t length = glr_show_character(text, shown);
    if (is_backslash) {
        shown[length++] = '\\';
    }
    return length;
}

/* Escapes are ASCII; what is not escaped is one character. */
static size_t characters(const char *text)
{
    size_t count = 0;
    for (char shown[GLR_SHOWN]; *text != '\0';) {
        const size_t length = show_next(&text, shown);
        count += shown[0] == '\\' ? length : 1;
    }
    return count;
}

int glr_cell_width(int width, const char *text)
{
    const size_t count = strlen(text) <= 8 * GLR_WIDEST_CELL ? characters(text) : SIZE_MAX;
    return count <= GLR_WIDEST_CELL && (int)count > width ? (int)count : width;
}

void glr_print_cell(const char *text, int width)
{
    const size_t count = characters(text);
    for (char shown[GLR_SHOWN]; *text != '\0';) {
        const size_t length = show_next(&text, shown);
        (void)fwrite(shown, 1, length, stdout);
    }
    if (count < (size_t)width) {
        (void)printf("%*s", width - (int)count, "");
    }
}

/* ---- init --plan ------------------------------------------------------------------------------------- */

static void end_row(const char *rule, uint32_t regions)
{
    glr_print_cell(rule, 0);
    if (regions > 0) {
        (void)printf(", and %" PRIu32 " region%s", regions, regions == 1 ? "" : "s");
    }
    (void)putchar('\n');
}

static void print_tensor(const glr_model_tensor *tensor, int name_width, uint64_t *elements, uint64_t *bytes)
{
    glr_summary summary = {0};
    int64_t count = 0;
    uint64_t size = 0;
    char shape[GLR_SHAPE_TEXT];
    glr_shape_text(&tensor->tensor, shape);
    glr_print_cell(tensor->name, name_width);
    if (tensor->action == GLR_ACTION_SKIP) {
        (void)printf(" %-20s %-9s skip, ", shape, glr_dtype_name(tensor->tensor.dtype));
        end_row(tensor->reason, 0);
        return;
    }
    (void)glr_tensor_extent(&tensor->tensor, &count, &size);
    (void)printf(" %-20s %-9s ", shape, glr_dtype_name(tensor->tensor.dtype));
    if (tensor->action == GLR_ACTION_COPY) {
        (void)printf("%-17s %9s %9s %12s", "values", "", "", "");
    } else {
        (void)glr_describe(&tensor->initializer, &tensor->tensor, &summary);
        (void)printf("%-17s %9.0f %9.0f %12.6g", glr_kind_name(tensor->initializer.kind), summary.fan_in,
                     summary.fan_out, summary.stddev);
    }
    (void)printf(" %14" PRIu64 "  ", size);
    end_row(tensor->reason, tensor->regions);
    *elements += (uint64_t)count;
    *bytes += size;
}

int glr_print_plan(const glr_model *model)
{
    uint64_t elements = 0, bytes = 0;
    size_t drawn = 0;
    int width = glr_cell_width(0, "tensor");
    const size_t count = glr_model_count(model);
    glr_model_tensor tensor;
    for (size_t i = 0; i < count; i++) {
        (void)glr_model_get(model, i, &tensor);
        width = glr_cell_width(width, tensor.name);
    }
    (void)printf("%-*s %-20s %-9s %-17s %9s %9s %12s %14s  %s\n", width, "tensor", "shape", "dtype",
                 "initializer", "fan_in", "fan_out", "stddev", "bytes", "rule");
    for (size_t i = 0; i < count; i++) {
        (void)glr_model_get(model, i, &tensor);
        print_tensor(&tensor, width, &elements, &bytes);
        drawn += glr_is_drawn(&tensor);
    }
    (void)printf("%zu tensors, %" PRIu64 " parameters, %" PRIu64 " bytes\n", drawn, elements, bytes);
    return ferror(stdout) ? EXIT_FAILED : EXIT_DONE;
}
