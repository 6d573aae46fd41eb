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

/* A name that need not end with a zero. */
typedef struct key {
    uint64_t hash;
    const char *text;
    size_t length;
} key;

static int compare_with_key(const void *a, const void *b)
{
    const key *x = a;
    const glr_name *y = b;
    if (x->hash != y->hash) {
        return x->hash < y->hash ? -1 : 1;
    }
    const int order = strncmp(x->text, y->text, x->length);
    return order != 0 ? order : -(y->text[x->length] != '\0');
}

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

const glr_name *glr_find_name(const glr_name *names, size_t count, const char *text, size_t length)
{
    if (count == 0) {
        return NULL;
    }
    const key wanted = {glr_name_of(text, length, 0).hash, text, length};
    return bsearch(&wanted, names, count, sizeof *names, compare_with_key);
}
