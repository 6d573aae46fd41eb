/* The table of functions of a backend. A new backend is a folder with its sources in src/CMakeLists.txt, an
   enumerator of glr_backend_kind, and a line in the table of api/device.c; the command's --backend names it,
   too. */
#ifndef GLR_BACKEND_H
#define GLR_BACKEND_H

#include "plan.h"

/* Where a fill goes: first as its caller says, then, resolved, as the backend's kernels take it. */
typedef struct glr_destination {
    const char *name; /* of the argument that says `bytes`, for messages */
    void *memory;     /* a pointer, an address, an object */
    uint64_t bytes;   /* from memory on */
    uint64_t offset;  /* of the part's first element from memory, in bytes */
    uint32_t form;    /* of memory: 0 as glr_alloc gives it, others are the backend's own */
} glr_destination;

/* Where a fill is enqueued by those who do not wait for it. */
typedef struct glr_order {
    void *queue;        /* the backend's */
    const void *events; /* the backend's, may be NULL */
} glr_order;

struct glr_stage {
    glr_device *device;
    uint64_t bytes; /* of each of the two: */
    void *memory;   /* the device's, which is filled */
    void *host;     /* to where it is copied; the memory itself where that is the host's */
    int is_filled;  /* a fill was started, and nothing has failed since */
    /* of backends that draw without waiting: */
    void *queue;
    int is_pinned; /* host memory that the device copies to by itself */
};

typedef struct glr_backend {
    glr_backend_kind kind;

    /* Writes the names of the backend's devices, whether each is available, and why not, to infos[0 ..
       capacity
       - 1], and returns their number. 0 where there is none: the last error says why. */
    size_t (*list)(glr_device_info *infos, size_t capacity);

    /* Opens device options->device; *device is set on success only. The options have been checked. If their
       backend is `auto`, this one refuses, as unavailable, what a later one in that order does better, and
       loads no driver without a reason; an error of the arguments ends the search. */
    glr_status (*open)(const glr_options *options, glr_device **device);

    void (*close)(glr_device *device);

    /* Before resolve, fill and copy_stage: makes the device current in this thread or, given a caller's
       order, checks that the caller did and that the queue is one of the device. *entered is 0, and tells
       leave, which is called in any case, what to undo. NULL where there is nothing to do. */
    glr_status (*enter)(glr_device *device, const glr_order *order, int *entered);
    void (*leave)(glr_device *device, int entered);

    /* Finds where kernels reach a destination. Refuses one that they do not reach or that has fewer than
       `needed` bytes, and a dtype that the device does not draw. Asked once for each fill, before a seed is
       drawn for an initializer that has none. */
    glr_status (*resolve)(glr_device *device, glr_dtype dtype, uint64_t needed, glr_destination *destination);

    /* Fills a resolved destination by the plan, which is consistent and holds at least one element. Without
       an order, on the device's own queue, and returns when the values are there. */
    glr_status (*fill)(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                       const glr_order *order);

    /* Bytes of host memory that a fill by the plan allocates and frees. NULL where the backend draws no
       matrices whose values depend on each other, which alone need any. */
    uint64_t (*scratch)(const glr_plan *plan);

    /* Memory of the device; bytes is never 0 and no pointer is NULL. */
    int memory_is_host; /* the host reads it in place */
    glr_status (*alloc)(glr_device *device, uint64_t bytes, void **memory);
    glr_status (*free)(glr_device *device, void *memory);
    glr_status (*copy_to_host)(glr_device *device, void *host, const void *memory, uint64_t bytes);

    /* Waits for the device's work. */
    glr_status (*sync)(glr_device *device);

    /* Stages that draw without waiting; all NULL where the functions above serve. open_stage makes the queue,
       and host memory if it can; close_stage, which is called in any case, waits for the queue and undoes
       both. copy_stage enqueues a copy of so many bytes to the host; wait_stage returns when they are there.
     */
    glr_status (*open_stage)(glr_stage *stage);
    glr_status (*copy_stage)(glr_stage *stage, uint64_t bytes);
    glr_status (*wait_stage)(glr_stage *stage);
    void (*close_stage)(glr_stage *stage);
} glr_backend;

/* A build may lack all but the first. */
extern const glr_backend glr_cpu_backend, glr_opencl_backend, glr_cuda_backend;

/* The first member of every backend's device. */
struct glr_device {
    const glr_backend *backend;
};

/* ---- Called by backends: api/fill.c ---------------------------------------------------------------- */

/* Fills: checks the arguments, makes the plan, resolves the destination, and has the backend fill it. A part
   without elements needs no destination. Errors: as glr_fill, and those of the backend's order. */
glr_status glr_fill_to(glr_device *device, const glr_initializer *initializer, const glr_tensor *tensor,
                       glr_destination *destination, const glr_order *order);

/* Fails unless the device is one of a backend, for a function that is named after it. */
glr_status glr_check_backend(const glr_device *device, const glr_backend *backend, const char *opened_by);

/* Fails unless a pointer, an argument that callers know as dst, is not NULL and has the bytes that are
 * needed. */
glr_status glr_check_room(const glr_destination *destination, uint64_t needed);

#endif
