#include "table.h"

#include "text/show.h"

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
