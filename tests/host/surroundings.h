/* The state of a thread that the library must leave as it is. */
#ifndef GLR_TEST_HOST_SURROUNDINGS_H
#define GLR_TEST_HOST_SURROUNDINGS_H

#include "mode.h"

#include <locale.h>
#include <signal.h>
#ifdef __APPLE__
#include <xlocale.h>
#endif

typedef struct surroundings {
    mode floating_point;
    locale_t locale;
    sigset_t blocked;
} surroundings;

surroundings surroundings_now(void);

/* Fails, and names the function, where the surroundings are not as they were before its call. */
void check_surroundings(const surroundings *before, const char *function);

#endif
