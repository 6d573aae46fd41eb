#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

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

int glr_name_width(const glr_model *model)
{
    size_t width = strlen("tensor");
    for (size_t i = 0; i < model->count; i++) {
        size_t length = strlen(model->entry[i].name);
        width = length > width ? length : width;
    }
    return width < 80 ? (int)width : 80;
}
