#include "library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *find_symbols(void *library, const bench_symbol *symbols, size_t count, char *reason,
                          size_t capacity)
{
    for (size_t i = 0; i < count; i++) {
        void *symbol = dlsym(library, symbols[i].name);
        if (symbol == NULL) {
            (void)snprintf(reason, capacity, "the library has no %s", symbols[i].name);
            return NULL;
        }
        /* ISO C has no conversion from an object's pointer to a function's; POSIX says that the bits are the
         * same. */
        memcpy(symbols[i].function, &symbol, sizeof symbol);
    }
    return library;
}

void *bench_load(const char *file, const bench_symbol *symbols, size_t count, char *reason, size_t capacity)
{
    void *library = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) {
        (void)snprintf(reason, capacity, "%s", dlerror());
        return NULL;
    }
    return find_symbols(library, symbols, count, reason, capacity);
}

void *bench_load_named(const char *variable, const char *file, const bench_symbol *symbols, size_t count,
                       char *reason, size_t capacity)
{
    const char *named = getenv(variable);
    named = named != NULL && named[0] != '\0' ? named : NULL;
    void *library = dlopen(named != NULL ? named : file, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) { /* results hold the reason: no path of this machine goes there */
        (void)snprintf(reason, capacity,
                       named != NULL ? "what %s names cannot be loaded" : "%s cannot be loaded",
                       named != NULL ? variable : file);
        return NULL;
    }
    return find_symbols(library, symbols, count, reason, capacity);
}
