/* Faults that tests inject into the calls of a library, and what they ask about those calls afterwards. The
 * library, a stand-in for one, has an injector and tells it of each call and of what it makes and destroys;
 * the test is given its address.
 *
 *     static injector faults = INJECTOR_INIT;              // the library's
 *     int error;
 *     if (inject_call(&faults, "thing_make", &error)) {
 *         return error;
 *     }
 *     inject_live(&faults, "thing", 1);
 *
 *     inject_fail(faults, "thing_make", 2, ENOMEM);        // the test's: the second call from now on
 *
 * Any number of threads may use one injector. It allocates nothing, so that the calls may be those of an
 * allocator. Names of functions and kinds that the library gives must last, as string literals do. */
#ifndef PTXSIM_INJECT_H
#define PTXSIM_INJECT_H

#include <pthread.h>
#include <stdbool.h>

#define INJECT_TEXT  4096 /* bytes of a list; a longer one is cut after a name */
#define INJECT_KINDS 16

typedef struct injector {
    pthread_mutex_t lock;
    char function[64]; /* whose calls are counted; empty: every function's */
    unsigned nth, calls;
    int error;
    const char *failed;
    char trace[INJECT_TEXT];
    struct {
        const char *name;
        int count;
    } live[INJECT_KINDS];
} injector;

#define INJECTOR_INIT                                                                                        \
    {                                                                                                        \
        .lock = PTHREAD_MUTEX_INITIALIZER                                                                    \
    }

/* ---- For tests ---------------------------------------------------------------------------------- */

/* Of the calls of a function from now on, or of all functions if it is NULL, the nth, from 1, fails with the
   error; with nth 0, none does. Replaces what was asked for before. */
void inject_fail(injector *i, const char *function, unsigned nth, int error);

/* The same from a text such as an environment variable holds: "cuMemAlloc_v2:2:1", or "cuMemAlloc_v2:2" for
   an error of `otherwise`. Returns false, and changes nothing, if the text has another form. */
bool inject_fail_text(injector *i, const char *text, int otherwise);

/* How many such calls there were, and the name of the function whose call failed, or "". */
unsigned inject_calls(injector *i);
const char *inject_failed(injector *i);

/* The functions that were called since the list was cleared, by all threads, in order, each with a blank
 * after it. */
void inject_trace(injector *i, char text[INJECT_TEXT]);
void inject_clear_trace(injector *i);

/* How many objects of a kind, or of all kinds if it is NULL, were made and not destroyed; less than 0 if more
   were destroyed. The list names each kind of which the number is not 0: "stream 2 event -1 ". */
int inject_count_live(injector *i, const char *kind);
void inject_list_live(injector *i, char text[INJECT_TEXT]);

/* ---- For the library ---------------------------------------------------------------------------- */

/* Counts a call and writes it down. Returns whether it is to fail, with *error. */
bool inject_call(injector *i, const char *function, int *error);

/* Adds to the number of objects of a kind. Aborts if there are more than INJECT_KINDS kinds. */
void inject_live(injector *i, const char *kind, int change);

#endif
