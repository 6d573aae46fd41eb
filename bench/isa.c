/* The CPU's entry in the list of devices ends with the kernel that a handle opened now would use, in
   parentheses, and GLORAND_ISA caps the choice: so each name is tried. */
#include "isa.h"

#include <glorand/glorand.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one that glorand prefers first. */
static const char *const names[] = {"avx512", "avx2", "neon", "plain"};
#define COUNT (sizeof names / sizeof names[0])

static bool ends_in(const char *text, const char *name)
{
    char end[32];
    int length = snprintf(end, sizeof end, "(%s)", name);
    size_t all = strlen(text);
    return all >= (size_t)length && strcmp(text + all - (size_t)length, end) == 0;
}

static bool is_there(const char *name)
{
    glr_device_info infos[16];
    size_t count = 0;
    (void)setenv("GLORAND_ISA", name, 1);
    if (glr_devices(infos, sizeof infos / sizeof infos[0], &count) != GLR_OK) {
        return false;
    }
    for (size_t i = 0; i < count && i < sizeof infos / sizeof infos[0]; i++) {
        if (infos[i].backend == GLR_BACKEND_CPU && ends_in(infos[i].name, name)) {
            return true;
        }
    }
    return false;
}

/* Those that are there; found once. */
static const char *const *find_sets(void)
{
    static const char *found[COUNT + 1];
    if (found[0] == NULL) {
        char *before = getenv("GLORAND_ISA");
        before = before != NULL ? strdup(before) : NULL;
        size_t count = 0;
        for (size_t i = 0; i < COUNT; i++) {
            if (is_there(names[i])) {
                found[count++] = names[i];
            }
        }
        if (before != NULL) {
            (void)setenv("GLORAND_ISA", before, 1);
        } else {
            (void)unsetenv("GLORAND_ISA");
        }
        free(before);
    }
    return found;
}

const char *bench_isa_name(size_t i) { return i < COUNT ? find_sets()[i] : NULL; }

const char *bench_isa_of_name(const char *name)
{
    const char *const *found = find_sets();
    for (size_t i = 0; found[i] != NULL; i++) {
        if (strcmp(found[i], name) == 0) {
            return found[i];
        }
    }
    return NULL;
}
