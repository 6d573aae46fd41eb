/* Slices in NumPy's notation. */
#include "text.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* One end of a slice: a number, which counts from the end when negative, or `missing` without one. -1 for a
   number that no axis can have. */
static int64_t parse_end(const char **text, int64_t dimension, int64_t missing)
{
    char *after;
    errno = 0;
    long long number = strtoll(*text, &after, 10);
    if (after == *text) {
        return missing;
    }
    *text = after;
    if (errno != 0) {
        return -1;
    }
    return number < 0 ? number + dimension : number;
}

bool glr_slice_parse(const char *text, glr_tensor *tensor, glr_problem *problem)
{
    const char *whole = text;
    tensor->part = GLR_PART_BOX;
    for (uint32_t a = 0; a < tensor->rank; a++) {
        int64_t dimension = tensor->shape[a], first = 0, end = dimension;
        const char *given = text;
        if (*text != '\0') {
            first = parse_end(&text, dimension, 0);
            const bool is_pair = *text == ':';
            text += is_pair ? 1 : 0;
            end = is_pair ? parse_end(&text, dimension, dimension) : 0;
            if (!is_pair || (*text != ',' && *text != '\0')) {
                return glr_problem_set(problem, "slice: '%s' is not of the form FIRST:END,...", whole);
            }
            text += *text == ',' ? 1 : 0;
        }
        const bool is_inside = first >= 0 && end >= 0 && first <= dimension && end <= dimension;
        if (!is_inside || first > end) {
            return glr_problem_set(problem, "slice: %.*s %s axis %u of %" PRId64, (int)strcspn(given, ","),
                                   given, is_inside ? "ends before it begins, in" : "is outside", a,
                                   dimension);
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
