/* Seeded defects: every one that mutants.c knows, put into every line of a kernel's PTX, one at a time. Each
   must be refused by the parser, be a fault, or change a value; what does none of these is printed and
   counted. So it is seen whether the tests of a kernel would notice its mistakes. What is wrong is printed,
   and a function returns false then. */
#ifndef SEEDED_H
#define SEEDED_H

#include "mutants.h"

#define SEEDED_LINES 16000 /* of a kernel, at most */

/* A kernel's PTX: what comes before the first kernel, and its own lines. */
typedef struct kernel_text {
    char *head;
    char *lines[SEEDED_LINES];
    size_t count;
} kernel_text;

/* Cuts a kernel out of the text of a module as nvcc writes it, which is changed and must stay. */
bool kernel_cut_out(kernel_text *k, char *text, const char *name);

typedef struct seeded seeded;
struct seeded {
    const char *name; /* of the kernel */
    /* Draws with a module of this PTX what shows a defect: first a few values, then, if those are right, as
       many as it takes. False if the module is refused or a fault is met. */
    bool (*draw)(const seeded *s, const char *ptx, size_t length, bool many, unsigned char *values);
    const void *settings;
    size_t few, many; /* bytes of values */
};

typedef struct tally {
    unsigned made, refused_or_fault, other_values, unreached, nothing;
} tally;

/* Tries the first of each `stride` defects of a kind and adds up in sums[MUTATIONS]; `text` is the kernel's,
   which has registers named %r. False if the kernel fails without a defect. */
bool seeded_try_all(const seeded *s, const kernel_text *text, size_t stride, tally *sums);

void seeded_print(const char *name, const tally *sums);

/* Whether of a hundred of a kind at most so many, most[MUTATIONS], change nothing, though they are reached:
   of made + 20, so that a few of a rare kind are not a failure. */
bool seeded_judge(const char *name, const tally *sums, const unsigned *max);

#endif
