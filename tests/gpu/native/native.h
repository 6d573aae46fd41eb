/* The GPU's kernels run by this machine: their text compiled as C11, each work-item a fiber that runs until
   the next barrier. So sanitizers and a debugger see what a GPU would do. What only the barriers keep apart
   differs from order to order of the items. */
#ifndef NATIVE_H
#define NATIVE_H

#include "gpu/host.h"

/* Where the fiber that runs is. */
typedef struct native_place {
    uint32_t item;
    uint64_t group, groups;
} native_place;

extern native_place native_here;

/* For native_language.h: memory that the work-group shares, holding garbage at first; and a barrier of as
   many items as a subgroup has, from the line of the text. */
void *native_shared(size_t bytes);
void native_barrier(uint32_t items, int line);

/* Adds 1, and lets other items run before this one goes on. */
uint32_t native_increment(uint32_t *counter);

/* In which order items run. */
typedef enum native_order { NATIVE_FORWARDS, NATIVE_BACKWARDS, NATIVE_SHUFFLED, NATIVE_ORDERS } native_order;

typedef struct native_device {
    int is_one_subgroup;  /* a work-group is a subgroup, as for OpenCL; otherwise warps of 32, as for CUDA */
    uint64_t most_groups; /* that are there at a time: each goes on to further tiles */
    native_order order;
} native_device;

/* Draws a plan, or with it the check's words, at dst and `offset` elements beyond. A kernel that misuses
   barriers ends the process with a message. */
void native_draw(const native_device *device, const glr_plan *plan, void *dst, uint64_t offset);
void native_check(const native_device *device, const glr_plan *plan, uint32_t *words);

/* A kernel's arguments, and the entry points as kernels.c makes them for warps and for one subgroup. */
typedef struct native_call {
    glr_gpu_launch launch;
    glr_runs runs;
    void *dst;
} native_call;

void native_call_warps(const native_call *call);
void native_call_one(const native_call *call);

#endif
