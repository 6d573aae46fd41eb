/* Formatted copies, shapes, and arrays that grow. */
#include "text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

void *glr_grow(void *items, size_t count, size_t *capacity, size_t bytes)
{
    if (count < *capacity) {
        return items;
    }
    const size_t more = *capacity == 0 ? 4 : 2 * *capacity;
    void *grown = *capacity > SIZE_MAX / 4 / bytes ? NULL : realloc(items, more * bytes);
    *capacity = grown != NULL ? more : *capacity;
    return grown;
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
