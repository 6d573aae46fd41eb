/* The table of functions of a backend. api/device.c lists the tables; glr_backend_kind, the command's
   --backend and src/CMakeLists.txt name each backend, too. */
#ifndef GLR_BACKEND_H
#define GLR_BACKEND_H

#include "api/stage.h"
#include "plan.h"

typedef struct glr_backend {
    glr_backend_kind kind;

    /* Writes the backend's devices to infos[0 .. capacity - 1] (size is already set) and returns their
       number. A backend that is not there lists one device, unavailable, with the reason. */
    size_t (*list)(glr_device_info *infos, size_t capacity);

    /* Opens device options->device; *device is set on success only. The options have been checked. If their
       backend is `auto`, this one refuses, as unavailable, what a later one in that order does better, and
       loads no driver without a reason; an error of the arguments ends the search. */
    glr_status (*open)(const glr_options *options, glr_device **device);

    void (*close)(glr_device *device);

    /* Refuses a destination, whose part needs so many bytes, or a plan that the device cannot do; NULL if
       there are none. Asked before a seed is drawn for an initializer that has none. */
    glr_status (*accepts)(glr_device *device, const glr_plan *plan, const void *dst, uint64_t bytes);

    /* Fills dst by the plan, which is consistent and holds at least one element, and returns when the
       values are there. */
    glr_status (*fill)(glr_device *device, const glr_plan *plan, void *dst);

    /* Memory of the device; bytes is never 0 and no pointer is NULL. */
    glr_status (*alloc)(glr_device *device, uint64_t bytes, void **memory);
    glr_status (*free)(glr_device *device, void *memory);
    glr_status (*copy_to_host)(glr_device *device, void *host, const void *memory, uint64_t bytes);

    /* Waits for the device's work. */
    glr_status (*sync)(glr_device *device);

    /* Drawing into host memory without waiting; all NULL where api/stage.c does with the functions above.
       open_stage makes the queue, and host memory if it can; close_stage, which is called in any case, waits
       for the queue and undoes both. start fills the stage's memory, which the plan fits, and copies so many
       bytes to the host; wait returns when they are there. */
    glr_status (*open_stage)(glr_stage *stage);
    glr_status (*start)(glr_stage *stage, const glr_plan *plan, uint64_t bytes);
    glr_status (*wait)(glr_stage *stage);
    void (*close_stage)(glr_stage *stage);
} glr_backend;

/* Those that a build may lack. */
extern const glr_backend glr_cuda_backend, glr_opencl_backend;

/* The first member of every backend's device. */
struct glr_device {
    const glr_backend *backend;
};

#endif
