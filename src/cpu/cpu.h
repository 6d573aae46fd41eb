/* The CPU backend. */
#ifndef GLR_CPU_CPU_H
#define GLR_CPU_CPU_H

#include "backend.h"
#include "kernel.h"

extern const glr_backend glr_cpu_backend;

/* An open CPU. */
typedef struct glr_cpu_device {
    struct glr_device device;
    const glr_cpu_kernel *kernel;
    int threads; /* 0: what OpenMP would use */
} glr_cpu_device;

glr_status glr_cpu_fill(glr_device *device, const glr_plan *plan, void *dst);

#endif
