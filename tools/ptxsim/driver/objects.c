/* The list of all objects. */
#include "state.h"

#include <pthread.h>
#include <stdlib.h>

void *ptxsim_make(ptxsim_kind kind, size_t bytes, CUcontext context)
{
    ptxsim_object *object = calloc(1, bytes);
    if (object != NULL) {
        object->kind = kind;
        object->context = context;
        object->next = ptxsim.objects;
        ptxsim.objects = object;
    }
    return object;
}

void ptxsim_unmake(void *object)
{
    for (ptxsim_object **at = &ptxsim.objects; *at != NULL; at = &(*at)->next) {
        if (*at == object) {
            *at = (*at)->next;
            free(object);
            return;
        }
    }
}

bool ptxsim_is(const void *object, ptxsim_kind kind)
{
    const ptxsim_object *at = ptxsim.objects;
    while (at != NULL && at != object) {
        at = at->next;
    }
    return at != NULL && at->kind == kind;
}

void *ptxsim_find(ptxsim_kind kind, const struct CUctx_st *context)
{
    ptxsim_object *at = ptxsim.objects;
    while (at != NULL && (at->kind != kind || at->context != context)) {
        at = at->next;
    }
    return at;
}

static void count(ptxsim_live *live, const ptxsim_object *object)
{
    switch (object->kind) {
    case PTXSIM_CONTEXT: live->contexts++; break;
    case PTXSIM_MODULE: live->modules++; break;
    case PTXSIM_EVENT: live->events++; break;
    case PTXSIM_GRAPH: live->graphs++; break;
    case PTXSIM_GRAPH_EXEC: live->graph_execs++; break;
    case PTXSIM_ALLOCATION:
        if (((const ptxsim_allocation *)(const void *)object)->kind == PTXSIM_HOST) {
            live->host_allocations++;
        } else {
            live->device_allocations++;
        }
        break;
    case PTXSIM_STREAM: {
        const struct CUstream_st *stream = (const void *)object;
        live->streams += object->context->legacy == stream || stream->thread != 0 ? 0 : 1;
        for (const ptxsim_work *work = stream->queue.first; work != NULL; work = work->next) {
            live->work++;
        }
        break;
    }
    default: break;
    }
}

ptxsim_live ptxsim_count_live(void)
{
    ptxsim_live live = {0};
    (void)ptxsim_enter("", false);
    for (const ptxsim_object *object = ptxsim.objects; object != NULL; object = object->next) {
        count(&live, object);
    }
    ptxsim_leave();
    return live;
}
