#include "allocations.h"

#include "api/call.h"

#include <inttypes.h>
#include <stdlib.h>

glr_gpu_allocation *glr_gpu_allocation_new(uint64_t bytes)
{
    glr_gpu_allocation *allocation = malloc(sizeof *allocation);
    if (allocation == NULL) {
        (void)glr_fail(GLR_ERROR_MEMORY, "out of memory for %zu bytes", sizeof *allocation);
        return NULL;
    }
    allocation->memory = NULL;
    allocation->bytes = bytes;
    allocation->next = NULL;
    return allocation;
}

void glr_gpu_allocations_add(glr_gpu_allocations *list, glr_gpu_allocation *allocation)
{
    (void)pthread_mutex_lock(&list->lock); /* fails only for an invalid mutex */
    allocation->next = list->first;
    list->first = allocation;
    (void)pthread_mutex_unlock(&list->lock);
}

glr_gpu_allocation *glr_gpu_allocations_find(glr_gpu_allocations *list, const void *memory, int takes)
{
    (void)pthread_mutex_lock(&list->lock);
    glr_gpu_allocation **link = &list->first;
    while (*link != NULL && (*link)->memory != memory) {
        link = &(*link)->next;
    }
    glr_gpu_allocation *allocation = *link;
    if (allocation != NULL && takes) {
        *link = allocation->next;
    }
    (void)pthread_mutex_unlock(&list->lock);
    return allocation;
}

glr_gpu_allocation *glr_gpu_allocations_pop(glr_gpu_allocations *list)
{
    (void)pthread_mutex_lock(&list->lock);
    glr_gpu_allocation *allocation = list->first;
    if (allocation != NULL) {
        list->first = allocation->next;
    }
    (void)pthread_mutex_unlock(&list->lock);
    return allocation;
}

glr_status glr_gpu_allocations_check(glr_gpu_allocations *list, const void *memory, uint64_t bytes,
                                     void **same)
{
    const glr_gpu_allocation *allocation = glr_gpu_allocations_find(list, memory, 0);
    if (allocation == NULL) {
        return glr_gpu_fail_foreign("memory", memory);
    }
    if (bytes > allocation->bytes) {
        return glr_fail(GLR_ERROR_TOO_SMALL, "bytes: %" PRIu64 " are more than the memory's %" PRIu64, bytes,
                        allocation->bytes);
    }
    *same = allocation->memory;
    return GLR_OK;
}

glr_status glr_gpu_fail_foreign(const char *name, const void *memory)
{
    return glr_fail(GLR_ERROR_ARGUMENT, "%s: %p was not allocated by glr_alloc on this handle", name, memory);
}
