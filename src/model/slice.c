/* Slices in NumPy's notation. */
#include "model.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One end of a slice: a number, which counts from the end when negative, or nothing. */
static bool parse_end(const char **text, int64_t dimension, int64_t missing, int64_t *end)
{
    char *after;
    errno = 0;
    long long number = strtoll(*text, &after, 10);
    if (after == *text) {
        *end = missing;
        return true;
    }
    *text = after;
    *end = number < 0 ? number + dimension : number;
    return errno == 0;
}

bool glr_slice_parse(const char *text, glr_tensor *tensor, glr_problem *problem)
{
    const char *whole = text;
    tensor->part = GLR_PART_BOX;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        int64_t dimension = tensor->shape[a], first = 0, end = dimension;
        const char *given = text;
        if (*text != '\0') {
            bool numbers = parse_end(&text, dimension, 0, &first) && *text == ':';
            text += numbers ? 1 : 0;
            numbers = numbers && parse_end(&text, dimension, dimension, &end);
            if (!numbers || (*text != ',' && *text != '\0')) {
                return glr_problem_set(problem, "slice: '%s' is not of the form FIRST:END,...", whole);
            }
            text += *text == ',' ? 1 : 0;
        }
        if (first < 0 || end > dimension || first > end) {
            return glr_problem_set(problem, "slice: %.*s is outside axis %u of %" PRId64,
                                   (int)strcspn(given, ","), given, a, dimension);
        }
        tensor->start[a] = first;
        tensor->extent[a] = end - first;
    }
    if (*text != '\0') {
        return glr_problem_set(problem, "slice: '%s' has more axes than the tensor, whose rank is %u", whole,
                               tensor->rank);
    }
    return true;
}

void glr_part_shape(const glr_tensor *tensor, int64_t shape[GLR_MAX_RANK])
{
    for (uint32_t a = 0; a < tensor->rank; a++) {
        shape[a] = tensor->part == GLR_PART_BOX ? tensor->extent[a] : tensor->shape[a];
    }
}
