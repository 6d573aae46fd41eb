/* Whether a GPU's driver is to be loaded at all: by the device nodes that are there, and by what the
   environment names. Loading one that cannot help costs time, threads and memory, and may end the process. */
#ifndef GLR_GPU_DRIVER_H
#define GLR_GPU_DRIVER_H

#include "glorand/glorand.h"

#include <pthread.h>

/* Where device nodes are. */
#define GLR_DEVICE_NODES "/dev"

/* Whose nodes there are, as bits. */
#define GLR_NODES_CUDA  1U /* GPUs that CUDA has: NVIDIA's, and those that WSL passes on */
#define GLR_NODES_OTHER 2U /* GPUs that only OpenCL may have */

/* Looks for GPUs' nodes in a folder. 0 where there is none, or the folder cannot be read. */
unsigned glr_gpu_nodes(const char *folder);

/* An environment variable's value; NULL where it is not set or empty, and in a program with more rights than
   its caller has (setuid, file capabilities): there the caller must not choose the code that runs. */
const char *glr_gpu_variable(const char *name);

/* Fails with GLR_ERROR_UNAVAILABLE where `auto` has no reason to load a driver: in the folder there is no
   node of these kinds, and none of the variables, of which NULL is the last, names a driver. */
glr_status glr_gpu_check_auto(const char *backend, const char *folder, unsigned kinds,
                              const char *const variables[]);

/* Fails with GLR_ERROR_UNAVAILABLE for an index that is not below the count of the backend's devices. */
glr_status glr_gpu_fail_index(const char *backend, uint32_t index, size_t count);

/* A driver's library, and why it could not be loaded, if so. */
typedef struct glr_gpu_library {
    pthread_mutex_t lock;
    int is_loaded;
    char why_not[256]; /* empty while nothing is wrong */
} glr_gpu_library;

#define GLR_GPU_LIBRARY_INIT                                                                                 \
    {                                                                                                        \
        PTHREAD_MUTEX_INITIALIZER, 0, ""                                                                     \
    }

/* Calls load, which says in why_not what is wrong, until it succeeds once: what failed may have failed for
   want of memory or of a file descriptor. Errors: GLR_ERROR_UNAVAILABLE. */
glr_status glr_gpu_load(glr_gpu_library *library, void (*load)(void));

#endif
