/* Small things that the readers and writers of the model room share. */
#include "text.h"

#include "input.h"
#include "model.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Lists of tensors are some hundred kilobytes, of a million tensors a hundred megabytes; this much is a
 * mistake. */
#define LARGEST_FILE (UINT64_C(1) << 30)

/* The bytes of an open file, with a zero after them. */
static char *read_whole(const glr_input *input, glr_problem *problem)
{
    if (input->bytes > LARGEST_FILE) {
        (void)glr_problem_set(problem, "its %" PRIu64 " bytes are more than a list of tensors has",
                              input->bytes);
        return NULL;
    }
    char *text = malloc((size_t)input->bytes + 1);
    if (text == NULL) {
        (void)glr_problem_memory(problem);
    } else if (!glr_input_read(input, text, (size_t)input->bytes, 0, problem) ||
               !glr_input_is_unchanged(input, problem)) {
        free(text);
        text = NULL;
    } else {
        text[input->bytes] = '\0';
    }
    return text;
}

char *glr_read_file(const char *path, size_t *length, glr_problem *problem)
{
    glr_input input;
    if (!glr_input_open(path, &input, problem)) {
        return NULL;
    }
    char *text = read_whole(&input, problem);
    if (text == NULL) {
        (void)glr_problem_prefix(problem, "%s: ", path);
    }
    *length = (size_t)input.bytes;
    glr_input_close(&input);
    return text;
}

char *glr_format_text(const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    char *text = length < 0 ? NULL : malloc((size_t)length + 1);
    if (text != NULL) {
        (void)vsnprintf(text, (size_t)length + 1, format, again);
    }
    va_end(again);
    va_end(arguments);
    return text;
}

void glr_shape_text(const glr_tensor *tensor, char text[GLR_SHAPE_TEXT])
{
    int64_t shape[GLR_MAX_RANK];
    glr_part_shape(tensor, shape);
    int used = snprintf(text, GLR_SHAPE_TEXT, "[");
    for (uint32_t a = 0; a < tensor->rank; a++) {
        used +=
            snprintf(text + used, (size_t)(GLR_SHAPE_TEXT - used), "%s%" PRId64, a > 0 ? ", " : "", shape[a]);
    }
    (void)snprintf(text + used, (size_t)(GLR_SHAPE_TEXT - used), "]");
}

bool glr_layout_of_name(const char *name, glr_layout *layout)
{
    *layout = strcmp(name, "torch") == 0 ? GLR_LAYOUT_TORCH : GLR_LAYOUT_KERAS;
    return strcmp(name, glr_layout_name(*layout)) == 0;
}

bool glr_method_of_name(const char *name, glr_method *method)
{
    *method = strcmp(name, "icdf") == 0 ? GLR_METHOD_ICDF : GLR_METHOD_RESAMPLE;
    return strcmp(name, glr_method_name(*method)) == 0;
}

const char *glr_layout_name(glr_layout layout) { return layout == GLR_LAYOUT_TORCH ? "torch" : "keras"; }

const char *glr_method_name(glr_method method) { return method == GLR_METHOD_ICDF ? "icdf" : "resample"; }
