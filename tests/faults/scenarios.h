/* Invocations of the command while calls fail. */
#ifndef GLR_TEST_SCENARIOS_H
#define GLR_TEST_SCENARIOS_H

#include <stdbool.h>

#define SCENARIO_ARGUMENTS 20 /* at most, and the NULL after them */

typedef struct scenario {
    const char *name;                          /* NULL after the last one */
    const char *output;                        /* the file that it writes, or NULL */
    const char *arguments[SCENARIO_ARGUMENTS]; /* of the command, NULL after the last one */
    bool repeats_loader; /* prints what the dynamic loader says, which may be short of memory, too */
} scenario;

extern const scenario scenarios[];

/* Each makes the file that its name says. */
extern const scenario scenario_inputs[];

/* The text of list.json: every member that a list of tensors can have. */
extern const char scenario_list[];

#endif
