/* The CPU backend. */
#ifndef GLR_CPU_CPU_H
#define GLR_CPU_CPU_H

#include "backend.h"
#include "kernel.h"
#include "threads.h"

/* An open CPU. */
typedef struct glr_cpu_device {
    struct glr_device device;
    const glr_cpu_kernel *kernel;
    glr_pool *pool;
    uint32_t threads; /* of a fill, at most */
    bool asked;       /* for by the caller */
} glr_cpu_device;

glr_status glr_cpu_fill(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                        const glr_order *order);

#endif
