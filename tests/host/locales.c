/* The caller's locale, of the process or of the thread, changes no text and no number that is read. The
   locales of the arguments must be there. */
#include "calls.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static record expected, given;

static void run_calls(record *into)
{
    memset(into, 0, sizeof *into);
    glr_device *device = call_open(2);
    call_others(into, device);
    call_close(device);
}

static void in_process(const void *name)
{
    CHECK(setlocale(LC_ALL, name) != NULL, "no locale %s", (const char *)name);
    char *before = strdup(setlocale(LC_ALL, NULL));
    run_calls(&given);
    CHECK(strcmp(setlocale(LC_ALL, NULL), before) == 0, "the process has another locale");
    free(before);
    compare_records(&expected, &given, "in the process's locale");
}

static void in_thread(const void *name)
{
    locale_t locale = newlocale(LC_ALL_MASK, name, (locale_t)0);
    CHECK(locale != (locale_t)0, "no locale %s", (const char *)name);
    (void)uselocale(locale);
    run_calls(&given);
    compare_records(&expected, &given, "in the thread's locale");
    (void)uselocale(LC_GLOBAL_LOCALE);
    freelocale(locale);
}

int main(int argc, char **argv)
{
    run_calls(&expected);
    for (int i = 1; i < argc; i++) {
        run_apart(argv[i], false, in_process, argv[i]);
        run_apart(argv[i], false, in_thread, argv[i]);
    }
    (void)printf("%d locales, %zu results\n", argc - 1, expected.count);
    return verdict();
}
