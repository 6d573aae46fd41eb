/* A host that is not linked with OpenMP, as Python is not, and loads a library that is: inside that library's
   parallel region a fill has one thread.

   usage: host_openmp_beside REGION_LIBRARY */
#include "creations.h"
#include "draw.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

#define ELEMENTS (5 * PIECE)

static glr_device *by_default;
static glr_initializer initializer;
static uint64_t expected;

static void fill_in_region(void)
{
    CHECK(fill_and_hash(by_default, &initializer, ELEMENTS) == expected, "in a region: other values");
}

int main(int argc, char **argv)
{
    void (*run_in_region)(void (*function)(void)) = NULL;
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL, *symbol = NULL;
    if (library != NULL) {
        symbol = dlsym(library, "run_in_region");
    }
    if (symbol == NULL) {
        fail("%s", dlerror());
        return verdict();
    }
    memcpy(&run_in_region, &symbol, sizeof symbol);
    glr_device *one = open_cpu(1);
    initializer = glr_he_uniform(3);
    expected = fill_and_hash(one, &initializer, ELEMENTS);
    glr_close(one);
    by_default = open_cpu(0);
    run_in_region(fill_in_region);
    CHECK(creations() == 0, "a fill in a library's region made %d threads", creations());
    CHECK(fill_and_hash(by_default, &initializer, ELEMENTS) == expected, "outside: other values");
    glr_close(by_default);
    return verdict();
}
