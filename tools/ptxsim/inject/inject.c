#include "inject.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void enter(injector *i) { (void)pthread_mutex_lock(&i->lock); }

static void leave(injector *i) { (void)pthread_mutex_unlock(&i->lock); }

/* Adds a word and a blank to a list, if there is room for them. */
static void add(char text[INJECT_TEXT], const char *word)
{
    const size_t at = strlen(text), length = strlen(word);
    if (at + length + 2 <= INJECT_TEXT) {
        memcpy(text + at, word, length);
        memcpy(text + at + length, " ", 2);
    }
}

void inject_fail(injector *i, const char *function, unsigned nth, int error)
{
    enter(i);
    (void)snprintf(i->function, sizeof i->function, "%s", function == NULL ? "" : function);
    i->nth = nth;
    i->error = error;
    i->calls = 0;
    i->failed = NULL;
    leave(i);
}

bool inject_fail_text(injector *i, const char *text, int otherwise)
{
    char function[sizeof i->function], *rest = NULL;
    const size_t length = strcspn(text, ":");
    if (length == 0 || length >= sizeof function || text[length] != ':') {
        return false;
    }
    memcpy(function, text, length);
    function[length] = '\0';
    const unsigned long nth = strtoul(text + length + 1, &rest, 10);
    long error = otherwise;
    if (*rest == ':') {
        error = strtol(rest + 1, &rest, 10);
    }
    if (nth == 0 || *rest != '\0') {
        return false;
    }
    inject_fail(i, function, (unsigned)nth, (int)error);
    return true;
}

unsigned inject_calls(injector *i)
{
    enter(i);
    const unsigned calls = i->calls;
    leave(i);
    return calls;
}

const char *inject_failed(injector *i)
{
    enter(i);
    const char *failed = i->failed;
    leave(i);
    return failed == NULL ? "" : failed;
}

void inject_trace(injector *i, char text[INJECT_TEXT])
{
    enter(i);
    memcpy(text, i->trace, sizeof i->trace);
    leave(i);
}

void inject_clear_trace(injector *i)
{
    enter(i);
    i->trace[0] = '\0';
    leave(i);
}

int inject_count_live(injector *i, const char *kind)
{
    int count = 0;
    enter(i);
    for (int k = 0; k < INJECT_KINDS && i->live[k].name != NULL; k++) {
        count += kind == NULL || strcmp(i->live[k].name, kind) == 0 ? i->live[k].count : 0;
    }
    leave(i);
    return count;
}

void inject_list_live(injector *i, char text[INJECT_TEXT])
{
    char word[128];
    text[0] = '\0';
    enter(i);
    for (int k = 0; k < INJECT_KINDS && i->live[k].name != NULL; k++) {
        if (i->live[k].count != 0) {
            (void)snprintf(word, sizeof word, "%s %d", i->live[k].name, i->live[k].count);
            add(text, word);
        }
    }
    leave(i);
}

bool inject_call(injector *i, const char *function, int *error)
{
    enter(i);
    add(i->trace, function);
    const bool counts = i->function[0] == '\0' || strcmp(i->function, function) == 0;
    i->calls += counts ? 1 : 0;
    const bool fails = counts && i->nth > 0 && i->calls == i->nth;
    if (fails) {
        i->failed = function;
        *error = i->error;
    }
    leave(i);
    return fails;
}

void inject_live(injector *i, const char *kind, int change)
{
    int k = 0;
    enter(i);
    while (k < INJECT_KINDS && i->live[k].name != NULL && strcmp(i->live[k].name, kind) != 0) {
        k++;
    }
    if (k == INJECT_KINDS) {
        abort();
    }
    i->live[k].name = kind;
    i->live[k].count += change;
    leave(i);
}
