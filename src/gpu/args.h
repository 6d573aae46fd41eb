/* A plan as a kernel's arguments: what host and device share. Both sides compile this text, so the structs
   hold integers and floats of fixed size in the order of their alignment, and no pointers. */
#ifndef GLR_GPU_ARGS_H
#define GLR_GPU_ARGS_H

#include "core/core.h"

/* Work-items of a work-group, how many units of a tile each of them draws, and the units of a tile: what a
   work-group draws before it goes on to the next. */
#define GLR_GPU_ITEMS          128
#define GLR_GPU_UNITS_PER_ITEM 4
#define GLR_GPU_UNITS          (GLR_GPU_ITEMS * GLR_GPU_UNITS_PER_ITEM)

/* A unit of work is one group of elements, as far as it lies in one run of the part. */
typedef struct glr_gpu_args {
    glr_counter base;
    uint64_t first;          /* index of the part's first element */
    uint64_t length;         /* elements of a run */
    uint64_t stride;         /* from element to element of a run, in elements of the destination */
    uint64_t offset;         /* of the part's first element from the destination's pointer, in elements */
    uint64_t units_per_run;  /* the most groups that a run can touch */
    uint64_t units;          /* of all runs */
    uint64_t pattern;        /* GLR_SAMPLE_CONSTANT: an element's bytes, the first lowest */
    uint64_t scale_f64_bits; /* float64: as bits, for devices that have no such type */
    uint64_t shift_f64_bits;
    float scale, shift;
    glr_round_keys keys;
    uint32_t sampler;      /* GLR_SAMPLE_... */
    uint32_t dtype;        /* its number in core/dtypes.h */
    uint32_t element_size; /* in bytes */
    uint32_t reserved;     /* 0: the size stays a multiple of 8 */
} glr_gpu_args;

#endif
