/* A host that uses OpenMP itself: its threads fill one tensor each, on handles with the default number of
   threads and with a number that was asked for; its own settings stay as they are.

   usage: host_openmp [REGION_LIBRARY]

   REGION_LIBRARY has the function run_in_region, built with another OpenMP runtime. */
#include "creations.h"
#include "draw.h"

#include <dlfcn.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ELEMENTS (5 * PIECE)

static glr_device *by_default;
static glr_initializer initializer;
static uint64_t expected;

/* The work of each thread of a region. */
static void fill_in_region(void)
{
    CHECK(fill_and_hash(by_default, &initializer, ELEMENTS) == expected, "in a region: other values");
    glr_device *own = open_cpu(0);
    CHECK(fill_and_hash(own, &initializer, ELEMENTS) == expected, "opened in a region: other values");
    glr_close(own);
}

static void fill_outside(void)
{
    CHECK(fill_and_hash(by_default, &initializer, ELEMENTS) == expected, "outside: other values");
}

static void try_region(void)
{
    const int max = omp_get_max_threads(), dynamic = omp_get_dynamic(), levels = omp_get_max_active_levels();
    refuse_creations(0, 0);
#pragma omp parallel num_threads(3)
    fill_in_region();
    CHECK(creations() == 0, "a fill in a region made %d threads", creations());
    fill_outside();
    CHECK(omp_get_max_threads() == max && omp_get_dynamic() == dynamic &&
              omp_get_max_active_levels() == levels,
          "other settings of OpenMP");
    CHECK(!omp_in_parallel(), "still in a region");
}

/* Another runtime beside this program's. */
static void try_other(const char *path)
{
    void (*run_in_region)(void (*function)(void)) = NULL;
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL), *symbol = NULL;
    if (library != NULL) {
        symbol = dlsym(library, "run_in_region");
    }
    if (symbol == NULL) {
        fail("%s", dlerror());
        return;
    }
    memcpy(&run_in_region, &symbol, sizeof symbol);
    refuse_creations(0, 0);
    run_in_region(fill_in_region);
    CHECK(creations() == 0, "a fill in another runtime's region made %d threads", creations());
    fill_outside();
    try_region();
}

int main(int argc, char **argv)
{
    glr_device *one = open_cpu(1);
    initializer = glr_he_uniform(3);
    expected = fill_and_hash(one, &initializer, ELEMENTS);
    glr_close(one);
    by_default = open_cpu(0);
    try_region();
    glr_device *asked = open_cpu(4);
#pragma omp parallel num_threads(2)
    CHECK(fill_and_hash(asked, &initializer, ELEMENTS) == expected, "asked for threads: other values");
    glr_close(asked);
    if (argc > 1) {
        try_other(argv[1]);
    }
    glr_close(by_default);
    return verdict();
}
