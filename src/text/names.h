/* Sorted names: finds duplicates, and a name by binary search. */
#ifndef GLR_TEXT_NAMES_H
#define GLR_TEXT_NAMES_H

#include <stddef.h>
#include <stdint.h>

typedef struct glr_name {
    uint64_t hash;
    const char *text;
    uint32_t index; /* the caller's */
} glr_name;

glr_name glr_name_of(const char *text, size_t length, uint32_t index);

void glr_sort_names(glr_name *names, size_t count);

/* Of sorted names, the one with the smallest index that stands under a smaller index, too; NULL if none does.
 */
const glr_name *glr_repeated_name(const glr_name *names, size_t count);

/* A name of length bytes among sorted ones, or NULL. */
const glr_name *glr_find_name(const glr_name *names, size_t count, const char *text, size_t length);

#endif
