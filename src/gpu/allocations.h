/* The memory that glr_alloc gave on a device: for GPUs, where a pointer or an object of others is not ours to
   free or to read. */
#ifndef GLR_GPU_ALLOCATIONS_H
#define GLR_GPU_ALLOCATIONS_H

#include "glorand/glorand.h"

#include <pthread.h>

typedef struct glr_gpu_allocation {
    void *memory;
    uint64_t bytes;
    struct glr_gpu_allocation *next;
} glr_gpu_allocation;

typedef struct glr_gpu_allocations {
    pthread_mutex_t lock;
    glr_gpu_allocation *first;
} glr_gpu_allocations;

/* An entry for the list, allocated before its memory; NULL after glr_fail when memory ran out. */
glr_gpu_allocation *glr_gpu_allocation_new(uint64_t bytes);

void glr_gpu_allocations_add(glr_gpu_allocations *list, glr_gpu_allocation *allocation);

/* The allocation that memory is, or NULL. If `takes`, it is taken out of the list, and the caller frees it.
 */
glr_gpu_allocation *glr_gpu_allocations_find(glr_gpu_allocations *list, const void *memory, int takes);

/* Takes any allocation out of the list; NULL when it is empty. */
glr_gpu_allocation *glr_gpu_allocations_pop(glr_gpu_allocations *list);

/* Looks up `memory`; fails if it is not in the list or is smaller than `bytes`. Sets *same to it. */
glr_status glr_gpu_allocations_check(glr_gpu_allocations *list, const void *memory, uint64_t bytes,
                                     void **same);

/* Fails because the argument called name is not in the list. */
glr_status glr_gpu_fail_foreign(const char *name, const void *memory);

#endif
