#include "names.h"

#include "glorand/glorand.h"

#include <stdlib.h>
#include <string.h>

glr_name glr_name_of(const char *text, size_t length, uint32_t index)
{
    glr_name name = {(uint64_t)glr_stream_of_name(text, length), text, index};
    return name;
}

/* Hashes first, since they are at hand; texts, so that names made to collide cost no more than others. */
static int compare_texts(const glr_name *a, const glr_name *b)
{
    if (a->hash != b->hash) {
        return a->hash < b->hash ? -1 : 1;
    }
    return strcmp(a->text, b->text);
}

static int compare_names(const void *a, const void *b)
{
    const glr_name *x = a, *y = b;
    int order = compare_texts(x, y);
    return order != 0 ? order : (x->index > y->index) - (x->index < y->index);
}

static int compare_with_key(const void *a, const void *b) { return compare_texts(a, b); }

void glr_sort_names(glr_name *names, size_t count) { qsort(names, count, sizeof *names, compare_names); }

const glr_name *glr_repeated_name(const glr_name *names, size_t count)
{
    const glr_name *first = NULL;
    for (size_t i = 1; i < count; i++) {
        if (compare_texts(&names[i - 1], &names[i]) == 0 &&
            (first == NULL || names[i].index < first->index)) {
            first = &names[i];
        }
    }
    return first;
}

const glr_name *glr_find_name(const glr_name *names, size_t count, const char *text)
{
    if (count == 0) {
        return NULL;
    }
    const glr_name key = glr_name_of(text, strlen(text), 0);
    return bsearch(&key, names, count, sizeof *names, compare_with_key);
}
