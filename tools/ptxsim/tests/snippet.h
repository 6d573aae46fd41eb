/* Runs a few lines of PTX on given registers. */
#ifndef SNIPPET_H
#define SNIPPET_H

#include "ptx/ptx.h"

#define SNIPPET_VALUES 4

/* A kernel's lines between these leave a word for each thread in %r0; %r1 is the thread's number, %r2 its
 * lane's. */
#define THREADS 100 /* the last warp is not full */

#define BEGIN                                                                                                \
    ".version 9.0\n.target sm_90\n.address_size 64\n.extern .shared .align 4 .b8 dynamic[];\n"               \
    ".visible .entry k(.param .u64 out)\n{\n.reg .pred %p<9>;\n.reg .b32 %r<50>;\n.reg .b64 %d<9>;\n"        \
    ".shared .align 4 .b8 shared[400];\nmov.u32 %r1, %tid.x;\nand.b32 %r2, %r1, 31;\nmov.u32 %r0, 0;\n"
#define END                                                                                                  \
    "\ndone: ld.param.u64 %d1, [out];\nmul.wide.u32 %d2, %r1, 4;\nadd.s64 %d1, %d1, %d2;\n"                  \
    "st.global.u32 [%d1], %r0;\nret;\n}\n"

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

/* The same as `launch` says: its schedule and the like are taken. */
ptx_fault kernel_run_as(ptx_launch *launch, const char *text, uint32_t threads, uint32_t *words,
                        size_t count);

/* Names of schedules, lockstep first, and settings for one of them. */
#define SCHEDULES 5
extern const char *const schedules[SCHEDULES];
ptx_launch scheduled(size_t number);

#endif
