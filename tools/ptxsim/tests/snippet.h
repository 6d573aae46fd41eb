/* Runs a few lines of PTX on given registers. */
#ifndef SNIPPET_H
#define SNIPPET_H

#include "ptx/ptx.h"

#define SNIPPET_VALUES 4

/* Lines of PTX that compute %r0, %d0 (64 bits), %h0 (16 bits) or %p0 of sources that hold the given values:
   %rN, %dN, %hN and %pN, N from 1 on, are value N in 32, 64 and 16 bits and its lowest bit. All lanes do the
   same. */
typedef struct snippet {
    const char *lines;
    char result; /* r, d, h or p */
    uint64_t value[SNIPPET_VALUES];
} snippet;

/* The result of lane 0, after a check that all 32 lanes have the same; or 0 and the launch's fault. */
uint64_t snippet_run(const snippet *s, ptx_launch *launch);

/* Runs a whole kernel of one block; its parameter is the address of `words` words, 0 at first. Gives the
   fault, with a message in launch. */
ptx_fault kernel_run(const char *text, uint32_t threads, uint32_t *words, size_t count, ptx_launch *launch);

#endif
