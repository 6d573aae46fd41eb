/* An open CUDA device. */
#ifndef GLR_CUDA_DEVICE_H
#define GLR_CUDA_DEVICE_H

#include "backend.h"
#include "driver.h"
#include "gpu/allocations.h"
#include "gpu/host.h"

typedef struct glr_cuda_device {
    struct glr_device device;
    const glr_cu *cu;
    CUdevice id;
    CUcontext context;
    int is_retained; /* the context is the primary one, and this device retains it */
    CUmodule module;
    CUfunction kernels[GLR_GPU_KERNELS];
    unsigned max_resident_blocks[GLR_GPU_KERNELS]; /* thread blocks that the whole device holds at a time */
    CUstream stream;                               /* the device's own */
    glr_gpu_allocations allocations;
} glr_cuda_device;

/* Makes a context the thread's current one, unless it is; *pushed says whether glr_cuda_leave has to undo it.
 */
glr_status glr_cuda_enter(const glr_cu *cu, CUcontext context, int *pushed);
void glr_cuda_leave(const glr_cu *cu, int pushed);

/* fill.c: the backend's functions of a fill (backend.h). */
glr_status glr_cuda_enter_fill(glr_device *device, const glr_order *order, int *entered);
void glr_cuda_leave_fill(glr_device *device, int entered);
glr_status glr_cuda_resolve(glr_device *device, glr_dtype dtype, uint64_t needed,
                            glr_destination *destination);
glr_status glr_cuda_run(glr_device *device, const glr_plan *plan, const glr_destination *destination,
                        const glr_order *order);

/* The thread blocks of a launch: as many as there are tiles, or as the device holds at a time: those draw the
   rest after. */
unsigned glr_cuda_grid_size(const glr_cuda_device *cu_dev, const glr_gpu_launch *launch);

/* Launches the kernel that fills by the plan, which holds at least one element. The device's context is
   current. Does not wait. */
glr_status glr_cuda_launch(const glr_cuda_device *cu_dev, CUstream stream, const glr_plan *plan,
                           CUdeviceptr address);

/* Waits for what is in a stream. The device's context is current. */
glr_status glr_cuda_wait(const glr_cuda_device *cu_dev, CUstream stream);

#endif
